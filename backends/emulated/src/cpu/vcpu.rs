//! One vCPU: it enters the guest, accesses memory by guest-physical addresses, and leaves.

use super::domain::{Domain, Inside, Violation};
use super::exit::{Access, Exception, Exit, Qualification, Stop};
use super::line::Line;
use super::tlb::{Tlb, TlbStatistics};
use super::vcpus::{Paging, Vcpus};
use super::walker::{Table, Walked};
use crate::encryption::Keyed;
use crate::machine::{BusError, Machine};
use core::fmt;
use pt_core::{Hpa, RawGpa};
use std::sync::Arc;

/// Bytes in the smallest page.
const PAGE: u64 = 4096;

/// A vCPU, outside the guest. Its TLB stays filled from one turn to the next.
pub struct Vcpu<D: Domain> {
    vcpus: Arc<Vcpus<D>>,
    name: D::Vcpu,
    line: Arc<Line>,
    tlb: Tlb,
    /// The epoch of its private translations.
    epoch: Option<u64>,
}

impl<D: Domain> Vcpu<D> {
    pub(super) fn new(vcpus: Arc<Vcpus<D>>, name: D::Vcpu, line: Arc<Line>) -> Self {
        Self { vcpus, name, line, tlb: Tlb::new(), epoch: None }
    }

    /// What the monitor knows it by.
    #[must_use]
    pub const fn name(&self) -> D::Vcpu {
        self.name
    }

    /// Enters the guest, after whoever [keeps vCPUs out](Vcpus::keep_out).
    ///
    /// # Errors
    /// What the monitor answered.
    pub fn enter(&mut self) -> Result<Guest<'_, D>, D::Refused> {
        let Self { vcpus, name, line, tlb, epoch } = self;
        let passed = vcpus.pass();
        // The turn begins before the epoch is read: who begins an epoch and then kicks must find this vCPU
        // inside, or it enters the new one.
        line.enter();
        let domain = &**vcpus.domain();
        let inside = domain.enter(*name).inspect_err(|_| line.leave())?;
        drop(passed);
        if *epoch != Some(inside.epoch()) {
            tlb.flush_private(1 << vcpus.paging().shared_bit);
            *epoch = Some(inside.epoch());
        }
        let (paging, machine, hits) = (vcpus.paging(), &**domain.machine(), tlb.statistics.hits);
        Ok(Guest { paging, machine, line, tlb, inside: Some(inside), hits, walked: false })
    }

    /// What its TLB did so far.
    #[must_use]
    pub const fn tlb(&self) -> TlbStatistics {
        self.tlb.statistics
    }
}

impl<D: Domain> fmt::Debug for Vcpu<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Vcpu");
        text.field("name", &self.name).field("epoch", &self.epoch).field("tlb", &self.tlb.statistics);
        text.finish_non_exhaustive()
    }
}

/// A vCPU inside the guest. It leaves with an [`Exit`], or when this is dropped.
///
/// A thread that holds one must come back to it soon: kicks and flushes wait for its next access.
pub struct Guest<'v, D: Domain + 'v> {
    paging: &'v Paging,
    machine: &'v Machine,
    line: &'v Line,
    tlb: &'v mut Tlb,
    inside: Option<D::Inside<'v>>,
    /// How often the TLB had hit when the monitor was told last that the guest advances.
    hits: u64,
    /// Whether a walk has led to a page since then.
    walked: bool,
}

impl<'v, D: Domain + 'v> Guest<'v, D> {
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
                None => self.machine.write(at, bytes),
            };
            done.or_else(|error| self.no_memory(page, error))?;
        }
        Ok(())
    }

    /// Does an operation of the guest, such as accepting a page.
    ///
    /// # Errors
    /// [`Exit::Violation`] where the VMM has to do something first.
    pub fn operate(
        &mut self,
        operation: <D::Inside<'v> as Inside>::Operation,
    ) -> Result<<D::Inside<'v> as Inside>::Answer, Stop> {
        self.begin()?;
        let Some(inside) = &mut self.inside else { return Err(Exit::Outside.into()) };
        match inside.operate(operation) {
            Ok(answer) => Ok(answer),
            Err(exit) => self.exit(exit),
        }
    }

    /// Leaves the guest, if the vCPU is still inside.
    pub fn leave(&mut self) {
        self.advance();
        if self.inside.take().is_some() {
            self.line.leave();
        }
    }

    /// Tells the monitor whether the guest has completed an access.
    fn advance(&mut self) {
        let hits = self.tlb.statistics.hits;
        if let Some(inside) = self.inside.as_mut().filter(|_| self.walked || hits != self.hits) {
            inside.advance();
            (self.walked, self.hits) = (false, hits);
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
                None => self.machine.read(at, bytes),
            };
            done.or_else(|error| self.no_memory(page, error))?;
        }
        Ok(())
    }

    /// Looks at the signals, and that the vCPU is inside.
    #[inline]
    fn begin(&mut self) -> Result<(), Stop> {
        if self.line.is_signalled() {
            self.obey()?;
        }
        if self.inside.is_some() { Ok(()) } else { Err(Exit::Outside.into()) }
    }

    #[cold]
    fn obey(&mut self) -> Result<(), Stop> {
        let signals = self.line.take_signals();
        if signals.flush() {
            let Self { line, tlb, .. } = self;
            line.serve(|range| tlb.flush(range.first, range.last, range.tables));
        }
        if signals.kick() { self.exit(Exit::Kicked) } else { Ok(()) }
    }

    /// The key for a private address; shared memory is in the open.
    #[inline]
    fn key_for(&self, gpa: u64) -> Option<Keyed<'_>> {
        if gpa >> self.paging.shared_bit & 1 != 0 {
            return None;
        }
        self.inside.as_ref()?.key().map(|key| Keyed::new(self.machine, key))
    }

    #[inline]
    fn translate(&mut self, gpa: u64, access: Access) -> Result<Hpa, Stop> {
        match self.tlb.get(gpa, access.right()) {
            Some(at) => Ok(at),
            None => self.walk(gpa, access),
        }
    }

    #[cold]
    fn walk(&mut self, gpa: u64, access: Access) -> Result<Hpa, Stop> {
        let paging = self.paging;
        if gpa >> paging.width != 0 {
            return Err(Exception::Reserved { gpa: RawGpa::new(gpa) }.into());
        }
        let Some(inside) = &self.inside else { return Err(Exit::Outside.into()) };
        let cached = self.tlb.table(gpa);
        let from =
            |root| cached.unwrap_or(Table { frame: root, level: paging.levels - 1, rights: super::ept::PRESENT });
        let walked = if gpa >> paging.shared_bit & 1 != 0 {
            paging.rules().walk(self.machine, from(paging.shared_root), gpa, access)
        } else if let Some(key) = inside.key() {
            paging.protected_rules().walk(&Keyed::new(self.machine, key), from(inside.root()), gpa, access)
        } else {
            paging.protected_rules().walk(self.machine, from(inside.root()), gpa, access)
        };
        match walked {
            Ok(Walked::Leaf(leaf)) => {
                self.tlb.put(gpa, &leaf);
                self.walked = true;
                Ok(Hpa::new(leaf.frame.as_u64() | gpa & ((1 << leaf.shift) - 1)))
            }
            Ok(Walked::Violation { rights, convertible }) => {
                self.tlb.drop_address(gpa);
                let (gpa, qualification) = (RawGpa::new(gpa), Qualification::new(access, rights));
                if convertible {
                    return Err(Exception::Virtualization { gpa, qualification }.into());
                }
                self.advance();
                match self.inside.as_mut().map(|inside| inside.violation(gpa, qualification)) {
                    Some(Violation::Exception(exception)) => Err(exception.into()),
                    Some(Violation::Exit(exit)) => self.exit(exit),
                    None => Err(Exit::Outside.into()),
                }
            }
            Ok(Walked::Misconfigured { level, entry }) => {
                self.exit(Exit::Misconfiguration { gpa: page_of(gpa), level, entry })
            }
            Err(error) => self.no_memory(gpa, error),
        }
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

impl<D: Domain> Drop for Guest<'_, D> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl<D: Domain> fmt::Debug for Guest<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = self.inside.as_ref().map(Inside::epoch);
        f.debug_struct("Guest").field("epoch", &epoch).finish_non_exhaustive()
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
