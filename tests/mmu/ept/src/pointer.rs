//! The EPT pointer, SDM 3C 25.6.11.

use pt_core::Hpa;
use pt_ept::{Capabilities, Ept, MemoryType, WalkLength};
use pt_freestanding::register;
use pt_freestanding::vmx::EptCapabilities;

/// What the VMCS says of an EPT.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[pt_macros::register(reserved(8..=11, 52..=63))]
pub struct EptPointer {
    #[bits(0..=2, values, default = WriteBack)] memory_type: MemoryType,
    /// One less than the number of levels.
    #[bits(3..=5)]                              walk_length: pt_core::Bits<3>,
    #[bits(6)]                                  accessed_and_dirty: bool,
    #[bits(7)]                                  supervisor_shadow_stack: bool,
    #[bits(12..=51, address)]                   root: Hpa,
}

impl EptPointer {
    /// The pointer to a tree. The CPU keeps accessed and dirty bits, if it can.
    pub fn to<M: pt_core::Memory>(tree: &pt_core::Tree<Ept, M>, capabilities: EptCapabilities) -> Self {
        let steps = match tree.geometry() {
            WalkLength::FourLevels => 3,
            WalkLength::FiveLevels => 4,
        };
        Self::new()
            .with_walk_length(pt_core::Bits::from_bits(steps))
            .with_accessed_and_dirty(capabilities.accessed_and_dirty())
            .with_root(tree.root_frame())
            .expect("a page of the pool")
    }
}

/// What the CPU has, and the image switches on: of the controls, none that gives an entry more fields.
pub fn configuration(cpu: EptCapabilities) -> Capabilities {
    Capabilities::none()
        .with_pages_2m(true)
        .with_pages_1g(cpu.gigabyte_pages())
        .with_execute_only(cpu.execute_only())
        .with_accessed_dirty(cpu.accessed_and_dirty())
        .with_phys_bits(register::physical_address_bits())
        .expect("a width that CPUs have")
}
