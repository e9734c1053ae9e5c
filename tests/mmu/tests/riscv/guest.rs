//! The second stage: Sv39x4, Sv48x4 and Sv57x4.

use crate::machine::DATA;
use pt_mmu::{RangeIn, Subject, by_size, range};
use pt_plan::{Mapping, Permissions, Random, Space, Span};
use pt_riscv::g_stage::{Features, GuestTables, L0, L1, L2, L3, L4, MemoryType, Mode, PageEntryFields};

/// The page tables of a guest's physical memory.
pub struct SecondStage;

impl Subject for SecondStage {
    type Table = GuestTables;
    const CONFIG: Features = Features::all();

    fn attributes(mapping: &Mapping, random: &mut Random) -> PageEntryFields {
        let permissions = mapping.permissions;
        PageEntryFields {
            read: permissions.contains(Permissions::READ),
            write: permissions.contains(Permissions::WRITE),
            execute: permissions.contains(Permissions::EXECUTE),
            memory_type: random.pick(&[MemoryType::Pma, MemoryType::NonCacheable, MemoryType::Io]),
            ..PageEntryFields::new()
        }
    }

    fn range(mode: Mode, mapping: &Mapping) -> RangeIn<Self> {
        range(mode, mapping)
    }
    by_size!(L4, L3, L2, L1; L0);
}

/// Every mode, with the value of hgatp.MODE (privileged 18.2.10) and what can be mapped, as in the first stage. QEMU 7.2 refuses addresses with
/// the topmost bit set, as if it had to be repeated above; the architecture extends them by zeroes (18.5.1).
pub const MODES: [(Mode, u64, Space<'static>); 3] = [
    (Mode::Sv39x4, 8, space(&[Span::new(0, u64::MAX >> (64 - 40))], &[12, 12, 16, 21, 30])),
    (Mode::Sv48x4, 9, space(&[Span::new(0, u64::MAX >> (64 - 49))], &[12, 12, 16, 21, 30, 39])),
    (Mode::Sv57x4, 10, space(&[Span::new(0, u64::MAX >> (64 - 58))], &[12, 12, 16, 16, 21, 21, 30, 39, 48])),
];

const fn space(inputs: &'static [Span], shifts: &'static [u32]) -> Space<'static> {
    Space { inputs, memory: DATA, shifts, permissions: PERMISSIONS }
}

/// All that a leaf can say. Each is one of the user, as the second stage wants it (18.5.1).
const PERMISSIONS: &[Permissions] = {
    const X: Permissions = Permissions::EXECUTE.union(Permissions::USER);
    const R: Permissions = Permissions::READ.union(Permissions::USER);
    const RW: Permissions = R.union(Permissions::WRITE);
    &[X, R, R.union(X), RW, RW.union(X)]
};
