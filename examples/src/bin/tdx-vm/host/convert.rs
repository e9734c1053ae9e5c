//! Changes what a run of pages is: private to shared, and back.
//!
//! Exactly the run changes, whatever blocks it lies in. Its content is lost on both ways: the guest keeps what it
//! needs of it. To shared, the monitor has to let go of the pages, and has tracked stale translations when it does.
//! To private, the VMM unmaps them from its own table and flushes; the monitor is not asked.

use super::backing::Sink;
use super::{Host, Inner, PATIENCE, may_pass, range};
use crate::failure::{Checked, Failure};
use crate::layout::Slot;
use crate::stats::Stats;
use crate::survey::Pages;
use pt_core::{AddressRange, Private, Shared};

impl Host<'_> {
    /// Makes `pages` pages from page `first` of a region on shared. They read zero then.
    ///
    /// # Errors
    /// If the monitor does not let go of them, or one comes back that the guest did not have.
    pub fn to_shared(&self, slot: Slot, first: usize, pages: usize, stats: &mut Stats) -> Checked<()> {
        let mut inner = self.write();
        let Inner { vm, backings } = &mut *inner;
        let range = range::<Private>(slot, first, pages)?;
        let mut sink = Sink::new(backings, vm.cleaner());
        for _ in 0..PATIENCE {
            match vm.convert_to_shared(range, &mut &*self.vcpus, &mut sink) {
                Ok(removed) => {
                    stats.removed(removed);
                    sink.finish()?;
                    let shared = backings.region(slot).shared.with(&Pages::run(first, pages));
                    backings.set_shared(slot, shared);
                    drop(inner);
                    return if shared == Pages::ALL { self.prune(slot, stats) } else { Ok(()) };
                }
                Err(refused) if may_pass(&refused.error) => {
                    stats.removed(refused.removed);
                    stats.retries += 1;
                }
                Err(refused) => return Err(Failure::new(refused)),
            }
        }
        Err(Failure::new(format!("{range:?} cannot be made shared: the monitor refuses again and again")))
    }

    /// Makes `pages` pages from page `first` of a region on private. The guest has to accept them.
    ///
    /// # Errors
    /// If they cannot be unmapped, or one comes back that the guest did not have.
    pub fn to_private(&self, slot: Slot, first: usize, pages: usize) -> Checked<()> {
        let mut inner = self.write();
        let Inner { vm, backings } = &mut *inner;
        let range: AddressRange<Shared> = range(slot, first, pages)?;
        let mut cpus = self.vcpus;
        let unmapped = vm.shared_mut().exclusive(&self.seam.machine).unmap_range(range, &mut cpus, |_| ());
        let stale = unmapped.map_err(|interrupted| Failure::new(interrupted.obstacle))?;
        stale.flush(&mut cpus);
        let (region, converted) = (backings.region(slot), Pages::run(first, pages));
        region.take_shared(&converted)?;
        let shared = region.shared.without(&converted);
        backings.set_shared(slot, shared);
        Ok(())
    }
}
