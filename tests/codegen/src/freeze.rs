//! The engine: one page of the private table through the freeze protocol, by a hook that does nothing, by one that
//! notes what it was asked for, and by one behind `dyn`; and the pages of a table by one call of such a hook.

use pt_core::hook::{Frozen, FrozenRow, Outcome};
use pt_core::{DirectMap, Gpa, Hpa, Page, Private, Tree};
use pt_tdx::{PageAug, PrivateEpt, Pt};

/// Freezes the entry, calls the hook, publishes. Returns the frame, or what was found: as the twin does, in registers.
#[inline(always)]
fn map(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
    hook: impl FnOnce(&Frozen<PrivateEpt>, Hpa) -> Outcome<PageAug>,
) -> Result<u64, u64> {
    let freeze = tree.freeze::<Pt>(at).map_err(|error| error.found)?;
    let answer = hook(freeze.frozen(), page.frame());
    let published = freeze.publish(page, answer);
    published.map(|committed| committed.frame().as_u64()).map_err(|refused| refused.error.found)
}

/// With a hook that has nothing to do.
///
/// # Errors
/// The entry that is in the way.
#[inline(never)]
pub fn freeze_nothing(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
) -> Result<u64, u64> {
    map(tree, at, page, |_, _| Outcome::Done(()))
}

/// With a hook that writes the frame to a mirror.
///
/// # Errors
/// The entry that is in the way.
#[inline(never)]
pub fn freeze_mirror(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
    mirror: &mut u64,
) -> Result<u64, u64> {
    map(tree, at, page, |_, frame| {
        *mirror = frame.as_u64();
        Outcome::Done(())
    })
}

/// With a hook that is known at run time.
///
/// # Errors
/// The entry that is in the way.
#[inline(never)]
pub fn freeze_dyn(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
    hook: &dyn Fn(&Frozen<PrivateEpt>, Hpa) -> Outcome<PageAug>,
) -> Result<u64, u64> {
    map(tree, at, page, hook)
}

/// Contiguous pages in entries side by side, as many as there are in the table: by one walk, and one call of a hook that
/// is known at run time. Returns how many.
///
/// # Errors
/// The entry that is in the way.
#[inline(never)]
pub fn freeze_row(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    first: Page<Private, Pt>,
    hook: &dyn Fn(&FrozenRow<PrivateEpt>, Hpa) -> Outcome<PageAug>,
) -> Result<usize, u64> {
    let row = tree.freeze_row::<Pt>(at, 512).map_err(|error| error.found)?;
    let answer = hook(row.frozen(), first.frame());
    row.publish(first, answer).map_err(|refused| refused.error.found)
}
