//! The engine: translate through a direct map.

use crate::alone::alone;
use crate::nested::nested;
use pt_core::{DirectMap, Gpa, Guest, Private, Shared, Translation, Tree, Va};
use pt_tdx::{Level, PrivateEpt, SharedEpt};

/// One geometry, four levels.
#[inline(never)]
#[must_use]
pub fn translate_nested(
    tree: &Tree<nested::Ept, DirectMap>,
    address: Gpa<Guest>,
) -> Option<Translation<nested::Level>> {
    tree.reader().translate(address)
}

/// Three geometries, the table that the CPU uses.
#[inline(never)]
#[must_use]
pub fn translate_shared(tree: &Tree<SharedEpt, DirectMap>, address: Gpa<Shared>) -> Option<Translation<Level>> {
    tree.reader().translate(address)
}

/// Three geometries, the table that stands for the protected one.
#[inline(never)]
#[must_use]
pub fn translate_private(tree: &Tree<PrivateEpt, DirectMap>, address: Gpa<Private>) -> Option<Translation<Level>> {
    tree.reader().translate(address)
}

/// Four or five levels of x86-64 tables, pages of three sizes, canonical addresses.
#[inline(never)]
#[must_use]
pub fn translate_x86_64(
    tree: &Tree<pt_x86_64::PageTables, DirectMap>,
    address: Va,
) -> Option<Translation<pt_x86_64::Level>> {
    tree.reader().translate(address)
}

/// The same table as that of [`translate_shared`], in a declaration without hooks.
#[inline(never)]
#[must_use]
pub fn translate_alone(
    tree: &Tree<alone::SharedEpt, DirectMap>,
    address: Gpa<Shared>,
) -> Option<Translation<alone::Level>> {
    tree.reader().translate(address)
}
