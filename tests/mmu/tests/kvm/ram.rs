//! The guest's memory: table pages, the guest's own code, and the memory that probes touch.
//!
//! The engine reads and writes table pages where they lie, in the memory that KVM has mapped for the guest. Its frames
//! are guest-physical addresses here, because the tables are the guest's.

use pt_core::{Hpa, Memory, Record, TableAllocator};
use pt_plan::Span;
use std::sync::atomic::{AtomicU64, Ordering};
use vm_memory::{Bytes, GuestAddress, GuestMemoryBackend, GuestMemoryMmap, VolatileMemory};

/// Where table pages come from; below lies the executor.
const TABLES: u64 = 0x10_0000;
/// Where the first part of memory ends.
const END: u64 = 0x800_0000;
/// The memory that probes touch. The host backs what is touched, and no more.
pub const DATA: Span = Span::new(0x1_0000_0000, 0x4_ffff_ffff);

/// The memory of one guest.
pub struct Ram {
    memory: GuestMemoryMmap,
    records: Box<[Record<AtomicU64>]>,
    next_table: AtomicU64,
}

impl Ram {
    /// Memory that holds zeroes.
    pub fn new() -> Self {
        let data = (GuestAddress(DATA.first), (DATA.last - DATA.first + 1) as usize);
        let memory = GuestMemoryMmap::from_ranges(&[(GuestAddress(0), END as usize), data]);
        Self {
            memory: memory.expect("address space for the guest"),
            records: (TABLES >> 12..END >> 12).map(|_| Record::default()).collect(),
            next_table: AtomicU64::new(TABLES),
        }
    }

    /// What the host has mapped for the guest.
    pub const fn memory(&self) -> &GuestMemoryMmap {
        &self.memory
    }

    /// Eight bytes at a physical address.
    pub fn read(&self, at: u64) -> u64 {
        self.memory.read_obj(GuestAddress(at)).expect("inside of the guest's memory")
    }

    /// Writes bytes to a physical address.
    pub fn write(&self, at: u64, bytes: &[u8]) {
        self.memory.write_slice(bytes, GuestAddress(at)).expect("inside of the guest's memory");
    }
}

impl Memory for Ram {
    type Word = AtomicU64;

    fn word(&self, table: Hpa, index: usize) -> &AtomicU64 {
        let (region, at) = self.memory.to_region_addr(GuestAddress(table.as_u64())).expect("a table of the guest");
        region.get_atomic_ref(at.0 as usize + 8 * index).expect("a table is a page")
    }

    fn record(&self, table: Hpa) -> &Record<AtomicU64> {
        &self.records[((table.as_u64() - TABLES) >> 12) as usize]
    }
}

/// Pages are handed out once: a vCPU may have cached what a page held before.
impl TableAllocator for Ram {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        let at = self.next_table.fetch_add(4096 << order, Ordering::Relaxed);
        (order == 0 && at < END).then_some(Hpa::new(at))
    }

    fn free(&self, _block: Hpa, _order: u32) {}
}
