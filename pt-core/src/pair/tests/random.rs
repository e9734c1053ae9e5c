//! Random operations with refusals injected at random hooks; everything is compared after every step.

use super::{Fixture, private, range, running};
use crate::hook::{Busy, Fatal, MonitorEntry, Refusal, Stopped};
use crate::level::Levels;
use crate::pair::{FaultError, FaultOutcome, Obstruction, Run};
use crate::sample::{LevelName, Pd, Width};
use std::collections::BTreeMap;
use std::vec::Vec;

/// Where the operations happen: eight blocks of 2 MiB.
const BASE: u64 = 0x40_0000_0000;
const BLOCKS: u64 = 8;
const PAGES: u64 = BLOCKS * 512;
const STEPS: usize = 300;

/// Marsaglia's xorshift: enough to choose operations by.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// A few refusals at the next calls, or none.
    fn refusals(&mut self) -> Vec<(usize, Refusal<LevelName>)> {
        let count = self.below(5).saturating_sub(2);
        let mut refusals = Vec::new();
        for _ in 0..count {
            let call = self.below(12) as usize;
            match self.below(4) {
                0 => refusals.push((call, Refusal::Busy(Busy))),
                1 => refusals.extend([(call, Refusal::Busy(Busy)), (call + 1, Refusal::Busy(Busy))]),
                2 => refusals
                    .push((call, Refusal::Stopped(Stopped { level: LevelName::Pt, entry: MonitorEntry::new(0) }))),
                _ => refusals.push((call, Refusal::Fatal(Fatal { status: 1 }))),
            }
        }
        refusals
    }

    /// A page: one of the first few of a block, so that pages are met again.
    fn page(&mut self) -> u64 {
        (self.below(BLOCKS) << 9) + self.below(8)
    }

    /// A range: a few pages, or a few blocks; sticking out of blocks or not.
    fn range(&mut self) -> (u64, u64) {
        let start = self.page();
        let pages = match self.below(4) {
            0..=1 => 1 + self.below(6),
            2 => 512,
            _ => 1 + self.below(3 * 512),
        };
        (BASE + (start << 12), pages.min(PAGES - start) << 12)
    }
}

/// The frame of each page that is mapped, blocked or not.
fn frames(fixture: &Fixture<Run>) -> BTreeMap<u64, u64> {
    let mut frames = BTreeMap::new();
    let state = fixture.monitor.state();
    for (&(level, address), entry) in state.entries.iter().filter(|(_, entry)| entry.leaf) {
        let bytes = 1 << LevelName::from_number(level).unwrap().shift();
        frames.extend((0..bytes).step_by(1 << 12).map(|offset| (address + offset, entry.frame.as_u64() + offset)));
    }
    frames
}

/// Does one operation. Returns the range of which memory may have been taken away.
fn step(fixture: &mut Fixture<Run>, random: &mut Random) -> Option<(u64, u64)> {
    let at = BASE + (random.page() << 12);
    let (start, bytes) = random.range();
    let whole = range(start, bytes);
    match random.below(12) {
        0..=5 => {
            fixture.host.state().largest = if random.below(2) == 0 { LevelName::Pd } else { LevelName::Pt };
            match fixture.fault(at) {
                Ok(
                    FaultOutcome::Mapped { .. }
                    | FaultOutcome::Spurious { .. }
                    | FaultOutcome::Retry(Obstruction::Private(_)),
                )
                | Err(FaultError::Obstructed(Obstruction::Private(_))) => {}
                other => panic!("{other:?}"),
            }
            None
        }
        6 => {
            let forgotten = random.below(4) == 0;
            let taken = fixture.removal(|session, host| {
                let Ok(blocked) = session.block(whole) else { return false };
                if forgotten {
                    return false;
                }
                let Ok([tracked]) = session.track([blocked]) else { return false };
                let _ = session.remove(tracked, host);
                true
            });
            taken.then_some((start, bytes))
        }
        7 => {
            fixture.removal(|session, _| {
                let blocked = session.block(whole).map_or_else(|refused| refused.blocked, Some);
                if let Some(Ok([tracked])) = blocked.map(|blocked| session.track([blocked])) {
                    let _ = session.unblock(tracked);
                }
            });
            None
        }
        8 => {
            let (start, bytes) = if random.below(3) == 0 { (BASE, PAGES << 12) } else { (start, bytes) };
            let (mut kick, mut host) = (&*fixture.monitor, &fixture.host);
            let _ = fixture.vm.convert_to_shared(range(start, bytes), &mut kick, &mut host);
            Some((start, bytes))
        }
        9 => {
            let again = random.below(2) == 0;
            fixture.removal(|session, _| {
                if session.split(private(at)).is_ok() && again {
                    let _ = session.merge::<Pd>(private(at));
                }
            });
            None
        }
        10 => {
            let _ = fixture.removal(|session, _| session.merge::<Pd>(private(at)));
            None
        }
        _ => {
            let _ = fixture.removal(|session, _| session.prune(range(BASE, PAGES << 12)));
            None
        }
    }
}

#[test]
fn random_operations_keep_the_tables_alike() {
    for seed in 1..=3_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut fixture = running(Width::Bits52);
        let mut blocked_steps = 0;
        for _ in 0..STEPS {
            let before = frames(&fixture);
            fixture.monitor.refuse(random.refusals());
            let taken = step(&mut fixture, &mut random);
            fixture.check();
            // Exactly the range: no page outside it has gone, and none has moved.
            let after = frames(&fixture);
            for (address, frame) in before {
                let inside = taken.is_some_and(|(start, bytes)| (start..start + bytes).contains(&address));
                assert!(inside && !after.contains_key(&address) || after.get(&address) == Some(&frame));
            }
            // What is blocked is put back now and then, so that the walk goes on.
            fixture.monitor.refuse([]);
            if fixture.entries().values().any(|raw| raw & 7 != 7) {
                blocked_steps += 1;
                if random.below(4) == 0 {
                    fixture.removal(|session, _| session.restore(range(BASE, PAGES << 12))).unwrap();
                    assert!(fixture.entries().values().all(|raw| raw & 7 == 7));
                }
            }
        }
        assert!(blocked_steps > 10, "refusals leave something blocked now and then");
        let Fixture { vm, arena, host, .. } = fixture;
        let mut vm = vm.teardown();
        assert!(vm.reclaim(&mut &host).is_complete());
        let _ = vm.dissolve();
        assert_eq!((arena.pages_in_use(), host.state().given.len()), (0, 0));
    }
}
