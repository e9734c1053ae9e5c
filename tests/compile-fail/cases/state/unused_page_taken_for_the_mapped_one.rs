//! A page is mapped already, and the error has the page that was not used, which is taken for the one that is mapped: a
//! check that both are the same can never fail.
//!
//! Seen: x86_64 0.15.4, `MapToError::PageAlreadyMapped` holds the frame that was asked for; hermit's kernel asserts
//! that it equals the frame it asked for [peer-2]

use pt_core::{Hpa, MapError, Obstacle, Page, Shared};
use pt_tdx::{Pt, SharedEpt};

fn assert_mapped(frame: Hpa) {
    println!("{frame} is mapped already");
}

fn refused(error: MapError<SharedEpt, Page<Shared, Pt>>) {
    let Obstacle::Leaf { frame, at, .. } = error.obstacle else { return };
    let page = error.page;
    println!("{page:?} is not used: {at} is mapped to {frame}");
    assert_mapped(page);
}

fn main() {
    let _ = refused;
}
