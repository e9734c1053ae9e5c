//! The shape of an entry: absent, a page, or a table, as the manuals tell them apart.

use crate::codec::raw_values;
use pt_arm::{stage1, stage2};
use pt_core::{Entry, LevelOf, Visible};
use pt_ept::Ept;
use pt_mmu::seed;
use pt_npt::Npt;
use pt_plan::Random;
use pt_riscv::{g_stage, supervisor};
use std::any::type_name;

/// What an entry is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Shape {
    Absent,
    Page,
    Table,
}

fn check<T: Visible, L: LevelOf<T>>(random: &mut Random, manual: fn(u64) -> Shape) {
    for raw in raw_values(random) {
        let found = match L::decode(raw) {
            Entry::Absent(_) | Entry::Frozen => Shape::Absent,
            Entry::Leaf(_) => Shape::Page,
            Entry::Subtable(_) => Shape::Table,
        };
        assert_eq!(found, manual(raw), "{raw:#x} in {}", type_name::<(T, L)>());
    }
}

/// Checks the shapes at each of these levels.
macro_rules! shapes {
    ($random:ident, $table:ty: $($($level:path)|+ => $manual:expr;)*) => {
        $($(check::<$table, $level>($random, $manual);)+)*
    };
}

const fn present(raw: u64, mask: u64, shape: Shape) -> Shape {
    if raw & mask == 0 { Shape::Absent } else { shape }
}

/// x86: bit 7 tells a page from a table.
const fn by_page_size(raw: u64) -> Shape {
    if raw & 1 << 7 == 0 { Shape::Table } else { Shape::Page }
}

/// RISC-V: a table has no permissions.
const fn by_permissions(raw: u64) -> Shape {
    present(raw, 1, if raw & 0xe == 0 { Shape::Table } else { Shape::Page })
}

/// Arm, above the last level: both low bits.
const fn block_or_table(raw: u64) -> Shape {
    match raw & 3 {
        1 => Shape::Page,
        3 => Shape::Table,
        _ => Shape::Absent,
    }
}

const fn only(shape: Shape, raw: u64) -> Shape {
    if raw & 3 == 3 { shape } else { Shape::Absent }
}

#[test]
fn x86_tells_a_page_from_a_table_by_bit_7() {
    let random = &mut Random::new(seed("shapes, x86"));
    shapes!(random, pt_x86_64::PageTables:
        pt_x86_64::Pt => |raw| present(raw, 1, Shape::Page);
        pt_x86_64::Pd | pt_x86_64::Pdpt => |raw| present(raw, 1, by_page_size(raw));
        pt_x86_64::Pml4 | pt_x86_64::Pml5 => |raw| present(raw, 1, Shape::Table);
    );
    shapes!(random, pt_pae::PageTables:
        pt_pae::Pt => |raw| present(raw, 1, Shape::Page);
        pt_pae::Pd => |raw| present(raw, 1, by_page_size(raw));
        pt_pae::Pdpt => |raw| present(raw, 1, Shape::Table);
    );
    shapes!(random, Npt:
        pt_npt::Pt => |raw| present(raw, 1, Shape::Page);
        pt_npt::Pd | pt_npt::Pdpt => |raw| present(raw, 1, by_page_size(raw));
        pt_npt::Pml4 | pt_npt::Pml5 => |raw| present(raw, 1, Shape::Table);
    );
    // Bit 10 counts with mode-based execute control.
    shapes!(random, Ept:
        pt_ept::Pt => |raw| present(raw, 0x407, Shape::Page);
        pt_ept::Pd | pt_ept::Pdpt => |raw| present(raw, 0x407, by_page_size(raw));
        pt_ept::Pml4 | pt_ept::Pml5 => |raw| present(raw, 0x407, Shape::Table);
    );
}

#[test]
fn risc_v_tells_a_page_from_a_table_by_its_permissions() {
    let random = &mut Random::new(seed("shapes, RISC-V"));
    shapes!(random, supervisor::PageTables:
        supervisor::L1 | supervisor::L2 | supervisor::L3 | supervisor::L4 => by_permissions;
        // What points to a table where there is none below is no page either, but it is present.
        supervisor::L0 => |raw| present(raw, 1, Shape::Page);
    );
    shapes!(random, g_stage::GuestTables:
        g_stage::L1 | g_stage::L2 | g_stage::L3 | g_stage::L4 => by_permissions;
        g_stage::L0 => |raw| present(raw, 1, Shape::Page);
    );
}

#[test]
fn arm_tells_a_page_from_a_table_by_its_two_lowest_bits() {
    let random = &mut Random::new(seed("shapes, Arm"));
    macro_rules! granules {
        ($($granule:ident: last $last:ident, blocks $($block:ident)*, tables $($table:ident)*;)*) => {$(
            shapes!(random, stage1::$granule::Stage1:
                stage1::$granule::$last => |raw| only(Shape::Page, raw);
                $(stage1::$granule::$block => block_or_table;)*
                $(stage1::$granule::$table => |raw| only(Shape::Table, raw);)*
            );
            shapes!(random, stage2::$granule::Stage2:
                stage2::$granule::$last => |raw| only(Shape::Page, raw);
                $(stage2::$granule::$block => block_or_table;)*
                $(stage2::$granule::$table => |raw| only(Shape::Table, raw);)*
            );
        )*};
    }
    granules!(
        k4: last L3, blocks L1 L2, tables L0;
        k16: last L3, blocks L2, tables L1;
        k64: last L3, blocks L2, tables L1;
        k4_lpa2: last L3, blocks L0 L1 L2, tables Lm1;
        k16_lpa2: last L3, blocks L1 L2, tables L0;
        k64_lpa: last L3, blocks L1 L2, tables;
    );
}
