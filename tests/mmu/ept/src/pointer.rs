//! The EPT pointer, SDM 3C 25.6.11.

use pt_core::Hpa;
use pt_ept::{Ept, MemoryType, WalkLength};
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
