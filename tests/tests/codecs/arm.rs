//! Arm: DDI 0487 figures of D8.3, for each granule and width of addresses.

use crate::codec::{table, values};
use pt_arm::{stage1, stage2};
use pt_mmu::seed;
use pt_plan::Random;

values!(
    stage2::k4::Execute,
    stage2::k4_lpa2::Execute,
    stage2::k16::Execute,
    stage2::k16_lpa2::Execute,
    stage2::k64::Execute,
    stage2::k64_lpa::Execute
);

/// A leaf of both stages. The frame is `[bits] << lowest address bit`; the rest are the bits that differ.
macro_rules! leaf {
    ($random:ident, $granule:ident $level:ident, $frame:tt << $shift:literal, share $($share:ident $bits:tt)?, span $($span:ident)?, free $free:tt,
     ones $ones:tt, zeroes $zeroes:tt) => {
        table!(stage1::$granule::PageEntry<stage1::$granule::$level> {
            attribute_index with_attribute_index [2..=4]; non_secure with_non_secure [5..=5]; user with_user [6..=6];
            read_only with_read_only [7..=7]; $($share with_shareability $bits;)? accessed with_accessed [10..=10];
            not_global with_not_global [11..=11]; frame with_frame $frame << $shift; guarded with_guarded [50..=50];
            dirty_modifier with_dirty_modifier [51..=51]; $($span with_contiguous [52..=52];)?
            privileged_execute_never with_privileged_execute_never [53..=53];
            execute_never with_execute_never [54..=54];
        } ones $ones zeroes $zeroes free $free)
        .check(concat!("stage 1, ", stringify!($granule), ", ", stringify!($level)), $random);
        let mut table = table!(stage2::$granule::PageEntry<stage2::$granule::$level> {
            memory_attributes with_memory_attributes [2..=5]; read with_read [6..=6]; write with_write [7..=7];
            $($share with_shareability $bits;)? accessed with_accessed [10..=10]; not_xs with_not_xs [11..=11];
            frame with_frame $frame << $shift; dirty_modifier with_dirty_modifier [51..=51];
            $($span with_contiguous [52..=52];)? execute with_execute [53..=54];
        } ones $ones zeroes $zeroes free $free);
        table.zeroes.push(50..=50);
        table.check(concat!("stage 2, ", stringify!($granule), ", ", stringify!($level)), $random);
    };
}

/// A table descriptor of both stages.
macro_rules! link {
    ($random:ident, $granule:ident $level:ident, $frame:tt << $shift:literal, zeroes $zeroes:tt, free $free:tt) => {
        let mut table = table!(stage1::$granule::TableEntry<stage1::$granule::$level> {
            table with_table $frame << $shift;
            privileged_execute_never with_privileged_execute_never [59..=59];
            execute_never with_execute_never [60..=60]; no_user with_no_user [61..=61];
            read_only with_read_only [62..=62]; non_secure with_non_secure [63..=63];
        } ones [0..=1] zeroes $zeroes free $free);
        table.free.extend([50..=58]);
        table.check(concat!("stage 1, ", stringify!($granule), ", ", stringify!($level)), $random);
        let mut table = table!(stage2::$granule::TableEntry<stage2::$granule::$level> {
            table with_table $frame << $shift;
        } ones [0..=1] zeroes $zeroes free $free);
        table.free.extend([50..=63]);
        table.check(concat!("stage 2, ", stringify!($granule), ", ", stringify!($level)), $random);
    };
}

#[test]
fn descriptors_of_addresses_of_48_bits_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, Arm"));
    leaf!(random, k4 L3, [12..=47] << 12, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=1], zeroes [48..=49]);
    leaf!(random, k4 L2, [21..=47] << 21, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=0], zeroes [1..=1, 12..=20, 48..=49]);
    leaf!(random, k4 L1, [30..=47] << 30, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=0], zeroes [1..=1, 12..=29, 48..=49]);
    link!(random, k4 L0, [12..=47] << 12, zeroes [48..=49], free [2..=11]);
    link!(random, k4 L2, [12..=47] << 12, zeroes [48..=49], free [2..=11]);
    leaf!(random, k16 L3, [14..=47] << 14, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=1], zeroes [12..=13, 48..=49]);
    leaf!(random, k16 L2, [25..=47] << 25, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=0], zeroes [1..=1, 12..=24, 48..=49]);
    link!(random, k16 L1, [14..=47] << 14, zeroes [12..=13, 48..=49], free [2..=11]);
    link!(random, k16 L2, [14..=47] << 14, zeroes [12..=13, 48..=49], free [2..=11]);
    leaf!(random, k64 L3, [16..=47] << 16, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=1], zeroes [12..=15, 48..=49]);
    leaf!(random, k64 L2, [29..=47] << 29, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=0], zeroes [1..=1, 12..=28, 48..=49]);
    link!(random, k64 L1, [16..=47] << 16, zeroes [12..=15, 48..=49], free [2..=11]);
    link!(random, k64 L2, [16..=47] << 16, zeroes [12..=15, 48..=49], free [2..=11]);
}

#[test]
fn descriptors_of_addresses_of_52_bits_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, Arm with 52 bits"));
    leaf!(random, k4_lpa2 L3, [12..=49, 8..=9] << 12, share, span contiguous, free [55..=63], ones [0..=1], zeroes []);
    leaf!(random, k4_lpa2 L2, [21..=49, 8..=9] << 21, share, span contiguous, free [55..=63], ones [0..=0], zeroes [1..=1, 12..=20]);
    leaf!(random, k4_lpa2 L1, [30..=49, 8..=9] << 30, share, span contiguous, free [55..=63], ones [0..=0], zeroes [1..=1, 12..=29]);
    leaf!(random, k4_lpa2 L0, [39..=49, 8..=9] << 39, share, span, free [52..=52, 55..=63], ones [0..=0], zeroes [1..=1, 12..=38]);
    link!(random, k4_lpa2 Lm1, [12..=49, 8..=9] << 12, zeroes [], free [2..=7, 10..=11]);
    link!(random, k4_lpa2 L2, [12..=49, 8..=9] << 12, zeroes [], free [2..=7, 10..=11]);
    leaf!(random, k16_lpa2 L3, [14..=49, 8..=9] << 14, share, span contiguous, free [55..=63], ones [0..=1], zeroes [12..=13]);
    leaf!(random, k16_lpa2 L2, [25..=49, 8..=9] << 25, share, span contiguous, free [55..=63], ones [0..=0], zeroes [1..=1, 12..=24]);
    leaf!(random, k16_lpa2 L1, [36..=49, 8..=9] << 36, share, span, free [52..=52, 55..=63], ones [0..=0], zeroes [1..=1, 12..=35]);
    link!(random, k16_lpa2 L0, [14..=49, 8..=9] << 14, zeroes [12..=13], free [2..=7, 10..=11]);
    leaf!(random, k64_lpa L3, [16..=47, 12..=15] << 16, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=1], zeroes [48..=49]);
    leaf!(random, k64_lpa L2, [29..=47, 12..=15] << 29, share shareability [8..=9], span contiguous, free [55..=63], ones [0..=0],
          zeroes [1..=1, 16..=28, 48..=49]);
    leaf!(random, k64_lpa L1, [42..=47, 12..=15] << 42, share shareability [8..=9], span, free [52..=52, 55..=63], ones [0..=0],
          zeroes [1..=1, 16..=41, 48..=49]);
    link!(random, k64_lpa L1, [16..=47, 12..=15] << 16, zeroes [48..=49], free [2..=11]);
}
