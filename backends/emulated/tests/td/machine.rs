//! A machine with a TDX module: the host of the TDs, its memory, and a module that can be made to refuse.

use core::cell::{Cell, RefCell};
use core::ops::ControlFlow;
use pt_core::pair::{Backing, BackingOf, PageSource};
use pt_core::{Arena, Gfn, Gpa, Hpa, Level, Page, Private, Shared};
use pt_emulated::tdx::{KeyId, Memory, Module, Platform, SparseMemory};
use pt_tdx::host::{Hkid, HkidBits, Possible, possible};
use pt_tdx::td::{CleanPages, Host, ModuleInfo};
use pt_tdx::{Leaf, Level as LevelName, PageType, Registers, Seamcall, Status, StatusCode, Tdx, Unavailable};
use std::collections::BTreeSet;

/// Where table pages and control structures lie.
const TABLES: u64 = 0x4000_0000;
const TABLE_BYTES: usize = 8 << 20;
/// Where guest pages lie, in blocks of 2 MiB.
const PAGES: u64 = 0x5000_0000;
/// A page of the host's own, outside of the memory for TDs.
pub const SOURCE: u64 = 0x10_0000;
/// A key identifier for TDs.
pub const KEY: Hkid = Hkid(33);

/// The module, with a log of what was called and a plan of what to refuse.
pub struct Refusing {
    pub module: Module<SparseMemory>,
    pub log: RefCell<Vec<(Leaf, Status)>>,
    /// RCX of each call.
    pub operands: RefCell<Vec<u64>>,
    /// The call to refuse, counted from now on, and what with.
    pub refuse: Cell<Option<(usize, Status)>>,
}

impl Seamcall for Refusing {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        let leaf = Leaf::from_number(registers.rax as u16).expect("a leaf");
        self.operands.borrow_mut().push(registers.rcx);
        let status = match self.refuse.take() {
            Some((0, status)) => {
                (registers.rax, registers.rcx, registers.rdx) = (status.bits(), 0, 0);
                status
            }
            planned => {
                self.refuse.set(planned.map(|(calls, status)| (calls - 1, status)));
                let status = self.module.seamcall(registers)?;
                if status.is(StatusCode::InterruptedRestartable) || status.is(StatusCode::InterruptedResumable) {
                    // The host takes the interrupt as soon as it is back.
                    self.module.set_interrupt(None);
                }
                status
            }
        };
        self.log.borrow_mut().push((leaf, status));
        Ok(status)
    }
}

pub struct Machine {
    pub module: Refusing,
    pub arena: Arena,
    /// Guest pages that nobody has, each of 4 KiB.
    pub free: RefCell<BTreeSet<u64>>,
    all: usize,
    /// Pages that the host itself has written to.
    written: RefCell<BTreeSet<u64>>,
}

impl Machine {
    pub fn new() -> Self {
        let module = Module::new(Platform { packages: 2, ..Platform::reference() }, SparseMemory::new(4 << 30));
        let free: BTreeSet<u64> = (0..4 * 512).map(|page| PAGES + (page << 12)).collect();
        Self {
            module: Refusing { module, log: RefCell::default(), operands: RefCell::default(), refuse: Cell::new(None) },
            arena: Arena::new(Hpa::new(TABLES), TABLE_BYTES),
            all: free.len(),
            written: RefCell::default(),
            free: RefCell::new(free),
        }
    }

    /// How often a leaf was called, and did it.
    pub fn done(&self, leaf: Leaf) -> usize {
        self.module.log.borrow().iter().filter(|(called, status)| *called == leaf && !status.is_error()).count()
    }

    /// Every page but so many is the host's again, and the module has none.
    pub fn assert_everything_is_back(&self, lost: u64) {
        let missing = self.arena.pages_in_use() + self.all - self.free.borrow().len();
        assert_eq!(missing as u64, lost, "tables, control structures and guest pages");
        let tables = (0..TABLE_BYTES as u64 >> 12).map(|page| TABLES + (page << 12));
        for page in tables.chain(self.free.borrow().iter().copied()) {
            let (_, record) = self.module.module.page(Hpa::new(page)).expect("memory for TDs");
            let kind = record.kind();
            assert_eq!(kind, PageType::Nda, "{page:#x}");
        }
    }

    /// A page of the host's with content.
    pub fn source<L: Level>(&self) -> Page<Shared, L> {
        self.module.module.memory().write(Hpa::new(SOURCE), KeyId(0), b"content");
        Page::new(Hpa::new(SOURCE)).expect("aligned")
    }

    /// Guest memory for a block of level `L`.
    pub fn page<L: Level>(&self) -> Option<Page<Private, L>> {
        let mut free = self.free.borrow_mut();
        let pages = |first: u64| (0..1_u64 << (L::SHIFT - 12)).map(move |page| first + (page << 12));
        let fits = |first: &u64| first.is_multiple_of(1 << L::SHIFT) && pages(*first).all(|page| free.contains(&page));
        let first = *free.iter().find(|first| fits(first))?;
        pages(first).for_each(|page| assert!(free.remove(&page), "{page:#x} is free"));
        Page::new(Hpa::new(first)).ok()
    }

    pub fn put_back<L: Level>(&self, page: Page<Private, L>) {
        let first = page.into_frame().as_u64();
        for page in (0..1_u64 << (L::SHIFT - 12)).map(|page| first + (page << 12)) {
            assert!(self.free.borrow_mut().insert(page), "{page:#x} comes back twice");
        }
    }
}

impl Host for &Machine {
    type Module = Refusing;
    type Memory = Self;
    type Allocator = Self;

    fn module(&self) -> &Refusing {
        &self.module
    }
    fn memory(&self) -> Self {
        self
    }
    fn allocator(&self) -> Self {
        self
    }
    fn info(&self) -> ModuleInfo {
        ModuleInfo::version_1_5(HkidBits::new(6).expect("a machine's"), Hkid(32))
    }
    fn clear(&self, page: Hpa) {
        self.module.module.memory().fill(page, KeyId(0), 0);
    }
    fn write(&self, page: Hpa, bytes: &[u8]) {
        self.written.borrow_mut().insert(page.as_u64());
        self.module.module.memory().write(page, KeyId(0), bytes);
    }
    fn on_each_package(&self, work: &mut dyn FnMut() -> ControlFlow<()>) {
        for _ in 0..self.module.module.platform().packages {
            if work().is_break() {
                break;
            }
        }
    }
}

impl pt_core::Memory for Machine {
    type Word = <Arena as pt_core::Memory>::Word;
    fn word(&self, table: Hpa, index: usize) -> &Self::Word {
        self.arena.word(table, index)
    }
    fn record(&self, table: Hpa) -> &pt_core::Record<Self::Word> {
        pt_core::Memory::record(&self.arena, table)
    }
}

impl pt_core::TableAllocator for Machine {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        self.arena.allocate(order)
    }
    fn free(&self, block: Hpa, order: u32) {
        let mut words = [0; 16];
        self.module.module.memory().read(block, KeyId(0), &mut words);
        assert!(words == [0; 16] || self.written.borrow().contains(&block.as_u64()), "{block} was cleared");
        self.arena.free(block, order);
    }
}

/// All private memory, in pages up to this size.
pub struct Source<'m>(pub &'m Machine, pub LevelName);

impl PageSource<Tdx> for Source<'_> {
    fn backing(&mut self, _: Gfn) -> BackingOf<Tdx> {
        Backing::Private { largest: self.1 }
    }
    fn private_page<L: Level>(&mut self, _: Gfn) -> Option<Page<Private, L>> {
        self.0.page()
    }
    fn give_back<L: Level>(&mut self, _: Gfn, page: Page<Private, L>) {
        self.0.put_back(page);
    }
    fn shared_page<L: Level>(&mut self, _: Gfn) -> Option<Page<Shared, L>> {
        None
    }
}

/// Where clean pages go.
pub struct Returned<'m>(pub &'m Machine);

impl CleanPages for Returned<'_> {
    fn take<L: Level>(&mut self, _: Gpa<Private>, page: Page<Private, L>) {
        let first = page.frame();
        let mut word = [1; 8];
        self.0.module.module.memory().read(first, KeyId(0), &mut word);
        assert_eq!(word, [0; 8], "{first} was cleared");
        self.0.put_back(page);
    }
}

/// A lock of this leaf that somebody else holds.
pub fn busy(leaf: Leaf) -> Status {
    let about = |possible: &Possible| match possible {
        Possible::About(StatusCode::OperandBusy, operands) => operands.first().copied(),
        _ => None,
    };
    let operand = possible(leaf).and_then(|possible| possible.iter().find_map(about));
    StatusCode::OperandBusy | operand.expect("each leaf takes a lock")
}
