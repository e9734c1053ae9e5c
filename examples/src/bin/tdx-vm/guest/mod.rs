//! The guest on one vCPU: a process that makes the accesses of the trace, and the little of a kernel that it needs.
//!
//! A [`Runner`] is the thread of a vCPU. Inside the guest it works on its [`Process`]; an exception is handled there,
//! an exit takes it out to the VMM and back in. Every access is tried until it completes, so that a step of the
//! trace happens exactly once.
//!
//! | file | what the guest does |
//! |---|---|
//! | [`process`] | its accesses, each compared with the shadow; accepting pages; bringing swapped pages back |
//! | [`pressure`] | gives cold memory up when the VMM has no frame left |
//! | [`conversion`] | makes runs of its data shared, and private again |
//! | [`exchange`] | exchanges data with the device through its I/O buffer |

mod conversion;
mod exchange;
mod pressure;
pub mod process;

use crate::failure::{Checked, Failure};
use crate::host::{Domain, Host, Resolved};
use crate::stats::Stats;
use crate::survey::Step;
use process::Process;
use pt_core::format::Access;
use pt_emulated::Random;
use pt_emulated::cpu::{self, Exception, Exit, Stop};
use pt_emulated::tdx::{NotEntered, Tdcall};

/// A vCPU of the TD, inside.
type Inside<'v, 'h> = cpu::Guest<'v, Domain<'h>>;

/// Steps between two exchanges with the device.
const EXCHANGE_EVERY: u64 = 256;
/// Steps between two conversions.
const CONVERT_EVERY: u64 = 2_048;

/// How often memory becomes short in the course of a trace, and plenty again.
const TIDES: u64 = 12;

/// Why a piece of work inside the guest did not get to its end.
pub enum Interruption {
    /// The access has to be tried again.
    Stop(Stop),
    /// A byte was read that nobody wrote, or worse.
    Failure(Failure),
}

impl From<Stop> for Interruption {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}
impl From<Failure> for Interruption {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// The result of work inside the guest.
pub type Worked<T> = Result<T, Interruption>;

/// The thread of a vCPU.
pub struct Runner<'r, 'h> {
    host: &'r Host<'h>,
    vcpu: cpu::Vcpu<Domain<'h>>,
    process: Process<'r>,
    random: Random,
    stats: Stats,
    /// Steps between two changes of the frames that the process may have.
    tide_every: u64,
}

impl<'r, 'h> Runner<'r, 'h> {
    /// A vCPU that runs `process`, outside the guest, through a trace of about so many accesses.
    pub fn new(
        host: &'r Host<'h>,
        vcpu: cpu::Vcpu<Domain<'h>>,
        process: Process<'r>,
        random: Random,
        accesses: u64,
    ) -> Self {
        // A change falls together with an exchange; the last part has plenty.
        let tide_every = (accesses / (2 * TIDES + 1)).next_multiple_of(EXCHANGE_EVERY).max(EXCHANGE_EVERY);
        Self { host, vcpu, process, random, stats: Stats::default(), tide_every }
    }

    /// Makes the accesses of a part of the trace, and what the guest does beside them.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub fn play(&mut self, steps: &[Step]) -> Checked<()> {
        if self.stats.steps == 0 {
            self.set_up_device()?;
        }
        let mut rest = steps;
        while !rest.is_empty() {
            let until_event = EXCHANGE_EVERY - self.stats.steps % EXCHANGE_EVERY;
            let (now, later) = rest.split_at(rest.len().min(until_event as usize));
            self.steps(now)?;
            if self.stats.steps.is_multiple_of(EXCHANGE_EVERY) {
                self.exchange()?;
            }
            if self.stats.steps.is_multiple_of(CONVERT_EVERY) {
                self.convert()?;
            }
            if self.stats.steps.is_multiple_of(self.tide_every) {
                self.turn_tide(self.stats.steps / self.tide_every % 2 == 1)?;
            }
            rest = later;
        }
        Ok(())
    }

    fn steps(&mut self, steps: &[Step]) -> Checked<()> {
        let mut rest = steps.iter();
        self.inside(|process, guest, stats, random| {
            while let Some(step) = rest.as_slice().first() {
                process.step(guest, step, random, stats)?;
                stats.steps += 1;
                rest.next();
            }
            Ok(())
        })
    }

    /// What the thread has counted.
    pub fn into_stats(mut self) -> Stats {
        let tlb = self.vcpu.tlb();
        self.stats.tlb = [tlb.hits, tlb.misses, tlb.short_walks];
        self.stats.flushes = [tlb.flushes, tlb.dropped];
        self.stats
    }

    /// Does work inside the guest. Whenever it is interrupted, what stood in the way is removed and the work goes
    /// on by being called again.
    fn inside<T>(
        &mut self,
        mut work: impl FnMut(&mut Process<'r>, &mut Inside<'_, '_>, &mut Stats, &mut Random) -> Worked<T>,
    ) -> Checked<T> {
        // An exit in the middle of the exception handler: the handler goes on when the vCPU is inside again.
        let mut handling = None;
        loop {
            let exit = match self.vcpu.enter() {
                Ok(mut guest) => loop {
                    let worked = match handling.take() {
                        Some(exception) => Err(Stop::Exception(exception).into()),
                        None => work(&mut self.process, &mut guest, &mut self.stats, &mut self.random),
                    };
                    let handled = match worked {
                        Ok(done) => return Ok(done),
                        Err(Interruption::Stop(Stop::Exception(exception))) => {
                            handling = Some(exception);
                            exception_handler(&mut self.process, &mut guest, exception, &mut self.stats)
                                .inspect(|()| handling = None)
                        }
                        Err(interruption) => Err(interruption),
                    };
                    match handled {
                        Ok(()) => {}
                        Err(Interruption::Stop(Stop::Exit(exit))) => break exit,
                        Err(Interruption::Stop(stop)) => return Err(Failure::new(stop)),
                        Err(Interruption::Failure(failure)) => return Err(failure),
                    }
                },
                // A leaf of the host has a lock: nobody waits for locks, the VMM calls again.
                Err(NotEntered::Refused(status)) if status.is_busy() => {
                    self.stats.retries += 1;
                    std::thread::yield_now();
                    continue;
                }
                Err(NotEntered::Exit(exit)) => exit,
                Err(refused) => return Err(Failure::new(refused)),
            };
            self.exit(exit)?;
        }
    }

    /// What the VMM does about an exit.
    fn exit(&mut self, exit: Exit) -> Checked<()> {
        match exit {
            Exit::Violation { gpa, qualification, .. } => {
                let access = match qualification.access() {
                    cpu::Access::Read => Access::READ,
                    cpu::Access::Write => Access::WRITE,
                    cpu::Access::Fetch => Access::EXECUTE,
                };
                self.stats.violations += 1;
                match self.host.fault(gpa, access, &mut self.stats)? {
                    Resolved::GoOn => Ok(()),
                    Resolved::Starved => self.give_up_memory(),
                }
            }
            Exit::Kicked => {
                self.stats.kicks += 1;
                Ok(())
            }
            other => Err(Failure::new(Stop::Exit(other))),
        }
    }
}

/// The guest's #VE handler: a page that was added to the guest waits to be accepted.
fn exception_handler(
    process: &mut Process<'_>,
    guest: &mut Inside<'_, '_>,
    exception: Exception,
    stats: &mut Stats,
) -> Worked<()> {
    match exception {
        Exception::Virtualization { gpa, .. } => {
            guest.operate(Tdcall::VeInfoGet)?;
            process.accept(guest, gpa, stats)
        }
        Exception::Reserved { .. } | Exception::DoubleFault => Err(Stop::Exception(exception).into()),
    }
}
