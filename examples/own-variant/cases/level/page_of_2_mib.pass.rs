//! A page of 2 MiB is mapped on a machine that has pages of 4 KiB only.

#[allow(dead_code)]
#[path = "../../src/bin/declare.rs"]
mod declare;

use declare::small::{Directory, Last, PageEntryFields, Small};
use pt_core::{Arena, Gpa, Guest, Page, Shared, Tree};

fn map(tree: &mut Tree<Small, Arena>, arena: &Arena, at: Gpa<Guest>, page: Page<Shared, Last>) -> bool {
    tree.exclusive(arena).map(at, page, PageEntryFields::new()).is_ok()
}

fn main() {
    let _ = map;
    let _: Option<(Directory, Last)> = None;
}
