//! x86 PAE: SDM 3A tables 4-8 to 4-11.

use crate::codec::table;
use pt_mmu::seed;
use pt_pae::{PageEntry, Pd, Pdpt, Pt, TableEntry};
use pt_plan::Random;

#[test]
fn entries_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, PAE"));
    table!(PageEntry<Pt> {
        present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
        write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
        accessed with_accessed [5..=5]; dirty with_dirty [6..=6]; pat with_pat [7..=7]; global with_global [8..=8];
        frame with_frame [12..=51] << 12; no_execute with_no_execute [63..=63];
    } zeroes [52..=62] free [9..=11])
    .check("PTE", random);
    table!(PageEntry<Pd> {
        present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
        write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
        accessed with_accessed [5..=5]; dirty with_dirty [6..=6]; global with_global [8..=8]; pat with_pat [12..=12];
        frame with_frame [21..=51] << 21; no_execute with_no_execute [63..=63];
    } ones [7..=7] zeroes [13..=20, 52..=62] free [9..=11])
    .check("PDE of a page", random);
    table!(TableEntry<Pd> {
        present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
        write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
        accessed with_accessed [5..=5]; table with_table [12..=51] << 12; no_execute with_no_execute [63..=63];
    } zeroes [7..=7, 52..=62] free [6..=6, 8..=11])
    .check("PDE of a table", random);
    table!(TableEntry<Pdpt> {
        present with_present [0..=0]; write_through with_write_through [3..=3];
        cache_disable with_cache_disable [4..=4]; table with_table [12..=51] << 12;
    } zeroes [1..=2, 5..=8, 52..=63] free [9..=11])
    .check("PDPTE", random);
}
