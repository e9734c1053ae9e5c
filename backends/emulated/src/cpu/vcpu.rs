//! One vCPU: it enters the guest, accesses memory by guest-physical addresses, and leaves.

use super::exit::{Access, Exception, Exit, Qualification, Stop};
use super::line::Line;
use super::tlb::{Tlb, TlbStatistics};
use super::vcpus::Vcpus;
use super::walker::{Table, Walked};
use crate::encryption::Keyed;
use crate::machine::{BusError, Machine};
use crate::monitor::{Denied, Entered, Epoch, GuestAnswer, LevelsOf, ProtectedFormat};
use core::fmt;
use pt_core::{Hpa, RawGpa};
use std::sync::Arc;

/// Bytes in the smallest page.
const PAGE: u64 = 4096;

/// A vCPU, outside the guest. Its TLB stays filled from one turn to the next.
pub struct Vcpu<F: ProtectedFormat> {
    vcpus: Arc<Vcpus<F>>,
    machine: Arc<Machine>,
    line: Arc<Line>,
    tlb: Tlb,
    /// The epoch of its private translations.
    epoch: Option<Epoch>,
}

impl<F: ProtectedFormat> Vcpu<F> {
    pub(super) fn new(vcpus: Arc<Vcpus<F>>, line: Arc<Line>) -> Self {
        let machine = vcpus.vm().monitor().machine().clone();
        Self { vcpus, machine, line, tlb: Tlb::new(), epoch: None }
    }

    /// Enters the guest, after whoever [keeps vCPUs out](Vcpus::keep_out).
    ///
    /// # Errors
    /// What the monitor answered: [`Denied::Phase`] while the VM is built, [`Denied::NoKey`] after teardown.
    pub fn enter(&mut self) -> Result<Guest<'_, F>, Denied<LevelsOf<F>>> {
        let passed = self.vcpus.pass();
        // The turn begins before the epoch is read: who begins an epoch and then kicks must find this vCPU
        // inside, or it enters the new one.
        self.line.enter();
        let entered = self.vcpus.vm().enter().inspect_err(|_| self.line.leave())?;
        drop(passed);
        if self.epoch != Some(entered.epoch) {
            self.tlb.flush_private(1 << self.vcpus.paging().shared_bit);
            self.epoch = Some(entered.epoch);
        }
        Ok(Guest { vcpu: self, entered: Some(entered) })
    }

    /// What its TLB did so far.
    #[must_use]
    pub const fn tlb(&self) -> TlbStatistics {
        self.tlb.statistics
    }
}

impl<F: ProtectedFormat> fmt::Debug for Vcpu<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vcpu").field("epoch", &self.epoch).field("tlb", &self.tlb.statistics).finish_non_exhaustive()
    }
}

/// A vCPU inside the guest. It leaves with an [`Exit`], or when this is dropped.
///
/// A thread that holds one must come back to it soon: kicks and flushes wait for its next access.
#[derive(Debug)]
pub struct Guest<'v, F: ProtectedFormat> {
    vcpu: &'v mut Vcpu<F>,
    entered: Option<Entered>,
}

impl<F: ProtectedFormat> Guest<'_, F> {
    /// Reads guest memory.
    ///
    /// # Errors
    /// [`Stop`]: nothing, or an undefined part, was read.
    #[inline]
    pub fn read(&mut self, gpa: u64, into: &mut [u8]) -> Result<(), Stop> {
        self.load(gpa, into, Access::Read)
    }

    /// Fetches instructions.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    #[inline]
    pub fn fetch(&mut self, gpa: u64, into: &mut [u8]) -> Result<(), Stop> {
        self.load(gpa, into, Access::Fetch)
    }

    /// Writes guest memory.
    ///
    /// # Errors
    /// [`Stop`]. Nothing was written, unless the access covers more pages than the TLB can hold.
    #[inline]
    pub fn write(&mut self, gpa: u64, from: &[u8]) -> Result<(), Stop> {
        self.begin()?;
        if crosses_pages(gpa, from.len()) {
            for (page, _) in pages(gpa, from.len()) {
                self.translate(page, Access::Write)?;
            }
        }
        for (page, part) in pages(gpa, from.len()) {
            let at = self.translate(page, Access::Write)?;
            let bytes = &from[part];
            let done = match self.key_for(page) {
                Some(memory) => memory.write(at, bytes),
                None => self.vcpu.machine.write(at, bytes),
            };
            done.or_else(|error| self.no_memory(page, error))?;
        }
        Ok(())
    }

    /// Does an operation of the guest on a page, such as accepting it.
    ///
    /// # Errors
    /// [`Exit::Violation`] where the VMM has to do something first.
    pub fn operate(
        &mut self,
        name: &'static str,
        gpa: u64,
        level: LevelsOf<F>,
    ) -> Result<GuestAnswer<LevelsOf<F>>, Stop> {
        self.begin()?;
        match self.vcpu.vcpus.vm().guest(name, gpa, level) {
            Ok(GuestAnswer::Violation) | Err(_) => self.violation(gpa, Qualification::new(Access::Write, 0)),
            Ok(answer) => {
                // What the TLB says of the page is older than the operation.
                self.vcpu.tlb.drop_address(gpa);
                Ok(answer)
            }
        }
    }

    /// Leaves the guest, if the vCPU is still inside.
    pub fn leave(&mut self) {
        if let Some(entered) = self.entered.take() {
            self.vcpu.vcpus.vm().leave(entered.epoch);
            self.vcpu.line.leave();
        }
    }

    #[inline]
    fn load(&mut self, gpa: u64, into: &mut [u8], access: Access) -> Result<(), Stop> {
        self.begin()?;
        for (page, part) in pages(gpa, into.len()) {
            let at = self.translate(page, access)?;
            let bytes = &mut into[part];
            let done = match self.key_for(page) {
                Some(memory) => memory.read(at, bytes),
                None => self.vcpu.machine.read(at, bytes),
            };
            done.or_else(|error| self.no_memory(page, error))?;
        }
        Ok(())
    }

    /// Looks at the signals, and that the vCPU is inside.
    #[inline]
    fn begin(&mut self) -> Result<(), Stop> {
        if self.vcpu.line.is_signalled() {
            self.obey()?;
        }
        if self.entered.is_some() { Ok(()) } else { Err(Exit::Outside.into()) }
    }

    #[cold]
    fn obey(&mut self) -> Result<(), Stop> {
        let signals = self.vcpu.line.take_signals();
        if signals.flush() {
            let tlb = &mut self.vcpu.tlb;
            self.vcpu.line.serve(|range| tlb.flush(range.first, range.last, range.tables));
        }
        if signals.kick() { self.exit(Exit::Kicked) } else { Ok(()) }
    }

    /// The key for a private address; shared memory is in the open.
    #[inline]
    fn key_for(&self, gpa: u64) -> Option<Keyed<'_>> {
        let private = gpa >> self.vcpu.vcpus.paging().shared_bit & 1 == 0;
        self.entered.as_ref().filter(|_| private).map(|entered| Keyed::new(&self.vcpu.machine, &entered.key))
    }

    #[inline]
    fn translate(&mut self, gpa: u64, access: Access) -> Result<Hpa, Stop> {
        match self.vcpu.tlb.get(gpa, access.right()) {
            Some(at) => Ok(at),
            None => self.walk(gpa, access),
        }
    }

    #[cold]
    fn walk(&mut self, gpa: u64, access: Access) -> Result<Hpa, Stop> {
        let paging = *self.vcpu.vcpus.paging();
        if gpa >> paging.width != 0 {
            return Err(Exception::Reserved { gpa: RawGpa::new(gpa) }.into());
        }
        let cached = self.vcpu.tlb.table(gpa);
        let from =
            |root| cached.unwrap_or(Table { frame: root, level: paging.levels - 1, rights: super::ept::PRESENT });
        let (private, walked) = match self.key_for(gpa) {
            Some(memory) => {
                let start = from(self.vcpu.vcpus.vm().root());
                (true, paging.protected_rules().walk(&memory, start, gpa, access))
            }
            None => (false, paging.rules().walk(&*self.vcpu.machine, from(paging.shared_root), gpa, access)),
        };
        match walked {
            Ok(Walked::Leaf(leaf)) => {
                self.vcpu.tlb.put(gpa, &leaf);
                Ok(Hpa::new(leaf.frame.as_u64() | gpa & ((1 << leaf.shift) - 1)))
            }
            Ok(Walked::Violation { rights, convertible }) => {
                self.vcpu.tlb.drop_address(gpa);
                let qualification = Qualification::new(access, rights);
                if convertible || private && self.awaits_guest(gpa) {
                    let gpa = RawGpa::new(gpa);
                    return Err(Exception::Virtualization { gpa, qualification }.into());
                }
                self.violation(gpa, qualification)
            }
            Ok(Walked::Misconfigured { level, entry }) => {
                self.exit(Exit::Misconfiguration { gpa: page_of(gpa), level, entry })
            }
            Err(error) => self.no_memory(gpa, error),
        }
    }

    /// Whether the monitor turns a violation at a private address into #VE.
    fn awaits_guest(&self, gpa: u64) -> bool {
        let vcpus = &self.vcpu.vcpus;
        !vcpus.paging().sept_ve_disable && vcpus.vm().awaits_guest(gpa).unwrap_or(false)
    }

    fn violation<R>(&mut self, gpa: u64, qualification: Qualification) -> Result<R, Stop> {
        self.exit(Exit::Violation { gpa: page_of(gpa), qualification })
    }

    #[cold]
    fn no_memory<R>(&mut self, gpa: u64, error: BusError) -> Result<R, Stop> {
        self.exit(Exit::NoMemory { gpa: page_of(gpa), error })
    }

    fn exit<R>(&mut self, exit: Exit) -> Result<R, Stop> {
        self.leave();
        Err(exit.into())
    }
}

impl<F: ProtectedFormat> Drop for Guest<'_, F> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The address that an exit reports: the monitor clears its low bits.
const fn page_of(gpa: u64) -> RawGpa {
    RawGpa::new(gpa & !(PAGE - 1))
}

#[inline]
const fn crosses_pages(gpa: u64, length: usize) -> bool {
    gpa % PAGE + length as u64 > PAGE
}

/// The parts of a run of bytes that lie in one page each: where, and which bytes of the run.
#[inline]
fn pages(gpa: u64, length: usize) -> impl Iterator<Item = (u64, core::ops::Range<usize>)> {
    let mut done = 0;
    core::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let at = gpa.wrapping_add(done as u64);
        let count = ((PAGE - at % PAGE) as usize).min(length - done);
        let part = done..done + count;
        done += count;
        Some((at, part))
    })
}
