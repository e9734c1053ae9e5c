//! The first stage: `TTBR0_EL1` and `TTBR1_EL1`.

use crate::asked::MAIR;
use crate::granule::granule;
use crate::shape::Shape;
use pt_core::two_roots::OneEnd;
use pt_core::{AddressRange, End, TwoRoots, Upper};
use pt_plan::{Mapping, Permissions};

/// What every leaf says, whatever its granule.
macro_rules! attributes {
    ($($module:ident)::+, $mapping:ident, $random:ident) => {{
        use $($module)::+::PageEntryFields as Fields;
        let (has, traits) = (|wanted| $mapping.permissions.contains(wanted), $crate::reach::Traits::of($mapping));
        Fields {
            attribute_index: pt_core::Bits::from_bits(traits.attribute_index),
            user: has(Permissions::USER),
            read_only: !has(Permissions::WRITE),
            accessed: traits.accessed,
            not_global: $random.below(2) == 0,
            privileged_execute_never: !has(Permissions::EXECUTE),
            execute_never: !has(Permissions::USER_EXECUTE),
            ..Fields::new()
        }
    }};
}

/// A granule, at both ends of the address space.
macro_rules! ends {
    ($lower:ident, $upper:ident: $module:ident, $($more:tt)*) => {
        granule!($lower: stage1::$module::Stage1, upper = false, range = pt_mmu::range, attributes = attributes, $($more)*);
        granule!($upper: stage1::$module::Stage1Upper, upper = true, range = upper_range, attributes = attributes, $($more)*);
    };
}

/// The addresses of a mapping in the upper end.
fn upper_range<G: OneEnd>(upper: G, mapping: &Mapping) -> AddressRange<Upper> {
    let ends = TwoRoots { lower: upper, upper };
    let Ok(End::Upper(start)) = ends.route(mapping.input) else { panic!("{mapping:x?} is not in the upper end") };
    ends.range(start, mapping.bytes()).unwrap_or_else(|error| panic!("{mapping:x?}: {error}"))
}

// Every other shape is that of an upper end. Its root has eight entries at least: the address of a root is a multiple of
// 64 (D24.2.182), and an upper end has the last entries of a table.
ends!(Kib4, Kib4Upper: k4,
    shift = 12, blocks = [L1, L2], often = &[3, 3, 2, 1],
    starts = [0 = StartL0, 1 = StartL1, 2 = StartL2], lpa2 = false, fields = [shareability],
    output = 48, shapes = &[(48, 0), (39, 1), (40, 0), (34, 1), (30, 2), (25, 2), (31, 1), (48, 0)]);
ends!(Kib4Lpa2, Kib4Lpa2Upper: k4_lpa2,
    shift = 12, blocks = [L0, L1, L2], often = &[3, 3, 2, 1, 0],
    starts = [-1 = StartLm1, 0 = StartL0, 1 = StartL1, 2 = StartL2], lpa2 = true, fields = [],
    output = 52, shapes = &[(52, -1), (51, -1), (49, -1), (42, 0), (40, 0), (39, 1), (48, 0), (52, -1)]);
ends!(Kib16, Kib16Upper: k16,
    shift = 14, blocks = [L2], often = &[3, 3, 2],
    starts = [0 = StartL0, 1 = StartL1, 2 = StartL2], lpa2 = false, fields = [shareability],
    output = 48, shapes = &[(48, 0), (47, 1), (37, 1), (39, 1), (26, 2), (36, 2)]);
ends!(Kib16Lpa2, Kib16Lpa2Upper: k16_lpa2,
    shift = 14, blocks = [L1, L2], often = &[3, 3, 2, 1],
    starts = [0 = StartL0, 1 = StartL1, 2 = StartL2], lpa2 = true, fields = [],
    output = 52, shapes = &[(48, 0), (52, 0), (52, 0), (47, 1), (37, 1), (50, 0), (30, 2), (36, 2)]);
ends!(Kib64, Kib64Upper: k64,
    shift = 16, blocks = [L2], often = &[3, 3, 2],
    starts = [1 = StartL1, 2 = StartL2, 3 = StartL3], lpa2 = false, fields = [shareability],
    output = 48, shapes = &[(43, 1), (48, 1), (48, 1), (42, 2), (30, 2), (45, 1), (25, 3), (29, 3)]);
ends!(Kib64Lpa, Kib64LpaUpper: k64_lpa,
    shift = 16, blocks = [L1, L2], often = &[3, 3, 2, 1],
    starts = [1 = StartL1, 2 = StartL2, 3 = StartL3], lpa2 = false, fields = [shareability],
    output = 52, shapes = &[(52, 1), (48, 1), (43, 1), (52, 1), (44, 1), (42, 2), (30, 2), (29, 3)]);

/// All that a leaf can say. It can always be read at EL1.
pub const PERMISSIONS: &[Permissions] = {
    const R: Permissions = Permissions::READ;
    const W: Permissions = R.union(Permissions::WRITE);
    const U: Permissions = R.union(Permissions::USER);
    const WU: Permissions = W.union(U);
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
        U,
        U.union(X),
        U.union(UX),
        U.union(XX),
        WU,
        WU.union(X),
        WU.union(UX),
        WU.union(XX),
    ]
};

/// `SCTLR_EL1` with the bits that must be one, the first stage off (D24.2.118).
pub const SCTLR_OFF: u64 = 0x30d0_0800;
/// `HCR_EL2`: EL1 is a 64-bit level (D24.2.52).
pub const HCR_RW: u64 = 1 << 31;
/// How tables are read: inner shareable, write-back. Bits 13:8 of the control registers.
pub const CACHED: u64 = 0b11_01_01 << 8;

/// The registers for two trees, of low and of high addresses, in the formats of one granule. `TCR_EL1`, D24.2.119.
pub fn registers(low: (Shape, u64), high: (Shape, u64)) -> [u64; 8] {
    let [(shape0, root0), (shape1, root1)] = [low, high];
    let granule0 = match shape0.granule {
        12 => 0b00,
        14 => 0b10,
        _ => 0b01,
    };
    let granule1 = match shape1.granule {
        12 => 0b10,
        14 => 0b01,
        _ => 0b11,
    };
    let half0 = u64::from(64 - shape0.bits) | CACHED | granule0 << 14;
    let half1 = u64::from(64 - shape1.bits) | CACHED | granule1 << 14;
    let features = u64::from(shape0.sets_accessed) << 39 | u64::from(shape0.lpa2) << 59;
    let tcr = half0 | half1 << 16 | shape0.output_size() << 32 | features;
    [SCTLR_OFF | 1, tcr, root0, root1, MAIR, HCR_RW, 0, 0]
}
