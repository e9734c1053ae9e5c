//! The guest's memory: the guest's own code, table pages, and the memory that probes touch.

use pt_core::GuestRam;
use pt_plan::Span;
use vm_memory::{Bytes, GuestAddress, GuestMemoryMmap};

/// Where table pages are; below lies the executor.
const TABLES: std::ops::Range<u64> = 0x10_0000..0x800_0000;
/// The memory that probes touch. The host backs what is touched, and no more.
pub const DATA: Span = Span::new(0x1_0000_0000, 0x4_ffff_ffff);

/// Memory that holds zeroes.
pub fn new() -> GuestRam {
    let data = (GuestAddress(DATA.first), (DATA.last - DATA.first + 1) as usize);
    let memory = GuestMemoryMmap::from_ranges(&[(GuestAddress(0), TABLES.end as usize), data]);
    GuestRam::new(memory.expect("address space for the guest"), TABLES)
}

/// Eight bytes at a physical address.
pub fn read(ram: &GuestRam, at: u64) -> u64 {
    ram.memory().read_obj(GuestAddress(at)).expect("inside of the guest's memory")
}

/// Writes bytes to a physical address.
pub fn write(ram: &GuestRam, at: u64, bytes: &[u8]) {
    ram.memory().write_slice(bytes, GuestAddress(at)).expect("inside of the guest's memory");
}
