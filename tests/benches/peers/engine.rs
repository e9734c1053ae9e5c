//! This project's engine, on the declaration of `pt-x86-64`, as a kernel would use it: over a direct map.
#![allow(unsafe_code, reason = "a direct map is a promise about memory that only its creator can make")]

use crate::physical::Physical;
use crate::{FRAME, Peer, START};
use pt_core::direct_map::DirectMap;
use pt_core::flush::Scope;
use pt_core::{Hpa, Invalidate, Page, Record, Shared, TableAllocator, Tree, Va, Virtual, Whole};
use pt_x86_64::{PageEntryFields, PageTables, Paging, Pt};
use std::sync::atomic::AtomicU64;

pub struct Engine {
    tree: Tree<PageTables, DirectMap>,
    allocator: Bump,
    /// The records beside the table pages. Boxed, and dropped after the tree.
    _records: Box<[Record<AtomicU64>]>,
}

/// Takes pages and frees none, like the peers' allocator.
#[derive(Copy, Clone)]
struct Bump(*const Physical);

impl TableAllocator for Bump {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        assert_eq!(order, 0, "x86-64 tables are pages");
        // SAFETY: the memory outlives every peer that works on it.
        unsafe { &*self.0 }.take().map(Hpa::new)
    }
    fn free(&self, _block: Hpa, _order: u32) {}
}

/// No CPU uses these tables.
struct NoTlb;
impl Invalidate<PageTables> for NoTlb {
    fn invalidate(&mut self, _scope: Scope<Virtual>) {}
}

fn start() -> Va {
    Paging::FourLevels.address(START).expect("a canonical address")
}

impl Peer for Engine {
    const NAME: &'static str = "pt";

    fn new(memory: &Physical) -> Self {
        let records: Box<[Record<AtomicU64>]> = (0..memory.pages()).map(|_| Record::default()).collect();
        // SAFETY: the pages of `memory` are the frames from 0 on, `records` has one record for each, and both outlive
        // the map. Nobody else uses them until the memory is reset, when this peer is gone.
        let map = unsafe { DirectMap::new(memory.base(), records.as_ptr()) };
        let allocator = Bump(memory);
        let tree = Tree::new(Paging::FourLevels, map, &allocator).expect("a page for the root");
        Self { tree, allocator, _records: records }
    }

    fn map(&mut self, bytes: u64) {
        let range = Paging::FourLevels.range(start(), bytes).expect("a range");
        let first = Page::<Shared, Pt>::new(Hpa::new(FRAME)).expect("aligned");
        let fields = PageEntryFields { write: true, ..PageEntryFields::new() };
        let mut cursor = self.tree.exclusive(&self.allocator).limit_blocks(pt_x86_64::Level::Pt);
        cursor.map_range(range, first, fields).expect("nothing is mapped there");
    }

    fn unmap(&mut self, bytes: u64) {
        let range = Paging::FourLevels.range(start(), bytes).expect("a range");
        let mut cursor = self.tree.exclusive(&self.allocator);
        let mut frames = 0_u64;
        let stale =
            cursor.unmap_range(range, &mut NoTlb, |old| frames ^= old.frame.as_u64()).expect("no block is split");
        std::hint::black_box(frames);
        stale.flush(&mut NoTlb);
    }

    fn clear(&mut self, bytes: u64) {
        let range = Paging::FourLevels.range(start(), bytes).expect("a range");
        let mut cursor = self.tree.exclusive(&self.allocator);
        cursor.clear_range(range, &mut NoTlb).expect("no block is split").flush(&mut NoTlb);
    }

    #[inline]
    fn translate(&self, address: u64) -> u64 {
        let Ok(address) = Paging::FourLevels.address(address) else { return 0 };
        self.tree.reader().translate(address).map_or(0, |found| found.address.as_u64())
    }
}
