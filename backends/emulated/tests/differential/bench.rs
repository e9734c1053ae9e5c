//! The machine: a module over plain memory, the host's memory for tables, and interrupts that are taken.

use core::ops::ControlFlow;
use pt_core::{Arena, Hpa};
use pt_emulated::tdx::pamt::PageSize;
use pt_emulated::tdx::{KeyId, Memory, Module, Platform, SparseMemory};
use pt_tdx::host::{Hkid, HkidBits};
use pt_tdx::td::{Host, ModuleInfo};
use pt_tdx::{PageType, Registers, Seamcall, Status, StatusCode, Unavailable};

const BASE: u64 = 0x4000_0000;
const BYTES: usize = 24 << 20;

/// The module as its host calls it: the interrupt that ended a leaf early is taken before the leaf is called again.
pub struct Taking(pub Module<SparseMemory>);

impl Seamcall for Taking {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        let status = self.0.seamcall(registers)?;
        if matches!(status.code(), Some(StatusCode::InterruptedRestartable | StatusCode::InterruptedResumable)) {
            self.0.set_interrupt(None);
        }
        Ok(status)
    }
}

pub struct Bench {
    pub taking: Taking,
    /// Memory for tables, control structures and the guest's pages.
    pub arena: Arena,
}

impl Bench {
    pub fn new() -> Self {
        let module = Module::new(Platform::reference(), SparseMemory::new(4 << 30));
        Self { taking: Taking(module), arena: Arena::new(Hpa::new(BASE), BYTES) }
    }

    pub const fn module(&self) -> &Module<SparseMemory> {
        &self.taking.0
    }

    /// Every page is the host's again, once, and the module has none.
    pub fn assert_everything_is_back(&self) {
        assert_eq!(self.arena.pages_in_use(), 0);
        for page in (BASE..BASE + BYTES as u64).step_by(4096) {
            for size in [PageSize::Small, PageSize::Large] {
                let kind = self.module().record(Hpa::new(page), size).expect("memory for TDs").kind();
                assert_eq!(kind, PageType::Nda, "{page:#x}");
            }
        }
    }
}

impl<'b> Host for &'b Bench {
    type Module = Taking;
    type Memory = &'b Arena;
    type Allocator = &'b Arena;

    fn module(&self) -> &Taking {
        &self.taking
    }
    fn memory(&self) -> &'b Arena {
        &self.arena
    }
    fn allocator(&self) -> &'b Arena {
        &self.arena
    }
    fn info(&self) -> ModuleInfo {
        ModuleInfo::version_1_5(HkidBits::new(6).expect("a machine's"), Hkid(32))
    }
    fn clear(&self, page: Hpa) {
        self.taking.0.memory().fill(page, KeyId(0), 0);
    }
    fn write(&self, page: Hpa, bytes: &[u8]) {
        self.taking.0.memory().write(page, KeyId(0), bytes);
    }
    fn on_each_package(&self, work: &mut dyn FnMut() -> ControlFlow<()>) {
        for _ in 0..self.taking.0.platform().packages {
            if work().is_break() {
                break;
            }
        }
    }
}
