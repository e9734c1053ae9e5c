//! Memory pressure: the VMM has no frame left or wants some back, and the guest gives up what it has not used for
//! longest.
//!
//! The guest agrees to each page that it loses. What was never written is given up as it is; of the rest it keeps
//! the content, as on an encrypted swap device, and writes it back when the page is used again.

use super::Runner;
use super::process::RegionState;
use crate::failure::{Checked, Failure};
use crate::host::BATCH;
use crate::layout::WINDOW;
use crate::shadow::Content;
use crate::survey::{PAGES, Pages};

impl Runner<'_, '_> {
    /// The VMM allows the process more or fewer frames from now on. What is too much is given up at once.
    pub(super) fn turn_tide(&mut self, low: bool) -> Checked<()> {
        let (frames, tide) = (self.host.frames_of(self.process.vcpu), self.process.layout.process_frames());
        frames.set_limit(if low { tide.low } else { tide.high });
        while frames.left() < 0 {
            self.give_up_memory()?;
        }
        Ok(())
    }

    /// Gives up the coldest windows, some at once, so that stale translations are tracked once for all of them.
    pub(super) fn give_up_memory(&mut self) -> Checked<()> {
        let windows = coldest(&self.process.regions);
        if windows.is_empty() && self.end_sharing()? {
            return Ok(());
        }
        if windows.is_empty() {
            let limit = self.host.frames_of(self.process.vcpu).limit();
            let vcpu = self.process.vcpu;
            return Err(Failure::new(format!("vCPU {vcpu}: {limit} frames are too few, nothing is left to give up")));
        }
        for &(region, first) in &windows {
            self.save(region, first)?;
        }
        let slots: Vec<_> = windows
            .iter()
            .map(|&(region, first)| (self.process.layout.data(self.process.vcpu, region), first, WINDOW))
            .collect();
        self.stats.reclaimed += self.host.take_away(&slots, &mut self.stats)? as u64;
        for (region, first) in windows {
            let state = &mut self.process.regions[region];
            state.accepted = state.accepted.without(&Pages::run(first, WINDOW));
            if state.accepted.len() == 0 {
                self.host.prune(self.process.layout.data(self.process.vcpu, region), &mut self.stats)?;
            }
        }
        Ok(())
    }

    /// Keeps what the pages of a window hold.
    fn save(&mut self, region: usize, first: usize) -> Checked<()> {
        let accepted = self.process.regions[region].accepted;
        for index in (first..first + WINDOW).filter(|&index| accepted.contains(index)) {
            let page = region * PAGES + index;
            if self.process.data.page(page).is_none() || self.process.regions[region].swapped.contains(index) {
                continue;
            }
            let content: Content =
                self.inside(|process, guest, stats, _| Ok(Box::new(*process.read_page(guest, page, stats)?)))?;
            self.process.swap_out(page, content);
            self.stats.swapped[0] += 1;
        }
        Ok(())
    }
}

/// The windows that hold private memory and were not used for longest: region, and first page. The one that was
/// used last is not among them.
fn coldest(regions: &[RegionState]) -> Vec<(usize, usize)> {
    let newest = regions.iter().flat_map(|region| region.used).max().unwrap_or(0);
    let mut windows = Vec::new();
    for (number, region) in regions.iter().enumerate() {
        for (window, &used) in region.used.iter().enumerate() {
            let pages = Pages::run(window * WINDOW, WINDOW);
            if used != newest && pages.without(&region.accepted).len() < WINDOW {
                windows.push((used, number, window * WINDOW));
            }
        }
    }
    windows.sort_unstable();
    windows.into_iter().take(BATCH).map(|(_, region, first)| (region, first)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_windows_go_first_and_the_newest_stays() {
        let mut regions = vec![RegionState::default(), RegionState::default()];
        regions[0].accepted = Pages::run(0, 3 * WINDOW);
        regions[0].used[..3].copy_from_slice(&[7, 0, 9]);
        regions[1].accepted = Pages::run(WINDOW, 1);
        regions[1].used[1] = 5;
        assert_eq!(coldest(&regions), [(0, WINDOW), (1, WINDOW), (0, 0)]);
    }

    #[test]
    fn what_is_not_accepted_cannot_be_given_up() {
        let mut regions = vec![RegionState::default()];
        regions[0].used[4] = 1;
        assert_eq!(coldest(&regions), []);
    }
}
