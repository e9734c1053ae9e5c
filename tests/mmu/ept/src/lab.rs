//! What every experiment has: the guest, memory, random numbers, and a report.

use crate::code::CODE;
use crate::guest::Guest;
use crate::request;
use core::sync::atomic::Ordering;
use pt_core::{DirectMap, Hpa, Tree};
use pt_ept::{Ept, MemoryType, WalkLength};
use pt_freestanding::guest_memory::GuestMemory;
use pt_freestanding::missing::Missing;
use pt_freestanding::report::Report;
use pt_freestanding::tables::Tables;
use pt_freestanding::vmx::{EptCapabilities, Exit, Qualification, Vmx};
use pt_plan::{AccessKind, Expected, Mapping, Mistake, Permissions, Plan, Privilege, Probe, Random, Space, Span};

/// An EPT.
pub type EptTree = Tree<Ept, DirectMap>;
/// A guest's own page tables.
pub type GuestTree = Tree<pt_x86_64::PageTables, DirectMap>;
/// What is requested of one EPT.
pub type Requests = Plan<32>;

/// Guest memory that belongs to the guest's program.
const PROGRAM_BYTES: u64 = 2 << 20;
/// What can be said of an EPT's page.
const PERMISSIONS: [Permissions; 5] = [
    Permissions::READ,
    Permissions::READ.union(Permissions::WRITE),
    Permissions::READ.union(Permissions::EXECUTE),
    Permissions::READ.union(Permissions::WRITE).union(Permissions::EXECUTE),
    Permissions::EXECUTE,
];
const MEMORY_TYPES: [MemoryType; 5] = [
    MemoryType::Uncacheable,
    MemoryType::WriteCombining,
    MemoryType::WriteThrough,
    MemoryType::WriteProtected,
    MemoryType::WriteBack,
];

/// The machine.
pub struct Lab {
    /// Where tables come from.
    pub tables: &'static Tables,
    /// Memory for the guest.
    pub memory: GuestMemory,
    /// What EPTs can be on this CPU.
    pub capabilities: EptCapabilities,
    /// The guest.
    pub guest: Guest,
    /// Where random choices come from.
    pub random: Random,
    /// What was found.
    pub report: Report,
    /// Entries that no EPT may have, and that the CPU has refused.
    pub misconfigurations: u64,
    /// A mistake to make, if any.
    pub plant: Option<Mistake>,
}

impl Lab {
    /// The machine, and the random numbers of this seed.
    ///
    /// # Errors
    /// [`Missing`] if the CPU lacks something.
    pub fn new(seed: u64, plant: Option<Mistake>) -> Result<Self, Missing> {
        let (tables, memory) = (Tables::get(), GuestMemory::get());
        let vmx = Vmx::enable(tables)?;
        memory.write(memory.start(), &CODE.bytes());
        Ok(Self {
            tables,
            memory,
            capabilities: vmx.capabilities().ept(),
            guest: Guest::new(&vmx, tables, memory.start())?,
            random: Random::new(seed),
            report: Report::default(),
            misconfigurations: 0,
            plant,
        })
    }

    /// The memory that probes touch.
    pub fn probed(&self) -> Span {
        Span::new(self.memory.start().as_u64() + PROGRAM_BYTES, self.memory.end().as_u64() - 1)
    }

    /// Runs `experiment` with random requests for an EPT: above the guest's own pages, of what the CPU can do.
    pub fn with_space<R>(&mut self, experiment: impl FnOnce(&mut Self, &Space<'_>) -> R) -> R {
        let can = self.capabilities;
        let inputs = [Span::new(1 << 30, (1 << self.guest.address_bits) - 1)];
        let space = Space {
            inputs: &inputs,
            memory: self.probed(),
            shifts: if can.gigabyte_pages() { &[12, 12, 21, 30] } else { &[12, 12, 21] },
            permissions: if can.execute_only() { &PERMISSIONS } else { &PERMISSIONS[..4] },
        };
        experiment(self, &space)
    }

    /// An EPT that maps nothing. The guest runs on it.
    pub fn empty_ept(&mut self) -> EptTree {
        let config = crate::pointer::configuration(self.capabilities);
        let map = self.tables.direct_map();
        let ept = EptTree::configured(WalkLength::FourLevels, config, map, &self.tables).expect("a page");
        self.guest.set_ept(&ept, self.capabilities);
        ept
    }

    /// An EPT that maps the guest's own pages, and nothing else. The guest runs on it.
    pub fn new_ept(&mut self) -> EptTree {
        let mut ept = self.empty_ept();
        self.guest.map_own_pages(&mut ept, self.tables);
        ept
    }

    /// Takes an EPT apart. The guest gets another one before it runs again.
    pub fn free(&self, ept: EptTree) {
        ept.invalidate().free(&self.tables);
    }

    /// Maps what is requested, with any memory type.
    pub fn map(&mut self, ept: &mut EptTree, mapping: &Mapping) {
        let memory_type = self.random.pick(&MEMORY_TYPES);
        request::map(ept, self.tables, mapping, memory_type);
        self.report.mappings += 1;
    }

    /// Whether the memory behind a probe, if it gets there, is the guest's: a large page also covers what is not.
    pub fn is_harmless(&self, expected: Expected) -> bool {
        match expected {
            Expected::Reaches(physical) => self.probed().holds(physical),
            Expected::Denied(_) | Expected::Unmapped => true,
        }
    }

    /// Makes an access, and compares with what is expected of it. `resolve` may mend an EPT violation, after which the
    /// guest goes on.
    pub fn probe(
        &mut self,
        (address, kind): (u64, AccessKind),
        expected: Expected,
        mut resolve: impl FnMut(&mut Self, Exit) -> bool,
    ) {
        let token = self.random.bits() >> 32;
        if let Expected::Reaches(physical) = expected {
            let word = match kind {
                AccessKind::Load => token,
                AccessKind::Store => 0,
                AccessKind::Fetch => CODE.landing(token as u32),
            };
            self.memory.word64(Hpa::new(physical)).store(word, Ordering::Relaxed);
        }
        let value = if kind == AccessKind::Store { token } else { 0 };
        let mut exit = self.guest.access(kind, address, value);
        while resolve(self, exit) {
            self.report.resolved += 1;
            exit = self.guest.go_on();
        }
        self.report.probes += 1;
        let what = format_args!("{kind:?} at {address:#x}");
        match expected {
            Expected::Unmapped => {
                self.report.compare(what, violation(kind, None, address), exit);
            }
            Expected::Denied(permissions) => {
                self.report.compare(what, violation(kind, Some(permissions), address), exit);
            }
            Expected::Reaches(physical) => {
                let carried = match kind {
                    AccessKind::Store => self.memory.word64(Hpa::new(physical)).load(Ordering::Relaxed),
                    AccessKind::Load | AccessKind::Fetch => self.guest.vcpu.registers.rbx,
                };
                self.report.compare(what, (Exit::Vmcall, token), (exit, carried));
            }
        }
    }
}

/// The probe of a guest: to an EPT all privileges are alike.
pub const fn probe(address: u64, kind: AccessKind) -> Probe {
    Probe { address, kind, privilege: Privilege::Supervisor }
}

/// The EPT violation of an access that is not let through; the guest's own address is the guest-physical one.
/// SDM 3C table 28-7.
pub fn violation(kind: AccessKind, mapped: Option<Permissions>, address: u64) -> Exit {
    let access = match kind {
        AccessKind::Load => Qualification::READ,
        AccessKind::Store => Qualification::WRITE,
        AccessKind::Fetch => Qualification::FETCH,
    };
    let bit = |permission, bit| if mapped.is_some_and(|mapped| mapped.contains(permission)) { bit } else { 0 };
    let allowed = bit(Permissions::READ, Qualification::READABLE)
        | bit(Permissions::WRITE, Qualification::WRITABLE)
        | bit(Permissions::EXECUTE, Qualification::EXECUTABLE);
    let qualification = Qualification(access | allowed | Qualification::LINEAR | Qualification::FINAL);
    Exit::EptViolation { qualification, guest_physical: address, linear: Some(address) }
}
