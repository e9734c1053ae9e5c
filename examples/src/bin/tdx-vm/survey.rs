//! The first of two passes over a trace: which regions it touches, in which order, and what it does to
//! their pages.
//!
//! A trace names virtual addresses of a process, sparse over 47 bits. Only what a page is used for decides where it
//! goes in the guest, and that is known when the whole trace was read once: see [`crate::layout`].

use crate::trace::{Access, BadTrace, Kind, Source};
use std::collections::HashMap;

/// A region is as large as the larger leaf: 2 MiB.
pub const REGION_SHIFT: u32 = 21;
/// Pages of 4 KiB in a region.
pub const PAGES: usize = 512;

/// A set of pages of one region.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Pages([u64; PAGES / 64]);

impl Pages {
    /// Every page of a region.
    pub const ALL: Self = Self([u64::MAX; PAGES / 64]);

    /// `count` pages from `first` on; those beyond the region are left out.
    pub fn run(first: usize, count: usize) -> Self {
        let mut run = Self::default();
        for page in first..(first + count).min(PAGES) {
            run.insert(page);
        }
        run
    }

    /// Adds a page.
    pub fn insert(&mut self, page: usize) {
        self.0[page / 64] |= 1 << (page % 64);
    }

    /// Takes a page out.
    pub fn remove(&mut self, page: usize) {
        self.0[page / 64] &= !(1 << (page % 64));
    }

    /// Whether the page is in the set.
    pub fn contains(&self, page: usize) -> bool {
        self.0[page / 64] >> (page % 64) & 1 != 0
    }

    /// How many pages are in the set.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The pages, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..PAGES).filter(|&page| self.contains(page))
    }

    /// The pages of either set.
    pub fn with(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// The pages of this set that are not in `other`.
    pub fn without(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }
}

/// One region that the trace touches.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Region {
    /// Pages that are accessed at all.
    pub touched: Pages,
    /// Pages that instructions are fetched from.
    pub fetched: Pages,
    /// Pages that are stored to.
    pub stored: Pages,
}

/// A part of an access that lies in one page.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What it does.
    pub kind: Kind,
    /// The region, by the order of first touch.
    pub region: u32,
    /// Where in the region the first byte lies.
    pub offset: u32,
    /// How many bytes.
    pub bytes: u32,
}

impl Step {
    /// The page in its region.
    pub fn page(&self) -> usize {
        (self.offset >> 12) as usize
    }
}

/// What a whole trace touches.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Survey {
    /// The regions in the order of first touch.
    pub regions: Vec<Region>,
    /// How many accesses there are.
    pub accesses: u64,
    numbers: HashMap<u64, u32>,
}

impl Survey {
    /// Reads the trace from its beginning to its end.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn of(source: &Source) -> Result<Self, BadTrace> {
        let mut survey = Self::default();
        for access in source.open()? {
            survey.add(access?);
        }
        Ok(survey)
    }

    fn add(&mut self, access: Access) {
        self.accesses += 1;
        for number in [access.address >> REGION_SHIFT, last_byte(access) >> REGION_SHIFT] {
            let next = self.regions.len() as u32;
            if *self.numbers.entry(number).or_insert(next) == next {
                self.regions.push(Region::default());
            }
        }
        let steps: Vec<Step> = self.steps(access).collect();
        for step in steps {
            let region = &mut self.regions[step.region as usize];
            region.touched.insert(step.page());
            match step.kind {
                Kind::Fetch => region.fetched.insert(step.page()),
                Kind::Load => {}
                Kind::Store | Kind::Modify => region.stored.insert(step.page()),
            }
        }
    }

    /// The access, cut where it crosses into the next page. Nothing, if its region was not in the trace that this
    /// survey is of.
    pub fn steps(&self, access: Access) -> impl Iterator<Item = Step> + use<> {
        let in_first = (4096 - (access.address & 0xfff) as u32).min(access.bytes);
        let second = access.address.wrapping_add(u64::from(in_first));
        [(access.address, in_first), (second, access.bytes - in_first)]
            .map(|(address, bytes)| {
                let region = *self.numbers.get(&(address >> REGION_SHIFT))?;
                let offset = (address & ((1 << REGION_SHIFT) - 1)) as u32;
                (bytes > 0).then_some(Step { kind: access.kind, region, offset, bytes })
            })
            .into_iter()
            .flatten()
    }
}

fn last_byte(access: Access) -> u64 {
    access.address + u64::from(access.bytes - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(kind: Kind, address: u64, bytes: u32) -> Access {
        Access { kind, address, bytes }
    }

    #[test]
    fn regions_are_numbered_by_first_touch() {
        let mut survey = Survey::default();
        survey.add(access(Kind::Load, 0x7fff_ff60_1234, 4));
        survey.add(access(Kind::Store, 0x40_0000, 8));
        survey.add(access(Kind::Fetch, 0x7fff_ff60_0000, 1));
        assert_eq!((survey.accesses, survey.regions.len()), (3, 2));
        assert_eq!(survey.regions[0].touched.iter().collect::<Vec<_>>(), [0, 1]);
        assert_eq!(survey.regions[0].stored.len(), 0);
        assert!(survey.regions[1].stored.contains(0));
        assert_eq!(survey.regions[0].touched.without(&survey.regions[1].stored).iter().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn an_access_across_pages_and_regions_is_cut() {
        let mut survey = Survey::default();
        let crossing = access(Kind::Modify, 0x3f_fffe, 6);
        survey.add(crossing);
        let step = |region, offset, bytes| Step { kind: Kind::Modify, region, offset, bytes };
        assert_eq!(survey.steps(crossing).collect::<Vec<_>>(), [step(0, 0x1f_fffe, 2), step(1, 0, 4)]);
        assert!(survey.regions[0].stored.contains(511) && survey.regions[1].stored.contains(0));
    }

    #[test]
    fn the_last_byte_of_the_address_space_is_an_address() {
        let mut survey = Survey::default();
        survey.add(access(Kind::Load, u64::MAX, 1));
        let steps: Vec<_> = survey.steps(access(Kind::Load, u64::MAX, 1)).collect();
        assert_eq!(steps, [Step { kind: Kind::Load, region: 0, offset: 0x1f_ffff, bytes: 1 }]);
    }
}
