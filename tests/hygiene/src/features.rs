//! A declaration with optional features, where nothing of the prelude is in scope.

use ::pt_macros::page_tables;

/// Names that the emitted code must not trip over.
#[allow(dead_code)]
#[page_tables(crate = ::engine, no_implicit_prelude)]
pub mod features {
    use ::engine::flush::Invept;
    use ::engine::{Bits, Hpa};

    mod core {}
    mod engine {}
    struct Option;
    struct Some;
    struct None;

    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table, leaf(if = large & !odd_only))]
        Middle,
        #[level(index = 12..=20, leaf)]
        Small,
    }

    #[geometry]
    pub enum Width {
        #[root(Middle)]
        Bits30,
    }

    #[config]
    pub struct Machine {
        large: bool,
        odd_only: bool,
        ageing: bool,
        users: bool,
        #[frames(width = 36..=48)]
        width: u32,
        #[frames(bit = 40..=47)]
        bit: Option<u32>,
    }

    #[entry(
        leaf,
        levels(Middle, Small),
        present = read | user_execute,
        ignored(12..=20, 48..=63, levels(Middle)),
        ignored(8..=11, 48..=63, levels(Small)),
        illegal(kind = 3 | 5, !read, if = !ageing)
    )]
    pub struct Leaf {
        #[bits(0, allows = read)]
        read: bool,
        #[bits(1, allows = execute)]
        execute: bool,
        #[bits(2, allows = user_execute, if = users, else = ignored)]
        user_execute: bool,
        #[bits(3, hardware = accessed, if = ageing, else = software)]
        accessed: bool,
        #[bits(4..=6)]
        kind: Bits<3>,
        #[bits(7, levels(Middle), tag = 1)]
        #[bits(7, levels(Small), ignored)]
        large: (),
        #[bits(8..=11, levels(Middle), if = odd_only)]
        odd: Bits<4>,
        #[bits(21..=47, frame, levels(Middle))]
        #[bits(12..=47, frame, levels(Small))]
        frame: Hpa,
    }

    #[entry(table, levels(Middle), present = read, ignored(3..=6, 8..=11, 48..=63))]
    pub struct Subtable {
        #[bits(0, allows = read, default = 1)]
        read: bool,
        #[bits(1, allows = execute, default = 1)]
        execute: bool,
        #[bits(2, allows = user_execute, default = 1)]
        user_execute: bool,
        #[bits(7, tag = 0)]
        large: (),
        #[bits(12..=47, frame)]
        table: Hpa,
    }

    #[table(guest, visible_to(vmm), used_by(cpu), entries(Leaf, Subtable), flush = Invept, every_access = user)]
    pub struct Table;
}
