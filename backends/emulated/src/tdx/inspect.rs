//! Looking into the module from outside: for debuggers, and for tests that need a state that no leaf leads to.
//!
//! Nothing here takes a lock, as a debugger would not. What is seen while leaves run may have been passed already.

use super::pamt::{PageSize, Record};
use super::sept::{ENTRIES, Entry, Place, below};
use super::td::{OpState, Td, Vcpu};
use super::{Memory, Module};
use pt_core::Hpa;
use pt_tdx::module::SeptState;
use pt_tdx::{PageType, SeptLevel};

/// An entry of a TD's Secure EPT.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct SeptEntry {
    /// The first address that it is for.
    pub gpa: u64,
    /// Its level.
    pub level: SeptLevel,
    /// Where it lies.
    pub at: Hpa,
    /// The entry itself.
    pub entry: Entry,
}

impl<M: Memory> Module<M> {
    /// The TD whose TDR page this is.
    #[must_use]
    pub fn td(&self, tdr: Hpa) -> Option<&Td> {
        let record = self.pamt.records(tdr)?.of(PageSize::Small);
        (record.kind() == PageType::Tdr).then(|| self.tds.get(record.control()))
    }

    /// The vCPU whose TDVPR page this is.
    #[must_use]
    pub fn vcpu(&self, tdvpr: Hpa) -> Option<&Vcpu> {
        let record = self.pamt.records(tdvpr)?.of(PageSize::Small);
        (record.kind() == PageType::Tdvpr).then(|| self.vcpus.get(record.control()))
    }

    /// The PAMT record that describes a page now, and its size; `None` outside the TDMRs.
    #[must_use]
    pub fn page(&self, page: Hpa) -> Option<(PageSize, &Record)> {
        let records = self.pamt.records(page)?;
        let sizes = [PageSize::Huge, PageSize::Large];
        let block = sizes.into_iter().find(|&size| records.of(size).kind() == PageType::Regular);
        let size = block.unwrap_or(PageSize::Small);
        Some((size, records.of(size)))
    }

    /// The PAMT record of a page as one of this size, whatever covers it; `None` outside the TDMRs.
    #[must_use]
    pub fn record(&self, page: Hpa, size: PageSize) -> Option<&Record> {
        Some(self.pamt.records(page)?.of(size))
    }

    /// The entries on the way to `gpa`, from the root to where a walk to `level` ends.
    #[must_use]
    pub fn path(&self, td: &Td, gpa: u64, level: SeptLevel) -> Vec<SeptEntry> {
        let levels = (level.into_bits()..=td.top().into_bits()).rev().filter_map(SeptLevel::from_bits);
        let mut path: Vec<_> = levels.map(|level| self.entry(td, gpa, level)).collect();
        // A walk that ends early ends at the same entry for all further levels.
        path.dedup();
        path
    }

    /// The entry where a walk to `gpa` and `level` ends.
    fn entry(&self, td: &Td, gpa: u64, level: SeptLevel) -> SeptEntry {
        let Place { at, entry, level } = td.tree().walk(&self.memory, gpa, level);
        SeptEntry { gpa: gpa & !((1 << level.shift()) - 1), level, at, entry }
    }

    /// Every entry that is not free, each before those of its table. The tables of blocked entries are looked into.
    pub fn entries(&self, td: &Td, visit: &mut dyn FnMut(SeptEntry)) {
        self.entries_of(td, td.tree().root, td.top(), 0, visit);
    }

    fn entries_of(&self, td: &Td, table: Hpa, level: SeptLevel, base: u64, visit: &mut dyn FnMut(SeptEntry)) {
        for index in 0..ENTRIES {
            let at = Hpa::new(table.as_u64() + 8 * index);
            let entry = Entry(self.memory.load(at, td.key()));
            if entry.is_free() {
                continue;
            }
            let gpa = base | index << level.shift();
            visit(SeptEntry { gpa, level, at, entry });
            let points_to_table = matches!(entry.state(), Some(SeptState::NlMapped | SeptState::NlBlocked));
            if let Some(below) = below(level).filter(|_| points_to_table) {
                self.entries_of(td, entry.frame(), below, gpa, visit);
            }
        }
    }

    /// Replaces the entry for `gpa` at `level`; whether a walk led there.
    pub fn force_entry(&self, td: &Td, gpa: u64, level: SeptLevel, entry: Entry) -> bool {
        let place = self.entry(td, gpa, level);
        if place.level == level {
            self.memory.store(place.at, td.key(), entry.0);
        }
        place.level == level
    }
}

impl Td {
    /// Puts the TD into an operation state.
    pub fn force_op_state(&self, state: OpState) {
        self.set_op_state(state);
    }

    /// Makes an epoch the current one.
    pub fn force_epoch(&self, epoch: u64) {
        self.epoch.force(epoch);
    }
}

impl Record {
    /// Puts the page's blocking epoch into the record.
    pub fn force_epoch(&self, epoch: u64) {
        self.set_epoch(epoch);
    }
}
