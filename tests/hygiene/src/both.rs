//! One table for both halves of a split address space, with a root whose frames are stored shifted.

use ::pt_macros::page_tables;

#[page_tables(crate = ::engine, no_implicit_prelude)]
pub mod both {
    use ::engine::Hpa;
    use ::engine::flush::HfenceGvma;

    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table, leaf)]
        Upper,
        #[level(index = 12..=20, leaf)]
        Lower,
    }

    #[geometry]
    pub enum Half {
        #[root(Upper, split(bit = 29, shared = 1))]
        Top,
    }

    #[entry(leaf, levels(Upper, Lower), present = valid, ignored(4..=9, 54..=63))]
    pub struct Leaf {
        #[bits(0, tag = 1)]
        valid: (),
        #[bits(1, allows = read, default = true)]
        read: bool,
        #[bits(2, allows = write)]
        write: bool,
        #[bits(3, allows = execute)]
        execute: bool,
        #[bits(10..=53, frame, shift = 12)]
        frame: Hpa,
    }

    #[entry(table, levels(Upper), present = valid, ignored(4..=9, 54..=63))]
    pub struct Pointer {
        #[bits(0, tag = 1)]
        valid: (),
        #[bits(1..=3, tag = 0)]
        permissions: (),
        #[bits(10..=53, frame, shift = 12)]
        table: Hpa,
    }

    #[table(guest, select(both), visible_to(vmm), writable_by(vmm), used_by(cpu), entries(Leaf, Pointer), flush = HfenceGvma)]
    pub struct Table;
}
