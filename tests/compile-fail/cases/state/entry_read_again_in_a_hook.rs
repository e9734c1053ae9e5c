//! A hook reads the entry that it is called about, and finds the marker of its own change instead of what was there.
//!
//! Seen: KVM, review of "TDX MMU refactors": a handler that gets a pointer to the entry reads `FROZEN_SPTE` [kvm-24]

use pt_core::hook::Frozen;
use pt_core::{Hpa, Visible};
use pt_tdx::PrivateEpt;

/// What the monitor is told of: a page where nothing was, or a page in the place of another.
fn describe(at: &Frozen<PrivateEpt>, page: Hpa) -> &'static str {
    println!("{page} goes to {}, level {:?}", at.address(), at.level());
    if at.load() == PrivateEpt::ABSENT { "new" } else { "replaced" }
}

fn main() {
    let _ = describe;
}
