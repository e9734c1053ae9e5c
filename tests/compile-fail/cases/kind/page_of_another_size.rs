//! A 4 KiB page is mapped by a 2 MiB leaf: the guest gets 511 pages of somebody else with it.
//!
//! Seen: td-shim, `pt_set_shared_bit`: `Page` is a page of 4 KiB unless it says otherwise [peer-3]

use pt_core::arena::Arena;
use pt_core::{Gpa, Page, Shared, Tree};
use pt_tdx::{EptLeafFields, Pd, Pt, SharedEpt};

fn share(tree: &mut Tree<SharedEpt, &Arena>, arena: &Arena, at: Gpa<Shared>, page: Page<Shared, Pt>) {
    let _ = tree.exclusive(arena).map::<Pd, _>(at, page, EptLeafFields::new());
}

fn main() {
    let _ = share;
    let _: Option<(Page<Shared, Pd>, Page<Shared, Pt>)> = None;
}
