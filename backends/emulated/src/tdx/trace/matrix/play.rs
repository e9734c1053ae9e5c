//! Playing one row.

use super::row::{Call, Expected, Row};
use crate::tdx::pamt::PageSize;
use crate::tdx::sept::{Entry, Permissions};
use crate::tdx::td::{OpState, Td};
use crate::tdx::trace::layout::TDR;
use crate::tdx::trace::{Answer, At, Misplaced, Operation, Session, Settings, TraceModule};
use crate::tdx::{Module, Platform, SparseMemory};
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_tdx::module::{Pt, SeptLeaf, SeptState};
use pt_tdx::{Leaf, Registers, Seamcall, SeptLevel};

/// Tables and pages, where the recorded module had them.
const PDPT: u64 = 0x4000_7000;
const PD: u64 = 0x4000_8000;
const PT: u64 = 0x4000_9000;
const SMALL: u64 = 0x4000_a000;
const OTHER_SMALL: u64 = 0x4000_b000;
const LARGE: u64 = 0x4020_0000;
/// The pages that PAGE.PROMOTE merges.
const PARTS: u64 = 0x4040_0000;
const OTHER_LARGE: u64 = 0x4060_0000;
/// What PAGE.ADD copies.
const SOURCE: u64 = 0x10_0000;

/// The current epoch, and that in which a tracked entry was blocked.
const EPOCH: u64 = 10;
const TRACKED: u64 = 3;

const SETTINGS: Settings = Settings { gpaw: false, levels: 4, vcpus: 1 };

/// Builds a TD, forces the entry for address 0 into the row's state, and makes the row's call.
///
/// # Errors
/// [`Misplaced`] if the TD cannot be built, or the row is one of a state in which there can be no such call.
pub fn play(row: &Row) -> Result<Expected, Misplaced> {
    let module = Module::new(Platform::reference(), SparseMemory::new(4 << 30));
    let mut session = Session::begin(&module, SETTINGS)?;
    map(&mut session, row)?;
    let td = module.td(TDR).ok_or(Misplaced::NoTd)?;
    td.force_op_state(OpState::from_bits(row.op_state.into()).unwrap_or(OpState::Initialized));
    td.force_epoch(EPOCH);
    if row.call == Call::Accept {
        session.play(Operation::Enter { vcpu: 0 })?;
    }
    force(&module, td, row);
    let before = children(td);
    let expected = match row.call {
        Call::Host(leaf) => {
            let mut registers = registers(leaf, row.level);
            let _ = module.seamcall(&mut registers);
            let Registers { rax, rcx, rdx, .. } = registers;
            let after = entry(&module, td, row.level);
            Expected::Host { rax, rcx, rdx, after, children: children(td).wrapping_sub(before).cast_signed() }
        }
        Call::Accept => accept(&module, &mut session, td, row.level)?,
    };
    Ok(expected)
}

fn accept(module: &TraceModule, session: &mut Session<'_>, td: &Td, level: SeptLevel) -> Result<Expected, Misplaced> {
    let answer = session.play(Operation::Accept { vcpu: 0, at: At { gpa: 0, level: level.into_bits() } })?;
    let after = entry(module, td, level);
    Ok(match answer {
        Answer::Exited(returned) => {
            // The extended exit qualification: type in bits 3:0, level of the entry in 37:35.
            let extended = returned.values[2];
            Expected::Exit { kind: extended & 0xf, level: extended >> 35 & 7, after }
        }
        Answer::Registers(returned) => Expected::Guest { rax: returned.values[0], after },
        _ => Expected::Guest { rax: u64::MAX, after },
    })
}

/// Maps what the row's entry is to stand for, so that the PAMT and the counters know it.
fn map(session: &mut Session<'_>, row: &Row) -> Result<(), Misplaced> {
    let mut must = |operation| match session.play(operation)? {
        Answer::Registers(returned) if returned.values[0] == 0 => Ok(()),
        _ => Err(Misplaced::NoTd),
    };
    let at = |level| At { gpa: 0, level };
    must(Operation::SeptAdd { at: at(3), hpa: PDPT })?;
    must(Operation::SeptAdd { at: at(2), hpa: PD })?;
    if row.level == SeptLevel::Pd && !points_to_table(row.before) {
        return must(Operation::PageAug { at: at(1), hpa: LARGE });
    }
    must(Operation::SeptAdd { at: at(1), hpa: PT })?;
    if row.level == SeptLevel::Pt {
        return must(Operation::PageAug { at: at(0), hpa: SMALL });
    }
    if row.call == Call::Host(Leaf::MemPagePromote) {
        for page in (0..512).map(|index| index << 12) {
            must(Operation::PageAdd { gpa: page, hpa: PARTS + page, src: SOURCE })?;
        }
    }
    Ok(())
}

const fn points_to_table(state: SeptState) -> bool {
    matches!(state, SeptState::NlMapped | SeptState::NlBlocked)
}

fn force(module: &TraceModule, td: &Td, row: &Row) {
    let (frame, size) = match row.level {
        SeptLevel::Pt => (SMALL, PageSize::Small),
        _ if points_to_table(row.before) => (PT, PageSize::Small),
        _ => (LARGE, PageSize::Large),
    };
    let frame = Hpa::new(frame);
    module.force_entry(td, 0, row.level, forced(row.before, frame));
    if let Some(record) = module.record(frame, size) {
        record.force_epoch(if row.tracked { TRACKED } else { EPOCH });
    }
}

/// An entry in this state, as the module would have made it.
fn forced(state: SeptState, frame: Hpa) -> Entry {
    let leaf = |permissions| Entry::leaf(state, frame, permissions);
    match state {
        SeptState::Free | SeptState::Removed => Entry::FREE.with_state(state),
        SeptState::NlMapped => Entry::table(frame),
        SeptState::NlBlocked => Entry::table(frame).with_state(state).with_permissions(Permissions::None),
        SeptState::Mapped | SeptState::ExportedDirty => leaf(Permissions::All),
        SeptState::BlockedW | SeptState::ExportedBlockedW | SeptState::ExportedDirtyBlockedW => {
            Entry::from_bits(SeptLeaf::<Pt>::from_bits(leaf(Permissions::All).bits()).with_write(false).bits())
        }
        _ => leaf(Permissions::None),
    }
}

/// The operands of the call on the entry for address 0.
fn registers(leaf: Leaf, level: SeptLevel) -> Registers {
    let large = level == SeptLevel::Pd;
    let r8 = match leaf {
        Leaf::MemSeptAdd | Leaf::MemPageDemote if large => SMALL,
        Leaf::MemPageAug if large => OTHER_LARGE,
        _ => OTHER_SMALL,
    };
    let (rcx, rdx) = match leaf {
        Leaf::MrExtend => (0, TDR.as_u64()),
        _ => (level.into_bits(), TDR.as_u64()),
    };
    Registers { rcx, rdx, r8, r9: SOURCE, ..Registers::call(leaf) }
}

fn entry(module: &TraceModule, td: &Td, level: SeptLevel) -> u64 {
    let path = module.path(td, 0, level);
    path.last().map_or(0, |found| found.entry.bits())
}

fn children(td: &Td) -> u64 {
    td.children.load(Ordering::Acquire)
}
