//! A part of guest-physical memory, and changes of its nested tables, as the engine is asked for them.

use crate::guest::Guest;
use crate::lab::Lab;
use crate::request::nested_fields;
use core::ops::Range;
use pt_core::{AddressRange, Guest as GuestPhysical, Hpa, Obstacle, Page, Shared, Whole};
use pt_npt::{Level, Pd, Pt};
use pt_plan::{Permissions, Random};

/// Where it begins.
pub const BASE: u64 = 32 << 30;
/// Pages of a block of 2 MiB.
pub const BLOCK: usize = 512;
/// How many pages it has.
pub const PAGES: usize = 3 * BLOCK;

/// Some of the pages.
#[derive(Copy, Clone, Debug)]
pub struct Run {
    /// The first.
    pub first: usize,
    /// How many.
    pub count: usize,
}

impl Run {
    /// All of them.
    pub const ALL: Self = Self { first: 0, count: PAGES };

    /// A few pages, or more than a block.
    pub fn random(random: &mut Random) -> Self {
        let first = random.below(PAGES as u64) as usize;
        let most = random.pick(&[8, 64, 1024]);
        Self { first, count: (1 + random.below(most) as usize).min(PAGES - first) }
    }

    /// One of them.
    pub const fn random_page(self, random: &mut Random) -> usize {
        self.first + random.below(self.count as u64) as usize
    }

    /// Their numbers.
    pub const fn pages(self) -> Range<usize> {
        self.first..self.first + self.count
    }
}

impl Lab {
    /// The frame that a page has if all lie one after the other, as blocks can be.
    pub fn natural_frame(&self, page: usize) -> u64 {
        self.probed().first.next_multiple_of((BLOCK as u64) << 12) + ((page as u64) << 12)
    }
}

/// Changes the nested tables of a guest, and flushes what the engine says is stale.
pub struct Change<'a> {
    lab: &'a mut Lab,
    guest: &'a mut Guest,
}

impl<'a> Change<'a> {
    /// For this guest.
    pub const fn new(lab: &'a mut Lab, guest: &'a mut Guest) -> Self {
        Self { lab, guest }
    }

    fn range(&self, run: Run) -> AddressRange<GuestPhysical> {
        let start = self.lab.guest_physical(BASE + ((run.first as u64) << 12));
        self.lab.nested_paging.range(start, (run.count as u64) << 12).expect("whole pages")
    }

    /// Maps contiguous pages from `frame` on, in blocks where they fit.
    pub fn map(&mut self, run: Run, frame: u64, permissions: Permissions) {
        let range = self.range(run);
        let first = Page::<Shared, Pt>::new(Hpa::new(frame)).expect("aligned");
        let mut cursor = self.guest.nested.exclusive(self.lab.tables);
        cursor.map_range(range, first, nested_fields(permissions)).expect("nothing is mapped there");
    }

    /// Unmaps, and returns how many pages there were.
    pub fn unmap(&mut self, run: Run) -> u64 {
        let range = self.range(run);
        let mut pages = 0;
        let vcpu = &mut self.guest.vcpu;
        let mut cursor = self.guest.nested.exclusive(self.lab.tables);
        let stale = cursor
            .unmap_range(range, vcpu, |old| {
                pages += match old.level {
                    Level::Pt => 1,
                    _ => BLOCK as u64,
                }
            })
            .expect("there are tables for a split");
        self.lab.report.flushes += u64::from(stale.is_needed());
        stale.flush(vcpu);
        pages
    }

    /// Gives what is mapped these permissions.
    pub fn protect(&mut self, run: Run, permissions: Permissions) {
        let range = self.range(run);
        let vcpu = &mut self.guest.vcpu;
        let mut cursor = self.guest.nested.exclusive(self.lab.tables);
        let stale =
            cursor.protect_range(range, nested_fields(permissions), vcpu).expect("there are tables for a split");
        self.lab.report.flushes += u64::from(stale.is_needed());
        stale.flush(vcpu);
    }

    /// Splits the block that `page` lies in, if it is one.
    pub fn split(&mut self, page: usize) {
        let at = self.range(Run { first: page, count: 1 }).start();
        let vcpu = &mut self.guest.vcpu;
        let mut cursor = self.guest.nested.exclusive(self.lab.tables);
        match cursor.split::<Pd>(at, vcpu) {
            Ok(stale) => stale.flush(vcpu),
            Err(Obstacle::Absent { .. } | Obstacle::Table { .. }) => {}
            Err(obstacle) => panic!("{obstacle}"),
        }
    }

    /// Makes a block of the pages from `first` on. Returns whether they are one now, or were before.
    pub fn merge(&mut self, first: usize) -> bool {
        let at = self.range(Run { first, count: 1 }).start();
        let mut cursor = self.guest.nested.exclusive(self.lab.tables);
        match cursor.merge::<Pd>(at, &mut self.guest.vcpu) {
            Ok(()) | Err(Obstacle::Leaf { level: Level::Pd, .. }) => true,
            Err(_) => false,
        }
    }
}
