//! What a TD needs of its host.

use crate::host::{Hkid, HkidBits};
use crate::seamcall::Seamcall;
use core::ops::ControlFlow;
use pt_core::{Hpa, Memory, TableAllocator};

/// The host of TDs: a module to call, memory for tables, and the few things that only the host can do.
///
/// A TD and its hooks each keep a clone: it is a reference, or cheap to clone.
pub trait Host: Clone {
    /// What answers SEAMCALLs.
    type Module: Seamcall;
    /// The memory that the host's own tables lie in.
    type Memory: Memory + Clone;
    /// Where pages come from: for the host's tables, for the module's, and for control structures. All of them lie
    /// in memory that the module may use (a TDMR).
    type Allocator: TableAllocator + Clone;

    /// The module.
    fn module(&self) -> &Self::Module;
    /// The memory that tables lie in.
    fn memory(&self) -> Self::Memory;
    /// Where pages come from.
    fn allocator(&self) -> Self::Allocator;
    /// What the host knows of the module and of the machine's keys.
    fn info(&self) -> ModuleInfo;

    /// Overwrites a page of 4 KiB with zeros by stores that write full lines of 64 bytes and read nothing
    /// (MOVDIR64B). Any other store would first read a line that another key has written.
    fn clear(&self, page: Hpa);

    /// Writes `bytes` to the beginning of a page of the host's.
    fn write(&self, page: Hpa, bytes: &[u8]);

    /// Does `work` on one processor of each package, one after the other and in the same order each time, until all
    /// have done it or one breaks off. Keys are configured, and caches written back, by package.
    fn on_each_package(&self, work: &mut dyn FnMut() -> ControlFlow<()>);
}

/// What TDH.SYS.RD and the machine say: numbers that do not change while the module runs.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ModuleInfo {
    /// Where addresses carry a key identifier.
    pub key_bits: HkidBits,
    /// The key identifier of the module's own key, through which it sees TDRs.
    pub module_key: Hkid,
    /// Pages of a TD's control structure beside the TDR: `TDCS_BASE_SIZE` in pages.
    pub control_pages: usize,
    /// Pages of a vCPU's control structure, the TDVPR among them: `TDVPS_BASE_SIZE` in pages.
    pub vcpu_pages: usize,
}

impl ModuleInfo {
    /// Module 1.5, whose TDs have no nested VMs: six pages for each structure.
    #[must_use]
    pub const fn version_1_5(key_bits: HkidBits, module_key: Hkid) -> Self {
        Self { key_bits, module_key, control_pages: 6, vcpu_pages: 6 }
    }
}
