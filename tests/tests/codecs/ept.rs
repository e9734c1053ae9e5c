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
        ($level:ty, $shift:literal, sub_page $($field:ident $with:ident)?, $($rest:tt)*) => {
            let mut table = table!(EptLeaf<$level> {
                read with_read [0..=0]; write with_write [1..=1]; execute with_execute [2..=2];
                memory_type with_memory_type [3..=5]; ignore_pat with_ignore_pat [6..=6];
                accessed with_accessed [8..=8]; dirty with_dirty [9..=9];
                user_execute with_user_execute [10..=10]; frame with_frame [$shift..=51] << $shift;
                verify_guest_paging with_verify_guest_paging [57..=57]; paging_write with_paging_write [58..=58];
                supervisor_shadow_stack with_supervisor_shadow_stack [60..=60];
                $($field $with [61..=61];)?
                suppress_ve with_suppress_ve [63..=63];
            } $($rest)*);
            table.nameless = NO_TYPES.to_vec();
            table.check(stringify!($level), random);
        };
    }
    leaf!(Pt, 12, sub_page sub_page_write with_sub_page_write, free [7..=7, 11..=11, 52..=56, 59..=59, 62..=62]);
    leaf!(Pd, 21, sub_page, ones [7..=7] zeroes [12..=20] free [11..=11, 52..=56, 59..=59, 61..=62]);
    leaf!(Pdpt, 30, sub_page, ones [7..=7] zeroes [12..=29] free [11..=11, 52..=56, 59..=59, 61..=62]);
    macro_rules! link {
        ($level:ty) => {
            table!(EptTable<$level> {
                read with_read [0..=0]; write with_write [1..=1]; execute with_execute [2..=2];
                accessed with_accessed [8..=8]; user_execute with_user_execute [10..=10];
                table with_table [12..=51] << 12; suppress_ve with_suppress_ve [63..=63];
            } zeroes [3..=7] free [9..=9, 11..=11, 52..=62])
            .check(stringify!($level), random);
        };
    }
    link!(Pd);
    link!(Pdpt);
    link!(Pml4);
    link!(Pml5);
}
