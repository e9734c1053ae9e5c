//! The typed functions of `pt_tdx::host` against the emulated module.

mod life;
mod random;

use pt_core::{Gfn, Gpa, Hpa, Private, Protected, Reserve, Split, TableAllocator, TablePage};
use pt_emulated::tdx::{KeyId, Memory, Module, Platform, SparseMemory};
use pt_tdx::host::{Hkid, Tdr, Tdvpr, mem, mng, vp};
use pt_tdx::operand::TdParams;
use pt_tdx::{Gpaw, PageInfo, Seamcall, SeptLevel};
use std::cell::Cell;

type Emulated = Module<SparseMemory>;

/// The host's memory with `TD_PARAMS` and sources, outside of every TDMR.
const PARAMS: Hpa = Hpa::new(0x10_0000);
const HKID: Hkid = Hkid(33);

fn module() -> Emulated {
    Module::new(Platform::reference(), SparseMemory::new(4 << 30))
}

/// Pages that nobody uses yet, one after the other.
struct Pages(Cell<u64>);

impl Pages {
    const fn from(first: u64) -> Self {
        Self(Cell::new(first))
    }

    fn take(&self, bytes: u64) -> Hpa {
        let page = self.0.get().next_multiple_of(bytes);
        self.0.set(page + bytes);
        Hpa::new(page)
    }

    fn table(&self) -> TablePage<Protected> {
        let mut one = Reserve::<_, 1>::take(self, 1).expect("pages do not run out");
        one.page().expect("one was taken")
    }
}

impl TableAllocator for Pages {
    fn allocate(&self, order: u32) -> Option<Hpa> {
        Some(self.take(4096 << order))
    }
    fn free(&self, _block: Hpa, _order: u32) {}
}

/// A TD that is initialised, with one vCPU and nothing mapped.
struct Td {
    tdr: Tdr,
    vcpu: Tdvpr,
    gpaw: Gpaw,
    pages: Pages,
    /// Every page that the module has for control structures and tables.
    owned: Cell<Vec<Hpa>>,
}

impl Td {
    /// Builds it through `seamcall`; the memory behind it is that of `module`.
    fn build<S: Seamcall>(seamcall: &S, module: &Emulated, gpaw: Gpaw) -> Self {
        let pages = Pages::from(0x4000_0000);
        let mut owned = Vec::new();
        let mut page = || {
            owned.push(pages.take(4096));
            owned[owned.len() - 1]
        };
        let tdr = Tdr::new(page()).expect("an aligned page");
        assert_eq!(mng::create(seamcall, tdr, HKID), Ok(mng::Create::Done));
        for _ in 0..module.platform().packages {
            assert_eq!(mng::key_config(seamcall, tdr), Ok(mng::KeyConfig::Done));
        }
        for _ in 0..6 {
            assert_eq!(mng::add_cx(seamcall, tdr, page()), Ok(mng::AddCx::Done));
        }
        module.memory().write(PARAMS, KeyId(0), &TdParams::new(gpaw).to_bytes());
        assert_eq!(mng::init(seamcall, tdr, PARAMS), Ok(mng::Init::Done));
        let vcpu = Tdvpr::new(page()).expect("an aligned page");
        assert_eq!(vp::create(seamcall, tdr, vcpu), Ok(vp::Create::Done));
        for _ in 0..5 {
            assert_eq!(vp::add_cx(seamcall, vcpu, page()), Ok(vp::AddCx::Done));
        }
        assert_eq!(vp::init(seamcall, vcpu, 0), Ok(vp::Init::Done));
        Self { tdr, vcpu, gpaw, pages, owned: Cell::new(owned) }
    }

    fn gpa(&self, address: u64) -> Gpa<Private> {
        self.gpaw.address_of(Gfn::new(address >> 12)).expect("an address of the private half")
    }

    fn at(&self, address: u64, level: SeptLevel) -> PageInfo {
        PageInfo::at(self.gpa(address), level)
    }

    fn own(&self, page: Hpa) {
        let mut owned = self.owned.take();
        owned.push(page);
        self.owned.set(owned);
    }

    /// The tables on the way to `address`, down to the entries of `level`.
    fn link<S: Seamcall>(&self, seamcall: &S, address: u64, level: SeptLevel) {
        let root = if self.gpaw == Gpaw::Bits48 { SeptLevel::Pml4 } else { SeptLevel::Pml5 };
        for number in (level.into_bits() + 1..=root.into_bits()).rev() {
            let level = SeptLevel::from_bits(number).expect("a level up to the root's");
            let aligned = address >> level.shift() << level.shift();
            let table = self.pages.table();
            match mem::sept_add(seamcall, self.tdr, self.at(aligned, level), &table).expect("a module") {
                mem::SeptAdd::Done => self.own(table.frame()),
                mem::SeptAdd::EptEntryStateIncorrect(entry) => assert_eq!(entry.level(), Some(level), "linked before"),
                refused => panic!("{refused}"),
            }
        }
    }
}
