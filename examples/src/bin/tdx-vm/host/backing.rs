//! Which kind of memory each guest frame is, and the pages behind it.
//!
//! The kinds change under exclusive access to the VM only. What is given out meanwhile has locks of its own: a
//! region's shared pages stay the same from one fault to the next, as those of a file would.

use super::seam::Seam;
use crate::failure::Failure;
use crate::frames::{BLOCK, Frames};
use crate::layout::Slot;
use crate::survey::{PAGES, Pages};
use pt_core::pair::{Backing, BackingOf, DirtyPage, PageSink, PageSource};
use pt_core::{Gfn, Gpa, Hpa, Page, Private, Shared};
use pt_emulated::{BusError, Machine};
use pt_tdx::td::Cleaner;
use pt_tdx::{EptLeafFields, Level, Tdx};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Frames that are kept free when a block of 2 MiB could be given: the next faults need pages, too.
const KEPT_FREE: isize = 64;

/// The memory behind one region of 2 MiB.
pub struct Region<'h> {
    /// Whose frames it uses.
    pub frames: &'h Frames<&'h Machine>,
    /// Which of its pages are shared.
    pub shared: Pages,
    /// Whether it may be one block: not what is common, and nothing for which the machine had no block left.
    may_be_block: AtomicBool,
    given: Mutex<Given>,
}

/// The frames that a region has, as far as the host has to remember them.
#[derive(Default)]
struct Given {
    /// The block that the region was given once. Its pages are asked for again one by one, so that the region can
    /// become one block again.
    home: Option<Hpa>,
    /// The frames of shared pages.
    shared: BTreeMap<usize, Hpa>,
    /// The block, if the region is shared as a whole.
    shared_block: Option<Hpa>,
}

impl<'h> Region<'h> {
    /// A region that is private, or shared, as a whole.
    pub fn new(frames: &'h Frames<&'h Machine>, shared: Pages, may_be_block: bool) -> Self {
        Self { frames, shared, may_be_block: AtomicBool::new(may_be_block), given: Mutex::default() }
    }

    /// The frame of a shared page, if the guest has touched it.
    pub fn shared_frame(&self, page: usize) -> Option<Hpa> {
        let given = self.given();
        given.shared.get(&page).copied().or_else(|| nth(given.shared_block?, page))
    }

    /// Takes the frames of shared pages back, which no table maps any more.
    pub fn take_shared(&self, pages: &Pages) -> Result<(), Failure> {
        let mut given = self.given();
        if let Some(block) = given.shared_block.take() {
            given.shared = (0..PAGES).filter_map(|page| Some((page, nth(block, page)?))).collect();
        }
        for page in pages.iter() {
            if let Some(frame) = given.shared.remove(&page) {
                self.frames.give_back(frame, 0).map_err(Failure::new)?;
            }
        }
        Ok(())
    }

    fn largest(&self, page: usize) -> Level {
        let given = self.given();
        let whole = if self.shared.contains(page) {
            // Pages that were given one by one are not one block.
            given.shared.is_empty() && self.shared == Pages::ALL
        } else {
            self.shared.len() == 0
        };
        let fits = given.shared_block.is_some() || self.frames.left() >= PAGES.cast_signed() + KEPT_FREE;
        if whole && fits && self.may_be_block.load(Ordering::Relaxed) { Level::Pd } else { Level::Pt }
    }

    /// A block of 2 MiB. If the machine has none, the region is not asked for as a block any more.
    fn block(&self) -> Option<Hpa> {
        let block = self.frames.block();
        self.may_be_block.fetch_and(block.is_some(), Ordering::Relaxed);
        block
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The frame of a page of a block.
fn nth(block: Hpa, page: usize) -> Option<Hpa> {
    block.checked_add((page as u64) << 12)
}

/// The memory behind all regions.
pub struct Backings<'h> {
    machine: &'h Machine,
    regions: Vec<Region<'h>>,
}

impl<'h> Backings<'h> {
    /// The regions in the order of guest memory.
    pub fn new(machine: &'h Machine, regions: Vec<Region<'h>>) -> Self {
        Self { machine, regions }
    }

    /// The region at a slot of the layout.
    pub fn region(&self, slot: Slot) -> &Region<'h> {
        &self.regions[slot.0 as usize]
    }

    /// Every region.
    pub fn all(&self) -> &[Region<'h>] {
        &self.regions
    }

    /// Changes what pages of a region are.
    pub fn set_shared(&mut self, slot: Slot, shared: Pages) {
        self.regions[slot.0 as usize].shared = shared;
    }

    fn of(&self, frame: Gfn) -> Option<(&Region<'h>, usize)> {
        let number = usize::try_from(frame.number()).ok()?;
        Some((self.regions.get(number / PAGES)?, number % PAGES))
    }
}

/// Gives pages to one fault.
pub struct Source<'s, 'h> {
    backings: &'s Backings<'h>,
    failure: Option<Failure>,
}

impl<'s, 'h> Source<'s, 'h> {
    /// A source of these pages.
    pub fn new(backings: &'s Backings<'h>) -> Self {
        Self { backings, failure: None }
    }

    /// What went wrong behind the engine's back.
    pub fn failure(self) -> Option<Failure> {
        self.failure
    }

    fn noted<T>(&mut self, result: Result<T, impl std::fmt::Display>) -> Option<T> {
        result.map_err(|error| self.failure = Some(Failure::new(error))).ok()
    }
}

impl PageSource<Tdx> for Source<'_, '_> {
    fn backing(&mut self, frame: Gfn) -> BackingOf<Tdx> {
        let Some((region, page)) = self.backings.of(frame) else { return Backing::None };
        let largest = region.largest(page);
        if region.shared.contains(page) {
            let attributes = EptLeafFields { read: true, write: true, execute: true, ..EptLeafFields::new() };
            Backing::Shared { largest, attributes }
        } else {
            Backing::Private { largest }
        }
    }

    fn private_page<L: pt_core::Level>(&mut self, first: Gfn) -> Option<Page<Private, L>> {
        let (region, page) = self.backings.of(first)?;
        let mut given = region.given();
        let frame = if order::<L>() == BLOCK {
            given.home = Some(region.block()?);
            given.home?
        } else {
            region.frames.page(given.home.and_then(|home| nth(home, page)))?
        };
        self.noted(Page::new(frame))
    }

    fn give_back<L: pt_core::Level>(&mut self, first: Gfn, page: Page<Private, L>) {
        let Some((region, _)) = self.backings.of(first) else { return };
        let returned = region.frames.give_back(page.into_frame(), order::<L>());
        self.noted(returned);
    }

    fn shared_page<L: pt_core::Level>(&mut self, first: Gfn) -> Option<Page<Shared, L>> {
        let (region, page) = self.backings.of(first)?;
        let mut given = region.given();
        let known = if order::<L>() == BLOCK { given.shared_block } else { given.shared.get(&page).copied() };
        let inside = || given.shared_block.and_then(|block| nth(block, page));
        let frame = match known.or_else(inside) {
            Some(frame) => frame,
            None if order::<L>() == BLOCK => {
                let block = region.block()?;
                given.shared_block = Some(block);
                self.noted(clear(self.backings.machine, block, L::SHIFT))?;
                block
            }
            None => {
                let frame = region.frames.page(given.home.and_then(|home| nth(home, page)))?;
                given.shared.insert(page, frame);
                self.noted(clear(self.backings.machine, frame, L::SHIFT))?;
                frame
            }
        };
        self.noted(Page::new(frame))
    }
}

/// How many frames a leaf of a level maps, as a power of two.
const fn order<L: pt_core::Level>() -> u32 {
    L::SHIFT - 12
}

fn clear(machine: &Machine, frame: Hpa, shift: u32) -> Result<(), BusError> {
    machine.write(frame, &vec![0; 1 << shift])
}

/// Takes the pages that come back from the monitor: cleans them and gives them to the frames they are from.
pub struct Sink<'s, 'h> {
    backings: &'s Backings<'h>,
    cleaner: Cleaner<Seam<'h>>,
    /// How many pages of 4 KiB came back.
    pub pages: usize,
    failure: Option<Failure>,
}

impl<'s, 'h> Sink<'s, 'h> {
    /// An empty sink.
    pub fn new(backings: &'s Backings<'h>, cleaner: Cleaner<Seam<'h>>) -> Self {
        Self { backings, cleaner, pages: 0, failure: None }
    }

    /// How many pages of 4 KiB came back.
    ///
    /// # Errors
    /// If a page came back that the guest did not have.
    pub fn finish(self) -> Result<usize, Failure> {
        self.failure.map_or(Ok(self.pages), Err)
    }
}

impl PageSink for Sink<'_, '_> {
    fn take<L: pt_core::Level>(&mut self, address: Gpa<Private>, page: DirtyPage<L>) {
        // Private addresses have the split bit clear.
        let Some((region, _)) = self.backings.of(Gfn::new(address.as_u64() >> 12)) else { return };
        let cleaned = match page.clean(&mut self.cleaner) {
            Ok(page) => region.frames.give_back(page.into_frame(), order::<L>()).map_err(Failure::new),
            Err((page, error)) => Err(Failure::new(format!("{page:?}: {error}"))),
        };
        match cleaned {
            Ok(()) => self.pages += 1 << order::<L>(),
            Err(failure) => self.failure = Some(failure),
        }
    }
}
