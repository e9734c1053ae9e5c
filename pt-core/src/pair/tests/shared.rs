//! The shared half: no hook, permissions, faults against zaps.

use super::{Fixture, private, running};
use crate::address::{AddressRange, Gfn, Gpa, Hpa, RawGpa, Route};
use crate::flush::{Invalidate, Scope};
use crate::format::Access;
use crate::geometry::Split;
use crate::memory::Memory;
use crate::pair::{FaultOutcome, Obstruction, Run, Side};
use crate::sample::{LevelName, Pd, Pt, SharedSample, Width};
use crate::space::Shared;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::vec::Vec;

const BASE: u64 = 0x40_0000_0000;
const SPLIT: u64 = 1 << 51;

fn shared(value: u64) -> Gpa<Shared> {
    Width::Bits52.counterpart(private(value))
}

/// A VM for which the first frames of a block are shared.
fn fixture() -> Fixture<Run> {
    let fixture = running(Width::Bits52);
    fixture.host.state().shared.extend((0..1024).map(|page| Gfn::new((BASE >> 12) + page)));
    fixture
}

#[derive(Default)]
struct Flushes(Vec<AddressRange<Shared>>);

impl Invalidate<SharedSample> for Flushes {
    fn invalidate(&mut self, scope: Scope<Shared>) {
        match scope {
            Scope::Leaves(range) | Scope::Tables(range) => self.0.push(range),
            Scope::Nothing => panic!("a flush of nothing"),
        }
    }
}

#[test]
fn a_shared_fault_calls_no_hook_and_touches_no_private_entry() {
    let fixture = fixture();
    let (side, level) = (Side::Shared, LevelName::Pt);
    assert_eq!(fixture.fault(SPLIT | BASE), Ok(FaultOutcome::Mapped { side, level }));
    assert_eq!(fixture.fault(SPLIT | BASE), Ok(FaultOutcome::Spurious { side, level }));
    assert!(fixture.monitor.names().is_empty() && fixture.entries().is_empty());
    let Ok(Route::Shared(_)) = Width::Bits52.route(RawGpa::new(SPLIT | BASE)) else { panic!() };
    // The same memory through the other half.
    let frame = Gfn::new(BASE >> 12);
    assert_eq!(fixture.fault(BASE), Ok(FaultOutcome::WrongSide { accessed: Side::Private, frame }));
    let frame = Gfn::new(1);
    assert_eq!(fixture.fault(SPLIT | 0x1000), Ok(FaultOutcome::WrongSide { accessed: Side::Shared, frame }));
}

#[test]
fn the_largest_shared_page_is_mapped() {
    let fixture = fixture();
    fixture.host.state().largest = LevelName::Pdpt;
    let mapped = |level| Ok(FaultOutcome::Mapped { side: Side::Shared, level });
    assert_eq!(fixture.fault(SPLIT | BASE | 0x12_3000), mapped(LevelName::Pd));
    let old = fixture.vm.zap_shared::<Pd>(shared(BASE)).unwrap().flush(&mut Flushes::default());
    assert_eq!((old.level, old.frame.as_u64()), (LevelName::Pd, 1 << 45 | BASE));
    fixture.host.state().largest = LevelName::Pt;
    assert_eq!(fixture.fault(SPLIT | BASE), mapped(LevelName::Pt));
}

#[test]
fn what_a_mapping_denies_is_said() {
    let fixture = fixture();
    assert!(fixture.fault(SPLIT | BASE).is_ok());
    // An entry denies what it denies to everything below it.
    for level in [0, 1, 4] {
        let word = fixture.entry_word(shared(BASE), level);
        let before = word.fetch_and(!2, Ordering::Relaxed);
        let outcome = fixture.vm.fault(RawGpa::new(SPLIT | BASE), Access::WRITE, &mut &fixture.host);
        let allowed = Access::READ | Access::EXECUTE;
        assert_eq!(outcome, Ok(FaultOutcome::Denied { at: shared(BASE), level: LevelName::Pt, allowed }));
        assert!(matches!(fixture.fault(SPLIT | BASE), Ok(FaultOutcome::Spurious { .. })));
        word.store(before, Ordering::Relaxed);
    }
}

#[test]
fn a_conversion_to_private_unmaps_exactly_the_range() {
    let mut fixture = fixture();
    fixture.host.state().largest = LevelName::Pd;
    assert!(fixture.fault(SPLIT | BASE).is_ok());
    assert!(fixture.fault(SPLIT | BASE | 1 << 21).is_ok());
    let (first, pages) = (510, 4);
    let range = Width::Bits52.range(shared(BASE + (first << 12)), pages << 12).unwrap();
    let (mut frames, mut flushes) = (Vec::new(), Flushes::default());
    let stale = fixture.vm.convert_to_private(range, &mut flushes, |leaf| frames.push(leaf.frame)).unwrap();
    assert!(stale.is_needed() && flushes.0.is_empty(), "the flush is the caller's");
    stale.flush(&mut flushes);
    assert_eq!(flushes.0.len(), 1);
    let expected: Vec<_> = (first..first + pages).map(|page| Hpa::new(1 << 45 | (BASE + (page << 12)))).collect();
    assert_eq!(frames, expected);
    // Outside the range everything is still there; inside, the guest faults the pages in anew, as private ones.
    for page in [0, first - 1, first + pages, 1023] {
        let outcome = fixture.fault(SPLIT | (BASE + (page << 12)));
        assert!(matches!(outcome, Ok(FaultOutcome::Spurious { .. })), "{outcome:?}");
    }
    let gfns = (first..first + pages).map(|page| Gfn::new((BASE >> 12) + page));
    gfns.for_each(|gfn| assert!(fixture.host.state().shared.remove(&gfn)));
    fixture.host.state().largest = LevelName::Pt;
    let outcome = fixture.fault(BASE + (first << 12));
    assert!(matches!(outcome, Ok(FaultOutcome::Mapped { side: Side::Private, .. })), "{outcome:?}");
}

#[test]
fn running_out_of_tables_is_an_error() {
    let fixture = fixture();
    fixture.arena.limit_allocations(Some(2));
    let error = fixture.fault(SPLIT | BASE).unwrap_err();
    assert!(std::format!("{error}").starts_with("no memory for the table"), "{error}");
    fixture.arena.limit_allocations(None);
    assert!(matches!(fixture.fault(SPLIT | BASE), Ok(FaultOutcome::Mapped { .. })));
}

#[test]
fn faults_and_zaps_of_one_page_alternate() {
    const ROUNDS: usize = 2000;
    let fixture = fixture();
    let (mapped, zapped) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    match fixture.vm.fault(RawGpa::new(SPLIT | BASE), Access::READ, &mut &fixture.host).unwrap() {
                        FaultOutcome::Mapped { .. } => _ = mapped.fetch_add(1, Ordering::Relaxed),
                        FaultOutcome::Spurious { .. } | FaultOutcome::Retry(Obstruction::Shared(_)) => {}
                        other => panic!("{other:?}"),
                    }
                }
            });
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    if let Ok(stale) = fixture.vm.zap_shared::<Pt>(shared(BASE)) {
                        let mut flushes = Flushes::default();
                        let old = stale.flush(&mut flushes);
                        assert_eq!(old.frame.as_u64(), 1 << 45 | BASE);
                        assert_eq!(flushes.0.len(), 1);
                        zapped.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let left = usize::from(fixture.entry_word(shared(BASE), 0).load(Ordering::Relaxed) & 7 != 0);
    assert_eq!(mapped.into_inner(), zapped.into_inner() + left);
    fixture.check();
}

impl Fixture<Run> {
    /// The word of the entry for a shared address in the table of a level.
    fn entry_word(&self, address: Gpa<Shared>, level: u32) -> &AtomicU64 {
        let index = |level| (address.as_u64() >> (12 + 9 * level)) as usize & 511;
        let table = (level + 1..5).rev().fold(self.vm.shared().root(), |table, above| {
            Hpa::new(self.arena.word(table, index(above)).load(Ordering::Acquire) & super::FRAME)
        });
        self.arena.word(table, index(level))
    }
}
