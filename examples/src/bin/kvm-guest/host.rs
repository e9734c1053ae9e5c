//! The host: it maps what the guest needs, and says what happens.
#![forbid(unsafe_code)]

use crate::guest::{CODE, DATA, Guest, HEAP};
use kvm_ioctls::Kvm;
use pt_core::reader::Merge;
use pt_core::{GuestRam, Hpa, Page, Shared, Tree, Va, Whole};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pd, Pt};
use std::error::Error;
use std::ops::Range;
use std::process::ExitCode;
use vm_memory::{GuestAddress, GuestMemoryMmap};

/// Guest memory for page tables.
const TABLES: Range<u64> = 0x10_0000..0x20_0000;
/// From here on, the heap gets large pages.
const LARGE: u64 = HEAP + 0x20_0000;
/// The memory behind the heap.
const FRAMES: u64 = 0x100_0000;
const READ_WRITE: PageEntryFields = PageEntryFields { write: true, no_execute: true, ..PageEntryFields::new() };

pub fn main() -> ExitCode {
    let run = match Kvm::new() {
        Ok(kvm) => run(&kvm),
        Err(error) => Err(format!("/dev/kvm: {error}. It takes a host with KVM, and the right to use it.").into()),
    };
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kvm-guest: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(kvm: &Kvm) -> Result<(), Box<dyn Error>> {
    let memory = GuestMemoryMmap::from_ranges(&[(GuestAddress(0), 64 << 20)])?;
    let ram = GuestRam::new(memory, TABLES);
    let mut tables = Tree::<PageTables, _>::configured(Paging::FourLevels, Features::all(), &ram, &ram)?;
    let mut cursor = tables.exclusive(&ram);
    cursor.map(va(CODE)?, Page::<Shared, Pt>::new(Hpa::new(CODE))?, PageEntryFields::new())?;
    cursor.map(va(DATA)?, Page::<Shared, Pt>::new(Hpa::new(DATA))?, READ_WRITE)?;
    drop(cursor);

    let mut guest = Guest::new(kvm, &ram, tables.root_frame().as_u64())?;
    loop {
        let fault = guest.run()?;
        println!("page fault at {:#x}, error code {:#x}", fault.address, fault.error);
        let address = va(fault.address)?;
        match tables.reader().query(address) {
            Err(unmapped) => {
                println!("  {unmapped}");
                map(&mut tables, &ram, address)?;
            }
            Ok(leaf) => {
                println!("  refused: a page of {:?} allows {}", leaf.level, leaf.access);
                break;
            }
        }
    }

    println!("\nThe guest has written to:");
    let heap = Paging::FourLevels.range(va(HEAP)?, 0x80_0000)?;
    let log = tables.collect_dirty::<PageTables, _>(heap, |page, level| println!("  {page}, a page of {level:?}"))?;
    log.unneeded_because("the guest does not run again");
    println!("\nIts page tables:\n{}", tables.reader().whole().dump(Merge::Frames));
    Ok(())
}

/// Maps the page that `address` lies in: a small one at the beginning of the heap, and large ones behind.
///
/// Nothing was mapped there, so that the guest has nothing cached.
fn map(tables: &mut Tree<PageTables, &GuestRam>, ram: &GuestRam, address: Va) -> Result<(), Box<dyn Error>> {
    let frame = |shift: u32| Hpa::new(FRAMES + (address.align_down(shift).as_u64() - HEAP));
    let mut cursor = tables.exclusive(ram);
    if address.as_u64() < LARGE {
        let page = Page::<Shared, Pt>::new(frame(12))?;
        println!("  mapped: {page:?}");
        cursor.map(address, page, READ_WRITE)?;
    } else {
        let page = Page::<Shared, Pd>::new(frame(21))?;
        println!("  mapped: {page:?}");
        cursor.map(address, page, READ_WRITE)?;
    }
    Ok(())
}

fn va(address: u64) -> Result<Va, Box<dyn Error>> {
    Ok(Paging::FourLevels.address(address)?)
}
