//! A page-table variant of one's own: declared in some lines, used in some more, misused in one.
//!
//! The machine is made up: 30 address bits, two levels, pages of 4 KiB. Every bit of an entry is described once; what
//! is left out, overlaps or does not fit is a compile error that says how to mend it.
#![forbid(unsafe_code)]

use pt_core::reader::Merge;
use pt_core::{Arena, Bits, Hpa, Page, Shared, Tree, Whole};
use small::{Geometry, Last, PageEntryFields, Small};
use std::error::Error;

/// The tables of a small machine.
#[rustfmt::skip]
#[pt_macros::page_tables]
pub mod small {
    use pt_core::{Bits, Hpa};

    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table)] Directory,
        #[level(index = 12..=20, leaf)]  Last,
    }

    #[geometry(space = Guest)]
    pub enum Geometry { #[root(Directory)] Bits30 }

    /// An entry that maps a page.
    #[entry(leaf, levels(Last), present = valid, reserved(4..=11), ignored(48..=63))]
    pub struct PageEntry {
        #[bits(0)]              valid: bool,
        #[bits(1, allows = write)] write: bool,
        #[bits(2..=3)]          colour: Bits<2>,
        #[bits(12..=47, frame)] frame: Hpa,
    }

    /// An entry that points to a table.
    #[entry(table, levels(Directory), present = valid, reserved(1..=11), ignored(48..=63))]
    pub struct TableEntry {
        #[bits(0)]              valid: bool,
        #[bits(12..=47, frame)] table: Hpa,
    }

    #[table(guest, visible_to(vmm), entries(PageEntry, TableEntry))]
    pub struct Small;
}

fn main() -> Result<(), Box<dyn Error>> {
    let arena = Arena::new(Hpa::new(0x10_0000), 16 << 12);
    let mut tree = Tree::<Small, _>::new(Geometry::Bits30, &arena, &arena)?;
    let address = Geometry::Bits30.address(0x1234_5678)?;
    let page = Page::<Shared, Last>::new(Hpa::new(0x7000_0000))?;
    tree.exclusive(&arena).map(address, page, PageEntryFields { write: true, colour: Bits::MAX })?;

    let found = tree.reader().translate(address).ok_or("nothing is mapped there")?;
    println!("{address} is {} in memory, by a leaf of {:?}\n", found.address, found.level);
    println!("{}\n", tree.reader().whole().dump(Merge::Frames));
    tree.invalidate().free(&arena);

    // Mapping a `Page<Shared, Directory>`, of 2 MiB, does not compile. A test keeps the compiler's answer as it is.
    let answer = include_str!("../../cases/level/page_of_2_mib.stderr");
    println!("A page of 2 MiB does not compile:\n\n{}", answer.split("\n   |\nhelp").next().unwrap_or(answer));
    Ok(())
}
