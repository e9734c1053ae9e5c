//! The first stage: Sv39, Sv48 and Sv57.

use crate::machine::DATA;
use pt_mmu::{RangeIn, Subject, by_size, range};
use pt_plan::{Mapping, Permissions, Random, Space, Span};
use pt_riscv::supervisor::{Features, L0, L1, L2, L3, L4, MemoryType, Mode, PageEntryFields, PageTables};

/// The page tables of a supervisor.
pub struct FirstStage;

impl Subject for FirstStage {
    type Table = PageTables;
    const CONFIG: Features = Features::all();

    fn attributes(mapping: &Mapping, random: &mut Random) -> PageEntryFields {
        let permissions = mapping.permissions;
        PageEntryFields {
            read: permissions.contains(Permissions::READ),
            write: permissions.contains(Permissions::WRITE),
            execute: permissions.contains(Permissions::EXECUTE),
            user: permissions.contains(Permissions::USER),
            global: random.below(2) == 0,
            memory_type: random.pick(&[MemoryType::Pma, MemoryType::NonCacheable, MemoryType::Io]),
            ..PageEntryFields::new()
        }
    }

    fn range(mode: Mode, mapping: &Mapping) -> RangeIn<Self> {
        range(mode, mapping)
    }
    by_size!(L4, L3, L2, L1; L0);
}

/// Every mode, with the value of satp.MODE (privileged 12.1.11) and what can be mapped: leaves of every level, and 64 KiB by Svnapot (13), in both
/// halves of the address space.
pub const MODES: [(Mode, u64, Space<'static>); 3] = [
    (Mode::Sv39, 8, space(&halves(39), &[12, 12, 16, 21, 30])),
    (Mode::Sv48, 9, space(&halves(48), &[12, 12, 16, 21, 30, 39])),
    (Mode::Sv57, 10, space(&halves(57), &[12, 12, 16, 16, 21, 21, 30, 39, 48])),
];

/// The addresses of `bits` bits that repeat their topmost bit above it.
const fn halves(bits: u32) -> [Span; 2] {
    let top = u64::MAX << (bits - 1);
    [Span::new(0, !top), Span::new(top, u64::MAX)]
}

const fn space(inputs: &'static [Span], shifts: &'static [u32]) -> Space<'static> {
    Space { inputs, memory: DATA, shifts, permissions: PERMISSIONS }
}

/// All that a leaf can say: without a permission it is none, and what can be written can be read (12.3.1).
const PERMISSIONS: &[Permissions] = {
    const X: Permissions = Permissions::EXECUTE;
    const R: Permissions = Permissions::READ;
    const RX: Permissions = R.union(X);
    const RW: Permissions = R.union(Permissions::WRITE);
    const RWX: Permissions = RW.union(X);
    const U: Permissions = Permissions::USER;
    &[X, R, RX, RW, RWX, X.union(U), R.union(U), RX.union(U), RW.union(U), RWX.union(U)]
};
