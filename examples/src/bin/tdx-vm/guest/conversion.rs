//! Conversions: the guest makes runs of its data shared, works on them, and makes them private again.
//!
//! A conversion destroys what the pages held, so that the guest reads it out first and writes it back after. While
//! a run is shared, the trace goes on in it, through shared addresses.

use super::Runner;
use crate::failure::{Checked, Failure};
use crate::shadow::{Content, PAGE};
use crate::survey::{PAGES, Pages};

/// The lengths of runs, in pages.
const LENGTHS: [usize; 4] = [1, 8, 64, PAGES];
/// The most runs that a process has shared at a time.
const MOST_SHARED: usize = 3;
/// A region of which this much is in use may become a block again.
const WORTH_MERGING: usize = PAGES / 2;
/// Frames that are left alone when missing pages of a region are fetched to make it a block.
const KEPT_FREE: isize = 64;

impl Runner<'_, '_> {
    /// Makes a run of data shared, or the oldest shared run private.
    pub(super) fn convert(&mut self) -> Checked<()> {
        let shared = self.process.converted.len();
        if self.process.regions.is_empty() {
            return Ok(());
        }
        if shared == MOST_SHARED || shared > 0 && self.random.next().is_multiple_of(3) {
            let (region, first, pages) = self.process.converted.remove(0);
            return self.convert_to_private(region, first, pages);
        }
        let length = LENGTHS[self.random.next() as usize % LENGTHS.len()];
        let region = self.random.next() as usize % self.process.regions.len();
        let first = self.random.next() as usize % (PAGES / length) * length;
        let run = Pages::run(first, length);
        if run.without(&self.process.regions[region].shared) == run {
            self.convert_to_shared(region, first, length)?;
            self.process.converted.push((region, first, length));
        }
        Ok(())
    }

    fn convert_to_shared(&mut self, region: usize, first: usize, pages: usize) -> Checked<()> {
        let kept = self.read_out(region, first, pages)?;
        let slot = self.process.layout.data(self.process.vcpu, region);
        self.host.to_shared(slot, first, pages, &mut self.stats)?;
        let (state, run) = (&mut self.process.regions[region], Pages::run(first, pages));
        state.shared = state.shared.with(&run);
        state.accepted = state.accepted.without(&run);
        self.write_back(&kept)?;
        // Now the host reads what the guest has written.
        for (page, content) in &kept {
            let mut seen = [0; PAGE];
            self.host.device_read(slot, ((page % PAGES) << 12) as u32, &mut seen)?;
            if seen != **content {
                return Err(Failure::new(format!(
                    "the host reads other bytes in shared page {page} than the guest wrote"
                )));
            }
        }
        self.stats.conversions[0] += 1;
        self.stats.converted[0] += pages as u64;
        Ok(())
    }

    fn convert_to_private(&mut self, region: usize, first: usize, pages: usize) -> Checked<()> {
        let kept = self.unshare(region, first, pages)?;
        self.write_back(&kept)?;
        self.make_block(region)
    }

    /// Makes the oldest shared run private and keeps what it holds as if it were swapped out: until it is used, it
    /// needs no frames. Says whether there was one.
    pub(super) fn end_sharing(&mut self) -> Checked<bool> {
        if self.process.converted.is_empty() {
            return Ok(false);
        }
        let (region, first, pages) = self.process.converted.remove(0);
        let kept = self.unshare(region, first, pages)?;
        self.stats.swapped[0] += kept.len() as u64;
        for (page, content) in kept {
            self.process.swap_out(page, content);
        }
        Ok(true)
    }

    /// Makes a shared run private, and returns what it held.
    fn unshare(&mut self, region: usize, first: usize, pages: usize) -> Checked<Vec<(usize, Content)>> {
        let kept = self.read_out(region, first, pages)?;
        let slot = self.process.layout.data(self.process.vcpu, region);
        self.host.to_private(slot, first, pages)?;
        let state = &mut self.process.regions[region];
        state.shared = state.shared.without(&Pages::run(first, pages));
        self.stats.conversions[1] += 1;
        self.stats.converted[1] += pages as u64;
        Ok(kept)
    }

    /// What the written pages of a run hold, checked.
    fn read_out(&mut self, region: usize, first: usize, pages: usize) -> Checked<Vec<(usize, Content)>> {
        let mut kept = Vec::new();
        for page in (first..first + pages).map(|index| region * PAGES + index) {
            if let Some(content) = self.process.take_swapped(page) {
                kept.push((page, content));
            } else if self.process.data.page(page).is_some() {
                let content =
                    self.inside(|process, guest, stats, _| Ok(Box::new(*process.read_page(guest, page, stats)?)))?;
                kept.push((page, content));
            }
        }
        Ok(kept)
    }

    fn write_back(&mut self, kept: &[(usize, Content)]) -> Checked<()> {
        let mut rest = kept.iter();
        self.inside(|process, guest, _, _| {
            while let Some((page, content)) = rest.as_slice().first() {
                process.write_page(guest, *page, content)?;
                rest.next();
            }
            Ok(())
        })
    }

    /// Makes a region one block again, if most of it is in use and the rest can be had.
    fn make_block(&mut self, region: usize) -> Checked<()> {
        let state = &self.process.regions[region];
        let missing = PAGES - state.accepted.len();
        let room = self.host.frames_of(self.process.vcpu).left() >= missing.cast_signed() + KEPT_FREE;
        if state.shared.len() > 0 || missing > PAGES - WORTH_MERGING || !room {
            return Ok(());
        }
        for index in 0..PAGES {
            let page = region * PAGES + index;
            if !self.process.regions[region].accepted.contains(index) {
                self.inside(|process, guest, stats, _| process.read_byte(guest, page, stats))?;
            }
        }
        let slot = self.process.layout.data(self.process.vcpu, region);
        self.host.merge(slot, &mut self.stats)
    }
}
