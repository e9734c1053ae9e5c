//! What every experiment has: the machine, random numbers, and a report.

use pt_core::{DirectMap, Hpa, Whole};
use pt_freestanding::guest_memory::GuestMemory;
use pt_freestanding::missing::Missing;
use pt_freestanding::register;
use pt_freestanding::report::Report;
use pt_freestanding::svm::{Exit, Svm, Vcpu};
use pt_freestanding::tables::Tables;
use pt_npt::{Host, Npt};
use pt_plan::{Mistake, Random, Span};
use pt_x86_64::Features;

/// A tree of nested page tables.
pub type NestedTree = pt_core::Tree<Npt, DirectMap>;
/// A tree of a guest's own page tables. They lie at guest-physical addresses that are the host's.
pub type GuestTree = pt_core::Tree<pt_x86_64::PageTables, DirectMap>;

/// The machine.
pub struct Lab {
    svm: Svm,
    /// Where tables come from, of guests as well.
    pub tables: &'static Tables,
    /// Memory for guests. Its first page is [`code`](Self::code).
    pub memory: GuestMemory,
    /// Levels of nested tables: those of the host.
    pub nested_paging: pt_npt::Paging,
    /// Bits of a physical address.
    pub physical_bits: u32,
    /// What nested tables can use.
    pub host: Host,
    /// What guests' own tables can use.
    pub features: Features,
    /// Where random choices come from.
    pub random: Random,
    /// What was found.
    pub report: Report,
    /// A mistake to make, if any.
    pub plant: Option<Mistake>,
}

impl Lab {
    /// The machine, and the numbers of this seed.
    ///
    /// # Errors
    /// [`Missing`] if the CPU lacks something.
    pub fn new(seed: u64, plant: Option<Mistake>) -> Result<Self, Missing> {
        let tables = Tables::get();
        let physical_bits = register::physical_address_bits();
        let five = register::five_level_paging();
        Ok(Self {
            svm: Svm::enable(tables)?,
            tables,
            memory: GuestMemory::get(),
            nested_paging: if five { pt_npt::Paging::FiveLevels } else { pt_npt::Paging::FourLevels },
            physical_bits,
            // Everything but memory encryption and protection keys: the entry of an image has switched on NXE, and
            // these CPUs have pages of 1 GiB.
            host: Host::all().with_phys_bits(physical_bits).expect("a width"),
            features: Features::all().with_phys_bits(physical_bits).expect("a width").with_protection_keys(false),
            random: Random::new(seed),
            report: Report::default(),
            plant,
        })
    }

    /// The page that guests run from. It has the same address for them.
    pub const fn code(&self) -> Hpa {
        self.memory.start()
    }

    /// The memory that guests probe. Where there is enough of it, it lies around the first GiB, so that there are two
    /// pages of 1 GiB with a part of it; the emulator takes memory for what is touched.
    pub fn probed(&self) -> Span {
        const AROUND: u64 = 1 << 30;
        const HALF: u64 = 96 << 20;
        let (start, end) = (self.memory.start().as_u64() + 0x1000, self.memory.end().as_u64());
        if start <= AROUND - HALF && AROUND + HALF <= end {
            return Span::new(AROUND - HALF, AROUND + HALF - 1);
        }
        Span::new(start, end - 1)
    }

    /// Nested tables that map nothing, for this host.
    pub fn nested_tree(&self) -> NestedTree {
        NestedTree::configured(self.nested_paging, self.host, self.tables.direct_map(), self.tables)
            .expect("a page for the root")
    }

    /// A guest's own tables, which map nothing, for its CPU: that of the host.
    pub fn guest_tree(&self, paging: pt_x86_64::Paging) -> GuestTree {
        GuestTree::configured(paging, self.features, self.tables.direct_map(), self.tables)
            .expect("a page for the root")
    }

    /// The modes of paging that guests can have. A CPU whose host can have five levels can have them in guests.
    pub const fn guest_paging(&self) -> &'static [pt_x86_64::Paging] {
        use pt_x86_64::Paging::{FiveLevels, FourLevels};
        match self.nested_paging {
            pt_npt::Paging::FourLevels => &[FourLevels],
            pt_npt::Paging::FiveLevels => &[FourLevels, FiveLevels],
        }
    }

    /// A guest-physical address.
    pub fn guest_physical(&self, address: u64) -> pt_core::Gpa<pt_core::Guest> {
        self.nested_paging.address(address).expect("no more bits than the nested tables translate")
    }

    /// Whether a guest needs this page for itself, at its own address: tables, or code.
    pub fn is_own_page(&self, address: Hpa) -> bool {
        self.tables.contains(address) || address.as_u64() >> 12 == self.code().as_u64() >> 12
    }

    /// Runs a guest until it comes back.
    #[allow(unsafe_code, reason = "a guest does what its nested tables let it")]
    pub fn enter(&self, vcpu: &mut Vcpu) -> Exit {
        // SAFETY: guests run the instructions of `code`, which write one word, at an address that an experiment has
        // chosen; nested tables map it, if at all, to guest memory. The CPU writes their tables on the way, which are
        // made of atomics.
        unsafe { vcpu.run(&self.svm) }
    }
}
