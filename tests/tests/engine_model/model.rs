//! A plain model of a page table: leaves in an ordered map, and nothing else. It is slow, and easy to believe.

use std::collections::{BTreeMap, BTreeSet};

/// What one leaf says. `rights` is a number that stands for the permissions.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Page {
    pub level: u8,
    pub frame: u64,
    pub rights: u8,
    pub accessed: bool,
    pub dirty: bool,
}

/// What is in the way of an operation.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Obstacle {
    Absent,
    Leaf,
    Table,
    OutOfTables,
    Mismatch,
    FrameDoesNotFit,
}

/// The bytes that a leaf of a level maps.
pub const fn size(level: u8) -> u64 {
    1 << (12 + 9 * level as u32)
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub pages: BTreeMap<u64, Page>,
}

impl Model {
    /// The leaf that maps `at`, and where it begins.
    pub fn find(&self, at: u64) -> Option<(u64, Page)> {
        let (&start, &page) = self.pages.range(..=at).next_back()?;
        (at - start < size(page.level)).then_some((start, page))
    }

    /// What is in the place of a leaf of `level` for `at`: that leaf, or something else.
    fn slot(&self, level: u8, at: u64) -> Result<(u64, Page), Obstacle> {
        let start = at & !(size(level) - 1);
        match self.find(start) {
            Some((_, page)) if page.level > level => Err(Obstacle::Leaf),
            Some((at, page)) if page.level == level => Ok((at, page)),
            _ if self.pages.range(start..=start + (size(level) - 1)).next().is_some() => Err(Obstacle::Table),
            _ => Err(Obstacle::Absent),
        }
    }

    pub fn map(&mut self, at: u64, page: Page) -> Result<(), Obstacle> {
        match self.slot(page.level, at) {
            Ok(_) => Err(Obstacle::Leaf),
            Err(Obstacle::Absent) => {
                self.pages.insert(at & !(size(page.level) - 1), page);
                Ok(())
            }
            Err(obstacle) => Err(obstacle),
        }
    }

    pub fn unmap(&mut self, level: u8, at: u64) -> Result<(u64, Page), Obstacle> {
        let (start, page) = self.slot(level, at)?;
        self.pages.remove(&start);
        Ok((start, page))
    }

    pub fn protect(&mut self, level: u8, at: u64, rights: u8) -> Result<(u64, Page), Obstacle> {
        let (start, old) = self.slot(level, at)?;
        self.pages.insert(start, Page { rights, ..old });
        Ok((start, old))
    }

    /// Maps a range with the largest pages that fit. Returns where it stopped, if it did.
    pub fn map_range(&mut self, start: u64, last: u64, first: Page, largest: u8) -> Result<(), (u64, Obstacle)> {
        let mut at = start;
        loop {
            let frame = first.frame.wrapping_add(at - start);
            let fits = |&level: &u8| {
                let aligned = (at | frame) & (size(level) - 1) == 0;
                aligned && last - at >= size(level) - 1 && self.slot(level, at) == Err(Obstacle::Absent)
            };
            let Some(level) = (first.level..=largest.max(first.level)).rev().find(fits) else {
                let obstacle = self.slot(first.level, at).map_or_else(|obstacle| obstacle, |_| Obstacle::Leaf);
                return Err((at, obstacle));
            };
            self.pages.insert(at, Page { level, frame, ..first });
            if last - at < size(level) {
                return Ok(());
            }
            at += size(level);
        }
    }

    /// Splits what sticks out of a range and would be changed, as long as there are `tables` for it.
    pub fn split_edges(
        &mut self,
        start: u64,
        last: u64,
        mut tables: usize,
        affects: impl Fn(Page) -> bool,
    ) -> Result<(), Obstacle> {
        for (at, edge_inside) in [(start, true), (last, false)] {
            while let Some((first, page)) = self.find(at) {
                let between = if edge_inside { first == at } else { first + (size(page.level) - 1) == at };
                if between || !affects(page) {
                    break;
                }
                tables = tables.checked_sub(1).ok_or(Obstacle::OutOfTables)?;
                self.split(page.level, at).unwrap();
            }
        }
        Ok(())
    }

    pub fn unmap_range(&mut self, start: u64, last: u64) -> Vec<(u64, Page)> {
        self.split_edges(start, last, usize::MAX, |_| true).unwrap();
        let removed: Vec<_> = self.pages.range(start..=last).map(|(&at, &page)| (at, page)).collect();
        for (at, _) in &removed {
            self.pages.remove(at);
        }
        removed
    }

    pub fn protect_range(&mut self, start: u64, last: u64, rights: u8) {
        self.split_edges(start, last, usize::MAX, |page| page.rights != rights).unwrap();
        for (_, page) in self.pages.range_mut(start..=last) {
            page.rights = rights;
        }
    }

    pub fn split(&mut self, level: u8, at: u64) -> Result<(), Obstacle> {
        let (start, block) = self.slot(level, at)?;
        for index in 0..512 {
            let offset = index * size(level - 1);
            self.pages.insert(start + offset, Page { level: level - 1, frame: block.frame + offset, ..block });
        }
        Ok(())
    }

    pub fn merge(&mut self, level: u8, at: u64) -> Result<(), Obstacle> {
        match self.slot(level, at) {
            Ok(_) => return Err(Obstacle::Leaf),
            Err(Obstacle::Table) => {}
            Err(obstacle) => return Err(obstacle),
        }
        let start = at & !(size(level) - 1);
        let mut merged: Option<Page> = None;
        for index in 0..512 {
            let offset = index * size(level - 1);
            let (_, page) = self.slot(level - 1, start + offset)?;
            let first = *merged.get_or_insert(page);
            if index == 0 && page.frame & (size(level) - 1) != 0 {
                return Err(Obstacle::FrameDoesNotFit);
            }
            if (page.frame, page.rights) != (first.frame + offset, first.rights) {
                return Err(Obstacle::Mismatch);
            }
            let (accessed, dirty) = (first.accessed | page.accessed, first.dirty | page.dirty);
            merged = Some(Page { accessed, dirty, ..first });
        }
        for index in 0..512 {
            self.pages.remove(&(start + index * size(level - 1)));
        }
        self.pages.extend(merged.map(|page| (start, Page { level, ..page })));
        Ok(())
    }

    /// What a CPU does to the leaf that it uses.
    pub fn access(&mut self, at: u64, write: bool) -> bool {
        let Some((start, _)) = self.find(at) else { return false };
        let page = self.pages.get_mut(&start).unwrap();
        page.accessed = true;
        page.dirty |= write;
        true
    }

    /// How many tables the leaves need, under a root of this level.
    pub fn tables(&self, root: u8) -> usize {
        let mut tables = BTreeSet::new();
        for (&at, page) in &self.pages {
            tables.extend((page.level..root).map(|level| (level, at >> (12 + 9 * (level + 1)))));
        }
        tables.len() + 1
    }
}
