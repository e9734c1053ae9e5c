//! The typed API on the tables of a PAE address space: map, protect, unmap, walk, dump.
#![forbid(unsafe_code)]

use pt_core::error::Obstacle;
use pt_core::flush::Scope;
use pt_core::format::Access;
use pt_core::reader::Merge;
use pt_core::{Address, Arena, EntryFormat, Hpa, Invalidate, LevelOf, Page, Shared, Tree, Virtual, Whole};
use pt_pae::{Features, Level, PageEntry, PageEntryFields, PageTables, Paging, Pd, Pdpt, Pt, TableEntry};
use std::error::Error;

/// A CPU that counts its INVLPGs.
#[derive(Default)]
struct Cpu(u32);

impl Invalidate<PageTables> for Cpu {
    fn invalidate(&mut self, _scope: Scope<Virtual>) {
        self.0 += 1;
    }
}

fn address(value: u64) -> Address<Virtual> {
    Paging::Pae.address(value).expect("an address of 32 bits")
}

#[test]
fn an_address_has_32_bits() {
    assert!(Paging::Pae.address(0xffff_ffff).is_ok());
    assert!(Paging::Pae.address(0x1_0000_0000).is_err());
}

#[test]
fn the_topmost_entries_have_no_permissions_and_take_none_away() {
    let entry = TableEntry::<Pdpt>::new(Hpa::new(0x1000)).expect("a frame");
    assert_eq!(entry.bits(), 0x1001);
    assert_eq!(entry.access(), Access::ALL);
    assert_eq!((<Pdpt as LevelOf<PageTables>>::LINK, <Pd as LevelOf<PageTables>>::LINK), (1, 7));
}

#[test]
fn the_pat_bit_moves_with_the_level() {
    let (page, block) = (PageEntry::<Pt>::from_bits(0x80), PageEntry::<Pd>::from_bits(0x1080));
    assert!(page.pat() && block.pat());
    assert_eq!(block.frame(), Hpa::new(0));
}

#[test]
fn what_the_processor_would_refuse_is_not_written() -> Result<(), Box<dyn Error>> {
    let arena = Arena::new(Hpa::new(0x10_0000), 16 << 12);
    let old = Features::none().with_phys_bits(36).ok_or("36 bits are some")?;
    let mut tree = Tree::<PageTables, _>::configured(Paging::Pae, old, &arena, &arena)?;
    let mut cursor = tree.exclusive(&arena);
    let quiet = PageEntryFields { no_execute: true, ..PageEntryFields::new() };
    let refused = cursor.map(address(0), Page::<Shared, Pt>::new(Hpa::new(0))?, quiet).expect_err("bit 63 is reserved");
    assert!(matches!(refused.obstacle, Obstacle::NotAllowed { level: Level::Pt, .. }), "{refused}");
    let far = Page::<Shared, Pt>::new(Hpa::new(1 << 36))?;
    let refused = cursor.map(address(0), far, PageEntryFields::new()).expect_err("bit 36 is reserved");
    assert!(matches!(refused.obstacle, Obstacle::NotAllowed { level: Level::Pt, .. }), "{refused}");
    drop(cursor);
    tree.invalidate().free(&arena);
    Ok(())
}

#[test]
fn pages_are_mapped_protected_and_unmapped() -> Result<(), Box<dyn Error>> {
    let arena = Arena::new(Hpa::new(0x10_0000), 16 << 12);
    let mut tree = Tree::<PageTables, _>::configured(Paging::Pae, Features::all(), &arena, &arena)?;
    let mut cpu = Cpu::default();

    let mut cursor = tree.exclusive(&arena);
    let writable = PageEntryFields { write: true, ..PageEntryFields::new() };
    // More than 4 GiB of memory is what PAE is for.
    cursor.map(address(0xc012_3000), Page::<Shared, Pt>::new(Hpa::new(0xf_0000_5000))?, writable)?;
    cursor.map(address(0x0040_0000), Page::<Shared, Pd>::new(Hpa::new(0x0020_0000))?, PageEntryFields::new())?;
    let quiet = PageEntryFields { no_execute: true, ..PageEntryFields::new() };
    cursor.protect::<Pt>(address(0xc012_3000), quiet)?.flush(&mut cpu);
    drop(cursor);

    let found = tree.reader().translate(address(0xc012_3456)).ok_or("it is mapped")?;
    assert_eq!((found.address, found.level), (Hpa::new(0xf_0000_5456), Level::Pt));
    let leaf = tree.reader().query(address(0xc012_3456))?;
    assert_eq!(leaf.access, Access::READ);
    assert_eq!(
        tree.reader().whole().dump(Merge::Frames).to_string(),
        "PageTables, root 0x100000, Pae\n\
         \x20 0x00400000-0x005fffff  0x000000200000-0x0000003fffff  Pd       1 x   2 MiB  r-xX-  present\n\
         \x20 0xc0123000-0xc0123fff  0x000f00005000-0x000f00005fff  Pt       1 x   4 KiB  r----  present no_execute\n\
         \x20 leaves: 2, tables: 4"
    );

    // The table goes with its last page, and the directory with its last table.
    tree.exclusive(&arena).unmap::<Pt>(address(0xc012_3000))?.flush(&mut cpu);
    assert!(tree.reader().translate(address(0xc012_3000)).is_none());
    assert_eq!((cpu.0, arena.pages_in_use()), (2, 2));
    tree.invalidate().free(&arena);
    Ok(())
}
