//! The life of a VM: pages are added, faulted in, and all come back.

use super::{Fixture, TestVm, building, private};
use crate::address::Hpa;
use crate::hook::{Busy, Fatal, Refusal};
use crate::page::Page;
use crate::pair::{Build, Cause, FaultOutcome, Phase, Teardown};
use crate::sample::{LevelName, Pt, Width};

const BASE: u64 = 0x40_0000_0000;

fn add(fixture: &mut Fixture<Build>, at: u64) {
    let page = fixture.host.new_page::<Pt>();
    fixture.vm.add_page(private(at), page, Page::new(Hpa::new(0x9000)).unwrap()).unwrap();
    fixture.check();
}

fn moved<From: Phase, To: Phase>(fixture: Fixture<From>, to: impl FnOnce(TestVm<From>) -> TestVm<To>) -> Fixture<To> {
    let Fixture { vm, arena, monitor, host } = fixture;
    Fixture { vm: to(vm), arena, monitor, host }
}

/// Three pages that were added, one that was faulted in, and a block.
fn torn_down() -> Fixture<Teardown> {
    let mut fixture = building(Width::Bits52);
    (0..3).for_each(|page| add(&mut fixture, BASE + (page << 12)));
    let fixture = moved(fixture, TestVm::finalise);
    assert!(matches!(fixture.fault(BASE + 0x5000), Ok(FaultOutcome::Mapped { level: LevelName::Pt, .. })));
    fixture.host.state().largest = LevelName::Pd;
    assert!(matches!(fixture.fault(1 << 49), Ok(FaultOutcome::Mapped { level: LevelName::Pd, .. })));
    fixture.monitor.refuse([]);
    moved(fixture, TestVm::teardown)
}

#[test]
fn added_pages_are_there_when_the_vm_runs() {
    let mut fixture = building(Width::Bits48);
    add(&mut fixture, BASE);
    assert_eq!(fixture.monitor.names(), ["link", "link", "link", "add"]);
    let fixture = moved(fixture, TestVm::finalise);
    assert!(matches!(fixture.fault(BASE), Ok(FaultOutcome::Spurious { .. })));
}

#[test]
fn a_page_is_added_where_nothing_is() {
    let mut fixture = building(Width::Bits52);
    add(&mut fixture, BASE);
    let source = Page::new(Hpa::new(0x20_0000)).unwrap();
    let page = Page::new(Hpa::new(1 << 40)).unwrap();
    let refused = fixture.vm.add_page::<Pt, _>(private(BASE), page, Page::new(Hpa::new(0)).unwrap()).unwrap_err();
    assert_eq!((refused.error.cause, refused.error.level), (Cause::Occupied, LevelName::Pt));
    let page = Page::new(Hpa::new(1 << 40)).unwrap();
    let refused = fixture.vm.add_page::<Pt, _>(private(BASE + 0x5800), page, source).unwrap_err();
    assert_eq!(refused.error.cause, Cause::Misaligned);
    fixture.check();
}

#[test]
fn everything_comes_back_once() {
    let mut fixture = torn_down();
    let reclaimed = fixture.vm.reclaim(&mut &fixture.host);
    assert!(reclaimed.is_complete());
    assert_eq!((reclaimed.pages, reclaimed.bytes), (5, 4 * 0x1000 + (1 << 21)));
    // Below the root: two ways of a Pml4, a Pdpt and a Pd, and one Pt.
    assert_eq!(reclaimed.tables, 7);
    fixture.check();
    assert!(fixture.host.state().given.is_empty() && fixture.monitor.state().entries.is_empty());
    assert_eq!(fixture.vm.dissolve().1, crate::pair::Leaked::default());
    assert_eq!(fixture.arena.pages_in_use(), 0);
}

#[test]
fn tables_come_back_after_what_is_below_them() {
    let mut fixture = torn_down();
    let before: std::vec::Vec<_> =
        fixture.monitor.state().entries.iter().map(|(key, entry)| (entry.frame, *key)).collect();
    let _ = fixture.vm.reclaim(&mut &fixture.host);
    let log = fixture.monitor.state().log.clone();
    let keys = log.iter().map(|call| before.iter().find(|(frame, _)| frame.as_u64() == call.address).unwrap().1);
    let keys: std::vec::Vec<_> = keys.collect();
    for (index, &(level, address)) in keys.iter().enumerate() {
        let shift = 12 + 9 * u32::from(level);
        let below = |&(other, at): &(u8, u64)| other < level && at >> shift == address >> shift;
        assert!(!keys[index..].iter().any(below), "{level} {address:#x} comes back before what is below it");
    }
}

#[test]
fn what_is_refused_is_asked_for_again_or_leaked() {
    let calls = torn_down().monitor.state().entries.len();
    for number in 0..calls {
        let mut fixture = torn_down();
        fixture.monitor.refuse([(number, Refusal::Fatal(Fatal { status: 1 }))]);
        let reclaimed = fixture.vm.reclaim(&mut &fixture.host);
        fixture.check();
        assert_eq!(reclaimed.refused, 1);
        assert_eq!(reclaimed.first_refused.unwrap().cause, Cause::Refused(Refusal::Fatal(Fatal { status: 1 })));
        assert!(fixture.vm.reclaim(&mut &fixture.host).is_complete());
        fixture.check();

        let mut fixture = torn_down();
        fixture.monitor.refuse([(number, Refusal::Fatal(Fatal { status: 1 }))]);
        let _ = fixture.vm.reclaim(&mut &fixture.host);
        let (left, tables) = {
            let state = fixture.monitor.state();
            let given = fixture.host.state().given.values().sum::<u64>();
            (given, state.entries.values().filter(|entry| !entry.leaf).count())
        };
        let (_, leaked) = fixture.vm.dissolve();
        assert_eq!((leaked.bytes, leaked.tables), (left, tables as u64));
        assert_eq!(fixture.arena.pages_in_use(), tables, "the monitor's pages are never used again");
    }
}

#[test]
fn a_monitor_that_is_busy_once_gives_everything_back() {
    let mut fixture = torn_down();
    fixture.monitor.refuse((0..).step_by(2).take(100).map(|call| (call, Refusal::Busy(Busy))));
    assert!(fixture.vm.reclaim(&mut &fixture.host).is_complete());
}

#[test]
fn blocked_memory_is_reclaimed_too() {
    let mut fixture = building(Width::Bits52);
    (0..3).for_each(|page| add(&mut fixture, BASE + (page << 12)));
    fixture.removal(|session, _| drop(session.block(super::range(BASE, 0x2000)).unwrap()));
    let mut fixture = moved(fixture, TestVm::teardown);
    let reclaimed = fixture.vm.reclaim(&mut &fixture.host);
    assert_eq!((reclaimed.pages, reclaimed.is_complete()), (3, true));
    let _ = fixture.vm.dissolve();
    assert_eq!(fixture.arena.pages_in_use(), 0);
}
