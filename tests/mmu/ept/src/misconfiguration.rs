//! Entries that no EPT may have: each bit of a right entry, turned over.
//!
//! What the CPU must say is written here from the manual (SDM 3C 29.3.3.1), and not taken from the declaration.

use crate::lab::{EptTree, Lab, violation};
use crate::request::guest_physical;
use core::sync::atomic::Ordering;
use pt_core::format::Access;
use pt_core::reader::{Cause, Fault};
use pt_core::{Levels, Memory};
use pt_ept::Level;
use pt_freestanding::register;
use pt_freestanding::vmx::Exit;
use pt_plan::{AccessKind, Mapping, Permissions};

const READ: u64 = 1 << 0;
const WRITE: u64 = 1 << 1;
const EXECUTE: u64 = 1 << 2;
const PAGE_SIZE: u64 = 1 << 7;

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    // Far away from the guest's own pages, which need right entries.
    let address = 1 << (lab.guest.address_bits - 1);
    for shift in [12, 21, 30] {
        if shift == 30 && !lab.capabilities.gigabyte_pages() {
            continue;
        }
        let mut ept = lab.new_ept();
        let output = lab.probed().last >> shift << shift;
        let permissions = Permissions::READ | Permissions::WRITE | Permissions::EXECUTE;
        lab.map(&mut ept, &Mapping { input: address, output, shift, permissions });
        for level in [Level::Pml4, Level::Pdpt, Level::Pd, Level::Pt] {
            if level.shift() >= shift && address >> level.shift() != 0 {
                turn_each_bit(lab, &ept, (address, level), level.shift() == shift);
            }
        }
        lab.free(ept);
    }
}

/// Turns each bit over, alone and together with some others, of the entry at this level that the walk comes by.
fn turn_each_bit(lab: &mut Lab, ept: &EptTree, (address, level): (u64, Level), leaf: bool) {
    let at = guest_physical(ept.geometry(), address).align_down(level.shift());
    let entry = ept.reader().whole().entries().find(|entry| entry.level == level && entry.address == at);
    let table = entry.expect("the walk comes by").table;
    let word = ept.memory().word(table, (address >> level.shift()) as usize & 511);
    let right = word.load(Ordering::Relaxed);
    // The frame is left as it is.
    let frame = ones(if leaf { level.shift() } else { 12 }, register::physical_address_bits());
    for bits in (0..64).map(|bit| 1 << bit).chain([READ | WRITE, READ | EXECUTE, READ | WRITE | EXECUTE, 0x18, 0x28]) {
        let other_shape = bits == PAGE_SIZE && matches!(level, Level::Pdpt | Level::Pd);
        // Bochs ignores bit 12 of a large page, as if it were the PAT bit of ordinary page tables.
        let unknown_to_bochs = bits == 1 << 12 && leaf;
        if bits & frame != 0 || other_shape || unknown_to_bochs {
            continue;
        }
        let wrong = right ^ bits;
        word.store(wrong, Ordering::Relaxed);
        lab.guest.set_ept(ept, lab.capabilities);
        let exit = lab.guest.access(AccessKind::Load, address, 0);
        lab.report.probes += 1;
        let expected = if is_misconfigured(lab, wrong, level, leaf) {
            lab.misconfigurations += 1;
            Exit::EptMisconfiguration { guest_physical: address }
        } else if wrong & READ == 0 {
            violation(AccessKind::Load, permissions(wrong), address)
        } else {
            Exit::Vmcall
        };
        lab.report.compare(format_args!("{level:?} entry {wrong:#x}"), expected, exit);
        let walked = walked(ept, address);
        lab.report.compare(format_args!("{level:?} entry {wrong:#x}, the software walker"), walked, exit);
    }
    word.store(right, Ordering::Relaxed);
}

/// What the software walker says of a load, as the exit that the CPU makes of it.
fn walked(ept: &EptTree, address: u64) -> Exit {
    match ept.reader().access(guest_physical(ept.geometry(), address), Access::READ) {
        Ok(_) => Exit::Vmcall,
        Err(Fault { cause: Cause::Misconfigured { .. }, .. }) => Exit::EptMisconfiguration { guest_physical: address },
        Err(Fault { cause: Cause::Violation { allowed, .. }, .. }) => {
            let execute = allowed.allows(Access::EXECUTE).then_some(Permissions::EXECUTE);
            violation(AccessKind::Load, execute, address)
        }
        Err(Fault { cause: Cause::NotPresent | Cause::Beyond, .. }) => violation(AccessKind::Load, None, address),
    }
}

/// 29.3.3.1: a write without a read; only execution, where the CPU has no such pages; a reserved bit; a memory type
/// that is none.
fn is_misconfigured(lab: &Lab, entry: u64, level: Level, leaf: bool) -> bool {
    let present = entry & (READ | WRITE | EXECUTE);
    if present == 0 {
        return false;
    }
    if matches!(present, WRITE | 6) || present == EXECUTE && !lab.capabilities.execute_only() {
        return true;
    }
    let wide = ones(register::physical_address_bits(), 52);
    let memory_type = entry >> 3 & 7;
    let reserved = match (level, leaf) {
        (_, true) => wide | ones(12, level.shift()),
        (Level::Pml5 | Level::Pml4, false) => wide | 0xf8,
        (_, false) => wide | 0x78,
    };
    entry & reserved != 0 || leaf && matches!(memory_type, 2 | 3 | 7)
}

/// Ones from bit `low` up to, and without, bit `end`.
const fn ones(low: u32, end: u32) -> u64 {
    (1 << end) - (1 << low)
}

/// What an entry lets through.
fn permissions(entry: u64) -> Option<Permissions> {
    (entry & EXECUTE != 0).then_some(Permissions::EXECUTE)
}
