//! The TDX declaration in the hands of the generic monitor: a variant for the tests of the monitor and of the CPU.
//!
//! It is no TDX module. Check order and operands are not a module's, and two rules are stricter, because the declaration
//! is: before finalisation too, an entry is taken away only when it is blocked and tracked.

// Each test crate uses a part of it.
#![allow(dead_code, unused_imports)]

mod format;
mod hooks;

pub use format::SeptFormat;
pub use hooks::Hooks;
pub use pt_emulated::tdx::paging;

use pt_emulated::cpu::{Vcpu, Vcpus};
use pt_emulated::monitor::{AddressSpace, GuestOperation, Vm};
use pt_tdx::{Gpaw, Level};

/// A TD in the hands of the generic monitor.
pub type Td = Vm<SeptFormat>;
/// The vCPUs of a TD.
pub type TdVcpus = Vcpus<Td>;
/// A vCPU of a TD.
pub type TdVcpu = Vcpu<Td>;

/// The guest's operation that takes a pending page into use: `TDG.MEM.PAGE.ACCEPT`.
pub const fn accept(address: u64, level: Level) -> GuestOperation<Level> {
    GuestOperation { name: "accept", address, level }
}

/// The address space of a TD, by `TD_PARAMS.CONFIG_FLAGS.GPAW` and the levels of its EPTP.
pub const fn address_space(gpaw: Gpaw) -> AddressSpace<Level> {
    match gpaw {
        Gpaw::Bits48 => AddressSpace { root: Level::Pml4, width: 48, shared: 1 << 47 },
        Gpaw::Bits48FiveLevels => AddressSpace { root: Level::Pml5, width: 48, shared: 1 << 47 },
        Gpaw::Bits52 => AddressSpace { root: Level::Pml5, width: 52, shared: 1 << 51 },
    }
}
