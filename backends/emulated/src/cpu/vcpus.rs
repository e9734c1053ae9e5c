//! All vCPUs of a VM: what the VMM flushes and kicks.

use super::domain::Domain;
use super::line::{Line, Pending, Range};
use super::vcpu::Vcpu;
use super::walker::Rules;
use core::fmt;
use pt_core::flush::{Invept, Scope};
use pt_core::pair::Kick;
use pt_core::space::{Shared, Space};
use pt_core::table::{Table, UsedByCpu};
use pt_core::{Hpa, Invalidate};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// How the vCPUs of a VM translate.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Paging {
    /// The root of the table for shared addresses.
    pub shared_root: Hpa,
    /// Levels of both tables: 4 or 5.
    pub levels: u32,
    /// Bits of a guest-physical address.
    pub width: u32,
    /// The number of the bit that is set in shared addresses and clear in private ones.
    pub shared_bit: u32,
    /// Bits of a physical address.
    pub physical_width: u32,
    /// Whether accessed and dirty flags are set in the shared table: bit 6 of the EPTP.
    pub accessed_dirty: bool,
}

impl Paging {
    pub(super) const fn rules(&self) -> Rules {
        Rules { physical_width: self.physical_width, accessed_dirty: self.accessed_dirty }
    }

    /// The protected table has no accessed and dirty flags: `EPTP_CONTROLS` of a TD.
    pub(super) const fn protected_rules(&self) -> Rules {
        Rules { accessed_dirty: false, ..self.rules() }
    }
}

/// The vCPUs of one VM.
pub struct Vcpus<D: Domain> {
    domain: Arc<D>,
    paging: Paging,
    lines: RwLock<Vec<Arc<Line>>>,
    /// Read by each vCPU that enters, written by whoever keeps them out.
    gate: RwLock<()>,
}

impl<D: Domain> Vcpus<D> {
    /// No vCPUs yet.
    ///
    /// # Panics
    /// If the paging is none that a CPU has: levels other than 4 or 5, or a shared bit outside the width.
    #[must_use]
    pub fn new(domain: Arc<D>, paging: Paging) -> Arc<Self> {
        assert!(matches!(paging.levels, 4 | 5), "EPT has 4 or 5 levels, not {}", paging.levels);
        assert!(paging.shared_bit < paging.width && paging.width <= 52, "{paging:?}");
        assert!((32..=52).contains(&paging.physical_width), "{paging:?}");
        Arc::new(Self { domain, paging, lines: RwLock::new(Vec::new()), gate: RwLock::new(()) })
    }

    /// A further vCPU, outside the guest, where the monitor knows them by no name. It can be given to a thread.
    #[must_use]
    pub fn add(self: &Arc<Self>) -> Vcpu<D>
    where
        D: Domain<Vcpu = ()>,
    {
        self.add_named(())
    }

    /// The vCPU that the monitor knows by this name, outside the guest. It can be given to a thread.
    #[must_use]
    pub fn add_named(self: &Arc<Self>, name: D::Vcpu) -> Vcpu<D> {
        let line = Arc::new(Line::default());
        self.lines.write().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        Vcpu::new(self.clone(), name, line)
    }

    /// The VM.
    #[must_use]
    pub const fn domain(&self) -> &Arc<D> {
        &self.domain
    }

    /// How they translate.
    #[must_use]
    pub const fn paging(&self) -> &Paging {
        &self.paging
    }

    /// Makes every vCPU leave that is inside now, and returns when all of them have left. Each may have entered
    /// again by then.
    ///
    /// A vCPU leaves before its next access: the caller must hold nothing that a thread inside waits for, and be
    /// no thread that is inside.
    pub fn kick(&self) {
        self.ask(Line::kick);
    }

    /// Runs `work` while no vCPU is inside. Those that want to enter wait.
    ///
    /// What is said of [`kick`](Self::kick) holds here, too; and `work` must not enter the guest.
    pub fn keep_out<R>(&self, work: impl FnOnce() -> R) -> R {
        let _closed = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.kick();
        work()
    }

    /// Passes the gate. Nobody closes it until the result is dropped.
    pub(super) fn pass(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops translations on every vCPU, as `INVEPT` on all CPUs would, but those of `first..=last` alone.
    fn flush(&self, range: Range) {
        self.ask(|line| line.request(range));
    }

    fn ask(&self, question: impl Fn(&Line) -> Option<Pending>) {
        let lines = self.lines.read().unwrap_or_else(PoisonError::into_inner);
        let pending: Vec<_> = lines.iter().filter_map(|line| Some((line, question(line)?))).collect();
        for (line, pending) in pending {
            line.wait(pending);
        }
    }
}

impl<D: Domain, T: UsedByCpu<Stage = Invept> + Table<Space = Shared>> Invalidate<T> for &Vcpus<D> {
    fn invalidate(&mut self, scope: Scope<Shared>) {
        let (range, tables) = match scope {
            Scope::Nothing => return,
            Scope::Leaves(range) => (range, false),
            Scope::Tables(range) => (range, true),
        };
        self.flush(Range { first: range.start().as_u64(), last: range.last().as_u64(), tables });
    }
}

impl<D: Domain> Kick for &Vcpus<D> {
    fn kick(&mut self) {
        Vcpus::kick(self);
    }
    fn keep_out<R>(&mut self, work: impl FnOnce() -> R) -> R {
        Vcpus::keep_out(self, work)
    }
}

impl<D: Domain> fmt::Debug for Vcpus<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.lines.read().unwrap_or_else(PoisonError::into_inner).len();
        write!(f, "{count} vCPUs, {} root {}", Shared::NAME, self.paging.shared_root)
    }
}
