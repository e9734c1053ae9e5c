//! Reclaiming with the epochs of `crossbeam-epoch`.
//!
//! All reclaimers of a process share its epochs: a guard costs a thread-local counter and one fence, and a page is
//! freed some time after the last guard that could see it, when a thread that retires or reads comes by.

use super::{Deferred, Reclaim};
use crate::address::Hpa;
use crate::allocator::TableAllocator;
use core::fmt;

/// Frees table pages when no thread that was reading at their retirement still is.
///
/// The allocator is cloned into every retirement, so it is a shared handle: an `Arc`, or a `&'static` reference.
#[derive(Copy, Clone, Debug)]
pub struct EpochReclaim<A> {
    allocator: A,
}

impl<A: TableAllocator + Clone + Send + 'static> EpochReclaim<A> {
    /// Gives pages back to `allocator`.
    pub const fn new(allocator: A) -> Self {
        Self { allocator }
    }

    /// Frees what can be freed now, instead of some time later. Pages that this thread retired and that a guard
    /// still protects stay retired.
    pub fn collect(&self) {
        crossbeam_epoch::pin().flush();
    }
}

impl<A: TableAllocator + Clone + Send + 'static> Reclaim for EpochReclaim<A> {
    fn retire(&self, block: Hpa, order: u32) {
        let allocator = self.allocator.clone();
        crossbeam_epoch::pin().defer(move || allocator.free(block, order));
    }
}

impl<A: TableAllocator + Clone + Send + 'static> Deferred for EpochReclaim<A> {
    type Guard<'a>
        = EpochGuard
    where
        Self: 'a;

    #[inline]
    fn pin(&self) -> EpochGuard {
        EpochGuard { _guard: crossbeam_epoch::pin() }
    }
}

/// Keeps every table page that is linked now from being freed. Stays on its thread.
#[must_use = "pages are protected for as long as this is held"]
pub struct EpochGuard {
    _guard: crossbeam_epoch::Guard,
}

impl fmt::Debug for EpochGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochGuard")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use crate::reclaim::{Immediate, ParallelTree};
    use crate::sample::{SharedSample, Width};
    use crate::tree::Tree;
    use std::sync::{Arc, mpsc};
    use std::thread;

    fn arena() -> Arc<Arena> {
        Arc::new(Arena::new(Hpa::new(0x10_0000), 1 << 20))
    }

    /// Gives the epochs every chance to advance. Other tests of the process hold guards for short times only.
    fn collect(reclaim: &EpochReclaim<Arc<Arena>>, mut done: impl FnMut() -> bool) -> bool {
        (0..10_000).any(|_| {
            reclaim.collect();
            thread::yield_now();
            done()
        })
    }

    #[test]
    fn an_exclusive_owner_frees_at_once() {
        let arena = arena();
        let page = arena.allocate(2).unwrap();
        Immediate(&arena).retire(page, 2);
        assert!(!arena.is_in_use(page));
    }

    #[test]
    fn a_page_is_not_used_again_while_another_thread_holds_a_guard() {
        let arena = arena();
        let reclaim = EpochReclaim::new(arena.clone());
        let page = arena.allocate(0).unwrap();
        let (pinned, is_pinned) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        // The channel moves in, so that a failed assertion ends the reader too.
        thread::scope(|scope| {
            let release = release;
            let reader = scope.spawn(move || {
                let guard = reclaim.pin();
                pinned.send(()).unwrap();
                released.recv().unwrap();
                drop(guard);
            });
            let reclaim = EpochReclaim::new(arena.clone());
            is_pinned.recv().unwrap();
            reclaim.retire(page, 0);
            assert!(!collect(&reclaim, || !arena.is_in_use(page)), "freed under a reader's guard");
            assert_ne!(arena.allocate(0), Some(page));
            release.send(()).unwrap();
            reader.join().unwrap();
            assert!(collect(&reclaim, || !arena.is_in_use(page)), "never freed");
        });
        assert_eq!(arena.allocate(0), Some(page), "freed pages are used again first");
    }

    #[test]
    fn a_guard_of_the_thread_itself_protects_as_well() {
        let arena = arena();
        let reclaim = EpochReclaim::new(arena.clone());
        let tree = Tree::<SharedSample, _>::new(Width::Bits48, arena.clone(), &arena).unwrap();
        let root = tree.root();
        let page = arena.allocate(0).unwrap();
        let tree = ParallelTree::new(tree, reclaim);
        let pinned = tree.pin();
        assert_eq!(pinned.root(), root);
        pinned.reclaim().retire(page, 0);
        assert!(!collect(pinned.reclaim(), || !arena.is_in_use(page)));
        drop(pinned);
        let (_, reclaim) = tree.into_inner();
        assert!(collect(&reclaim, || !arena.is_in_use(page)));
    }
}
