//! A guest that makes one access at any guest-physical address.
//!
//! It runs in 64-bit mode on page tables of its own, made by the engine, that translate each address to itself. Its
//! tables and its program lie in guest-physical memory at the address that they have in the host's, in the first GiB.

use crate::lab::{EptTree, GuestTree};
use crate::pointer::EptPointer;
use crate::request::map;
use core::arch::x86_64::__cpuid;
use pt_core::reader::EntryAt;
use pt_core::{Entry, Hpa, Levels, Page, Shared, Whole};
use pt_ept::MemoryType;
use pt_freestanding::missing::Missing;
use pt_freestanding::register;
use pt_freestanding::tables::Tables;
use pt_freestanding::vmx::{EptCapabilities, Exit, Mode, Vcpu, Vmx};
use pt_plan::{AccessCode, AccessKind, Mapping, Permissions};
use pt_x86_64::{Level, PageEntryFields, PageTables, Paging, Pt};

/// CPUID leaf 8000 0001H, EDX: the guest's own pages can have 1 GiB.
const GIGABYTE_PAGES: u32 = 1 << 26;
/// Bits of the addresses that a guest without those reaches: its tables would be too many.
const BITS_OF_SMALLER_PAGES: u32 = 36;

const DATA: Permissions = Permissions::READ.union(Permissions::WRITE);
const CODE: Permissions = Permissions::READ.union(Permissions::EXECUTE);

/// The guest.
pub struct Guest {
    own: GuestTree,
    code: Hpa,
    /// Bits of the guest-physical addresses that it reaches.
    pub address_bits: u32,
    /// Its virtual CPU.
    pub vcpu: Vcpu,
}

impl Guest {
    /// A guest that runs from the page `code`. It has no EPT yet.
    ///
    /// # Errors
    /// [`Missing`] if the CPU lacks something.
    pub fn new(vmx: &Vmx, tables: &'static Tables, code: Hpa) -> Result<Self, Missing> {
        let large = __cpuid(0x8000_0001).edx & GIGABYTE_PAGES != 0;
        let address_bits = if large { register::physical_address_bits() } else { BITS_OF_SMALLER_PAGES };
        let mut own =
            GuestTree::configured(Paging::FourLevels, pt_x86_64::Features::all(), tables.direct_map(), &tables)
                .expect("a page for the root");
        let zero = Paging::FourLevels.address(0).expect("it is canonical");
        let all = Paging::FourLevels.range(zero, 1 << address_bits).expect("it is aligned");
        let first = Page::<Shared, Pt>::new(Hpa::new(0)).expect("it is aligned");
        let attributes = PageEntryFields { write: true, ..PageEntryFields::new() };
        let mut cursor = own.exclusive(&tables);
        if !large {
            cursor = cursor.limit_blocks(Level::Pd);
        }
        cursor.map_range(all, first, attributes).unwrap_or_else(|error| panic!("{error}"));
        drop(cursor);
        Ok(Self { own, code, address_bits, vcpu: Vcpu::new(vmx, tables)? })
    }

    /// Maps what the guest needs for itself: its program, and its tables, in which the CPU sets bits.
    pub fn map_own_pages(&self, ept: &mut EptTree, tables: &Tables) {
        let mut own = |page: Hpa, permissions| {
            let mapping = Mapping { input: page.as_u64(), output: page.as_u64(), shift: 12, permissions };
            map(ept, tables, &mapping, MemoryType::WriteBack);
        };
        own(self.code, CODE);
        own(self.own.root_frame(), DATA);
        for entry in self.own.reader().whole().entries() {
            if let Entry::Subtable(linked) = entry.entry {
                own(linked.frame, DATA);
            }
        }
    }

    /// Gives the guest an EPT.
    pub fn set_ept(&mut self, ept: &EptTree, capabilities: EptCapabilities) {
        self.vcpu.set_ept(EptPointer::to(ept, capabilities).bits());
    }

    /// The address of the instruction that makes an access.
    pub const fn program(&self, kind: AccessKind) -> u64 {
        self.code.as_u64() + AccessCode::offset(kind)
    }

    /// Where the entries of the guest's own tables are that translate an address, from the root on.
    pub fn entries_on_the_way_to(&self, address: u64) -> [Option<u64>; 4] {
        let mut way = [None; 4];
        let covers = |entry: &EntryAt<PageTables>| {
            entry.address.as_u64() == address >> entry.level.shift() << entry.level.shift()
        };
        let entries = self.own.reader().whole().entries().filter(covers);
        for (place, entry) in way.iter_mut().zip(entries) {
            *place = Some(entry.table.as_u64() + 8 * (address >> entry.level.shift() & 511));
        }
        way
    }

    /// Makes an access at a guest-physical address, with `value` in RBX.
    pub fn access(&mut self, kind: AccessKind, address: u64, value: u64) -> Exit {
        let mode = Mode { root: self.own.root_frame().as_u64() };
        self.vcpu.begin(mode, self.program(kind));
        self.vcpu.registers.rax = address;
        self.vcpu.registers.rbx = value;
        self.go_on()
    }

    /// Runs the guest on from where it is.
    #[allow(unsafe_code, reason = "a guest does what its EPT lets it")]
    pub fn go_on(&mut self) -> Exit {
        // SAFETY: the guest runs the instructions of `code`, which write one word, at an address that an experiment
        // has chosen; its EPT maps that, if at all, to guest memory. The CPU writes tables on the way, which are made
        // of atomics.
        unsafe { self.vcpu.run() }
    }
}
