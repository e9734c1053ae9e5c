//! The host's memory: frames by number, each handed out once until it is back.

use crate::op::BLOCK;
use pt_core::pair::{Backing, BackingOf, DirtyPage, PageSink, PageSource};
use pt_core::{Arena, Gfn, Gpa, Hpa, Level, Page, Private, Shared, TableAllocator};
use pt_tdx::{EptLeafFields, Level as LevelName, Tdx};
use std::collections::{BTreeMap, BTreeSet};

/// Frames of one VM. Each block of guest memory has a home: a block of frames that its pages are from, so that pages
/// that were mapped one by one can be merged.
pub struct Frames<'m> {
    arena: &'m Arena,
    /// Guest frames that are shared.
    pub shared: BTreeSet<u64>,
    homes: BTreeMap<u64, Hpa>,
    /// The first frames of the homes' pages that the guest has, or that are in its shared table.
    out: BTreeSet<u64>,
    /// What a fault has been given last: the first guest frame, the frame, the pages.
    pub given: Option<(u64, u64, u64)>,
    returned: Vec<(u64, u64, u64)>,
}

impl<'m> Frames<'m> {
    pub fn new(arena: &'m Arena) -> Self {
        let (shared, homes, out) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
        Self { arena, shared, homes, out, given: None, returned: Vec::new() }
    }

    fn home(&mut self, gfn: u64) -> Hpa {
        let arena = self.arena;
        *self.homes.entry(gfn / BLOCK * BLOCK).or_insert_with(|| arena.allocate(9).expect("the arena has blocks"))
    }

    /// The frame that belongs to a guest frame.
    pub fn frame(&mut self, gfn: u64) -> u64 {
        self.home(gfn).as_u64() + ((gfn % BLOCK) << 12)
    }

    fn take_out(&mut self, frame: u64, pages: u64) {
        for page in (frame..).step_by(4096).take(pages as usize) {
            assert!(self.out.insert(page), "frame {page:#x} is handed out twice");
        }
    }

    fn bring_back(&mut self, frame: u64, pages: u64) {
        for page in (frame..).step_by(4096).take(pages as usize) {
            assert!(self.out.remove(&page), "frame {page:#x} comes back twice");
        }
    }

    /// What came back since it was asked last: the guest frame, the frame, the pages.
    pub fn take_returned(&mut self) -> Vec<(u64, u64, u64)> {
        core::mem::take(&mut self.returned)
    }

    /// Gives all homes back to the arena. Every frame must be back.
    pub fn dissolve(self) {
        assert!(self.out.is_empty(), "{} frames are not back", self.out.len());
        for home in self.homes.into_values() {
            self.arena.free(home, 9);
        }
    }
}

impl PageSource<Tdx> for Frames<'_> {
    fn backing(&mut self, frame: Gfn) -> BackingOf<Tdx> {
        let gfn = frame.number();
        if self.shared.contains(&gfn) {
            let attributes = EptLeafFields { read: true, write: true, ..EptLeafFields::new() };
            return Backing::Shared { largest: LevelName::Pt, attributes };
        }
        let block = gfn / BLOCK * BLOCK;
        let whole = self.shared.range(block..block + BLOCK).next().is_none();
        // A block of which pages are out already is not one block any more.
        let home = self.home(block).as_u64();
        let untouched = self.out.range(home..home + (BLOCK << 12)).next().is_none();
        Backing::Private { largest: if whole && untouched { LevelName::Pd } else { LevelName::Pt } }
    }

    fn private_page<L: Level>(&mut self, first: Gfn) -> Option<Page<Private, L>> {
        let (frame, pages) = (self.frame(first.number()), 1 << (L::SHIFT - 12));
        self.take_out(frame, pages);
        self.given = Some((first.number(), frame, pages));
        Page::new(Hpa::new(frame)).ok()
    }

    fn give_back<L: Level>(&mut self, _first: Gfn, page: Page<Private, L>) {
        self.bring_back(page.into_frame().as_u64(), 1 << (L::SHIFT - 12));
        self.given = None;
    }

    fn shared_page<L: Level>(&mut self, first: Gfn) -> Option<Page<Shared, L>> {
        Page::new(Hpa::new(self.frame(first.number()))).ok()
    }
}

impl PageSink for Frames<'_> {
    fn take<L: Level>(&mut self, address: Gpa<Private>, page: DirtyPage<L>) {
        let (frame, pages) = (page.frame().as_u64(), 1 << (L::SHIFT - 12));
        self.bring_back(frame, pages);
        self.returned.push((address.as_u64() >> 12, frame, pages));
    }
}
