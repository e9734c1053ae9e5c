//! What the monitor refuses beside the states: orders, operands, pages, epochs.

use crate::plain::{Level, Method, Plain, PlainFormat, SPACE};
use pt_core::level::Levels;
use pt_core::states::{PhaseName, States};
use pt_core::{Hpa, TableAllocator};
use pt_emulated::monitor::{Denied, Lock, Operand, Operation, Use, Vm};
use pt_emulated::{Machine, Monitor};
use std::sync::Arc;

pub const ADDRESS: u64 = 0x4000_0000;

pub fn monitor() -> Arc<Monitor> {
    Monitor::new(Arc::new(Machine::new(Hpa::new(0x20_0000), 8 << 20)), 1)
}

pub fn vm(monitor: &Arc<Monitor>) -> Vm<PlainFormat> {
    monitor.create(SPACE).unwrap()
}

pub fn page(vm: &Vm<PlainFormat>, order: u32) -> Hpa {
    vm.monitor().machine().allocate(order).unwrap()
}

pub fn at(method: Method, level: Level) -> Operation<Method, Level> {
    Operation::new(method, ADDRESS >> level.shift() << level.shift(), level)
}

/// Links the tables above `level`.
pub fn link(vm: &Vm<PlainFormat>, level: Level) {
    for above in [Level::Pml4, Level::Pdpt, Level::Pd].into_iter().filter(|&above| above < level) {
        vm.apply(at(Method::Link, above).with_page(page(vm, 0))).unwrap();
    }
}

/// Blocks the entry and tracks.
fn block(vm: &Vm<PlainFormat>, level: Level) {
    vm.apply(at(Method::Block, level)).unwrap();
    vm.track(Method::Track).unwrap();
}

fn free_entry() -> u64 {
    1 << 63
}

#[test]
fn a_child_is_refused_until_its_parent_is_linked() {
    let vm = vm(&monitor());
    let page = page(&vm, 0);
    let map = at(Method::Map, Level::Pt).with_page(page);
    assert_eq!(vm.apply(map), Err(Denied::Walk { level: Level::Pml4, entry: free_entry() }));
    link(&vm, Level::Pd);
    assert_eq!(vm.apply(map), Err(Denied::Walk { level: Level::Pd, entry: free_entry() }));
    assert_eq!(vm.monitor().owner(page), None, "a refused page stays free");
    vm.apply(at(Method::Link, Level::Pd).with_page(self::page(&vm, 0))).unwrap();
    vm.apply(map).unwrap();
    assert_eq!(vm.monitor().owner(page), Some((vm.id(), Use::Page { order: 0 })));
}

#[test]
fn nothing_is_reached_below_a_blocked_table() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    vm.apply(at(Method::Block, Level::Pd)).unwrap();
    let refused = vm.apply(at(Method::Map, Level::Pt).with_page(page(&vm, 0)));
    assert!(matches!(refused, Err(Denied::Walk { level: Level::Pd, .. })), "{refused:?}");
}

#[test]
fn a_table_is_unlinked_only_when_it_is_empty() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    let frame = page(&vm, 0);
    vm.apply(at(Method::Map, Level::Pt).with_page(frame)).unwrap();
    block(&vm, Level::Pd);
    let table = vm.inspect(ADDRESS, Level::Pd).unwrap().frame;
    let refused = vm.apply(at(Method::Unlink, Level::Pd));
    assert!(matches!(refused, Err(Denied::NotEmpty { level: Level::Pt, .. })), "{refused:?}");

    vm.apply(at(Method::Unblock, Level::Pd)).unwrap();
    block(&vm, Level::Pt);
    vm.apply(at(Method::Remove, Level::Pt)).unwrap();
    assert_eq!(vm.monitor().owner(frame), None);
    block(&vm, Level::Pd);
    vm.apply(at(Method::Unlink, Level::Pd)).unwrap();
    assert_eq!(vm.monitor().owner(table), None);
    assert_eq!(vm.inspect(ADDRESS, Level::Pt).unwrap().state, Some(Plain::Free));
}

#[test]
fn a_frame_is_private_once_at_most() {
    let monitor = monitor();
    let (one, other) = (vm(&monitor), vm(&monitor));
    let frame = page(&one, 0);
    for vm in [&one, &other] {
        link(vm, Level::Pt);
    }
    one.apply(at(Method::Map, Level::Pt).with_page(frame)).unwrap();
    let next = Operation::new(Method::Map, ADDRESS + 0x1000, Level::Pt);
    for vm in [&one, &other] {
        assert_eq!(vm.apply(next.with_page(frame)), Err(Denied::PageInUse(frame)));
        assert_eq!(vm.apply(next.with_page(one.root())), Err(Denied::PageInUse(one.root())));
    }
    let large = Operation::new(Method::Map, ADDRESS + (2 << 20), Level::Pd);
    let around = Hpa::new(frame.as_u64() >> 21 << 21);
    assert_eq!(other.apply(large.with_page(around)), Err(Denied::PageInUse(around)));
    let table = other.apply(Operation::new(Method::Link, ADDRESS + (4 << 20), Level::Pd).with_page(frame));
    assert_eq!(table, Err(Denied::PageInUse(frame)));
}

#[test]
fn operands_are_checked() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    let page = page(&vm, 0);
    let map = |address, level| vm.apply(Operation::new(Method::Map, address, level).with_page(page));
    for address in [ADDRESS | 1 << 47, ADDRESS | 1 << 48, ADDRESS | 0x800] {
        assert_eq!(map(address, Level::Pt), Err(Denied::Operand(Operand::Address(address))));
    }
    assert_eq!(map(ADDRESS, Level::Pdpt), Err(Denied::Operand(Operand::Level(2))));
    assert_eq!(map(0, Level::Pd), Err(Denied::Operand(Operand::Frame(page))), "misaligned for a large page");
    let map = at(Method::Map, Level::Pt);
    assert_eq!(vm.apply(map), Err(Denied::Operand(Operand::Page)));
    assert_eq!(vm.apply(at(Method::Block, Level::Pd).with_page(page)), Err(Denied::Operand(Operand::Page)));
    for outside in [0, 0xa0_0000, 0x20_0800] {
        let outside = Hpa::new(outside);
        assert_eq!(vm.apply(map.with_page(outside)), Err(Denied::Operand(Operand::Frame(outside))));
        let sourced = map.with_page(page).with_source(outside);
        assert_eq!(vm.apply(sourced), Err(Denied::Operand(Operand::Frame(outside))));
    }
}

#[test]
fn a_table_is_merged_only_if_its_parts_are_one_page() {
    let vm = vm(&monitor());
    link(&vm, Level::Pd);
    let block_page = page(&vm, 9);
    vm.apply(at(Method::Map, Level::Pd).with_page(block_page)).unwrap();
    vm.finalize().unwrap();
    block(&vm, Level::Pd);
    vm.apply(at(Method::Split, Level::Pd).with_page(page(&vm, 0))).unwrap();
    let replace = |index: u64, frame| {
        let part = |method| Operation::new(method, ADDRESS + index * 0x1000, Level::Pt);
        vm.apply(part(Method::Block)).unwrap();
        vm.track(Method::Track).unwrap();
        vm.apply(part(Method::Remove)).unwrap();
        vm.apply(part(Method::Map).with_page(frame)).unwrap();
    };
    for index in [0, 1, 511] {
        replace(index, page(&vm, 0));
        block(&vm, Level::Pd);
        let refused = vm.apply(at(Method::Merge, Level::Pd));
        assert!(matches!(refused, Err(Denied::NotUniform { level: Level::Pt, .. })), "part {index}: {refused:?}");
        vm.apply(at(Method::Unblock, Level::Pd)).unwrap();
        replace(index, Hpa::new(block_page.as_u64() + index * 0x1000));
    }
    block(&vm, Level::Pd);
    vm.apply(at(Method::Merge, Level::Pd)).unwrap();
    let merged = vm.inspect(ADDRESS, Level::Pt).unwrap();
    assert_eq!((merged.level, merged.state, merged.frame), (Level::Pd, Some(Plain::Mapped), block_page));
    assert_eq!(vm.monitor().owner(block_page), Some((vm.id(), Use::Page { order: 9 })));
}

#[test]
fn an_entry_is_taken_away_only_when_every_vcpu_of_its_epoch_has_left() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    vm.apply(at(Method::Map, Level::Pt).with_page(page(&vm, 0))).unwrap();
    assert_eq!(vm.enter().unwrap_err(), Denied::Phase(PhaseName::Build));
    vm.finalize().unwrap();
    let old = vm.enter().unwrap();
    vm.apply(at(Method::Block, Level::Pt)).unwrap();
    let remove = || vm.apply(at(Method::Remove, Level::Pt));
    assert_eq!(remove(), Err(Denied::NotTracked), "no new epoch has begun");
    vm.track(Method::Track).unwrap();
    let new = vm.enter().unwrap();
    assert_eq!(remove(), Err(Denied::NotTracked), "a vCPU of the old epoch is inside");
    assert_eq!(vm.track(Method::Track), Err(Denied::Busy(Lock::Epoch)));
    assert_eq!(vm.teardown(), Err(Denied::Busy(Lock::Vcpus)));
    drop(old);
    remove().unwrap();
    drop(new);
    vm.teardown().unwrap();
    assert_eq!(vm.enter().unwrap_err(), Denied::NoKey);
}

#[test]
fn a_block_must_be_tracked_anew_after_an_unblock() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    vm.apply(at(Method::Map, Level::Pt).with_page(page(&vm, 0))).unwrap();
    block(&vm, Level::Pt);
    vm.apply(at(Method::Unblock, Level::Pt)).unwrap();
    assert!(matches!(vm.apply(at(Method::Remove, Level::Pt)), Err(Denied::NotBlocked { level: Level::Pt, .. })));
    vm.apply(at(Method::Block, Level::Pt)).unwrap();
    assert_eq!(vm.apply(at(Method::Remove, Level::Pt)), Err(Denied::NotTracked));
}

#[test]
fn pages_are_reclaimed_after_teardown_by_their_own_vm() {
    let monitor = monitor();
    let (one, other) = (vm(&monitor), vm(&monitor));
    link(&one, Level::Pd);
    let large = page(&one, 9);
    one.apply(at(Method::Map, Level::Pd).with_page(large)).unwrap();
    assert_eq!(one.reclaim(Method::Reclaim, large), Err(Denied::Phase(PhaseName::Build)));
    one.teardown().unwrap();
    other.teardown().unwrap();
    assert_eq!(other.reclaim(Method::Reclaim, large), Err(Denied::NotOwned(large)));
    let inside = Hpa::new(large.as_u64() + 0x1000);
    assert_eq!(one.reclaim(Method::Reclaim, inside), Err(Denied::NotOwned(inside)));
    one.reclaim(Method::Reclaim, large).unwrap();
    assert_eq!(one.reclaim(Method::Reclaim, large), Err(Denied::NotOwned(large)));
    assert_eq!(one.reclaim(Method::Reclaim, one.root()), Err(Denied::NotOwned(one.root())));
}

#[test]
fn a_lossy_transition_leaves_nothing_in_the_page() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    let (frame, source) = (page(&vm, 0), page(&vm, 0));
    let machine = vm.monitor().machine();
    machine.write(source, &[0x66; 4096]).unwrap();
    vm.apply(at(Method::Map, Level::Pt).with_page(frame).with_source(source)).unwrap();
    block(&vm, Level::Pt);
    let stored = || {
        let mut bytes = vec![0; 4096];
        machine.read(frame, &mut bytes).unwrap();
        bytes
    };
    assert_ne!(stored(), [0; 4096]);
    vm.apply(at(Method::Remove, Level::Pt)).unwrap();
    assert_eq!(stored(), [0; 4096]);
}

#[test]
fn the_vmm_cannot_read_the_tables() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    let frame = page(&vm, 0);
    vm.apply(at(Method::Map, Level::Pt).with_page(frame)).unwrap();
    let entry = vm.inspect(ADDRESS, Level::Pt).unwrap();
    assert_eq!(Plain::decode(entry.raw, Level::Pt), Some(Plain::Mapped));
    let mut table = vec![0; 4096];
    vm.monitor().machine().read(vm.inspect(ADDRESS, Level::Pd).unwrap().frame, &mut table).unwrap();
    assert!(!table.chunks(8).any(|word| word == entry.raw.to_le_bytes()), "a table lies in the open");
    assert!(!table.chunks(8).any(|word| word == free_entry().to_le_bytes()));
}
