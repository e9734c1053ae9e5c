//! `LoongArch`: reference manual volume 1, figures of chapter 5.4.

use crate::codec::{table, values};
use pt_loongarch::{k4, k16};
use pt_mmu::seed;
use pt_plan::Random;

values!(k4::Privilege, k16::Privilege, k4::MemoryType, k16::MemoryType);

#[test]
fn entries_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, LoongArch"));
    macro_rules! leaf {
        ($pages:ident $level:ident, $frame:tt << $shift:literal, global $global:tt, $($rest:tt)*) => {
            let mut table = table!(pt_loongarch::$pages::PageEntry<pt_loongarch::$pages::$level> {
                valid with_valid [0..=0]; write with_write [1..=1]; privilege with_privilege [2..=3];
                memory_type with_memory_type [4..=5]; global with_global $global; physical with_physical [7..=7];
                writable with_writable [8..=8]; frame with_frame $frame << $shift; no_read with_no_read [61..=61];
                no_execute with_no_execute [62..=62]; only_this_level with_only_this_level [63..=63];
            } $($rest)* free [9..=11]);
            table.nameless = vec![("memory_type", 3)];
            table.check(concat!(stringify!($pages), ", ", stringify!($level)), random);
        };
    }
    leaf!(k4 Pt, [12..=47] << 12, global [6..=6], zeroes [48..=60]);
    leaf!(k4 Dir1, [21..=47] << 21, global [12..=12], ones [6..=6] zeroes [13..=20, 48..=60]);
    leaf!(k16 Pt, [14..=47] << 14, global [6..=6], zeroes [12..=13, 48..=60]);
    leaf!(k16 Dir1, [25..=47] << 25, global [12..=12], ones [6..=6] zeroes [13..=24, 48..=60]);
    macro_rules! link {
        ($pages:ident $($level:ident)*, $low:literal, zeroes $zeroes:tt) => {$(
            table!(pt_loongarch::$pages::TableEntry<pt_loongarch::$pages::$level> {
                table with_table [$low..=47] << $low; linked with_linked [63..=63];
            } zeroes $zeroes free [48..=62])
            .check(concat!(stringify!($pages), ", ", stringify!($level)), random);
        )*};
    }
    link!(k4 Dir3 Dir2 Dir1, 12, zeroes [0..=11]);
    link!(k16 Dir3 Dir1, 14, zeroes [0..=13]);
}
