//! The second stage: `VTTBR_EL2`.

use crate::granule::granule;
use crate::shape::Shape;
use crate::stage1::{CACHED, HCR_RW, SCTLR_OFF};
use pt_plan::Permissions;

/// What every leaf says, whatever its granule.
macro_rules! attributes {
    ($($module:ident)::+, $mapping:ident, $random:ident) => {{
        use $($module)::+::{Execute, PageEntryFields as Fields};
        let has = |wanted| $mapping.permissions.contains(wanted);
        Fields {
            memory_attributes: pt_core::Bits::from_bits($random.pick(&[0b0101, 0b0111, 0b1111])),
            read: has(Permissions::READ),
            write: has(Permissions::WRITE),
            accessed: $crate::reach::Traits::of($mapping).accessed,
            execute: match (has(Permissions::EXECUTE), has(Permissions::USER_EXECUTE)) {
                (true, true) => Execute::Any,
                (true, false) => Execute::El1,
                (false, true) => Execute::El0,
                (false, false) => Execute::Nobody,
            },
            ..Fields::new()
        }
    }};
}

// Shapes with up to 16 tables side by side as the root are among them: those whose width is more than that of one table
// of their level (D8.2.2).
granule!(Kib4: stage2::k4::Stage2, upper = false, range = pt_mmu::range, attributes = attributes,
    shift = 12, blocks = [L1, L2], often = &[3, 3, 2, 1],
    starts = [0 = StartL0, 1 = StartL1, 2 = StartL2], lpa2 = false, fields = [shareability],
    output = 48, shapes = &[(48, 0), (44, 0), (43, 1), (40, 1), (39, 1), (31, 1), (34, 2), (32, 2), (30, 2), (25, 2)]);
granule!(Kib4Lpa2: stage2::k4_lpa2::Stage2, upper = false, range = pt_mmu::range, attributes = attributes,
    shift = 12, blocks = [L0, L1, L2], often = &[3, 3, 2, 1, 0],
    starts = [-1 = StartLm1, 0 = StartL0, 1 = StartL1, 2 = StartL2], lpa2 = true, fields = [],
    output = 52, shapes = &[(52, -1), (52, 0), (50, 0), (48, 0), (43, 1), (39, 1), (34, 2)]);
granule!(Kib16: stage2::k16::Stage2, upper = false, range = pt_mmu::range, attributes = attributes,
    shift = 14, blocks = [L2], often = &[3, 3, 2],
    starts = [1 = StartL1, 2 = StartL2, 3 = StartL3], lpa2 = false, fields = [shareability],
    output = 48, shapes = &[(48, 1), (47, 1), (42, 1), (40, 2), (37, 2), (36, 2), (30, 2), (29, 3), (25, 3)]);
// QEMU 7.2 refuses walks of this stage that start at level 0, the only ones for 52 bits.
granule!(Kib16Lpa2: stage2::k16_lpa2::Stage2, upper = false, range = pt_mmu::range, attributes = attributes,
    shift = 14, blocks = [L1, L2], often = &[3, 3, 2, 1],
    starts = [0 = StartL0, 1 = StartL1, 2 = StartL2, 3 = StartL3], lpa2 = true, fields = [],
    output = 52, shapes = &[(51, 1), (48, 1), (47, 1), (40, 2), (36, 2), (29, 3)]);
granule!(Kib64: stage2::k64::Stage2, upper = false, range = pt_mmu::range, attributes = attributes,
    shift = 16, blocks = [L2], often = &[3, 3, 2],
    starts = [1 = StartL1, 2 = StartL2, 3 = StartL3], lpa2 = false, fields = [shareability],
    output = 48, shapes = &[(48, 1), (43, 1), (46, 2), (42, 2), (34, 2), (33, 3), (30, 3), (29, 3)]);
granule!(Kib64Lpa: stage2::k64_lpa::Stage2, upper = false, range = pt_mmu::range, attributes = attributes,
    shift = 16, blocks = [L1, L2], often = &[3, 3, 2, 1],
    starts = [1 = StartL1, 2 = StartL2, 3 = StartL3], lpa2 = false, fields = [shareability],
    output = 52, shapes = &[(52, 1), (47, 1), (46, 2), (42, 2), (33, 3), (29, 3)]);

/// All that a leaf can say.
pub const PERMISSIONS: &[Permissions] = {
    const R: Permissions = Permissions::READ;
    const W: Permissions = Permissions::WRITE;
    const RW: Permissions = R.union(W);
    const X: Permissions = Permissions::EXECUTE;
    const UX: Permissions = Permissions::USER_EXECUTE;
    const XX: Permissions = X.union(UX);
    const NONE: Permissions = R.without(R);
    &[
        NONE,
        X,
        UX,
        XX,
        R,
        R.union(X),
        R.union(UX),
        R.union(XX),
        W,
        W.union(X),
        W.union(UX),
        W.union(XX),
        RW,
        RW.union(X),
        RW.union(UX),
        RW.union(XX),
    ]
};

/// The registers for a tree. `VTCR_EL2`, D24.2.190.
pub fn registers(shape: Shape, root: u64) -> [u64; 8] {
    let granule = match shape.granule {
        12 => 0b00,
        14 => 0b10,
        _ => 0b01,
    };
    // SL0 counts up from level 2 with pages of 4 KiB, and from level 3 with others; level -1 is said by SL2.
    let start = match (shape.granule, shape.start) {
        (_, -1) => 1 << 33,
        (12, start) => u64::from(2_u32.abs_diff(start.unsigned_abs())) << 6,
        (_, start) => u64::from(3_u32.abs_diff(start.unsigned_abs())) << 6,
    };
    let must_be_one = 1 << 31;
    let size = u64::from(64 - shape.bits);
    let features = u64::from(shape.sets_accessed) << 21 | u64::from(shape.lpa2) << 32;
    let vtcr = size | start | CACHED | granule << 14 | shape.output_size() << 16 | features | must_be_one;
    let second_stage_on = 1;
    [SCTLR_OFF, 0, 0, 0, 0, HCR_RW | second_stage_on, vtcr, root]
}
