//! The VMM: it owns the guest's memory and both tables that it can see, and answers the exits of the vCPUs.
//!
//! Faults run in parallel, under the read half of one lock. Whatever takes memory away holds the write half, and
//! with it the VM exclusively: [`taking`] gives private memory up, [`convert`] changes what a range is.
//!
//! | file | what it does |
//! |---|---|
//! | [`life`] | builds the VM with its measured image, tears it down |
//! | [`backing`] | says which kind of memory a guest frame is, and gives pages for it |
//! | [`taking`] | takes private memory away, by the tokens of a removal session; merges tables into blocks |
//! | [`convert`] | private to shared, and back |
//! | [`device`] | an I/O device, and a look at private memory without the key |
//! | [`seam`] | the machine and its TDX module |
//! | [`injection`] | SEAMCALLs that fail on purpose |
//! | [`forest`] | the three trees, for the drawings |

pub mod backing;
mod convert;
mod device;
mod forest;
pub mod injection;
pub mod life;
pub mod seam;
mod taking;

pub use taking::BATCH;

use crate::failure::{Checked, Failure};
use crate::frames::Frames;
use crate::layout::Slot;
use crate::stats::{Answer, Stats};
use backing::{Backings, Source};
use injection::REFUSED_ON_PURPOSE;
use pt_core::Half;
use pt_core::format::Access;
use pt_core::hook::{Fatal, Refusal};
use pt_core::pair::{Cause, FaultError, FaultOutcome, Obstruction, RemovalError, Run};
use pt_core::{AddressRange, Gfn, Gpa, RawGpa, Split};
use pt_emulated::{Machine, cpu, tdx};
use pt_tdx::td::{self, Td};
use pt_tdx::{Gpaw, Level};
use seam::{Module, Seam};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The geometry of the guest: 48 address bits.
pub const GPAW: Gpaw = Gpaw::Bits48;
/// How often an operation that has to succeed is tried again.
const PATIENCE: usize = 100_000;

/// The TD, in a stage of its life: the module's part of it, and the engine's VM.
type TdIn<'h, Stage> = Td<Stage, Seam<'h>>;
/// The TD as its vCPUs see it.
pub type Domain<'h> = tdx::TdDomain<&'h Module>;
/// Its vCPUs.
pub type Vcpus<'h> = cpu::Vcpus<Domain<'h>>;

/// The VMM of a VM that runs.
pub struct Host<'h> {
    seam: Seam<'h>,
    vcpus: &'h Vcpus<'h>,
    inner: RwLock<Inner<'h>>,
    /// The frames of the common regions, and of each vCPU's process.
    groups: &'h [Frames<&'h Machine>],
}

/// What the lock protects.
struct Inner<'h> {
    vm: TdIn<'h, Run>,
    backings: Backings<'h>,
}

/// What an exit for memory came to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// The vCPU goes on, and tries the access again.
    GoOn,
    /// There is no frame for it: the guest has to give something up first.
    Starved,
}

impl<'h> Host<'h> {
    /// Resolves an EPT violation at `raw`, in as many attempts as it takes.
    ///
    /// The vCPU does not go back to the guest in between: the module counts violations at one instruction, and when
    /// there are many it lets the vCPU in only if the guest can use the page. A page that is pending by then could never
    /// be accepted.
    ///
    /// # Errors
    /// If a fault ends as none should, or never.
    pub fn fault(&self, raw: RawGpa, access: Access, stats: &mut Stats) -> Checked<Resolved> {
        for _ in 0..PATIENCE {
            match self.attempt(raw, access, stats)? {
                Answer::Retry(_) | Answer::Refused(_) => std::thread::yield_now(),
                Answer::Starved => return Ok(Resolved::Starved),
                Answer::Mapped(_) | Answer::Spurious(_) => return Ok(Resolved::GoOn),
            }
        }
        Err(Failure::new(format!("fault at {raw:?}: the monitor refuses again and again")))
    }

    /// One attempt to resolve a fault.
    fn attempt(&self, raw: RawGpa, access: Access, stats: &mut Stats) -> Checked<Answer> {
        let inner = self.read();
        let mut source = Source::new(&inner.backings);
        let result = inner.vm.fault(raw, access, &mut source);
        if let Some(failure) = source.failure() {
            return Err(failure);
        }
        let answer = match result {
            Ok(FaultOutcome::Mapped { level, .. }) => Answer::Mapped(level),
            Ok(FaultOutcome::Spurious { level, .. }) => Answer::Spurious(level),
            Ok(FaultOutcome::Retry(obstruction)) => Answer::Retry(level_of(&obstruction)),
            Ok(FaultOutcome::NoMemory { .. } | FaultOutcome::Device { .. }) => Answer::Starved,
            Err(FaultError::Obstructed(Obstruction::Private(error))) if on_purpose(&error.cause) => {
                Answer::Refused(error.level)
            }
            Ok(other) => return Err(Failure::new(format!("fault at {raw:?}: {other:?}"))),
            Err(error) => return Err(Failure::new(format!("fault at {raw:?}: {error}"))),
        };
        stats.fault(raw.as_u64() & GPAW.split_mask() != 0, access, answer);
        Ok(answer)
    }

    /// The frames of a vCPU's process.
    pub fn frames_of(&self, vcpu: usize) -> &'h Frames<&'h Machine> {
        &self.groups[vcpu + 1]
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner<'h>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner<'h>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The level that a walk came to.
fn level_of(obstruction: &Obstruction<Level>) -> Level {
    match obstruction {
        Obstruction::Private(error) => error.level,
        Obstruction::Shared(_) => Level::Pt,
    }
}

/// Whether a step of the TD's life that has to succeed may succeed when it is tried again.
fn step_may_pass(cause: &td::Cause) -> bool {
    matches!(cause, td::Cause::Refused { status, .. } if status.bits() == REFUSED_ON_PURPOSE) || cause.passes()
}

/// Whether the monitor refused because it was told to.
fn on_purpose(cause: &Cause<Level>) -> bool {
    matches!(cause, Cause::Refused(Refusal::Fatal(Fatal { status: REFUSED_ON_PURPOSE })))
}

/// Whether an operation that has to succeed may succeed when it is tried again.
fn may_pass(error: &RemovalError<Level>) -> bool {
    let cause = cause(*error);
    on_purpose(&cause) || matches!(cause, Cause::MonitorStuck | Cause::Unfinished(_))
}

/// What stood in the way, wherever it was.
fn cause(error: RemovalError<Level>) -> Cause<Level> {
    match error {
        RemovalError::Entry(error) => error.cause,
        RemovalError::Track(cause) => cause,
    }
}

/// The address of a byte of guest memory in the half `S`.
pub fn address<S: Half>(slot: Slot, offset: u32) -> Checked<Gpa<S>> {
    let byte = slot.address(offset);
    GPAW.address_of::<S>(Gfn::new(byte >> 12)).map_err(Failure::new)
}

/// `pages` pages from page `first` of a region on, in the half `S`.
pub fn range<S: Half>(slot: Slot, first: usize, pages: usize) -> Checked<AddressRange<S>> {
    GPAW.range(address(slot, (first << 12) as u32)?, (pages as u64) << 12).map_err(Failure::new)
}
