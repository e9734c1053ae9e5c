//! The engine: one page of the private table through the freeze protocol, by a hook that does nothing, and by one that
//! notes what it was asked for.

use pt_core::hook::{Frozen, Outcome};
use pt_core::pair::{Committed, EntryError, PageError};
use pt_core::{DirectMap, Gpa, Hpa, Page, Private, Tree};
use pt_tdx::{Level, PageAug, PrivateEpt, Pt};

/// Why a page was not mapped.
#[derive(Debug)]
pub enum Refused {
    /// Its entry could not be frozen.
    Entry(EntryError<Level>),
    /// The hook refused it.
    Page(PageError<Pt, Level>),
}

/// Freezes the entry, calls the hook, publishes.
#[inline(always)]
fn map(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
    hook: impl FnOnce(&Frozen<PrivateEpt>, Hpa) -> Outcome<PageAug>,
) -> Result<Committed<PrivateEpt>, Refused> {
    let freeze = tree.freeze::<Pt>(at).map_err(Refused::Entry)?;
    let answer = hook(freeze.frozen(), page.frame());
    freeze.publish(page, answer).map_err(Refused::Page)
}

/// With a hook that has nothing to do.
///
/// # Errors
/// [`Refused`].
#[inline(never)]
pub fn freeze_nothing(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
) -> Result<Committed<PrivateEpt>, Refused> {
    map(tree, at, page, |_, _| Outcome::Done(()))
}

/// With a hook that writes the frame to a mirror.
///
/// # Errors
/// [`Refused`].
#[inline(never)]
pub fn freeze_mirror(
    tree: &Tree<PrivateEpt, DirectMap>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
    mirror: &mut u64,
) -> Result<Committed<PrivateEpt>, Refused> {
    map(tree, at, page, |_, frame| {
        *mirror = frame.as_u64();
        Outcome::Done(())
    })
}
