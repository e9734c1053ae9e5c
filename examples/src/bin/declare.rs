//! A page-table variant of one's own: declared in some lines, used in some more.
//!
//! The machine is made up: 30 address bits, two levels, pages of 4 KiB and 2 MiB. Every bit of an entry is described
//! once; what is left out, overlaps or does not fit is a compile error that says how to mend it. What the macro makes
//! of it is said in the documentation of each item: `cargo doc --open -p pt-examples --document-private-items`.
#![forbid(unsafe_code)]

use pt_core::reader::Merge;
use pt_core::{Arena, Bits, Hpa, Page, Shared, Tree, Whole};
use pt_macros::page_tables;
use small::{Geometry, Last, MappingFields, Small};
use std::error::Error;

/// The tables of a small machine.
#[rustfmt::skip]
#[page_tables]
mod small {
    use pt_core::{Bits, Hpa};

    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table, leaf)] Directory,
        #[level(index = 12..=20, leaf)]        Last,
    }

    #[geometry(space = Guest)]
    pub enum Geometry { #[root(Directory)] Bits30 }

    /// An entry that maps a page.
    #[entry(leaf, levels(Directory, Last), present = valid, reserved(5..=11), ignored(2, 48..=63))]
    pub struct Mapping {
        #[bits(0, default = true)]                                         valid: bool,
        #[bits(1, levels(Directory), tag = 1)] #[bits(1, levels(Last), ignored)] block: (),
        #[bits(3..=4)]                                                     colour: Bits<2>,
        #[bits(12..=47, frame)]                                            frame: Hpa,
    }

    /// An entry that points to a table.
    #[entry(table, levels(Directory), present = valid, reserved(2..=11), ignored(48..=63))]
    pub struct Link {
        #[bits(0, default = true)]                                         valid: bool,
        #[bits(1, tag = 0)]                                                block: (),
        #[bits(12..=47, frame)]                                            table: Hpa,
    }

    #[table(guest, visible_to(vmm), entries(Mapping, Link))]
    pub struct Small;
}

fn main() -> Result<(), Box<dyn Error>> {
    let arena = Arena::new(Hpa::new(0x10_0000), 16 << 12);
    let mut tree = Tree::<Small, _>::new(Geometry::Bits30, &arena, &arena)?;
    let address = Geometry::Bits30.address(0x1234_5000)?;
    let page = Page::<Shared, Last>::new(Hpa::new(0x7000_0000))?;
    tree.exclusive(&arena).map(address, page, MappingFields { colour: Bits::MAX })?;

    let byte = Geometry::Bits30.address(0x1234_5678)?;
    let found = tree.reader().translate(byte).ok_or("nothing is mapped there")?;
    println!("{byte} is {} in memory, by a leaf of {:?}\n", found.address, found.level);
    println!("{}", tree.reader().whole().dump(Merge::Frames));
    tree.invalidate().free(&arena);
    Ok(())
}
