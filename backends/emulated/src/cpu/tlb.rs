//! The caches of one vCPU: translations, and page tables on the way to them.
//!
//! Nothing leaves a cache because memory changed: a translation stays until it is dropped, however stale it is.
//! The emulation drops just what it has to, and keeps what real hardware might drop as well, so that a flush that
//! was forgotten, or that covers too little, shows.

use super::walker::{Leaf, Table};
use pt_core::Hpa;

/// Translations in a set.
const WAYS: usize = 4;
/// An address that no page has, for an empty place.
const EMPTY: u64 = u64::MAX;

/// One cached item: the page number that it is found by, and what it says.
#[derive(Copy, Clone)]
struct Way<T> {
    page: u64,
    item: T,
}

/// A set-associative cache by page number.
struct Sets<T> {
    ways: Box<[[Way<T>; WAYS]]>,
    /// Which way of each set is replaced next.
    next: Box<[u8]>,
    shift: u32,
}

impl<T: Copy> Sets<T> {
    /// A cache of `sets`, a power of two, for pages of `2^shift` bytes.
    fn new(sets: usize, shift: u32, empty: T) -> Self {
        let way = Way { page: EMPTY, item: empty };
        Self { ways: vec![[way; WAYS]; sets].into(), next: vec![0; sets].into(), shift }
    }

    #[inline]
    fn set(&self, page: u64) -> usize {
        page as usize & (self.ways.len() - 1)
    }

    #[inline]
    fn get(&self, address: u64) -> Option<&T> {
        let page = address >> self.shift;
        self.ways[self.set(page)].iter().find(|way| way.page == page).map(|way| &way.item)
    }

    /// Caches an item, in the place of the one for the same page if there is one.
    fn put(&mut self, address: u64, item: T) {
        let page = address >> self.shift;
        let index = self.set(page);
        let (set, next) = (&mut self.ways[index], &mut self.next[index]);
        let same = set.iter().position(|way| way.page == page);
        let way = same.or_else(|| set.iter().position(|way| way.page == EMPTY)).unwrap_or_else(|| {
            *next = (*next + 1) % WAYS as u8;
            usize::from(*next)
        });
        set[way] = Way { page, item };
    }

    /// Drops the items whose page overlaps the addresses `first..=last`. Returns how many.
    fn drop_range(&mut self, first: u64, last: u64) -> u64 {
        let (first, last) = (first >> self.shift, last >> self.shift);
        self.drop_if(|page| (first..=last).contains(&page))
    }

    fn drop_if(&mut self, stale: impl Fn(u64) -> bool) -> u64 {
        let mut dropped = 0;
        for way in self.ways.iter_mut().flatten().filter(|way| way.page != EMPTY && stale(way.page)) {
            way.page = EMPTY;
            dropped += 1;
        }
        dropped
    }
}

/// A cached translation.
#[derive(Copy, Clone, Debug)]
pub struct Translation {
    /// The page that the block begins at.
    frame: Hpa,
    rights: u64,
    clean: bool,
}

/// What a TLB did.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct TlbStatistics {
    /// Accesses to a page that the TLB had the translation of.
    pub hits: u64,
    /// Accesses to a page that had to be walked for.
    pub misses: u64,
    /// Of the misses, those whose walk began at a cached page table.
    pub short_walks: u64,
    /// Flushes.
    pub flushes: u64,
    /// Translations and tables that flushes dropped.
    pub dropped: u64,
}

/// The TLB of one vCPU, for translations of 4 KiB and of 2 MiB, and its paging-structure cache, which keeps page
/// tables by the 2 MiB that they map.
pub struct Tlb {
    small: Sets<Translation>,
    large: Sets<Translation>,
    tables: Sets<Table>,
    pub statistics: TlbStatistics,
}

impl Tlb {
    pub fn new() -> Self {
        let empty = Translation { frame: Hpa::new(0), rights: 0, clean: false };
        let table = Table { frame: Hpa::new(0), level: 0, rights: 0 };
        Self {
            small: Sets::new(256, 12, empty),
            large: Sets::new(32, 21, empty),
            tables: Sets::new(16, 21, table),
            statistics: TlbStatistics::default(),
        }
    }

    /// The physical address of `gpa`, if a translation that allows the access is cached. `right` is one bit of
    /// [`ept::PRESENT`](super::ept::PRESENT).
    #[inline]
    pub fn get(&mut self, gpa: u64, right: u64) -> Option<Hpa> {
        let usable = |way: &&Translation| way.rights & right != 0 && !(way.clean && right == super::ept::WRITE);
        let found = match self.small.get(gpa).filter(usable) {
            Some(small) => Some(Hpa::new(small.frame.as_u64() | gpa & 0xfff)),
            None => self.large.get(gpa).filter(usable).map(|large| Hpa::new(large.frame.as_u64() | gpa & 0x1f_ffff)),
        };
        match found {
            Some(_) => self.statistics.hits += 1,
            None => self.statistics.misses += 1,
        }
        found
    }

    /// Caches what a walk for `gpa` found. Of a page of 1 GiB, the 2 MiB around the address are cached.
    pub fn put(&mut self, gpa: u64, leaf: &Leaf) {
        let Leaf { rights, clean, .. } = *leaf;
        let sets = if leaf.shift == 12 { &mut self.small } else { &mut self.large };
        let inside = gpa & ((1 << leaf.shift) - 1) & !((1 << sets.shift) - 1);
        sets.put(gpa, Translation { frame: Hpa::new(leaf.frame.as_u64() | inside), rights, clean });
        if leaf.table.level == 0 {
            self.tables.put(gpa, leaf.table);
        }
    }

    /// The page table for `gpa`, if it is cached.
    pub fn table(&mut self, gpa: u64) -> Option<Table> {
        let table = self.tables.get(gpa).copied();
        self.statistics.short_walks += u64::from(table.is_some());
        table
    }

    /// Drops what is cached for the address of a violation: SDM 3C 29.4.3.1.
    pub fn drop_address(&mut self, gpa: u64) {
        self.small.drop_range(gpa, gpa);
        self.large.drop_range(gpa, gpa);
        self.tables.drop_range(gpa, gpa);
    }

    /// Drops the translations of `first..=last`, and the page tables for them if `tables` is set.
    pub fn flush(&mut self, first: u64, last: u64, tables: bool) {
        self.statistics.flushes += 1;
        self.statistics.dropped += self.small.drop_range(first, last) + self.large.drop_range(first, last);
        if tables {
            self.statistics.dropped += self.tables.drop_range(first, last);
        }
    }

    /// Drops everything about private addresses: those with the bit `shared` clear.
    pub fn flush_private(&mut self, shared: u64) {
        self.statistics.flushes += 1;
        let small = self.small.drop_if(|page| page & shared >> 12 == 0);
        let large = self.large.drop_if(|page| page & shared >> 21 == 0);
        let tables = self.tables.drop_if(|page| page & shared >> 21 == 0);
        self.statistics.dropped += small + large + tables;
    }
}

#[cfg(test)]
mod tests {
    use super::super::ept::{PRESENT, READ, WRITE};
    use super::*;

    fn leaf(frame: u64, shift: u32) -> Leaf {
        let table = Table { frame: Hpa::new(0x1000), level: (shift - 12) / 9, rights: PRESENT };
        Leaf { frame: Hpa::new(frame), shift, rights: PRESENT, clean: false, table }
    }

    #[test]
    fn a_set_that_is_full_loses_one_translation() {
        let mut tlb = Tlb::new();
        let pages: Vec<u64> = (0..=WAYS as u64).map(|way| way << 20).collect();
        for &page in &pages {
            tlb.put(page, &leaf(0x10_0000 + page, 12));
        }
        let kept = pages.iter().filter(|&&page| tlb.get(page, READ).is_some()).count();
        assert_eq!(kept, WAYS);
        assert_eq!(tlb.get(pages[WAYS] + 5, READ), Some(Hpa::new(0x10_0005 + pages[WAYS])), "the last one is there");
    }

    #[test]
    fn a_page_of_1_gib_is_cached_by_parts_of_2_mib() {
        let mut tlb = Tlb::new();
        tlb.put(0x4030_0000, &leaf(0x8000_0000, 30));
        assert_eq!(tlb.get(0x4020_0007, READ), Some(Hpa::new(0x8020_0007)));
        assert_eq!(tlb.get(0x4000_0000, READ), None);
        assert_eq!(tlb.table(0x4030_0000), None, "no page table was walked");
    }

    #[test]
    fn rights_and_cleanness_decide_whether_a_translation_is_used() {
        let mut tlb = Tlb::new();
        tlb.put(0x1000, &Leaf { rights: READ, ..leaf(0x2000, 12) });
        assert!(tlb.get(0x1000, READ).is_some());
        assert!(tlb.get(0x1000, WRITE).is_none());
        tlb.put(0x1000, &Leaf { clean: true, ..leaf(0x2000, 12) });
        assert!(tlb.get(0x1000, READ).is_some());
        assert!(tlb.get(0x1000, WRITE).is_none(), "the dirty flag is not set yet");
    }

    #[test]
    fn a_flush_drops_what_overlaps_its_range() {
        let mut tlb = Tlb::new();
        for page in 0..4 {
            tlb.put(page << 12, &leaf(page << 12, 12));
        }
        tlb.put(0x20_0000, &leaf(0x20_0000, 21));
        tlb.flush(0x1000, 0x2fff, false);
        let kept: Vec<u64> = (0..4).filter(|page| tlb.get(page << 12, READ).is_some()).collect();
        assert_eq!(kept, [0, 3]);
        assert!(tlb.table(0).is_some());
        tlb.flush(0x3f_f000, 0x3f_ffff, true);
        assert!(tlb.get(0x20_0000, READ).is_none(), "one page of a large one");
        assert!(tlb.table(0).is_some(), "a table for other addresses");
        tlb.flush(0, 0xfff, true);
        assert!(tlb.table(0).is_none());
        assert_eq!(tlb.statistics.dropped, 2 + 1 + 2);
    }

    #[test]
    fn a_new_epoch_drops_private_translations_alone() {
        let shared = 1 << 47;
        let mut tlb = Tlb::new();
        for half in [0, shared] {
            tlb.put(half | 0x1000, &leaf(0x1000, 12));
            tlb.put(half | 0x20_0000, &leaf(0x20_0000, 21));
        }
        tlb.flush_private(shared);
        for page in [0x1000, 0x20_0000] {
            assert_eq!((tlb.get(page, READ).is_some(), tlb.get(shared | page, READ).is_some()), (false, true));
        }
        assert_eq!((tlb.table(0x1000).is_some(), tlb.table(shared | 0x1000).is_some()), (false, true));
    }
}
