//! The VMM's side: which pages are shared, frames for both kinds, and where frames come back to.

use pt_core::pair::{Backing, BackingOf, Clean, DirtyPage, PageSink, PageSource};
use pt_core::{Gfn, Gpa, Hpa, Level, Page, Private, Shared, TableAllocator};
use pt_emulated::{BusError, Machine};
use pt_tdx::{EptLeafFields, Level as LevelName, Tdx};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Pages in a block of 2 MiB.
pub const BLOCK: u64 = 512;

pub struct Frames {
    pub machine: Arc<Machine>,
    /// Guest frames that are shared.
    pub shared: BTreeSet<u64>,
    /// The frames of shared pages.
    behind_shared: BTreeMap<u64, Hpa>,
    /// Frames of 4 KiB that came back.
    free: Vec<Hpa>,
    /// Guest frames that exist.
    pages: u64,
    pub came_back: u64,
}

impl Frames {
    pub fn new(machine: Arc<Machine>, pages: u64) -> Self {
        let (shared, behind_shared, free) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
        Self { machine, shared, behind_shared, free, pages, came_back: 0 }
    }

    fn frame(&mut self, order: u32) -> Option<Hpa> {
        if order == 0 && !self.free.is_empty() {
            return self.free.pop();
        }
        self.machine.allocate(order)
    }

    pub fn make_shared(&mut self, page: u64) {
        self.shared.insert(page);
    }

    /// The shared page becomes private: its frame is used again.
    pub fn make_private(&mut self, page: u64) {
        self.shared.remove(&page);
        self.free.extend(self.behind_shared.remove(&page));
    }
}

impl PageSource<Tdx> for Frames {
    fn backing(&mut self, frame: Gfn) -> BackingOf<Tdx> {
        let number = frame.number();
        if number >= self.pages {
            return Backing::None;
        }
        if self.shared.contains(&number) {
            let attributes = EptLeafFields { read: true, write: true, execute: false, ..EptLeafFields::new() };
            return Backing::Shared { largest: LevelName::Pt, attributes };
        }
        let block = number / BLOCK * BLOCK;
        let whole = self.shared.range(block..block + BLOCK).next().is_none();
        Backing::Private { largest: if whole { LevelName::Pd } else { LevelName::Pt } }
    }

    fn private_page<L: Level>(&mut self, _first: Gfn) -> Option<Page<Private, L>> {
        Page::new(self.frame(L::SHIFT - 12)?).ok()
    }

    fn give_back<L: Level>(&mut self, _first: Gfn, page: Page<Private, L>) {
        let frame = page.into_frame();
        if L::SHIFT == 12 {
            self.free.push(frame);
        } else {
            self.machine.free(frame, L::SHIFT - 12);
        }
    }

    fn shared_page<L: Level>(&mut self, first: Gfn) -> Option<Page<Shared, L>> {
        if let Some(&frame) = self.behind_shared.get(&first.number()) {
            return Page::new(frame).ok();
        }
        let frame = self.frame(0)?;
        self.machine.write(frame, &[0; 4096]).ok()?;
        self.behind_shared.insert(first.number(), frame);
        Page::new(frame).ok()
    }
}

/// Overwrites pages in the open.
struct Overwrite(Arc<Machine>);

impl Clean for Overwrite {
    type Error = BusError;
    fn clean(&mut self, frame: Hpa, bytes: u64) -> Result<(), BusError> {
        (0..bytes).step_by(4096).try_for_each(|offset| self.0.write(Hpa::new(frame.as_u64() + offset), &[0; 4096]))
    }
}

impl PageSink for Frames {
    fn take<L: Level>(&mut self, _address: Gpa<Private>, page: DirtyPage<L>) {
        let Ok(page) = page.clean(&mut Overwrite(self.machine.clone())) else { panic!("the page is memory") };
        let first = page.into_frame().as_u64();
        // The parts of a block that was split come back one by one: the block as such is not given out again.
        self.free.extend((0..1_u64 << (L::SHIFT - 12)).map(|index| Hpa::new(first + (index << 12))));
        self.came_back += 1 << (L::SHIFT - 12);
    }
}
