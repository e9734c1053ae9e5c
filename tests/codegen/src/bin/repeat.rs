//! Runs one of the compared functions a number of times, for a tool that counts the instructions of it.
//!
//! `repeat FUNCTION COUNT`, where the function is one of the engine's or one of the twins. Up to 512 pages are
//! mapped, all in one table of the last level; translations run on pages that are mapped before.
//!
//! It prints a digest of what the function returned, or of the tables that it left: a function and its twin print
//! the same.
#![allow(unsafe_code, reason = "the twins and the direct map follow addresses that only this program vouches for")]

use pt_assembly::accessors::{read_memory_type, set_writable, twin_memory_type, twin_writable};
use pt_assembly::map::map_page;
use pt_assembly::pool::Pool;
use pt_assembly::translate::translate_shared;
use pt_assembly::twin::map::{Place, twin_map};
use pt_assembly::twin::{Mmu, twin_shared};
use pt_core::{DirectMap, Gpa, Hpa, Page, RawGpa, Record, Route, Shared, Split, Tree};
use pt_tdx::{EptLeaf, Gpaw, Pt, SharedEpt};
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

/// Physical memory begins here, so that no frame is 0.
const FIRST: u64 = 0x10_0000;
/// Room for the tables, in frames.
const FRAMES: u64 = 16;
/// The first address that is mapped, in the shared half of every geometry.
const START: u64 = 0x8012_3440_0000;
/// The frame of the first page.
const TARGET: u64 = 0x4000_0000;
/// Entries of a table.
const PAGES: u64 = 512;

/// Words and records of the tables.
struct Physical {
    words: Box<[AtomicU64]>,
    records: Box<[Record<AtomicU64>]>,
}

impl Physical {
    fn new() -> Self {
        let words = (0..FRAMES * 512).map(|_| AtomicU64::new(0)).collect();
        Self { words, records: (0..FRAMES).map(|_| Record::default()).collect() }
    }

    /// Where the physical address 0 would be.
    fn base(&self) -> *const AtomicU64 {
        self.words.as_ptr().wrapping_byte_sub(FIRST as usize)
    }

    /// A digest of all tables.
    fn digest(&self) -> u64 {
        self.words.iter().fold(0, |digest, word| mix(digest, word.load(Ordering::Relaxed)))
    }

    /// Where the record of the physical address 0 would be.
    fn records(&self) -> *const Record<AtomicU64> {
        self.records.as_ptr().wrapping_sub((FIRST >> 12) as usize)
    }
}

fn address(number: u64) -> Gpa<Shared> {
    match Gpaw::Bits48.route(RawGpa::new(START + (number << 12))) {
        Ok(Route::Shared(address)) => address,
        other => panic!("{START:#x} leads to {other:?}"),
    }
}

fn page(number: u64) -> Page<Shared, Pt> {
    Page::new(Hpa::new(TARGET + (number << 12))).expect("an aligned frame")
}

/// An entry as one of the accessors gets it: every memory type, and a bit that is set or not.
fn leaf(number: u64) -> u64 {
    TARGET | (number % 8) << 3 | (number % 2) << 1 | 1
}

fn mix(digest: u64, value: u64) -> u64 {
    (digest.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Calls `operation` with the numbers below `count`, and returns a digest of the results.
fn each(count: u64, mut operation: impl FnMut(u64) -> u64) -> u64 {
    (0..count).fold(0, |digest, number| mix(digest, operation(black_box(number))))
}

/// Runs `function`, and returns the digest. `None` if there is no such function.
fn run(function: &str, count: u64) -> Option<u64> {
    let physical = Physical::new();
    let pool = Pool::new(FIRST, FIRST + (FRAMES << 12));
    // SAFETY: the tables come from the pool. Its frames have their words and records in `physical`, which is
    // dropped after the map and the tree, and which is written by atomic operations.
    let map = unsafe { DirectMap::new(physical.base(), physical.records()) };
    let mut tree = Tree::<SharedEpt, _>::new(Gpaw::Bits48, map, &pool).expect("a page for the root");
    let mmu = Mmu::new(tree.root_frame().as_u64(), physical.base(), Gpaw::Bits48);
    if function.ends_with("_shared") {
        let mut cursor = tree.exclusive(&pool);
        each(PAGES, |number| u64::from(map_page(&mut cursor, address(number), page(number)).is_ok()));
    }
    Some(match function {
        "translate_shared" => each(count, |number| {
            let found = translate_shared(&tree, address(number)).expect("a page that was mapped");
            found.address.as_u64()
        }),
        // SAFETY: the tables are those of the tree.
        "twin_shared" => each(count, |number| match unsafe { twin_shared(&mmu, address(number).as_u64()) } {
            Some((found, _)) => found,
            None => panic!("a page that was mapped"),
        }),
        "map_page" => {
            let mut cursor = tree.exclusive(&pool);
            each(count, |number| u64::from(map_page(&mut cursor, address(number), page(number)).is_ok()));
            physical.digest()
        }
        "twin_map" => {
            let mut place = Place::new(&mmu, &pool, physical.records());
            each(count, |number| {
                let (address, frame) = (address(number).as_u64(), page(number).into_frame().as_u64());
                // SAFETY: the tables are those of the tree, or come from the pool.
                u64::from(unsafe { twin_map(&mut place, address, frame) }.is_ok())
            });
            physical.digest()
        }
        "read_memory_type" => each(count, |number| {
            read_memory_type(EptLeaf::from_bits(leaf(number))).map_or(0, |memory_type| 1 + memory_type as u64)
        }),
        "twin_memory_type" => {
            each(count, |number| twin_memory_type(leaf(number)).map_or(0, |memory_type| 1 + memory_type as u64))
        }
        "set_writable" => each(count, |number| set_writable(EptLeaf::from_bits(leaf(number)), number % 3 == 0).bits()),
        "twin_writable" => each(count, |number| twin_writable(leaf(number), number % 3 == 0)),
        _ => return None,
    })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let digest = match arguments.as_slice() {
        [function, count] => count.parse().ok().filter(|count| *count <= PAGES).and_then(|count| run(function, count)),
        _ => None,
    };
    let Some(digest) = digest else {
        eprintln!("usage: repeat FUNCTION COUNT, with a function that is compared and a count of at most {PAGES}");
        return ExitCode::from(2);
    };
    println!("{digest:#018x}");
    ExitCode::SUCCESS
}
