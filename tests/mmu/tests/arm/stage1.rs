//! The first stage: `TTBR0_EL1` and `TTBR1_EL1`, with a granule of 4 KiB.

use crate::asked::{MAIR, Traits};
use crate::shape::Shape;
use pt_arm::stage1::k4::{L1, L2, L3, PageEntryFields, Stage1, Width};
use pt_core::Bits;
use pt_mmu::{Subject, by_size};
use pt_plan::{Mapping, Permissions, Random};

/// The tables of an address space.
pub struct FirstStage;

impl Subject for FirstStage {
    type Table = Stage1;

    fn attributes(mapping: &Mapping, random: &mut Random) -> PageEntryFields {
        let (has, traits) = (|wanted| mapping.permissions.contains(wanted), Traits::of(mapping));
        PageEntryFields {
            attribute_index: Bits::from_bits(traits.attribute_index),
            user: has(Permissions::USER),
            read_only: !has(Permissions::WRITE),
            shareability: Bits::from_bits(random.pick(&[0, 2, 3])),
            accessed: traits.accessed,
            not_global: random.below(2) == 0,
            privileged_execute_never: !has(Permissions::EXECUTE),
            execute_never: !has(Permissions::USER_EXECUTE),
            ..PageEntryFields::new()
        }
    }
    by_size!(L1, L2, L3);
}

/// All that a leaf can say. It can always be read at EL1.
pub const PERMISSIONS: &[Permissions] = {
    const R: Permissions = Permissions::READ;
    const W: Permissions = R.union(Permissions::WRITE);
    const U: Permissions = Permissions::USER;
    const X: Permissions = Permissions::EXECUTE;
    const UX: Permissions = Permissions::USER_EXECUTE;
    const XX: Permissions = X.union(UX);
    &[
        R,
        R.union(X),
        R.union(UX),
        R.union(XX),
        W,
        W.union(X),
        W.union(UX),
        W.union(XX),
        R.union(U),
        R.union(U).union(X),
        R.union(U).union(UX),
        R.union(U).union(XX),
        W.union(U),
        W.union(U).union(X),
        W.union(U).union(UX),
        W.union(U).union(XX),
    ]
};

/// The geometry of a shape, as it is declared.
pub fn width(shape: Shape) -> Width {
    match shape.start {
        0 => Width::StartL0 { bits: shape.bits },
        1 => Width::StartL1 { bits: shape.bits },
        _ => Width::StartL2 { bits: shape.bits },
    }
}

/// `SCTLR_EL1` with the bits that must be one, the first stage off (D24.2.118).
pub const SCTLR_OFF: u64 = 0x30d0_0800;
/// `HCR_EL2`: EL1 is a 64-bit level (D24.2.52).
pub const HCR_RW: u64 = 1 << 31;

/// The registers for two trees: that of low and that of high addresses. `TCR_EL1`, D24.2.119.
pub const fn registers(low: (Shape, u64), high: (Shape, u64)) -> [u64; 8] {
    let cached = 0b11_01_01; // inner shareable, write-back: how tables are read
    let granule0 = match low.0.granule {
        12 => 0b00,
        14 => 0b10,
        _ => 0b01,
    };
    let granule1 = match high.0.granule {
        12 => 0b10,
        14 => 0b01,
        _ => 0b11,
    };
    let (t0sz, t1sz) = (64 - low.0.bits as u64, 64 - high.0.bits as u64);
    let half0 = t0sz | cached << 8 | granule0 << 14;
    let half1 = t1sz | cached << 8 | granule1 << 14;
    let output_48_bits = 0b101;
    let tcr = half0 | half1 << 16 | output_48_bits << 32;
    [SCTLR_OFF | 1, tcr, low.1, high.1, MAIR, HCR_RW, 0, 0]
}
