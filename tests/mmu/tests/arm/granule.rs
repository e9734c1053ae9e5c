//! A granule of one of the stages, as it is declared.

use crate::shape::Shape;
use pt_core::Table;
use pt_mmu::Subject;

/// The tables of one stage with one granule.
pub trait Granule: Subject {
    /// The bytes in a page, as a power of two.
    const SHIFT: u32;
    /// The levels that have leaves, and how often each is chosen.
    const LEAVES: &'static [i32];
    /// The sizes of what the contiguous bit makes one, of pages and of blocks at level 2, as powers of two of bytes
    /// (D8.6.1).
    const SPANS: [(u32, i32); 2];
    /// Whether entries are those of `FEAT_LPA2`: the shareability is in the control register instead.
    const LPA2: bool;
    /// Whether it is of the upper end of the address space.
    const UPPER: bool;
    /// The bits that frames have.
    const OUTPUT_BITS: u32;
    /// The shapes that are tried: how wide addresses are, and the level that the walk starts at.
    const SHAPES: &'static [(u32, i32)];

    /// The geometry of a shape.
    fn geometry(shape: Shape) -> <Self::Table as Table>::Geometry;
}

/// Declares a type for a granule, with the methods that are alike for all. `$attributes` makes the attributes that all
/// granules of a stage have, in a struct of the declaration of this one.
macro_rules! granule {
    (
        $name:ident: $stage:ident::$module:ident::$table:ident, upper = $upper:literal, range = $range:expr,
        attributes = $attributes:ident,
        shift = $shift:literal, blocks = [$($block:ident),+], often = $often:expr,
        starts = [$($start:literal = $variant:ident),+], lpa2 = $lpa2:literal, fields = [$($shareability:ident)?],
        output = $output:literal, shapes = $shapes:expr
    ) => {
        pub struct $name;

        impl pt_mmu::Subject for $name {
            type Table = pt_arm::$stage::$module::$table;
            const CONFIG: () = ();

            fn attributes(
                mapping: &pt_plan::Mapping,
                random: &mut pt_plan::Random,
            ) -> pt_arm::$stage::$module::PageEntryFields {
                pt_arm::$stage::$module::PageEntryFields {
                    $($shareability: pt_core::Bits::from_bits(random.pick(&[0, 2, 3])),)?
                    ..$attributes!(pt_arm::$stage::$module, mapping, random)
                }
            }

            fn range(width: pt_arm::$stage::$module::Width, mapping: &pt_plan::Mapping) -> pt_mmu::RangeIn<Self> {
                $range(width, mapping)
            }
            pt_mmu::by_size!($(pt_arm::$stage::$module::$block),+; pt_arm::$stage::$module::L3);
        }

        impl $crate::granule::Granule for $name {
            const SHIFT: u32 = $shift;
            const LEAVES: &'static [i32] = $often;
            const SPANS: [(u32, i32); 2] = match $shift {
                12 => [(12 + 4, 3), (21 + 4, 2)],
                14 => [(14 + 7, 3), (25 + 5, 2)],
                _ => [(16 + 5, 3), (29 + 5, 2)],
            };
            const LPA2: bool = $lpa2;
            const UPPER: bool = $upper;
            const OUTPUT_BITS: u32 = $output;
            const SHAPES: &'static [(u32, i32)] = $shapes;

            fn geometry(shape: $crate::shape::Shape) -> pt_arm::$stage::$module::Width {
                match shape.start {
                    $($start => pt_arm::$stage::$module::Width::$variant { bits: shape.bits },)+
                    start => panic!("no walk starts at level {start}"),
                }
            }
        }
    };
}

pub(crate) use granule;
