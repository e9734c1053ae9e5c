//! The machine under the VMM: its TDX module, and what a TD needs of its host.

use pt_core::Hpa;
use pt_emulated::Machine;
use pt_emulated::seamcall::{Counted, Faulty};
use pt_emulated::tdx::{self, EncryptedMemory, Platform, Tdmr};
use pt_tdx::host::{Hkid, HkidBits};
use pt_tdx::td::{Host, ModuleInfo};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The module, its calls counted, some of them made to fail on purpose.
pub type Module = Counted<Faulty<tdx::Module<EncryptedMemory>>>;

/// Bits of a physical address that hold a key identifier.
const KEY_ID_BITS: u32 = 6;
/// The same, as the leaves want it.
const HKID_BITS: HkidBits = match HkidBits::new(KEY_ID_BITS) {
    Some(bits) => bits,
    None => panic!("no machine has more than 15 bits"),
};

/// The module of a machine whose whole memory may be given to TDs. Its keys follow from the seed.
pub fn module(machine: &Arc<Machine>, seed: u64) -> Module {
    let (base, bytes) = (machine.arena().base(), (machine.arena().pages() as u64) << 12);
    let size = bytes.next_multiple_of(1 << 30);
    let platform = Platform {
        // The module wants whole gigabytes; what is not there is reserved.
        tdmrs: vec![Tdmr { base, size, reserved: std::iter::once(bytes..size).collect() }],
        key_id_bits: KEY_ID_BITS,
        ..Platform::reference()
    };
    let memory = EncryptedMemory::new(machine.clone(), 1 << KEY_ID_BITS, seed);
    Counted::new(Faulty::new(tdx::Module::new(platform, memory)))
}

/// The host of a TD: a machine, and its module.
#[derive(Copy, Clone)]
pub struct Seam<'h> {
    /// The machine.
    pub machine: &'h Machine,
    /// The module.
    pub module: &'h Module,
}

impl<'h> Seam<'h> {
    /// The module itself, for a look inside that no VMM has.
    pub const fn emulated(&self) -> &'h tdx::Module<EncryptedMemory> {
        self.module.inner().inner()
    }

    /// The key identifiers that TDs may use: all but the first of the private ones, which is the module's own.
    pub fn keys(&self) -> impl Iterator<Item = Hkid> {
        self.emulated().platform().private_key_ids.clone().skip(1).map(Hkid)
    }

    /// Writes a page that is memory: it is from the machine's allocator.
    fn store(&self, page: Hpa, bytes: &[u8]) {
        let written = self.machine.write(page, bytes);
        debug_assert!(written.is_ok(), "{page} is from the machine's allocator: {written:?}");
    }
}

impl<'h> Host for Seam<'h> {
    type Module = &'h Module;
    type Memory = &'h Machine;
    type Allocator = &'h Machine;

    fn module(&self) -> &&'h Module {
        &self.module
    }
    fn memory(&self) -> &'h Machine {
        self.machine
    }
    fn allocator(&self) -> &'h Machine {
        self.machine
    }
    fn info(&self) -> ModuleInfo {
        let module_key = Hkid(*self.emulated().platform().private_key_ids.start());
        ModuleInfo::version_1_5(HKID_BITS, module_key)
    }
    fn clear(&self, page: Hpa) {
        self.store(page, &[0; 4096]);
    }
    fn write(&self, page: Hpa, bytes: &[u8]) {
        self.store(page, bytes);
    }
    fn on_each_package(&self, work: &mut dyn FnMut() -> ControlFlow<()>) {
        for _ in 0..self.emulated().platform().packages {
            if work().is_break() {
                break;
            }
        }
    }
}
