//! A TD on a module, and its leaves with few words.

use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_emulated::tdx::guest::Inside;
use pt_emulated::tdx::pamt::PageSize;
use pt_emulated::tdx::sept::Entry;
use pt_emulated::tdx::{KeyId, Memory, Module, Platform, SparseMemory};
use pt_tdx::{Leaf, PageType, Registers, Seamcall, SeptLevel, Status};

pub const TDR: u64 = 0x4000_0000;
pub const TDVPR: u64 = 0x4001_0000;
pub const PARAMS: u64 = 0xf_f000;
/// Where free memory begins.
pub const FREE: u64 = 0x4020_0000;
pub const KEY: u64 = 33;

/// What a leaf returned.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub status: Status,
    pub rcx: u64,
    pub rdx: u64,
}

impl Answer {
    pub const DONE: Self = Self { status: Status::SUCCESS, rcx: 0, rdx: 0 };

    pub fn refused(status: impl Into<Status>) -> Self {
        Self { status: status.into(), ..Self::DONE }
    }

    pub fn with(status: impl Into<Status>, rcx: u64, rdx: u64) -> Self {
        Self { status: status.into(), rcx, rdx }
    }
}

/// A TD with two vCPUs and tables for its first 2 MiB, and free pages.
pub struct Td {
    pub module: Module<SparseMemory>,
}

impl Td {
    /// In the state INITIALIZED.
    pub fn initialized() -> Self {
        let td = Self { module: Module::new(Platform::reference(), SparseMemory::new(4 << 30)) };
        let mut params = [0_u8; 48];
        (params[8], params[16], params[24], params[40]) = (3, 2, 0x1e, 100);
        td.module.memory().write(Hpa::new(PARAMS), KeyId(0), &params);
        let must = |leaf, rcx, rdx| assert_eq!(td.raw(leaf, rcx, rdx, 0).status, Status::SUCCESS, "{leaf}");
        must(Leaf::MngCreate, TDR, KEY);
        must(Leaf::MngKeyConfig, TDR, 0);
        (1..=6).for_each(|page| must(Leaf::MngAddcx, TDR + (page << 12), TDR));
        must(Leaf::MngInit, TDR, PARAMS);
        for vcpu in 0..2 {
            let tdvpr = TDVPR + vcpu * 0x1_0000;
            must(Leaf::VpCreate, tdvpr, TDR);
            (1..=5).for_each(|page| must(Leaf::VpAddcx, tdvpr + (page << 12), tdvpr));
            must(Leaf::VpInit, tdvpr, 0);
        }
        for (level, page) in [(3, 0), (2, 1), (1, 2)] {
            assert_eq!(td.call(Leaf::MemSeptAdd, level, page_of(page)), Answer::DONE);
        }
        td
    }

    /// In the state RUNNABLE.
    pub fn runnable() -> Self {
        let td = Self::initialized();
        assert_eq!(td.raw(Leaf::MrFinalize, TDR, 0, 0).status, Status::SUCCESS);
        td
    }

    pub fn raw(&self, leaf: Leaf, rcx: u64, rdx: u64, r8: u64) -> Answer {
        self.registers(Registers { rcx, rdx, r8, ..Registers::call(leaf) })
    }

    pub fn registers(&self, mut registers: Registers) -> Answer {
        let status = self.module.seamcall(&mut registers).unwrap();
        assert_eq!(registers.rax, status.bits());
        Answer { status, rcx: registers.rcx, rdx: registers.rdx }
    }

    /// A leaf on an entry of the TD.
    pub fn call(&self, leaf: Leaf, page_info: u64, r8: u64) -> Answer {
        self.raw(leaf, page_info, TDR, r8)
    }

    /// [`call`](Self::call), which must succeed.
    pub fn must(&self, leaf: Leaf, page_info: u64, r8: u64) -> u64 {
        let answer = self.call(leaf, page_info, r8);
        assert_eq!((answer.status, answer.rdx), (Status::SUCCESS, 0), "{leaf} {page_info:#x}");
        answer.rcx
    }

    pub fn track(&self) -> Status {
        self.raw(Leaf::MemTrack, TDR, 0, 0).status
    }

    /// Blocks and tracks, with nobody inside.
    pub fn block(&self, page_info: u64) {
        self.must(Leaf::MemRangeBlock, page_info, 0);
        assert_eq!(self.track(), Status::SUCCESS);
    }

    pub fn enter(&self, vcpu: u64) -> Result<Inside<'_, SparseMemory>, Status> {
        let registers = Registers { rcx: TDVPR + vcpu * 0x1_0000, ..Registers::call(Leaf::VpEnter) };
        self.module.enter(&registers).map_err(|registers| Status::from_bits(registers.rax))
    }

    pub fn structure(&self) -> &pt_emulated::tdx::td::Td {
        self.module.td(Hpa::new(TDR)).unwrap()
    }

    pub fn children(&self) -> u64 {
        self.structure().children.load(Ordering::Acquire)
    }

    /// The entry that the walk to this address and level ends at.
    pub fn entry(&self, gpa: u64, level: SeptLevel) -> Entry {
        self.module.path(self.structure(), gpa, level).last().unwrap().entry
    }

    /// The kind of the record that describes a page, and its size.
    pub fn page(&self, page: u64) -> (PageSize, PageType) {
        let (size, record) = self.module.page(Hpa::new(page)).unwrap();
        (size, record.kind())
    }

    /// Adds the table that has 4 KiB pages, or entries of a higher level.
    pub fn table(&self, page_info: u64, page: u64) {
        self.must(Leaf::MemSeptAdd, page_info, page);
    }
}

/// The free page with this number.
pub const fn page_of(number: u64) -> u64 {
    FREE + (number << 12)
}
