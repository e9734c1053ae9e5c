//! Private pages through the freeze protocol, and the same by a bare compare-exchange.
//!
//! The monitor is no part of it: the private tables are written here as they are after their links were propagated.
#![allow(unsafe_code, reason = "the twin follows addresses that only this program vouches for")]

use crate::callgrind::counted;
use crate::physical::Physical;
use pt_assembly::freeze::{freeze_dyn, freeze_mirror, freeze_nothing, freeze_row};
use pt_assembly::twin::Mmu;
use pt_assembly::twin::exchange::{twin_exchange, twin_mirror};
use pt_core::hook::{Frozen, FrozenRow, Outcome};
use pt_core::pair::{Build, Vm};
use pt_core::{DirectMap, Gpa, Hpa, Page, Private, RawGpa, Record, Route, Split, Tree};
use pt_tdx::{Gpaw, PrivateEpt, Tdx};
use std::cell::Cell;
use std::ffi::CStr;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

const PAGES: u64 = 32 * 512;
const FRAME: u64 = 1 << 40;
/// Read, write and execute, and suppress-#VE: an entry of the private table that links a table.
const LINK: u64 = 7 | 1 << 63;

fn address(number: u64) -> Gpa<Private> {
    match black_box(Gpaw::Bits48).route(RawGpa::new(number << 12)) {
        Ok(Route::Private(address)) => address,
        other => panic!("page {number} leads to {other:?}"),
    }
}

/// The tables for [`PAGES`] pages from address 0 on.
fn link_tables(physical: &Physical, map: DirectMap, root: u64) {
    let link = |table: u64, index: u64| {
        let new = physical.pool.take().expect("room for a table");
        for index in 0..512 {
            pt_core::Memory::word(&map, Hpa::new(new), index).store(1 << 63, Ordering::Relaxed);
        }
        pt_core::Memory::word(&map, Hpa::new(table), index as usize).store(new | LINK, Ordering::Relaxed);
        new
    };
    let level3 = link(root, 0);
    let level2 = link(level3, 0);
    (0..PAGES / 512).for_each(|index| {
        link(level2, index);
    });
}

/// The private table of a VM.
type PrivateTree = Tree<PrivateEpt, DirectMap>;

/// Counts `map` for every page, on fresh tables, and returns a digest of them. It gets the same tree twice: the
/// engine's, and where it is for the twin.
fn run(name: &CStr, mut map: impl FnMut(&PrivateTree, (&Mmu, *const Record<AtomicU64>), u64)) -> u64 {
    let physical = Physical::new(40);
    let vm = Vm::<Tdx, Build, _, _, ()>::build(Gpaw::Bits48, physical.map(), &physical.pool, ()).expect("two roots");
    let root = vm.private().reader().root_table().as_u64();
    link_tables(&physical, physical.map(), root);
    let (mmu, records) = (Mmu::new(root, physical.base(), black_box(Gpaw::Bits48)), physical.records());
    counted(name, || (0..PAGES).for_each(|number| map(vm.private(), (&mmu, records), number)));
    physical.digest()
}

fn page(number: u64) -> Page<Private, pt_tdx::Pt> {
    Page::new(Hpa::new(FRAME + (number << 12))).expect("an aligned frame")
}

pub fn all() {
    let nothing = run(c"EPT, freeze, hook, publish, engine, 16384", |tree, _, number| {
        freeze_nothing(tree, address(number), page(number)).expect("the entry is empty");
    });
    let bare = run(c"EPT, freeze, hook, publish, hand, 16384", |_, (mmu, records), number| {
        let (at, frame) = (address(number).as_u64(), page(number).into_frame().as_u64());
        // SAFETY: the tables are those of the tree.
        unsafe { twin_exchange(mmu, records, at, frame) }.expect("the entry is empty");
    });
    let (mut mirror, mut other) = (0, 0);
    let mirrored = run(c"EPT, freeze, mirror, publish, engine, 16384", |tree, _, number| {
        freeze_mirror(tree, address(number), page(number), &mut mirror).expect("the entry is empty");
    });
    let by_hand = run(c"EPT, freeze, mirror, publish, hand, 16384", |_, (mmu, records), number| {
        let (at, frame) = (address(number).as_u64(), page(number).into_frame().as_u64());
        // SAFETY: the tables are those of the tree.
        unsafe { twin_mirror(mmu, records, at, frame, &mut other) }.expect("the entry is empty");
    });
    assert!(nothing == bare && nothing == mirrored && nothing == by_hand);
    assert_eq!((mirror, other), (FRAME + ((PAGES - 1) << 12), mirror));
    behind_dyn(nothing);
}

/// Hooks that are known at run time. `expected` is the digest of the same tables.
fn behind_dyn(expected: u64) {
    let calls = Cell::new(0);
    let each = |_: &Frozen<PrivateEpt>, _| {
        calls.set(calls.get() + 1);
        Outcome::Done(())
    };
    let row = |_: &FrozenRow<PrivateEpt>, _| {
        calls.set(calls.get() + 1);
        Outcome::Done(())
    };
    let one_by_one = run(c"EPT, freeze, dyn, publish, engine, 16384", |tree, _, number| {
        freeze_dyn(tree, address(number), page(number), black_box(&each)).expect("the entry is empty");
    });
    assert_eq!(calls.replace(0), PAGES);
    let together = run(c"EPT, freeze, dyn a table, publish, engine, 16384", |tree, _, number| {
        if number % 512 == 0 {
            freeze_row(tree, address(number), page(number), black_box(&row)).expect("the entries are empty");
        }
    });
    assert_eq!(calls.get(), PAGES / 512, "one call a table");
    assert!(expected == one_by_one && expected == together);
}
