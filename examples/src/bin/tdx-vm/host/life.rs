//! The life of the VM: built with a measured image, run, torn down.
//!
//! The phases are types: a page cannot be added after [`finalise`](pt_core::pair::Vm::finalise), and nothing is
//! reclaimed before [`teardown`](pt_core::pair::Vm::teardown).

use super::backing::{Backings, Region, Sink};
use super::seam::Seam;
use super::{GPAW, Host, Inner, PATIENCE, TdIn, Vcpus, address, on_purpose, step_may_pass};
use crate::failure::{Checked, During, Failure};
use crate::frames::Frames;
use crate::layout::{Layout, Slot};
use crate::shadow::{PAGE, Shadow};
use crate::stats::Stats;
use crate::survey::{PAGES, Pages};
use pt_core::hook::Refusal;
use pt_core::pair::{Build, Cause};
use pt_core::{Hpa, Page, Private, TableAllocator};
use pt_emulated::{Machine, Random};
use pt_tdx::Pt;
use pt_tdx::operand::TdParams;
use pt_tdx::td::{self, Failed, Td, UnfinishedVcpu, Vcpu};
use std::sync::{PoisonError, RwLock};

/// A VM that is being built: it has the pages of its image, and cannot run.
pub struct Built<'h> {
    td: TdIn<'h, Build>,
    seam: Seam<'h>,
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
    /// What was lost on purpose, because the module kept it.
    pub lost: td::Ended,
    /// Leaves of guest memory that the monitor gave back.
    pub leaves: u64,
}

impl<'h> Built<'h> {
    /// A TD without memory, and its vCPUs. The first group of frames is for the common regions, the others for the
    /// vCPUs.
    ///
    /// # Errors
    /// If there is no memory for its control structures and tables, or the module refuses.
    pub fn new(seam: Seam<'h>, groups: &'h [Frames<&'h Machine>], vcpus: usize) -> Checked<(Self, Vec<Vcpu>)> {
        let key = seam.keys().next().ok_or_else(|| Failure::new("the machine has no key identifier for a TD"))?;
        let params = TdParams { max_vcpus: vcpus as u16, ..TdParams::new(GPAW) };
        let created = Td::create(seam, key).during("creating the TD")?;
        let keyed = created.configure_key().during("configuring its key")?;
        let complete = keyed.add_control_pages().during("adding control pages")?;
        let mut td = complete.init(&params).during("initialising the TD")?;
        let vcpus = (0..vcpus).map(|_| td.create_vcpu(0).during("creating a vCPU")).collect::<Checked<_>>()?;
        Ok((Self { td, seam, groups }, vcpus))
    }

    /// The root of the shared table, for the vCPUs.
    pub fn shared_root(&self) -> Hpa {
        self.td.shared().root_frame()
    }

    /// Adds the image, page by page, with its content.
    ///
    /// # Errors
    /// If there is no frame for a page, or the monitor does not take it.
    pub fn add_image(&mut self, layout: &Layout, common: &Shadow, stats: &mut Stats) -> Checked<()> {
        let staging = self.seam.machine.allocate(0).ok_or_else(|| Failure::new("no frame to copy the image from"))?;
        for (slot, page) in layout.image_pages() {
            if let Some(content) = common.page(common_page(slot, page)) {
                self.seam.machine.write(staging, content).during("the image")?;
                self.add_page(slot, page, staging, stats)?;
            }
        }
        self.seam.machine.free(staging, 0);
        Ok(())
    }

    fn add_page(&mut self, slot: Slot, page: usize, source: Hpa, stats: &mut Stats) -> Checked<()> {
        let at = address::<Private>(slot, (page << 12) as u32)?;
        let frame = self.groups[0].page(None).ok_or_else(|| Failure::new("no frame for a page of the image"))?;
        let mut page = Page::<Private, Pt>::new(frame).map_err(Failure::new)?;
        for _ in 0..PATIENCE {
            let source = Page::new(source).map_err(Failure::new)?;
            let Err(refused) = self.td.add_page(at, page, source) else {
                stats.added();
                return self.td.measure_page(at).during("measuring the image");
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
        let Self { td, seam, groups } = self;
        let vm = td.finalize().during("finalising the TD")?;
        let backings = Backings::new(seam.machine, regions(layout, groups));
        let inner = RwLock::new(Inner { vm, backings });
        Ok(Host { seam, vcpus, inner, groups })
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
    /// Ends the TD: takes the vCPUs off their processors and the key away, and then everything back. No vCPU is inside
    /// the guest, nor will be.
    ///
    /// # Errors
    /// If something comes back that the guest did not have, or does not come back at all.
    pub fn tear_down(self, mut vcpus: Vec<Vcpu>) -> Checked<Ended> {
        let Inner { vm, backings } = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        for vcpu in &mut vcpus {
            vm.flush_vcpu(vcpu).during("flushing a vCPU")?;
        }
        let flushed = vm.stop().during("stopping the TD")?;
        let written_back = flushed.write_back().during("writing the caches back")?;
        let (mut td, _key) = written_back.free_key().during("freeing the key")?;
        let mut ended = Ended::default();
        let mut sink = Sink::new(&backings, td.cleaner());
        loop {
            let reclaimed = td.reclaim(&mut sink);
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
        for vcpu in vcpus {
            #[expect(clippy::result_large_err, reason = "the pages of the vCPU come back by value")]
            let reclaim = |vcpu: UnfinishedVcpu| td.reclaim_vcpu(vcpu);
            persist(vcpu.into(), reclaim).during("reclaiming a vCPU")?;
        }
        ended.lost = persist(td, Td::close).during("reclaiming the TD")?;
        for region in backings.all() {
            region.take_shared(&Pages::ALL)?;
        }
        Ok(ended)
    }
}

/// Takes a step of a TD's life again that did not pass and may pass later.
fn persist<T, R>(mut value: T, mut step: impl FnMut(T) -> Result<R, Failed<T>>) -> Result<R, Failed<T>> {
    for _ in 1..PATIENCE {
        match step(value) {
            Err(failed) if step_may_pass(&failed.cause) => value = failed.value,
            result => return result,
        }
    }
    step(value)
}
