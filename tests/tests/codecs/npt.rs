//! AMD's nested page tables: APM 2 figures 5-17 to 5-27, and 15.25.5. Every nested access is one of the user, nothing is
//! global, and there are no protection keys.

use crate::codec::table;
use pt_mmu::seed;
use pt_npt::{NptLeaf, NptTable, Pd, Pdpt, Pml4, Pml5, Pt};
use pt_plan::Random;

#[test]
fn entries_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, NPT"));
    table!(NptLeaf<Pt> {
        present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
        write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
        accessed with_accessed [5..=5]; dirty with_dirty [6..=6]; pat with_pat [7..=7];
        frame with_frame [12..=51] << 12; no_execute with_no_execute [63..=63];
    } free [8..=11, 52..=62])
    .check("PTE", random);
    macro_rules! large {
        ($level:ty, $shift:literal) => {
            table!(NptLeaf<$level> {
                present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
                write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
                accessed with_accessed [5..=5]; dirty with_dirty [6..=6]; pat with_pat [12..=12];
                frame with_frame [$shift..=51] << $shift; no_execute with_no_execute [63..=63];
            } ones [7..=7] zeroes [13..=$shift - 1] free [8..=11, 52..=62])
            .check(stringify!($level), random);
        };
    }
    large!(Pd, 21);
    large!(Pdpt, 30);
    macro_rules! link {
        ($level:ty, $($rest:tt)*) => {
            table!(NptTable<$level> {
                present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
                write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
                accessed with_accessed [5..=5]; table with_table [12..=51] << 12; no_execute with_no_execute [63..=63];
            } $($rest)*)
            .check(stringify!($level), random);
        };
    }
    link!(Pd, zeroes [7..=7] free [6..=6, 8..=11, 52..=62]);
    link!(Pdpt, zeroes [7..=8] free [6..=6, 9..=11, 52..=62]);
    link!(Pml4, zeroes [7..=8] free [6..=6, 9..=11, 52..=62]);
    link!(Pml5, zeroes [7..=8] free [6..=6, 9..=11, 52..=62]);
}
