//! Conversion of a range: its memory goes from one half to the other.
//!
//! A conversion takes away what is mapped in the old half, exactly the range, and maps nothing in the new one: the
//! guest's next access faults there, and the page source answers for the new kind. Private memory is destroyed by
//! it, so that no page outside the range may go with it; blocks that stick out are split first.
//!
//! To shared there is nothing left to flush: the monitor has tracked. To private there are stale translations, of
//! the stage of the shared table.

use super::Vm;
use super::error::RemovalError;
use super::pages::{LevelsOf, PageSink};
use super::phase::{Live, Phase};
use super::removal::{Kick, Removal, Removed};
use crate::address::AddressRange;
use crate::allocator::TableAllocator;
use crate::cursor::{Interrupted, OldLeaf, Stale};
use crate::flush::Invalidate;
use crate::hook::{Block, Remove, Split, Track, Unblock};
use crate::level::Levels;
use crate::memory::Memory;
use crate::space::{Private, Shared};
use crate::table::Pair;
use core::fmt;

impl<P: Pair, Ph: Phase, M: Memory, A: TableAllocator, H> Vm<P, Ph, M, A, H> {
    /// Takes private memory away, exactly `range`, so that it can be shared: blocks it, tracks once, removes it, and
    /// gives the pages to `sink`. The page source must answer "shared" for it before the next fault.
    ///
    /// # Errors
    /// What stood in the way, and what came back before. The rest is private memory as before; or, if the monitor
    /// does not even let it be unblocked, blocked: converting the range again goes on.
    pub fn convert_to_shared<K: Kick, S: PageSink>(
        &mut self,
        range: AddressRange<Private>,
        kick: &mut K,
        sink: &mut S,
    ) -> Result<Removed, ConvertError<LevelsOf<P>>>
    where
        Ph: Live,
        P::Private: Block<H> + Track<H> + Remove<H> + Unblock<H> + Split<H>,
    {
        self.removal(kick, |session| {
            take_away(session, range, sink).map_err(|(error, removed)| {
                // An operation of the monitor that is not finished has to be, before its entry is touched.
                let unfinished = matches!(error, RemovalError::Entry(entry) if entry.is_unfinished());
                let still_blocked = unfinished || session.restore(range).is_err();
                ConvertError { error, removed, still_blocked }
            })
        })
    }

    /// Unmaps shared memory, exactly `range`, so that it can be private, and shows each leaf to `watch`. The page
    /// source must answer "private" for it before the next fault.
    ///
    /// What comes back has to be flushed before the pages are used for anything else. `cpus` is flushed on the way
    /// only where a block that sticks out of the range cannot be split in place.
    ///
    /// # Errors
    /// How far it got, what is stale because of that, and what stood in the way. Converting the range again goes on.
    pub fn convert_to_private<'vm, I: Invalidate<P::Shared>>(
        &'vm mut self,
        range: AddressRange<Shared>,
        cpus: &mut I,
        watch: impl FnMut(OldLeaf<P::Shared>),
    ) -> ToPrivate<'vm, P, M, A>
    where
        Ph: Live,
    {
        let Self { shared, allocator, .. } = self;
        shared.exclusive(allocator).unmap_range(range, cpus, watch)
    }
}

/// The result of [`Vm::convert_to_private`]: what is stale; or how far it got, and what is stale because of that.
pub type ToPrivate<'vm, P, M, A> =
    Result<Stale<'vm, <P as Pair>::Shared, M, &'vm A>, Interrupted<'vm, <P as Pair>::Shared, M, &'vm A>>;

fn take_away<T, M, A, H, K, S>(
    session: &mut Removal<'_, '_, T, M, A, H, K>,
    range: AddressRange<Private>,
    sink: &mut S,
) -> Result<Removed, (RemovalError<T::Levels>, Removed)>
where
    T: Block<H> + Track<H> + Remove<H> + Unblock<H> + Split<H>,
    M: Memory,
    A: TableAllocator,
    K: Kick,
    S: PageSink,
{
    let nothing = Removed::default();
    let blocked = session.block(range).map_err(|refused| (refused.error, nothing))?;
    let [tracked] = session.track([blocked]).map_err(|refused| (RemovalError::Track(refused.cause), nothing))?;
    session.remove(tracked, sink).map_err(|refused| (refused.error, refused.removed))
}

/// A range is not converted as a whole.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ConvertError<L> {
    /// What stood in the way.
    pub error: RemovalError<L>,
    /// What came back before.
    pub removed: Removed,
    /// Whether a part of the range may still be blocked. Faults there are retried until the range is converted
    /// after all, or restored.
    pub still_blocked: bool,
}

impl<L: Levels> fmt::Display for ConvertError<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Removed { leaves, bytes } = self.removed;
        write!(f, "{bytes:#x} bytes in {leaves} leaves are converted, not the whole range: {}", self.error)?;
        if self.still_blocked { f.write_str("; a part is still blocked") } else { Ok(()) }
    }
}

impl<L: Levels> core::error::Error for ConvertError<L> {}
