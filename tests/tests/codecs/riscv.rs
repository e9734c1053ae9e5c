//! RISC-V: privileged architecture 1.13, figures of chapters 12.4 to 12.6, 13, 14 and 18.5.1.

use crate::codec::{table, values};
use pt_mmu::seed;
use pt_plan::Random;
use pt_riscv::{g_stage, supervisor};

values!(supervisor::MemoryType, g_stage::MemoryType);

/// Svpbmt has three memory types.
const NO_TYPES: [(&str, u64); 1] = [("memory_type", 3)];

#[test]
fn entries_of_the_supervisor_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, RISC-V supervisor"));
    macro_rules! leaf {
        ($level:ident, $shift:literal, $low:literal, many $($napot:ident)?, $($rest:tt)*) => {
            let mut table = table!(supervisor::PageEntry<supervisor::$level> {
                read with_read [1..=1]; write with_write [2..=2]; execute with_execute [3..=3]; user with_user [4..=4];
                global with_global [5..=5]; accessed with_accessed [6..=6]; dirty with_dirty [7..=7];
                frame with_frame [$low..=53] << $shift; memory_type with_memory_type [61..=62]; $($napot with_napot [63..=63];)?
            } ones [0..=0] $($rest)* free [8..=9]);
            table.nameless = NO_TYPES.to_vec();
            table.check(stringify!($level), random);
        };
    }
    leaf!(L0, 12, 10, many napot, zeroes [54..=60]);
    leaf!(L1, 21, 19, many, zeroes [10..=18, 54..=60, 63..=63]);
    leaf!(L2, 30, 28, many, zeroes [10..=27, 54..=60, 63..=63]);
    leaf!(L3, 39, 37, many, zeroes [10..=36, 54..=60, 63..=63]);
    leaf!(L4, 48, 46, many, zeroes [10..=45, 54..=60, 63..=63]);
    macro_rules! link {
        ($($level:ident)*) => {$(
            table!(supervisor::TableEntry<supervisor::$level> {
                global with_global [5..=5]; table with_table [10..=53] << 12;
            } ones [0..=0] zeroes [1..=4, 6..=7, 54..=63] free [8..=9])
            .check(stringify!($level), random);
        )*};
    }
    link!(L1 L2 L3 L4);
}

#[test]
fn entries_of_the_g_stage_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, RISC-V G-stage"));
    macro_rules! leaf {
        ($level:ident, $shift:literal, $low:literal, many $($napot:ident)?, $($rest:tt)*) => {
            let mut table = table!(g_stage::PageEntry<g_stage::$level> {
                read with_read [1..=1]; write with_write [2..=2]; execute with_execute [3..=3];
                accessed with_accessed [6..=6]; dirty with_dirty [7..=7];
                frame with_frame [$low..=53] << $shift; memory_type with_memory_type [61..=62]; $($napot with_napot [63..=63];)?
            } ones [0..=0, 4..=4] $($rest)* free [5..=5, 8..=9]);
            table.nameless = NO_TYPES.to_vec();
            table.check(stringify!($level), random);
        };
    }
    leaf!(L0, 12, 10, many napot, zeroes [54..=60]);
    leaf!(L1, 21, 19, many, zeroes [10..=18, 54..=60, 63..=63]);
    leaf!(L2, 30, 28, many, zeroes [10..=27, 54..=60, 63..=63]);
    leaf!(L3, 39, 37, many, zeroes [10..=36, 54..=60, 63..=63]);
    leaf!(L4, 48, 46, many, zeroes [10..=45, 54..=60, 63..=63]);
    macro_rules! link {
        ($($level:ident)*) => {$(
            table!(g_stage::TableEntry<g_stage::$level> {
                table with_table [10..=53] << 12;
            } ones [0..=0] zeroes [1..=4, 6..=7, 54..=63] free [5..=5, 8..=9])
            .check(stringify!($level), random);
        )*};
    }
    link!(L1 L2 L3 L4);
}
