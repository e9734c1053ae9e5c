//! Entries with one bit turned over: what a vCPU makes of them, and whether the engine's software walker says the same.
//!
//! What the CPU must do is written here from the manual (SDM 3A 4.7), and not taken from the declaration.

use crate::machine::{Machine, Outcome, error_code};
use crate::{executor, kvm, ram};
use pt_core::format::Access;
use pt_core::reader::Cause;
use pt_core::{GuestRam, Hpa, Levels, Memory, Page, Shared, Tree, Whole};
use pt_mmu::say;
use pt_plan::{AccessKind, Privilege, Probe};
use pt_x86_64::{Features, Level, PageEntryFields, PageTables, Paging, Pd, Pt};
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

const PRESENT: u64 = 1 << 0;
const PAGE_SIZE: u64 = 1 << 7;
/// The bit of a page fault's error code that says that a reserved bit was set, SDM 3A 5.7.
const RESERVED: u64 = 1 << 3;

/// An entry, by its level and the size of the page behind it.
#[derive(Copy, Clone, Debug)]
struct Kind {
    level: Level,
    page: Level,
}

const KINDS: [Kind; 5] = [
    Kind { level: Level::Pt, page: Level::Pt },
    Kind { level: Level::Pd, page: Level::Pd },
    Kind { level: Level::Pd, page: Level::Pt },
    Kind { level: Level::Pdpt, page: Level::Pt },
    Kind { level: Level::Pml4, page: Level::Pt },
];

impl Kind {
    /// Bits that must be zero.
    fn reserved(self, physical_bits: u32) -> u64 {
        let beyond = ones(physical_bits, 52);
        match self.level {
            _ if self.level == self.page => beyond | ones(13, self.level.shift()),
            Level::Pml4 => beyond | PAGE_SIZE,
            _ => beyond,
        }
    }

    /// Bits that are left as they are: they lead elsewhere, or make another shape of it, or differ by the vendor. (That
    /// is bit 8 of what points to a table, which AMD reserves at the higher levels and Intel ignores.)
    fn left(self, physical_bits: u32) -> u64 {
        let lowest = if self.level == self.page { self.level.shift() } else { 12 };
        let shape = if matches!(self.level, Level::Pd | Level::Pdpt) { PAGE_SIZE } else { 0 };
        let vendor = if matches!(self.level, Level::Pml4 | Level::Pdpt) { 1 << 8 } else { 0 };
        ones(lowest, physical_bits) | shape | vendor
    }
}

/// Ones from bit `low` up to, and without, bit `end`; none if there are no such bits.
fn ones(low: u32, end: u32) -> u64 {
    (low..end).fold(0, |bits, bit| bits | 1 << bit)
}

#[test]
fn a_malformed_entry_faults_as_the_software_walker_says() -> Result<(), Box<dyn Error>> {
    let Some((kvm, _limit)) = kvm("KVM, malformed entries") else { return Ok(()) };
    let ram = ram::new();
    executor::write(&ram);
    let mut machine = Machine::new(&kvm, &ram)?;
    let physical_bits = machine.physical_bits();
    let features = Features::all().with_phys_bits(physical_bits).ok_or("a width that CPUs have")?;
    let mut tables = Tree::<PageTables, _>::configured(Paging::FourLevels, features, &ram, &ram)?;
    for mapping in executor::mappings() {
        map(&mut tables, &ram, mapping.input, mapping.output, Level::Pt)?;
    }
    machine.enter(tables.root_frame().as_u64(), false, Privilege::Supervisor)?;

    let (mut tried, mut malformed) = (0, 0);
    for (row, kind) in (0..).zip(KINDS) {
        for bit in (0..64).filter(|bit| kind.left(physical_bits) & 1 << bit == 0) {
            // Each entry on its own: nothing that the CPU has cached of another is in the way.
            let input = (1 << 46) + (row << 36) + (bit << kind.level.shift());
            let output = ram::DATA.first + (row << 7 | bit) * (2 << 20);
            map(&mut tables, &ram, input, output, kind.page)?;
            let word = word(&tables, input, kind.level);
            let right = word.fetch_xor(1 << bit, Ordering::AcqRel);
            let raw = right ^ 1 << bit;
            ram::write(&ram, output, &input.to_le_bytes());
            let probe = Probe { address: input, kind: AccessKind::Load, privilege: Privilege::Supervisor };
            let found = machine.probe(probe, 0)?;
            let error = |present| error_code(present, probe.kind, probe.privilege);
            let fault = |error| Outcome::PageFault { error, address: input };
            let expected = match raw {
                _ if raw & PRESENT == 0 => fault(error(false)),
                _ if raw & kind.reserved(physical_bits) != 0 => fault(error(true) | RESERVED),
                _ => Outcome::Done(input),
            };
            assert_eq!(found, expected, "{kind:?}, entry {raw:#x}");
            let walked = match tables.reader().access(Paging::FourLevels.address(input)?, Access::READ) {
                Ok(_) => Outcome::Done(input),
                Err(refused) if matches!(refused.cause, Cause::Misconfigured { .. }) => fault(error(true) | RESERVED),
                Err(_) => fault(error(false)),
            };
            assert_eq!(walked, expected, "{kind:?}, entry {raw:#x}, the software walker");
            word.store(right, Ordering::Release);
            tried += 1;
            malformed += u32::from(expected == fault(error(true) | RESERVED));
        }
    }
    say(format_args!("KVM: {tried} entries with one bit turned over, {malformed} of them malformed"));
    assert!(malformed >= 9, "{malformed} malformed entries are too few");
    Ok(())
}

/// Maps a page that can be read and written.
fn map(
    tables: &mut Tree<PageTables, &GuestRam>,
    ram: &GuestRam,
    input: u64,
    output: u64,
    page: Level,
) -> Result<(), Box<dyn Error>> {
    let (at, frame) = (Paging::FourLevels.address(input)?, Hpa::new(output));
    let attributes = PageEntryFields { write: true, ..PageEntryFields::new() };
    let mut cursor = tables.exclusive(ram);
    match page {
        Level::Pd => cursor.map(at, Page::<Shared, Pd>::new(frame)?, attributes)?,
        _ => cursor.map(at, Page::<Shared, Pt>::new(frame)?, attributes)?,
    }
    Ok(())
}

/// The word of the entry of a level that translates an address.
fn word<'a>(tables: &'a Tree<PageTables, &GuestRam>, address: u64, level: Level) -> &'a AtomicU64 {
    let first = address >> level.shift() << level.shift();
    let mut entries = tables.reader().whole().entries();
    let entry = entries.find(|entry| entry.level == level && entry.address.as_u64() == first).expect("it is mapped");
    tables.memory().word(entry.table, (address >> level.shift()) as usize & 511)
}
