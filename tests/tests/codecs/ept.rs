//! EPT: SDM 3C tables 29-1 to 29-7.

use crate::codec::{table, values};
use pt_ept::{EptLeaf, EptTable, MemoryType, Pd, Pdpt, Pml4, Pml5, Pt};
use pt_mmu::seed;
use pt_plan::Random;

values!(MemoryType);

/// Memory types that are none, 29.3.3.1.
const NO_TYPES: [(&str, u64); 3] = [("memory_type", 2), ("memory_type", 3), ("memory_type", 7)];

#[test]
fn entries_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, EPT"));
    macro_rules! leaf {
        ($level:ty, $shift:literal, $($rest:tt)*) => {
            let mut table = table!(EptLeaf<$level> {
                read with_read [0..=0]; write with_write [1..=1]; execute with_execute [2..=2];
                memory_type with_memory_type [3..=5]; ignore_pat with_ignore_pat [6..=6];
                accessed with_accessed [8..=8]; dirty with_dirty [9..=9]; frame with_frame [$shift..=51] << $shift;
                suppress_ve with_suppress_ve [63..=63];
            } $($rest)*);
            table.nameless = NO_TYPES.to_vec();
            table.check(stringify!($level), random);
        };
    }
    leaf!(Pt, 12, free [7..=7, 10..=11, 52..=62]);
    leaf!(Pd, 21, ones [7..=7] zeroes [12..=20] free [10..=11, 52..=62]);
    leaf!(Pdpt, 30, ones [7..=7] zeroes [12..=29] free [10..=11, 52..=62]);
    macro_rules! link {
        ($level:ty) => {
            table!(EptTable<$level> {
                read with_read [0..=0]; write with_write [1..=1]; execute with_execute [2..=2];
                accessed with_accessed [8..=8]; table with_table [12..=51] << 12;
                suppress_ve with_suppress_ve [63..=63];
            } zeroes [3..=7] free [9..=11, 52..=62])
            .check(stringify!($level), random);
        };
    }
    link!(Pd);
    link!(Pdpt);
    link!(Pml4);
    link!(Pml5);
}
