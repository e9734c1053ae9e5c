//! The second stage: `VTTBR_EL2`, with a granule of 4 KiB.

use crate::asked::Traits;
use crate::shape::Shape;
use crate::stage1::{HCR_RW, SCTLR_OFF};
use pt_arm::stage2::k4::{L1, L2, L3, PageEntryFields, Stage2, Width};
use pt_core::Bits;
use pt_mmu::{Subject, by_size};
use pt_plan::{Mapping, Permissions, Random};

/// The tables of a guest's physical memory.
pub struct SecondStage;

impl Subject for SecondStage {
    type Table = Stage2;

    fn attributes(mapping: &Mapping, random: &mut Random) -> PageEntryFields {
        let has = |wanted| mapping.permissions.contains(wanted);
        PageEntryFields {
            memory_attributes: Bits::from_bits(random.pick(&[0b0101, 0b0111, 0b1111])),
            read: has(Permissions::READ),
            write: has(Permissions::WRITE),
            shareability: Bits::from_bits(random.pick(&[0, 2, 3])),
            accessed: Traits::of(mapping).accessed,
            execute_never: !has(Permissions::EXECUTE),
            ..PageEntryFields::new()
        }
    }
    by_size!(L1, L2, L3);
}

/// All that a leaf can say.
pub const PERMISSIONS: &[Permissions] = {
    const R: Permissions = Permissions::READ;
    const W: Permissions = Permissions::WRITE;
    const X: Permissions = Permissions::EXECUTE;
    const NONE: Permissions = R.without(R);
    &[NONE, X, R, W, R.union(X), W.union(X), R.union(W), R.union(W).union(X)]
};

/// The geometry of a shape, as it is declared.
pub fn width(shape: Shape) -> Width {
    match shape.start {
        0 => Width::StartL0 { bits: shape.bits },
        1 => Width::StartL1 { bits: shape.bits },
        _ => Width::StartL2 { bits: shape.bits },
    }
}

/// The registers for a tree. `VTCR_EL2`, D24.2.190.
pub const fn registers(shape: Shape, root: u64) -> [u64; 8] {
    let cached = 0b11_01_01; // inner shareable, write-back: how tables are read
    let (granule, start) = match shape.granule {
        12 => (0b00, 2 - shape.start),
        14 => (0b10, 3 - shape.start),
        _ => (0b01, 3 - shape.start),
    };
    let output_48_bits = 0b101;
    let must_be_one = 1 << 31;
    let size = 64 - shape.bits as u64;
    let vtcr =
        size | (start.unsigned_abs() as u64) << 6 | cached << 8 | granule << 14 | output_48_bits << 16 | must_be_one;
    let second_stage_on = 1;
    [SCTLR_OFF, 0, 0, 0, 0, HCR_RW | second_stage_on, vtcr, root]
}
