//! Takes private memory away from a guest that has agreed to it, and merges what has become whole again.
//!
//! The order is the monitor's, and the types of the session keep it: what is blocked is tracked, once for all
//! ranges, and only what is tracked is removed. A call that was busy or refused leaves blocked what is blocked;
//! the next round takes it up.

use super::backing::Sink;
use super::seam::Seam;
use super::{Host, Inner, PATIENCE, TdIn, cause, may_pass, range};
use crate::failure::{Checked, Failure};
use crate::layout::Slot;
use crate::stats::Stats;
use crate::survey::PAGES;
use pt_core::pair::{Cause, Kick, Removal, RemovalError, Run};
use pt_core::{AddressRange, Private};
use pt_emulated::Machine;
use pt_tdx::td::ModuleHooks;
use pt_tdx::{Level, Pd, PrivateEpt};

/// A session of taking memory away.
type Session<'id, 's, 'h, K> = Removal<'id, 's, PrivateEpt, &'h Machine, &'h Machine, ModuleHooks<Seam<'h>>, K>;
/// The ranges that are tracked together at most.
pub const BATCH: usize = 4;

impl Host<'_> {
    /// Takes away what is mapped in some runs of pages: region, first page, how many. Returns how many pages came
    /// back.
    ///
    /// # Errors
    /// If the monitor does not let go of it, or a page comes back that the guest did not have.
    pub fn take_away(&self, runs: &[(Slot, usize, usize)], stats: &mut Stats) -> Checked<usize> {
        let mut inner = self.write();
        let Inner { vm, backings } = &mut *inner;
        let mut sink = Sink::new(backings, vm.cleaner());
        for batch in runs.chunks(BATCH) {
            let ranges =
                batch.iter().map(|&(slot, first, pages)| range(slot, first, pages)).collect::<Checked<Vec<_>>>()?;
            remove(vm, &mut &*self.vcpus, &ranges, &mut sink, stats)?;
        }
        sink.finish()
    }

    /// Takes the empty private tables of a region away.
    ///
    /// # Errors
    /// If the monitor does not let go of them.
    pub fn prune(&self, slot: Slot, stats: &mut Stats) -> Checked<()> {
        let mut inner = self.write();
        let region = range(slot, 0, PAGES)?;
        inner.vm.removal(&mut &*self.vcpus, |session| {
            stats.pruned += persist(stats, |_| session.prune(region))?;
            Ok(())
        })
    }

    /// Makes one block of a region whose pages are all private again, if their frames are one and the monitor
    /// agrees. If not, nothing is lost.
    ///
    /// # Errors
    /// If the region cannot be given back to the guest.
    pub fn merge(&self, slot: Slot, stats: &mut Stats) -> Checked<()> {
        let mut inner = self.write();
        let region = range::<Private>(slot, 0, PAGES)?;
        inner.vm.removal(&mut &*self.vcpus, |session| {
            match session.merge::<Pd>(region.start()).map_err(cause) {
                Ok(()) => stats.merged += 1,
                Err(Cause::NotMergeable | Cause::NoTable) => {}
                Err(Cause::Unfinished(_)) => {
                    // What the monitor has begun must be finished.
                    persist(stats, |_| session.merge::<Pd>(region.start()))?;
                    stats.merged += 1;
                }
                Err(_) => {
                    stats.retries += 1;
                    persist(stats, |_| session.restore(region))?;
                }
            }
            Ok(())
        })
    }
}

/// Blocks the ranges, tracks once, removes them.
pub fn remove(
    vm: &mut TdIn<'_, Run>,
    kick: &mut impl Kick,
    ranges: &[AddressRange<Private>],
    sink: &mut Sink<'_, '_>,
    stats: &mut Stats,
) -> Checked<()> {
    vm.removal(kick, |session| {
        persist(stats, |stats| match *ranges {
            [] => Ok(()),
            [a] => remove_once(session, [a], sink, stats),
            [a, b] => remove_once(session, [a, b], sink, stats),
            [a, b, c] => remove_once(session, [a, b, c], sink, stats),
            [a, b, c, d, ..] => remove_once(session, [a, b, c, d], sink, stats),
        })
    })
}

fn remove_once<K: Kick, const N: usize>(
    session: &mut Session<'_, '_, '_, K>,
    ranges: [AddressRange<Private>; N],
    sink: &mut Sink<'_, '_>,
    stats: &mut Stats,
) -> Result<(), RemovalError<Level>> {
    let mut blocked = Vec::with_capacity(N);
    for range in ranges {
        blocked.push(session.block(range).map_err(|refused| refused.error)?);
    }
    let Ok(blocked) = <[_; N]>::try_from(blocked) else { return Ok(()) };
    let tracked = session.track(blocked).map_err(|refused| RemovalError::Track(refused.cause))?;
    for batch in tracked {
        match session.remove(batch, sink) {
            Ok(removed) => stats.removed(removed),
            Err(refused) => {
                stats.removed(refused.removed);
                return Err(refused.error);
            }
        }
    }
    Ok(())
}

/// Tries again what the monitor may do later.
fn persist<T>(
    stats: &mut Stats,
    mut operation: impl FnMut(&mut Stats) -> Result<T, RemovalError<Level>>,
) -> Checked<T> {
    for _ in 1..PATIENCE {
        match operation(stats) {
            Err(error) if may_pass(&error) => stats.retries += 1,
            result => return result.map_err(Failure::new),
        }
    }
    operation(stats).map_err(Failure::new)
}
