//! The engine: translate through a direct map.

use crate::nested::nested;
use pt_core::{DirectMap, Gpa, Guest, Private, Shared, Translation, Tree};
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
