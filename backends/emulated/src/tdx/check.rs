//! The checks that leaves share, each a step with the status that the module has for it. A leaf takes them in the
//! module's order, so that a call that is wrong in several ways is refused for the reason that the module gives.

use super::lock::{Held, HostPriorityLock, Mode, Sharex};
use super::pamt::{PageSize, Walked};
use super::refusal::{Refusal, Result, busy, require};
use super::sept::{Entry, LockedEntry, Place};
use super::td::{Lifecycle, TDCX_PAGES, Td, Vcpu};
use super::{Memory, Module};
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_tdx::module::{Legality, Level, SeptOperation, SeptState, Step};
use pt_tdx::{Operand, PageInfo, PageType, Registers, SeptLevel, StatusCode};

/// A TD whose TDR page is locked until this value is dropped.
#[derive(Debug)]
pub(crate) struct LockedTd<'m> {
    /// The TD.
    pub td: &'m Td,
    /// The TDR page.
    pub tdr: Hpa,
    mode: Mode,
    _page: Walked<'m>,
}

/// A vCPU whose TDVPR page is locked until this value is dropped.
#[derive(Debug)]
pub(crate) struct LockedVcpu<'m> {
    /// The vCPU.
    pub vcpu: &'m Vcpu,
    _page: Walked<'m>,
}

/// The entry that a leaf works on, with everything that is locked on the way to it. Fields are dropped, and their locks
/// released, in this order.
#[derive(Debug)]
pub(crate) struct Target<'m, M: Memory> {
    /// The entry.
    pub entry: LockedEntry<'m, M>,
    /// The level of the entry.
    pub level: SeptLevel,
    _tree: Held<'m, Sharex>,
    _op_state: Held<'m, HostPriorityLock>,
    /// The TD.
    pub owner: LockedTd<'m>,
}

/// RCX and RDX as they were passed. Most leaves return zeros in them unless they have something to say.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Operands {
    pub rcx: u64,
    pub rdx: u64,
}

impl Operands {
    /// Takes RCX and RDX out of the registers and leaves zeros.
    #[inline]
    pub fn take(registers: &mut Registers) -> Self {
        let operands = Self { rcx: registers.rcx, rdx: registers.rdx };
        (registers.rcx, registers.rdx) = (0, 0);
        operands
    }

    /// Puts them back, as an interrupted leaf does so that it can be called again.
    pub fn restore(self, registers: &mut Registers) {
        (registers.rcx, registers.rdx) = (self.rcx, self.rdx);
    }
}

impl<M: Memory> Module<M> {
    /// A page that an operand names: 4 KiB aligned, without a key identifier, in a TDMR; its PAMT record locked in
    /// `mode` is the one of a 4 KiB page of this kind.
    pub(crate) fn explicit_page(&self, hpa: u64, operand: Operand, mode: Mode, kind: PageType) -> Result<Walked<'_>> {
        self.explicit_block(hpa, operand, mode, kind, PageSize::Small)
    }

    /// A free page, or a free block of 2 MiB all of whose pages are free, that an operand names; locked exclusively.
    pub(crate) fn free_block(&self, hpa: u64, operand: Operand, size: PageSize) -> Result<Walked<'_>> {
        let walked = self.explicit_block(hpa, operand, Mode::Exclusive, PageType::Nda, size)?;
        let free = size == PageSize::Small || walked.is_block_free();
        require(free, StatusCode::PageMetadataIncorrect, operand)?;
        Ok(walked)
    }

    fn explicit_block(
        &self,
        hpa: u64,
        operand: Operand,
        mode: Mode,
        kind: PageType,
        size: PageSize,
    ) -> Result<Walked<'_>> {
        let valid = hpa & ((1 << size.shift()) - 1) == 0 && self.pamt.platform().is_plain(hpa);
        require(valid, StatusCode::OperandInvalid, operand)?;
        let records = self.pamt.records(Hpa::new(hpa)).ok_or(StatusCode::OperandAddrRangeError | operand)?;
        let walked = records.walk(mode, size).map_err(busy(operand))?;
        let matches = walked.size() == size && walked.record().kind() == kind;
        require(matches, StatusCode::PageMetadataIncorrect, operand)?;
        Ok(walked)
    }

    /// The TD whose TDR page an operand names.
    pub(crate) fn explicit_td(&self, tdr: u64, operand: Operand, mode: Mode) -> Result<LockedTd<'_>> {
        let page = self.explicit_page(tdr, operand, mode, PageType::Tdr)?;
        let td = self.tds.get(page.record().control());
        Ok(LockedTd::new(td, Hpa::new(tdr), mode, page))
    }

    /// The TD that a page belongs to, by the page's owner. The records above the TDR's are not locked.
    pub(crate) fn implicit_td(&self, tdr: Hpa, mode: Mode) -> Result<LockedTd<'_>> {
        let records = self.pamt.records(tdr).ok_or(StatusCode::PageMetadataIncorrect | Operand::Tdr)?;
        let page = records.lock_in(PageSize::Small, mode).map_err(busy(Operand::Tdr))?;
        let td = self.tds.get(page.record().control());
        Ok(LockedTd::new(td, tdr, mode, page))
    }

    /// The vCPU whose TDVPR page an operand names.
    pub(crate) fn explicit_vcpu(&self, tdvpr: u64, operand: Operand, mode: Mode) -> Result<LockedVcpu<'_>> {
        let page = self.explicit_page(tdvpr, operand, mode, PageType::Tdvpr)?;
        let vcpu = self.vcpus.get(page.record().control());
        Ok(LockedVcpu { vcpu, _page: page })
    }

    /// A page that RCX names, of any kind, by the record that describes it now.
    pub(crate) fn page_of_any_size(&self, hpa: u64, mode: Mode) -> Result<Walked<'_>> {
        let valid = hpa & 0xfff == 0 && self.pamt.platform().is_plain(hpa);
        require(valid, StatusCode::OperandInvalid, Operand::Rcx)?;
        let walked = self.pamt.walk(Hpa::new(hpa), mode).ok_or(StatusCode::OperandAddrRangeError | Operand::Rcx)?;
        walked.map_err(busy(Operand::Rcx))
    }

    /// The entry that RCX names, of the TD that RDX names: locked, in a state that `leaf` acts on. The tree is held in
    /// `mode`.
    pub(crate) fn target(&self, leaf: SeptOperation, mode: Mode, operands: Operands) -> Result<Target<'_, M>> {
        let owner = self.explicit_td(operands.rdx, Operand::Rdx, Mode::Shared)?;
        self.target_in(owner, leaf, mode, operands.rcx, |_| Ok(()))
    }

    /// [`target`](Self::target) in a TD that is already locked; `first` is checked before RCX.
    pub(crate) fn target_in<'m>(
        &'m self,
        owner: LockedTd<'m>,
        leaf: SeptOperation,
        mode: Mode,
        info: u64,
        first: impl FnOnce(&Td) -> Result<()>,
    ) -> Result<Target<'m, M>> {
        let td = owner.td;
        let op_state = owner.ready(leaf)?.ok_or(StatusCode::OpStateIncorrect)?;
        first(td)?;
        let (gpa, level) = td.page_info(info, leaf)?;
        let tree = Held::take(&td.tree_lock, mode).map_err(busy(Operand::SeptTree))?;
        let end = td.tree().walk(&self.memory, gpa, level);
        if end.level != level {
            return Err(Refusal::walk_failed(&end));
        }
        let entry = LockedEntry::take(&self.memory, td.key(), end.at)
            .map_err(|_| Refusal::of_entry(StatusCode::OperandBusy, Operand::Rcx, end.entry, level))?;
        if !entry.entry.is_acted_on_by(leaf) {
            return Err(Refusal::state_for(leaf, entry.entry, level));
        }
        Ok(Target { entry, level, _tree: tree, _op_state: op_state, owner })
    }

    /// The leaf through which the guest can reach the address that RCX names.
    pub(crate) fn present_leaf(&self, td: &Td, gpa: u64) -> Result<Place> {
        require(td.is_private(gpa), StatusCode::OperandInvalid, Operand::Rcx)?;
        let end = td.tree().walk(&self.memory, gpa, SeptLevel::Pt);
        if end.entry.is_leaf() && end.entry.permissions() != 0 {
            return Ok(end);
        }
        Err(Refusal::of_entry(StatusCode::EptEntryNotPresent, Operand::Rcx, end.entry, end.level))
    }

    /// The PAMT record of a page that an entry names, exclusively; about RCX.
    pub(crate) fn implicit_page(&self, page: Hpa, size: PageSize) -> Result<Walked<'_>> {
        self.implicit_records(page)?.lock(size).map_err(busy(Operand::Rcx))
    }
}

impl<'m> LockedTd<'m> {
    /// The TD whose TDR page is locked in `mode`.
    pub const fn new(td: &'m Td, tdr: Hpa, mode: Mode, page: Walked<'m>) -> Self {
        Self { td, tdr, mode, _page: page }
    }

    /// A TD with its key configured, its TDCS complete, and in an operation state that allows the leaf. Whoever does
    /// not hold the TDR page exclusively holds the operation state.
    pub fn ready(&self, leaf: SeptOperation) -> Result<Option<Held<'m, HostPriorityLock>>> {
        let td = self.td;
        td.check_built()?;
        let held = match self.mode {
            Mode::Exclusive => None,
            Mode::Shared => Some(Held::take(&td.op_state_lock, Mode::Shared).map_err(busy(Operand::OpState))?),
        };
        if leaf.exists_in(td.op_state()) { Ok(held) } else { Err(StatusCode::OpStateIncorrect.into()) }
    }
}

impl Td {
    /// The TD is not fatal, has its key on every package, and all pages of its TDCS.
    pub(crate) fn check_built(&self) -> Result<()> {
        if self.fatal.load(Ordering::Acquire) {
            return Err(StatusCode::TdFatal.into());
        }
        if self.lifecycle() != Lifecycle::KeysConfigured {
            return Err(StatusCode::TdKeysNotConfigured.into());
        }
        if self.tdcx_count.load(Ordering::Acquire) < TDCX_PAGES {
            return Err(StatusCode::TdcsNotAllocated.into());
        }
        Ok(())
    }

    /// Address and level in RCX of a leaf of the host, on an entry that is in the TD's tree.
    #[inline]
    pub(crate) fn page_info(&self, info: u64, leaf: SeptOperation) -> Result<(u64, SeptLevel)> {
        let takes = |level| leaf.levels().contains(&declared(level));
        self.page_info_at(info, |level| level.into_bits() <= self.top().into_bits() && takes(level))
    }

    /// Address and level in RCX: nothing reserved set, a level that is taken, the address the first behind an entry of
    /// that level, and private.
    #[inline]
    pub(crate) fn page_info_at(&self, info: u64, takes: impl Fn(SeptLevel) -> bool) -> Result<(u64, SeptLevel)> {
        let info = PageInfo::from_bits(info);
        let gpa = info.gpa().as_u64();
        let level = info.level().filter(|&level| {
            info.bits() & PageInfo::RESERVED == 0
                && takes(level)
                && gpa & ((1 << level.shift()) - 1) == 0
                && self.is_private(gpa)
        });
        level.map(|level| (gpa, level)).ok_or_else(|| (StatusCode::OperandInvalid | Operand::Rcx).into())
    }

    /// What `leaf` makes of the entry, if what is behind it may be taken away: while vCPUs may be running, it must be
    /// blocked, and no vCPU may have a translation from before. `blocked` is the epoch that the PAMT has for it.
    pub(crate) fn step(&self, leaf: SeptOperation, entry: Entry, level: SeptLevel, blocked: u64) -> Result<Step> {
        let phase = self.op_state();
        match leaf.on(entry.state().unwrap_or(SeptState::Free), phase) {
            Legality::Incorrect => Err(Refusal::state(entry, level)),
            Legality::NotBlocked => Err(Refusal::of_entry(StatusCode::GpaRangeNotBlocked, Operand::Rcx, entry, level)),
            Legality::Allowed(step) => {
                let tracked = !step.after_track() || !phase.is_tracked() || self.epoch.is_tracked(blocked);
                require(tracked, StatusCode::TlbTrackingNotDone, Operand::Rcx)?;
                Ok(step)
            }
        }
    }
}

/// The level of the declaration with this number.
const fn declared(level: SeptLevel) -> Level {
    match level {
        SeptLevel::Pt => Level::Pt,
        SeptLevel::Pd => Level::Pd,
        SeptLevel::Pdpt => Level::Pdpt,
        SeptLevel::Pml4 => Level::Pml4,
        SeptLevel::Pml5 => Level::Pml5,
    }
}
