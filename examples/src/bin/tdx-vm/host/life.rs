//! The life of the VM: built with a measured image, run, torn down.
//!
//! The phases are types: a page cannot be added after [`finalise`](pt_core::pair::Vm::finalise), and nothing is
//! reclaimed before [`teardown`](pt_core::pair::Vm::teardown).

use super::backing::{Backings, Region, Sink};
use super::td::Td;
use super::{GPAW, Host, Inner, PATIENCE, Vcpus, VmIn, address, on_purpose};
use crate::failure::{Checked, During, Failure};
use crate::frames::Frames;
use crate::layout::{Layout, Slot};
use crate::shadow::{PAGE, Shadow};
use crate::stats::Stats;
use crate::survey::{PAGES, Pages};
use pt_core::hook::Refusal;
use pt_core::pair::{Build, Cause, Leaked, Vm};
use pt_core::{Hpa, Page, Private, TableAllocator};
use pt_emulated::{Machine, Random};
use pt_tdx::Pt;
use std::sync::RwLock;

/// A VM that is being built: it has the pages of its image, and cannot run.
pub struct Built<'h> {
    vm: VmIn<'h, Build>,
    machine: &'h Machine,
    td: &'h Td<'h>,
    groups: &'h [Frames<&'h Machine>],
}

/// What came back at the end.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Ended {
    /// Pages of 4 KiB that the monitor gave back.
    pub pages: u64,
    /// Tables that came back, each with its partner in the protected table.
    pub tables: u64,
    /// How often the monitor had to be asked again.
    pub rounds: u64,
    /// What the engine lost on purpose, because the monitor kept it.
    pub leaked: Leaked,
    /// Leaves of guest memory that the monitor gave back.
    pub leaves: u64,
    /// Control pages of the TD that came back.
    pub control: u64,
}

impl Ended {
    /// Everything that came back by a call of its own.
    pub const fn reclaimed(&self) -> u64 {
        self.leaves + self.tables + self.control
    }
}

impl<'h> Built<'h> {
    /// A VM without memory. The first group of frames is for the common regions, the others for the vCPUs.
    ///
    /// # Errors
    /// If there is no memory for its tables.
    pub fn new(machine: &'h Machine, td: &'h Td<'h>, groups: &'h [Frames<&'h Machine>]) -> Checked<Self> {
        let vm = Vm::build(GPAW, machine, machine, td.hooks()).during("building the VM")?;
        Ok(Self { vm, machine, td, groups })
    }

    /// The root of the shared table, for the vCPUs.
    pub fn shared_root(&self) -> Hpa {
        self.vm.shared().root_frame()
    }

    /// Adds the image, page by page, with its content.
    ///
    /// # Errors
    /// If there is no frame for a page, or the monitor does not take it.
    pub fn add_image(&mut self, layout: &Layout, common: &Shadow, stats: &mut Stats) -> Checked<()> {
        let staging = self.machine.allocate(0).ok_or_else(|| Failure::new("no frame to copy the image from"))?;
        for (slot, page) in layout.image_pages() {
            if let Some(content) = common.page(common_page(slot, page)) {
                self.machine.write(staging, content).during("the image")?;
                self.add_page(slot, page, staging, stats)?;
            }
        }
        self.machine.free(staging, 0);
        Ok(())
    }

    fn add_page(&mut self, slot: Slot, page: usize, source: Hpa, stats: &mut Stats) -> Checked<()> {
        let at = address::<Private>(slot, (page << 12) as u32)?;
        let frame = self.groups[0].page(None).ok_or_else(|| Failure::new("no frame for a page of the image"))?;
        let mut page = Page::<Private, Pt>::new(frame).map_err(Failure::new)?;
        for _ in 0..PATIENCE {
            let source = Page::new(source).map_err(Failure::new)?;
            let Err(refused) = self.vm.add_page(at, page, source) else {
                stats.added();
                return self.td.measure(at);
            };
            let busy = matches!(refused.error.cause, Cause::Refused(Refusal::Busy(_)));
            if !busy && !on_purpose(&refused.error.cause) {
                return Err(Failure::new(refused));
            }
            stats.retries += 1;
            page = refused.page;
        }
        Err(Failure::new(format!("{at:?} cannot be added: the monitor refuses again and again")))
    }

    /// Ends the building: the VM can run.
    ///
    /// # Errors
    /// If the monitor does not agree.
    pub fn finalise(self, layout: &Layout, vcpus: &'h Vcpus<'h>) -> Checked<Host<'h>> {
        self.td.finalise()?;
        let Self { vm, machine, td, groups } = self;
        let backings = Backings::new(machine, regions(layout, groups));
        let inner = RwLock::new(Inner { vm: vm.finalise(), backings });
        Ok(Host { machine, td, vcpus, inner, groups })
    }
}

/// The regions in the order of the layout: the common ones, then data and I/O buffer of each vCPU.
fn regions<'h>(layout: &Layout, groups: &'h [Frames<&'h Machine>]) -> Vec<Region<'h>> {
    let (common, processes) = (&groups[0], &groups[1..]);
    let private = Pages::default();
    let mut regions: Vec<_> = (0..layout.common_regions()).map(|_| Region::new(common, private, false)).collect();
    for frames in processes {
        regions.extend((0..layout.data_regions()).map(|_| Region::new(frames, private, true)));
        regions.push(Region::new(frames, Pages::ALL, true));
    }
    regions
}

/// A page of the common regions, as their shadow counts.
pub fn common_page(slot: Slot, page: usize) -> usize {
    slot.0 as usize * PAGES + page
}

/// What the common regions hold: anything where the image is, zero elsewhere.
pub fn image(layout: &Layout, random: &mut Random) -> Shadow {
    let mut image = Shadow::new(layout.common_regions() * PAGES);
    for (slot, page) in layout.image_pages() {
        for offset in (0..PAGE).step_by(8) {
            image.write(common_page(slot, page), offset, &random.next().to_le_bytes());
        }
    }
    image
}

impl Host<'_> {
    /// Destroys the key, and takes everything back. No vCPU is inside the guest, nor will be.
    ///
    /// # Errors
    /// If something comes back that the guest did not have, or does not come back at all.
    pub fn tear_down(self) -> Checked<Ended> {
        self.td.destroy_key()?;
        let inner = self.inner.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut ended = Ended::default();
        let mut vm = inner.vm.teardown();
        let mut sink = Sink::new(&inner.backings);
        loop {
            let reclaimed = vm.reclaim(&mut sink);
            ended.pages += reclaimed.bytes >> 12;
            ended.tables += reclaimed.tables;
            ended.leaves += reclaimed.pages;
            ended.rounds += 1;
            match reclaimed.first_refused {
                None => break,
                Some(error) if ended.rounds == PATIENCE as u64 => return Err(Failure::new(error)),
                Some(_) => {}
            }
        }
        sink.finish()?;
        (_, ended.leaked) = vm.dissolve();
        for region in inner.backings.all() {
            region.take_shared(&Pages::ALL)?;
        }
        Ok(ended)
    }
}
