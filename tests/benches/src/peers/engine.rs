//! This project's engine as its users call it: over a direct map, with a cursor that lives for one batch of work.
//!
//! The tables of x86-64 and of EPT are two declarations and one engine.
#![allow(unsafe_code, reason = "a direct map is a promise about memory that only its creator can make")]

use crate::memory::{Slot, base};
use crate::peer::{Log, Peer, START, Size, chain, sum};
use pt_core::flush::Scope;
use pt_core::reclaim::{Deferred, Reclaim};
use pt_core::{
    Address, DirectMap, Hpa, Invalidate, Page, ParallelTree, Record, Shared, Table, TableAllocator, Tree, UsedByCpu,
    Whole,
};
use std::ops::ControlFlow;
use std::ptr;
use std::sync::atomic::AtomicU64;

/// Takes pages and frees none, like the allocators of the peers.
#[derive(Clone, Debug)]
pub struct Bump(pub Slot);

impl TableAllocator for Bump {
    #[inline]
    fn allocate(&self, order: u32) -> Option<Hpa> {
        assert_eq!(order, 0, "tables are pages");
        self.0.take().map(Hpa::new)
    }
    #[inline]
    fn free(&self, _block: Hpa, _order: u32) {}
}

/// The records beside the table pages of one slot.
#[derive(Debug)]
pub struct Records(Box<[Record<AtomicU64>]>);

impl Records {
    /// Records of nothing.
    #[must_use]
    pub fn new(memory: &Slot) -> Self {
        Self((0..memory.pages()).map(|_| Record::default()).collect())
    }

    /// The direct map of the slot that these records are for. They outlive it.
    #[must_use]
    pub fn map(&self, memory: &Slot) -> DirectMap {
        let first = self.0.as_ptr().wrapping_sub((memory.first() >> 12) as usize);
        // SAFETY: table frames are those of the slot, which has a record for each. Both outlive the map: the slot is
        // borrowed by the benchmark, and the records are dropped after the tree. Nobody else uses them meanwhile.
        unsafe { DirectMap::new(ptr::with_exposed_provenance(base().addr()), first) }
    }
}

/// No CPU uses these tables.
#[derive(Debug)]
pub struct NoTlb;

impl<T: UsedByCpu> Invalidate<T> for NoTlb {
    #[inline]
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

/// Waits for nobody and frees nothing, as a kernel whose walks run with preemption off.
#[derive(Debug, Default)]
pub struct NoWait;

impl Reclaim for NoWait {
    #[inline]
    fn retire(&self, _block: Hpa, _order: u32) {}
}

impl Deferred for NoWait {
    type Guard<'a> = ();
    #[inline]
    fn pin(&self) {}
}

macro_rules! engine {
    ($(#[$doc:meta])* $name:ident, $text:literal, $crate_name:ident::$table:ident, $geometry:expr, $config:expr,
     $fields:ident, $attributes:expr) => {
        $(#[$doc])*
        pub struct $name {
            tree: ParallelTree<$crate_name::$table, DirectMap, NoWait>,
            allocator: Bump,
            _records: Records,
        }

        impl Peer for $name {
            const NAME: &'static str = $text;
            type Address = Address<<$crate_name::$table as Table>::Space>;

            fn new(memory: &Slot) -> Self {
                let (records, allocator) = (Records::new(memory), Bump(memory.clone()));
                let tree = Tree::configured($geometry, $config, records.map(memory), &allocator).expect("a page for the root");
                Self { tree: ParallelTree::new(tree, NoWait), allocator, _records: records }
            }

            fn address(at: u64) -> Self::Address {
                $geometry.address(at).expect("an address of the tree")
            }

            #[inline(always)]
            fn translate(&self, at: Self::Address) -> u64 {
                self.tree.pin().reader().translate(at).map_or(0, |found| found.address.as_u64())
            }

            #[inline(always)]
            fn translate_all(&self, addresses: &[Self::Address]) -> u64 {
                let pinned = self.tree.pin();
                let reader = pinned.reader();
                sum(addresses, |at| reader.translate(at).map_or(0, |found| found.address.as_u64()))
            }

            #[inline(always)]
            fn translate_chain(&self, addresses: &[Self::Address]) -> u64 {
                let pinned = self.tree.pin();
                let reader = pinned.reader();
                chain(addresses, |at| reader.translate(at).map_or(0, |found| found.address.as_u64()))
            }

            #[inline(always)]
            fn map(&mut self, pages: &[Self::Address]) -> Option<()> {
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                for &at in pages {
                    let frame = Hpa::new(at.as_u64() + Size::Page.to_frame());
                    let page = Page::<Shared, $crate_name::Pt>::new(frame).ok()?;
                    cursor.map(at, page, $attributes).ok()?;
                }
                Some(())
            }

            #[inline(always)]
            fn map_blocks(&mut self, blocks: &[Self::Address]) -> Option<()> {
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                for &at in blocks {
                    let frame = Hpa::new(at.as_u64() + Size::Block.to_frame());
                    let page = Page::<Shared, $crate_name::Pd>::new(frame).ok()?;
                    cursor.map(at, page, $attributes).ok()?;
                }
                Some(())
            }

            #[inline(always)]
            fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
                let range = $geometry.range(Self::address(START), bytes).ok()?;
                let frame = Hpa::new(START + size.to_frame());
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                match size {
                    Size::Page => {
                        let first = Page::<Shared, $crate_name::Pt>::new(frame).ok()?;
                        cursor.map_range(range, first, $attributes).ok()
                    }
                    Size::Block => {
                        let first = Page::<Shared, $crate_name::Pd>::new(frame).ok()?;
                        let mut cursor = cursor.limit_blocks($crate_name::Level::Pd);
                        cursor.map_range(range, first, $attributes).ok()
                    }
                }
            }

            #[inline(always)]
            fn unmap(&mut self, pages: &[Self::Address]) -> Option<u64> {
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                let mut frames = 0_u64;
                for &at in pages {
                    let old = cursor.unmap::<$crate_name::Pt>(at).ok()?.flush(&mut NoTlb);
                    frames = frames.wrapping_add(old.frame.as_u64());
                }
                Some(frames)
            }

            #[inline(always)]
            fn unmap_range(&mut self, bytes: u64) -> Option<u64> {
                let range = $geometry.range(Self::address(START), bytes).ok()?;
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                let mut frames = 0_u64;
                let watch = |old: pt_core::cursor::OldLeaf<$crate_name::$table>| {
                    frames = frames.wrapping_add(old.frame.as_u64());
                };
                cursor.unmap_range(range, &mut NoTlb, watch).ok()?.flush(&mut NoTlb);
                Some(frames)
            }

            #[inline(always)]
            fn clear_range(&mut self, at: Self::Address, bytes: u64) -> Option<()> {
                let range = $geometry.range(at, bytes).ok()?;
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                cursor.clear_range(range, &mut NoTlb).ok()?.flush(&mut NoTlb);
                Some(())
            }

            #[inline(always)]
            fn protect(&mut self, pages: &[Self::Address]) -> Option<()> {
                let read_only = $crate_name::$fields { write: false, ..$attributes };
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                for &at in pages {
                    cursor.protect::<$crate_name::Pt>(at, read_only).ok()?.flush(&mut NoTlb);
                }
                Some(())
            }

            #[inline(always)]
            fn protect_range(&mut self, bytes: u64) -> Option<()> {
                let range = $geometry.range(Self::address(START), bytes).ok()?;
                let read_only = $crate_name::$fields { write: false, ..$attributes };
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                cursor.protect_range(range, read_only, &mut NoTlb).ok()?.flush(&mut NoTlb);
                Some(())
            }

            #[inline(always)]
            fn protect_range_shared(&self, bytes: u64) -> Option<()> {
                let range = $geometry.range(Self::address(START), bytes).ok()?;
                let read_only = $crate_name::$fields { write: false, ..$attributes };
                let pinned = self.tree.pin();
                let mut cursor = pinned.parallel(&self.allocator);
                cursor.protect_range(range, read_only, &mut NoTlb).ok()?.flush(&mut NoTlb);
                Some(())
            }

            fn walk(&self, log: &mut Log) -> Option<()> {
                let pinned = self.tree.pin();
                let all = pinned.reader().whole().for_each_leaf(|leaf| {
                    log.push(leaf.address.as_u64(), leaf.frame.as_u64(), leaf.attributes.write);
                    ControlFlow::<()>::Continue(())
                });
                all.is_continue().then_some(())
            }

            fn mark_clean(&mut self, pages: &[Self::Address]) -> Option<()> {
                let mut cursor = self.tree.get_mut().exclusive(&self.allocator);
                for &at in pages {
                    let clean = |fields| $crate_name::$fields { dirty: false, ..fields };
                    cursor.update::<$crate_name::Pt>(at, clean).ok()?.flush(&mut NoTlb);
                }
                Some(())
            }

            fn harvest(&mut self, log: &mut Log) -> Option<()> {
                let range = $geometry.range(Self::address(0), 1 << 47).ok()?;
                // The log of `collect_dirty` holds addresses and sizes; what they map to is not asked for.
                let pinned = self.tree.pin();
                let flush = pinned.collect_dirty(range, |at, _| {
                    log.push(at.as_u64(), at.as_u64() + Size::Page.to_frame(), true);
                });
                flush.ok()?.flush(&mut NoTlb);
                Some(())
            }
        }
    };
}

engine! {
    /// The tables of x86-64.
    X86, "pt", pt_x86_64::PageTables, pt_x86_64::Paging::FourLevels, pt_x86_64::Features::all(),
    PageEntryFields, pt_x86_64::PageEntryFields { write: true, accessed: true, dirty: true, ..pt_x86_64::PageEntryFields::new() }
}
engine! {
    /// The tables of EPT.
    Ept, "pt, EPT", pt_ept::Ept, pt_ept::WalkLength::FourLevels, pt_ept::Capabilities::all(),
    EptLeafFields, pt_ept::EptLeafFields { read: true, write: true, accessed: true, dirty: true, ..pt_ept::EptLeafFields::new() }
}
