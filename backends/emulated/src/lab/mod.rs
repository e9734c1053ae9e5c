//! A model of the TDX declaration: the generic monitor with its states, behind its hooks.
//!
//! [`Td`] implements [`SeptHooks`](pt_tdx::SeptHooks), so that an engine can call it as it would call a module. Its
//! check order and its operands are not those of a TDX module: a hook's arguments are already what a module would
//! check first. Two rules are stricter here, because the declaration is: before finalisation too, an entry is taken
//! away only when it is blocked and tracked.

mod format;
mod hooks;
mod status;

pub use format::SeptFormat;

use crate::cpu::{Paging, Vcpus};
use crate::monitor::{AddressSpace, GuestOperation, Vm};
use pt_core::Hpa;
use pt_tdx::{Gpaw, Level};

/// A TD in the hands of the generic monitor.
pub type Td = Vm<SeptFormat>;
/// The vCPUs of a TD.
pub type TdVcpus = Vcpus<Td>;
/// A vCPU of a TD.
pub type TdVcpu = crate::cpu::Vcpu<Td>;

/// The guest's operation that takes a pending page into use: `TDG.MEM.PAGE.ACCEPT`.
#[must_use]
pub const fn accept(address: u64, level: Level) -> GuestOperation<Level> {
    GuestOperation { name: "accept", address, level }
}

/// The address space of a TD, by `TD_PARAMS.CONFIG_FLAGS.GPAW` and the levels of its EPTP.
#[must_use]
pub const fn address_space(gpaw: Gpaw) -> AddressSpace<Level> {
    match gpaw {
        Gpaw::Bits48 => AddressSpace { root: Level::Pml4, width: 48, shared: 1 << 47 },
        Gpaw::Bits48FiveLevels => AddressSpace { root: Level::Pml5, width: 48, shared: 1 << 47 },
        Gpaw::Bits52 => AddressSpace { root: Level::Pml5, width: 52, shared: 1 << 51 },
    }
}

/// How the vCPUs of a TD translate: 46 physical address bits, as below the key identifiers of current servers, no
/// accessed and dirty flags.
#[must_use]
pub const fn paging(gpaw: Gpaw, shared_root: Hpa) -> Paging {
    let (levels, width, shared_bit) = match gpaw {
        Gpaw::Bits48 => (4, 48, 47),
        Gpaw::Bits48FiveLevels => (5, 48, 47),
        Gpaw::Bits52 => (5, 52, 51),
    };
    Paging { shared_root, levels, width, shared_bit, physical_width: 46, accessed_dirty: false }
}
