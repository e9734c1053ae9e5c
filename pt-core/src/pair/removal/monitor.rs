//! Calling the monitor when memory is taken away: patiently, because there is no other way out.
//!
//! An installation that is refused is rolled back and tried again by the guest's next fault. A removal has to
//! succeed: the page is wanted elsewhere. What keeps the monitor busy is a vCPU, in the guest or on its way there,
//! so that a busy monitor is asked once more with all vCPUs kept out.

use crate::hook::{Refusal, Track};
use crate::pair::error::Cause;
use crate::table::{Propagating, Table};

/// Makes vCPUs leave the guest.
pub trait Kick {
    /// Returns when every vCPU that was in the guest when it was called has left it.
    fn kick(&mut self);

    /// Runs `work` while no vCPU is in the guest.
    fn keep_out<R>(&mut self, work: impl FnOnce() -> R) -> R;
}

/// For a VM none of whose vCPUs is in the guest, or enters it while memory is taken away.
#[derive(Copy, Clone, Debug, Default)]
pub struct NoVcpus;

impl Kick for NoVcpus {
    fn kick(&mut self) {}
    fn keep_out<R>(&mut self, work: impl FnOnce() -> R) -> R {
        work()
    }
}

/// How often an interrupted operation is resumed before it is given up. The host takes the interrupt each time
/// that the monitor returns, so that many in a row mean that something is broken.
const RESUMES: usize = 10_000;

/// The hooks, and who makes vCPUs leave.
pub(super) struct Monitor<'vm, H, K> {
    hooks: &'vm H,
    kick: &'vm mut K,
}

impl<'vm, H, K: Kick> Monitor<'vm, H, K> {
    pub(super) const fn new(hooks: &'vm H, kick: &'vm mut K) -> Self {
        Self { hooks, kick }
    }

    /// Calls a hook; if the monitor is busy, once more while no vCPU runs.
    pub(super) fn call<T: Table, R>(
        &mut self,
        hook: impl Fn(&H) -> Result<R, Refusal<T::Levels>>,
    ) -> Result<R, Cause<T::Levels>> {
        let hooks = self.hooks;
        match hook(hooks) {
            Err(Refusal::Busy(_)) => self.kick.keep_out(|| hook(hooks)).map_err(|refusal| match refusal {
                Refusal::Busy(_) => Cause::MonitorStuck,
                refusal => Cause::Refused(refusal),
            }),
            answer => answer.map_err(Cause::Refused),
        }
    }

    /// Calls a hook, and resumes it for as long as it is interrupted. Once the monitor has begun, the entry belongs to
    /// the operation until it is finished, whatever else the monitor answers.
    pub(super) fn finish<T: Table, R>(
        &mut self,
        hook: impl Fn(&H) -> Result<R, Refusal<T::Levels>>,
    ) -> Result<R, Cause<T::Levels>> {
        let mut begun = None;
        for _ in 0..RESUMES {
            match self.call::<T, R>(&hook) {
                Err(Cause::Refused(Refusal::Incomplete(incomplete))) => begun = Some(incomplete),
                answer => return answer.map_err(|cause| begun.map_or(cause, Cause::Unfinished)),
            }
        }
        Err(begun.map_or(Cause::MonitorStuck, Cause::Unfinished))
    }

    /// Begins a new epoch, and waits until every vCPU of the old one has left the guest.
    pub(super) fn new_epoch<T: Propagating + Track<H>>(&mut self) -> Result<(), Cause<T::Levels>> {
        self.call::<T, ()>(|hooks| T::track(hooks))?;
        self.kick.kick();
        Ok(())
    }
}
