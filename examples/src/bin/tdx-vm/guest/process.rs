//! The memory of one process as the guest sees it, and its accesses.
//!
//! Nobody else touches it, so that what it reads is known exactly: what it wrote last, or zero. The common
//! pages are the same for all processes and never written.

use super::{Inside, Interruption, Worked};
use crate::failure::Failure;
use crate::host::GPAW;
use crate::host::life::common_page;
use crate::layout::{Layout, Place, Slot, WINDOW, data_page};
use crate::shadow::{Content, PAGE, Shadow};
use crate::stats::Stats;
use crate::survey::{PAGES, Pages, REGION_SHIFT, Step};
use crate::trace::Kind;
use pt_core::{RawGpa, Split};
use pt_emulated::Random;
use pt_emulated::tdx::Tdcall;
use pt_tdx::{SeptLevel, Status, StatusCode};
use std::collections::BTreeMap;
use std::ops::Range;

/// What the guest knows of one data region.
#[derive(Clone, Default, Debug)]
pub struct RegionState {
    /// The pages that are shared.
    pub shared: Pages,
    /// The private pages that are accepted.
    pub accepted: Pages,
    /// The pages whose content is swapped out.
    pub swapped: Pages,
    /// When each window was used last; 0 for never.
    pub used: [u64; PAGES / WINDOW],
}

/// One process.
pub struct Process<'h> {
    /// The map of guest memory.
    pub layout: &'h Layout,
    /// The number of its vCPU.
    pub vcpu: usize,
    /// What the data regions hold.
    pub data: Shadow,
    /// What the I/O buffer holds.
    pub buffer: Shadow,
    /// The data regions.
    pub regions: Vec<RegionState>,
    /// Runs that are shared: region, first page, pages.
    pub converted: Vec<(usize, usize, usize)>,
    /// The data page that was stored to last.
    pub last_stored: Option<usize>,
    common: &'h Shadow,
    swapped: BTreeMap<usize, Content>,
    clock: u64,
    scratch: Content,
}

impl<'h> Process<'h> {
    /// A process whose data is zero.
    pub fn new(layout: &'h Layout, common: &'h Shadow, vcpu: usize) -> Self {
        Self {
            layout,
            vcpu,
            data: Shadow::new(layout.data_regions() * PAGES),
            buffer: Shadow::new(PAGES),
            regions: vec![RegionState::default(); layout.data_regions()],
            converted: Vec::new(),
            last_stored: None,
            common,
            swapped: BTreeMap::new(),
            clock: 0,
            scratch: Box::new([0; PAGE]),
        }
    }

    /// Makes one step of the trace.
    ///
    /// # Errors
    /// If it has to be tried again, or a byte was read that nobody wrote.
    pub fn step(
        &mut self,
        guest: &mut Inside<'_, '_>,
        step: &Step,
        random: &mut Random,
        stats: &mut Stats,
    ) -> Worked<()> {
        match self.layout.place(step) {
            Place::Common(slot) => self.common_step(guest, slot, step, stats),
            Place::Data(region) => self.data_step(guest, region, step, random, stats),
        }
    }

    fn common_step(&mut self, guest: &mut Inside<'_, '_>, slot: Slot, step: &Step, stats: &mut Stats) -> Worked<()> {
        let bytes = &mut self.scratch[..step.bytes as usize];
        let gpa = slot.address(step.offset);
        match step.kind {
            Kind::Fetch => guest.fetch(gpa, bytes)?,
            _ => guest.read(gpa, bytes)?,
        }
        stats.bytes_checked += bytes.len() as u64;
        let checked = self.common.check(common_page(slot, step.page()), (step.offset & 0xfff) as usize, bytes);
        checked.map_err(|mismatch| wrong(self.vcpu, gpa, mismatch))
    }

    fn data_step(
        &mut self,
        guest: &mut Inside<'_, '_>,
        region: usize,
        step: &Step,
        random: &mut Random,
        stats: &mut Stats,
    ) -> Worked<()> {
        let page = data_page(region, step.offset);
        self.use_page(region, step.page());
        self.bring_back(guest, page, stats)?;
        let offset = (step.offset & 0xfff) as usize;
        let bytes = offset..offset + step.bytes as usize;
        if step.kind != Kind::Store {
            self.read(guest, step.kind == Kind::Fetch, page, bytes.clone(), stats)?;
        }
        if matches!(step.kind, Kind::Store | Kind::Modify) {
            let written = &mut self.scratch[..bytes.len()];
            for chunk in written.chunks_mut(8) {
                chunk.copy_from_slice(&random.next().to_le_bytes()[..chunk.len()]);
            }
            let written = &self.scratch[..bytes.len()];
            guest.write(self.gpa(region, step.offset), written)?;
            self.data.write(page, offset, written);
            stats.bytes_written += written.len() as u64;
            self.last_stored = Some(page);
        }
        Ok(())
    }

    /// Reads bytes of a page of data and compares them.
    fn read(
        &mut self,
        guest: &mut Inside<'_, '_>,
        fetch: bool,
        page: usize,
        bytes: Range<usize>,
        stats: &mut Stats,
    ) -> Worked<()> {
        let (region, start) = place_of(page);
        let gpa = self.gpa(region, start) + bytes.start as u64;
        let read = &mut self.scratch[..bytes.len()];
        if fetch { guest.fetch(gpa, read) } else { guest.read(gpa, read) }?;
        stats.bytes_checked += read.len() as u64;
        self.data.check(page, bytes.start, read).map_err(|mismatch| wrong(self.vcpu, gpa, mismatch))
    }

    /// Reads a whole page of data and compares it.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn read_page(&mut self, guest: &mut Inside<'_, '_>, page: usize, stats: &mut Stats) -> Worked<&[u8; PAGE]> {
        self.read(guest, false, page, 0..PAGE, stats)?;
        Ok(&self.scratch)
    }

    /// Reads the first byte of a page of data and compares it.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn read_byte(&mut self, guest: &mut Inside<'_, '_>, page: usize, stats: &mut Stats) -> Worked<()> {
        self.bring_back(guest, page, stats)?;
        self.read(guest, false, page, 0..1, stats)
    }

    /// Writes a whole page of data: what the shadow says it holds.
    ///
    /// # Errors
    /// If it has to be tried again.
    pub fn write_page(&mut self, guest: &mut Inside<'_, '_>, page: usize, content: &[u8; PAGE]) -> Worked<()> {
        let (region, offset) = place_of(page);
        guest.write(self.gpa(region, offset), content)?;
        Ok(())
    }

    /// Accepts the page that is pending at `gpa`, as a whole block if nothing of its region is in use.
    ///
    /// # Errors
    /// If it has to be tried again, or is not pending after all.
    pub fn accept(&mut self, guest: &mut Inside<'_, '_>, gpa: RawGpa, stats: &mut Stats) -> Worked<()> {
        let address = gpa.as_u64() & !0xfff;
        let region = (address >> REGION_SHIFT).wrapping_sub(u64::from(self.layout.data(self.vcpu, 0).0));
        let Some(known) = self.regions.get_mut(region as usize) else {
            // A common page: whoever is first accepts it for all.
            let answer = guest.operate(Tdcall::page_accept(address, SeptLevel::Pt))?;
            stats.accepted[0] += u64::from(answer == Status::SUCCESS);
            return Ok(());
        };
        if known.shared.len() == 0 && known.accepted.len() == 0 {
            let block = address >> REGION_SHIFT << REGION_SHIFT;
            let answer = guest.operate(Tdcall::page_accept(block, SeptLevel::Pd))?;
            match answer.code() {
                Some(StatusCode::Success) => {
                    known.accepted = Pages::ALL;
                    stats.accepted[1] += 1;
                    return Ok(());
                }
                Some(StatusCode::PageSizeMismatch) => {}
                _ if answer.is_busy() => return Ok(()),
                _ => return Err(Failure::new(format!("accepting {block:#x}: {answer}")).into()),
            }
        }
        let answer = guest.operate(Tdcall::page_accept(address, SeptLevel::Pt))?;
        match answer.code() {
            Some(StatusCode::Success) => {
                known.accepted.insert((address >> 12) as usize % PAGES);
                stats.accepted[0] += 1;
                Ok(())
            }
            _ if answer.is_busy() => Ok(()),
            _ => Err(Failure::new(format!("accepting {address:#x}: {answer}")).into()),
        }
    }

    /// Writes a page back whose content was swapped out.
    fn bring_back(&mut self, guest: &mut Inside<'_, '_>, page: usize, stats: &mut Stats) -> Worked<()> {
        let (region, offset) = place_of(page);
        if !self.regions[region].swapped.contains(page % PAGES) {
            return Ok(());
        }
        let gpa = self.gpa(region, offset);
        if let Some(content) = self.swapped.get(&page) {
            guest.write(gpa, &content[..])?;
        }
        self.take_swapped(page);
        stats.swapped[1] += 1;
        Ok(())
    }

    /// Notes the content of a page that is about to be given up.
    pub fn swap_out(&mut self, page: usize, content: Content) {
        self.regions[page / PAGES].swapped.insert(page % PAGES);
        self.swapped.insert(page, content);
    }

    /// The content of a page, if it is swapped out. It is not any more.
    pub fn take_swapped(&mut self, page: usize) -> Option<Content> {
        self.regions[page / PAGES].swapped.remove(page % PAGES);
        self.swapped.remove(&page)
    }

    fn use_page(&mut self, region: usize, page: usize) {
        self.clock += 1;
        self.regions[region].used[page / WINDOW] = self.clock;
    }

    /// The address at which the guest finds a byte of a data region, split bit included.
    pub fn gpa(&self, region: usize, offset: u32) -> u64 {
        let shared = self.regions[region].shared.contains((offset >> 12) as usize);
        self.layout.data(self.vcpu, region).address(offset) | if shared { GPAW.shared_value() } else { 0 }
    }

    /// The address of a byte of the I/O buffer, which is always shared.
    pub fn buffer_gpa(&self, offset: u32) -> u64 {
        self.layout.io_buffer(self.vcpu).address(offset) | GPAW.shared_value()
    }
}

/// The region of a data page, and where it begins there.
fn place_of(page: usize) -> (usize, u32) {
    (page / PAGES, ((page % PAGES) << 12) as u32)
}

/// A byte that nobody wrote.
pub fn wrong(vcpu: usize, gpa: u64, mismatch: crate::shadow::Mismatch) -> Interruption {
    Failure::new(format!("vCPU {vcpu}, {gpa:#x}: {mismatch}")).into()
}
