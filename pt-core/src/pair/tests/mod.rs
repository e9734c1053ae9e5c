//! Tests of the pair against a monitor that keeps its own protected table.
//!
//! [`Fixture::check`] compares the two after every step, with a decoder of its own: what the private table says is
//! what the monitor has, and every page and table page is in exactly one place.

mod faults;
mod freezing;
mod leaks;
mod monitor;
mod phases;
mod random;
mod removal;
mod row;
mod shared;
mod threads;

use super::{Backing, Build, DirtyPage, Live, PageSink, PageSource, Phase, Removal, Run, Vm};
use crate::address::{AddressRange, Gfn, Gpa, Hpa, RawGpa, Route};
use crate::arena::Arena;
use crate::geometry::Split;
use crate::level::{Level, Levels};
use crate::memory::Memory;
use crate::page::Page;
use crate::sample::{Fields, LevelName, PrivateSample, Sample, Width};
use crate::space::{Private, Shared};
use core::sync::atomic::Ordering;
use monitor::{Key, Monitor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

pub type TestVm<Ph> = Vm<Sample, Ph, Arc<Arena>, Arc<Arena>, Arc<Monitor>>;

const ABSENT: u64 = 1 << 63;
const FRAME: u64 = 0x000f_ffff_ffff_f000;
const BASE: u64 = 0x10_0000;

/// A VM, and what stands around it.
pub struct Fixture<Ph: Phase> {
    pub vm: TestVm<Ph>,
    pub arena: Arc<Arena>,
    pub monitor: Arc<Monitor>,
    pub host: Host,
}

/// A VM of this width that can run and has no memory.
pub fn running(width: Width) -> Fixture<Run> {
    let Fixture { vm, arena, monitor, host } = building(width);
    Fixture { vm: vm.finalise(), arena, monitor, host }
}

/// A VM of this width that is being built.
pub fn building(width: Width) -> Fixture<Build> {
    let arena = Arc::new(Arena::new(Hpa::new(BASE), 256 << 12));
    let root = match width {
        Width::Bits48 => LevelName::Pml4,
        Width::Bits52 => LevelName::Pml5,
    };
    let monitor = Arc::new(Monitor::new(root));
    let vm = Vm::build(width, Arc::clone(&arena), Arc::clone(&arena), Arc::clone(&monitor)).unwrap();
    monitor.watch(Arc::clone(&arena), vm.private().root());
    Fixture { vm, arena, monitor, host: Host::new(LevelName::Pt) }
}

/// The host's memory: hands out pages, and knows where each of them is.
pub struct Host(Mutex<HostState>);

pub struct HostState {
    pub largest: LevelName,
    /// Frames of this kind; all others are private.
    pub shared: BTreeSet<Gfn>,
    /// No memory at these frames.
    pub holes: BTreeSet<Gfn>,
    /// Pages that are with the guest, and their sizes.
    pub given: BTreeMap<Hpa, u64>,
    next: u64,
}

impl Host {
    fn new(largest: LevelName) -> Self {
        let (shared, holes, given) = Default::default();
        Self(Mutex::new(HostState { largest, shared, holes, given, next: 1 << 40 }))
    }

    pub fn state(&self) -> std::sync::MutexGuard<'_, HostState> {
        self.0.lock().unwrap()
    }

    pub fn new_page<L: Level>(&self) -> Page<Private, L> {
        let mut state = self.state();
        let size = 1 << L::SHIFT;
        let frame = Hpa::new(state.next.next_multiple_of(size));
        state.next = frame.as_u64() + size;
        state.given.insert(frame, size);
        Page::new(frame).unwrap()
    }

    pub fn returned<L: Level>(&self, frame: Hpa) {
        let mut state = self.state();
        let size = 1 << L::SHIFT;
        // A block that was split comes back in parts.
        let (&start, &length) = state.given.range(..=frame).next_back().expect("a page that was not given");
        assert!(frame.as_u64() + size <= start.as_u64() + length, "{frame} was not given");
        state.given.remove(&start);
        let (before, after) = (frame.as_u64() - start.as_u64(), start.as_u64() + length - frame.as_u64() - size);
        if before > 0 {
            state.given.insert(start, before);
        }
        if after > 0 {
            state.given.insert(Hpa::new(frame.as_u64() + size), after);
        }
    }
}

impl PageSource<Sample> for &Host {
    fn backing(&mut self, frame: Gfn) -> Backing<LevelName, Fields> {
        let state = self.state();
        if state.holes.contains(&frame) {
            Backing::None
        } else if state.shared.contains(&frame) {
            Backing::Shared { largest: state.largest, attributes: Fields::RWX }
        } else {
            Backing::Private { largest: state.largest }
        }
    }

    fn private_page<L: Level>(&mut self, _first: Gfn) -> Option<Page<Private, L>> {
        Some(self.new_page())
    }

    fn give_back<L: Level>(&mut self, _first: Gfn, page: Page<Private, L>) {
        self.returned::<L>(page.into_frame());
    }

    fn shared_page<L: Level>(&mut self, first: Gfn) -> Option<Page<Shared, L>> {
        Page::new(Hpa::new(1 << 45 | first.number() << 12)).ok()
    }
}

impl PageSink for &Host {
    fn take<L: Level>(&mut self, _address: Gpa<Private>, page: DirtyPage<L>) {
        self.returned::<L>(page.frame());
    }
}

impl Fixture<Run> {
    pub fn fault(&self, raw: u64) -> Result<super::FaultOutcome<LevelName>, super::FaultError<LevelName>> {
        let outcome = self.vm.fault(RawGpa::new(raw), crate::format::Access::READ, &mut &self.host);
        self.check();
        outcome
    }
}

impl<Ph: Live> Fixture<Ph> {
    /// Runs a session, and checks after it.
    pub fn removal<R>(&mut self, work: impl for<'id> FnOnce(&mut Session<'id, '_, '_>, &mut &Host) -> R) -> R {
        let (mut kick, mut host) = (&*self.monitor, &self.host);
        let result = self.vm.removal(&mut kick, |session| work(session, &mut host));
        self.check();
        result
    }
}

/// A session of the fixture's.
pub type Session<'id, 'vm, 'k> = Removal<'id, 'vm, PrivateSample, Arc<Arena>, Arc<Arena>, Arc<Monitor>, &'k Monitor>;

/// A private address.
pub fn private(value: u64) -> Gpa<Private> {
    match Width::Bits52.route(RawGpa::new(value)) {
        Ok(Route::Private(address)) => address,
        other => panic!("{other:?}"),
    }
}

/// A private range.
pub fn range(start: u64, bytes: u64) -> AddressRange<Private> {
    Width::Bits52.range(private(start), bytes).unwrap()
}

impl<Ph: Phase> Fixture<Ph> {
    /// The raw entries of the private tree, to see that a refusal changed none.
    pub fn entries(&self) -> BTreeMap<Key, u64> {
        let mut found = Found::default();
        self.walk(self.vm.private().root(), self.root(), 0, &mut found);
        found.entries
    }

    fn root(&self) -> u8 {
        match self.vm.geometry() {
            Width::Bits48 => 3,
            Width::Bits52 => 4,
        }
    }

    /// Compares the private tree with the monitor's table, and accounts for every page.
    pub fn check(&self) {
        let mut found = Found::default();
        self.walk(self.vm.private().root(), self.root(), 0, &mut found);
        let state = self.monitor.state();
        assert_eq!(found.entries.keys().collect::<BTreeSet<_>>(), state.entries.keys().collect(), "the same entries");
        for (&key, &raw) in &found.entries {
            let theirs = state.entries[&key];
            assert_ne!(raw, ABSENT | 0x5a0, "{key:x?} is still frozen");
            let present = raw & 7 == 7;
            assert_eq!(present, theirs.blocked.is_none(), "{key:x?}: {raw:#x} and {theirs:x?}");
            let leaf = if present { key.0 == 0 || raw & 0x80 != 0 } else { raw & !FRAME == ABSENT | 0x20 };
            assert_eq!(leaf, theirs.leaf, "{key:x?}: {raw:#x} and {theirs:x?}");
            let frame = Hpa::new(raw & FRAME);
            let ours = if leaf { frame } else { found.partners[&frame] };
            assert_eq!(ours, theirs.frame, "{key:x?}: {raw:#x} and {theirs:x?}");
            if leaf {
                let given = self.host.state();
                let (start, length) = given.given.range(..=frame).next_back().expect("a page of the host");
                assert!(frame.as_u64() < start.as_u64() + length, "{frame} is a page of the host");
            }
        }
        let mapped: u64 = (found.entries.iter())
            .filter(|(key, _)| state.entries[key].leaf)
            .map(|(key, _)| 1 << LevelName::from_number(key.0).unwrap().shift())
            .sum();
        assert_eq!(mapped, self.host.state().given.values().sum::<u64>(), "pages that are neither mapped nor back");
        let shared = self.shared_tables(self.vm.shared().root(), self.root());
        let lost = self.vm.leaked().tables as usize;
        assert_eq!(self.arena.pages_in_use(), shared + 1 + 2 * found.partners.len() + lost, "table pages");
    }

    fn walk(&self, table: Hpa, level: u8, base: u64, found: &mut Found) {
        let shift = LevelName::from_number(level).unwrap().shift();
        let mut live = 0;
        for index in 0..512_u64 {
            let raw = self.arena.word(table, index as usize).load(Ordering::Acquire);
            if raw == ABSENT {
                continue;
            }
            live += 1;
            let address = base + (index << shift);
            assert_eq!(found.entries.insert((level, address), raw), None);
            let is_table = raw & 7 == 7 && level > 0 && raw & 0x80 == 0 || raw & !FRAME == ABSENT | 0x400;
            if is_table {
                let child = Hpa::new(raw & FRAME);
                let partner = self.arena.record(child).partner.load(Ordering::Acquire);
                assert_eq!(partner & 0xfff, 1, "a table has a partner");
                assert_eq!(found.partners.insert(child, Hpa::new(partner - 1)), None, "a table hangs in one place");
                self.walk(child, level - 1, address, found);
            }
        }
        let counted = self.arena.record(table).counted();
        assert!(counted.is_none_or(|counted| counted == live), "{table} has {live} entries in use, not {counted:?}");
    }

    fn shared_tables(&self, table: Hpa, level: u8) -> usize {
        let entries = (0..512).map(|index| self.arena.word(table, index).load(Ordering::Acquire));
        let tables = entries.filter(|raw| raw & 7 != 0 && level > 0 && raw & 0x80 == 0);
        1 + tables.map(|raw| self.shared_tables(Hpa::new(raw & FRAME), level - 1)).sum::<usize>()
    }
}

#[derive(Default)]
struct Found {
    entries: BTreeMap<Key, u64>,
    /// Tables below the root, and their partners.
    partners: BTreeMap<Hpa, Hpa>,
}
