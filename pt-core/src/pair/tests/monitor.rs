//! A monitor for the tests: keeps its own protected table, insists on the protocol, and refuses what it is told to.

use crate::address::{Gpa, Hpa};
use crate::arena::Arena;
use crate::hook::{Drained, Filled, Frozen, Occupied, Partner, Refusal, Tracked};
use crate::level::Levels;
use crate::memory::Memory;
use crate::page::TablePage;
use crate::pair::Kick;
use crate::sample::{LevelName, PrivateSample, SampleHooks};
use crate::space::{Private, Protected};
use core::sync::atomic::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

const FROZEN: u64 = 1 << 63 | 0x5a0;

type Answer = Result<(), Refusal<LevelName>>;
type Release = Result<Partner, Refusal<LevelName>>;

/// An entry of the protected table: the number of its level, and its first address.
pub type Key = (u8, u64);

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub leaf: bool,
    pub frame: Hpa,
    /// The epoch it was blocked in.
    pub blocked: Option<u64>,
}

/// One call of a hook, with the level and the address of its entry (a reclaimed page instead, for `reclaim`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Call {
    pub hook: &'static str,
    pub level: Option<LevelName>,
    pub address: u64,
}

#[derive(Default)]
pub struct State {
    pub entries: BTreeMap<Key, Entry>,
    pub log: Vec<Call>,
    /// Refusals to come, by the number of the call.
    pub refusals: BTreeMap<usize, Refusal<LevelName>>,
    pub kicks: usize,
    pub kept_out: usize,
    /// What becomes of the pages of tables that are taken away.
    pub partner: Partner,
    epoch: u64,
    drained: bool,
    calls: usize,
    root: u8,
    /// The private tree, to see what it says while a hook is called.
    private: Option<(Arc<Arena>, Hpa)>,
}

pub struct Monitor(Mutex<State>);

impl Monitor {
    pub fn new(root: LevelName) -> Self {
        Self(Mutex::new(State { root: root.number(), drained: true, ..State::default() }))
    }

    /// From now on the private entry is looked at when a hook is called.
    pub fn watch(&self, arena: Arc<Arena>, root: Hpa) {
        self.state().private = Some((arena, root));
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses the calls with these numbers, counted from now on; forgets what was logged.
    pub fn refuse(&self, refusals: impl IntoIterator<Item = (usize, Refusal<LevelName>)>) {
        let mut state = self.state();
        state.refusals = refusals.into_iter().collect();
        state.calls = 0;
        state.log.clear();
    }

    /// The names of the hooks that were called, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.state().log.iter().map(|call| call.hook).collect()
    }
}

/// Makes the vCPUs leave, which nobody sees but the monitor.
impl Kick for &Monitor {
    fn kick(&mut self) {
        let mut state = self.state();
        state.kicks += 1;
        state.drained = true;
    }

    fn keep_out<R>(&mut self, work: impl FnOnce() -> R) -> R {
        self.state().kept_out += 1;
        work()
    }
}

impl State {
    fn call(&mut self, hook: &'static str, level: Option<LevelName>, address: u64) -> Answer {
        self.log.push(Call { hook, level, address });
        let number = self.calls;
        self.calls += 1;
        self.refusals.remove(&number).map_or(Ok(()), Err)
    }

    /// The private entry, while a hook about it is called.
    fn private(&self, (level, address): Key) -> u64 {
        let (arena, root) = self.private.as_ref().expect("the private tree is watched");
        let word = |table: Hpa, level: u8| arena.word(table, (address >> (12 + 9 * level)) as usize & 511);
        let table = (level + 1..=self.root)
            .rev()
            .fold(*root, |table, above| Hpa::new(word(table, above).load(Ordering::Acquire) & 0x000f_ffff_ffff_f000));
        word(table, level).load(Ordering::Acquire)
    }

    /// The entry may be reached: every table above it is there and not blocked.
    fn reach(&self, hook: &str, level: LevelName, address: Gpa<Private>) -> Key {
        let key = (level.number(), address.as_u64());
        assert!(address.is_aligned(level.shift()), "{hook}: {address} is not aligned to {level:?}");
        assert!(key.0 <= self.root, "{hook}: level {level:?} is above the root");
        for above in key.0 + 1..=self.root {
            let shift = LevelName::from_number(above).unwrap().shift();
            let parent = self.entries.get(&(above, key.1 >> shift << shift));
            assert!(
                parent.is_some_and(|entry| !entry.leaf && entry.blocked.is_none()),
                "{hook} at {level:?} {address}: the walk stops at level {above} at {parent:?}"
            );
        }
        key
    }

    fn insert(&mut self, hook: &str, at: &Frozen<PrivateSample>, leaf: bool, frame: Hpa) {
        let key = self.reach(hook, at.level(), at.address());
        assert_eq!(at.was(), 1 << 63, "{hook}: the private entry was absent");
        assert_eq!(self.private(key), FROZEN, "{hook}: the private entry is frozen");
        self.own(frame);
        assert_eq!(self.entries.insert(key, Entry { leaf, frame, blocked: None }), None, "{hook}: in use");
    }

    fn own(&self, frame: Hpa) {
        assert!(self.entries.values().all(|entry| entry.frame != frame), "{frame} is the monitor's already");
    }

    /// The entry is blocked, and nobody can hold a translation through it.
    fn tracked(&self, hook: &str, at: &Tracked<PrivateSample>, leaf: bool) -> (Key, Entry) {
        let key = self.reach(hook, at.level(), at.address());
        let entry = *self.entries.get(&key).unwrap_or_else(|| panic!("{hook}: nothing at {key:x?}"));
        assert_eq!(entry.leaf, leaf, "{hook}: the shape of {key:x?}");
        assert_eq!(self.private(key) & 7, 0, "{hook}: the private entry is not present");
        let blocked = entry.blocked.unwrap_or_else(|| panic!("{hook}: {key:x?} is not blocked"));
        let tracked = blocked + 1 < self.epoch || blocked + 1 == self.epoch && self.drained;
        assert!(tracked, "{hook}: {key:x?} was blocked in epoch {blocked}, now is {}", self.epoch);
        (key, entry)
    }

    pub fn children(&self, (level, address): Key) -> impl Iterator<Item = (Key, Entry)> {
        let size = 1 << LevelName::from_number(level).unwrap().shift();
        self.entries.range((level - 1, address)..(level - 1, address + size)).map(|(key, entry)| (*key, *entry))
    }
}

impl SampleHooks for Arc<Monitor> {
    fn link(&self, at: &Frozen<PrivateSample>, table: &TablePage<Protected>) -> Answer {
        let mut state = self.state();
        state.call("link", Some(at.level()), at.address().as_u64())?;
        state.insert("link", at, false, table.frame());
        Ok(())
    }

    fn add(&self, at: &Frozen<PrivateSample>, page: Hpa, source: Hpa) -> Answer {
        let mut state = self.state();
        state.call("add", Some(at.level()), at.address().as_u64())?;
        assert_ne!(page, source);
        state.insert("add", at, true, page);
        Ok(())
    }

    fn map(&self, at: &Frozen<PrivateSample>, page: Hpa) -> Answer {
        let mut state = self.state();
        state.call("map", Some(at.level()), at.address().as_u64())?;
        state.insert("map", at, true, page);
        Ok(())
    }

    fn block(&self, at: &Frozen<PrivateSample, Occupied>) -> Answer {
        let mut state = self.state();
        state.call("block", Some(at.level()), at.address().as_u64())?;
        let key = state.reach("block", at.level(), at.address());
        assert_eq!(state.private(key), FROZEN, "block: the private entry is frozen");
        let epoch = state.epoch;
        let entry = state.entries.get_mut(&key).unwrap_or_else(|| panic!("block: nothing at {key:x?}"));
        assert_eq!(entry.blocked.replace(epoch), None, "block: {key:x?} is blocked already");
        Ok(())
    }

    fn unblock(&self, at: &Tracked<PrivateSample>) -> Answer {
        let mut state = self.state();
        state.call("unblock", Some(at.level()), at.address().as_u64())?;
        let leaf = at.level() == LevelName::Pt || at.was() & 0x80 != 0;
        let (key, entry) = state.tracked("unblock", at, leaf);
        state.entries.insert(key, Entry { blocked: None, ..entry });
        Ok(())
    }

    fn track(&self) -> Answer {
        let mut state = self.state();
        state.call("track", None, 0)?;
        assert!(state.drained, "track: a vCPU of the last epoch is still in the guest");
        state.epoch += 1;
        state.drained = false;
        Ok(())
    }

    fn remove(&self, at: &Tracked<PrivateSample>) -> Answer {
        let mut state = self.state();
        state.call("remove", Some(at.level()), at.address().as_u64())?;
        let (key, _) = state.tracked("remove", at, true);
        state.entries.remove(&key);
        Ok(())
    }

    fn unlink(&self, at: &Drained<PrivateSample>) -> Release {
        let at = at.entry();
        let mut state = self.state();
        state.call("unlink", Some(at.level()), at.address().as_u64())?;
        let (key, _) = state.tracked("unlink", at, false);
        assert_eq!(state.children(key).next(), None, "unlink: the table is not empty");
        state.entries.remove(&key);
        Ok(state.partner)
    }

    fn split(&self, at: &Tracked<PrivateSample>, table: &Filled<PrivateSample>) -> Answer {
        let table = table.page();
        let mut state = self.state();
        state.call("split", Some(at.level()), at.address().as_u64())?;
        let (key, block) = state.tracked("split", at, true);
        state.own(table.frame());
        state.entries.insert(key, Entry { leaf: false, frame: table.frame(), blocked: None });
        let shift = LevelName::from_number(key.0 - 1).unwrap().shift();
        for index in 0..512_u64 {
            let frame = block.frame.checked_add(index << shift).unwrap();
            state.entries.insert((key.0 - 1, key.1 + (index << shift)), Entry { leaf: true, frame, blocked: None });
        }
        Ok(())
    }

    fn merge(&self, at: &Tracked<PrivateSample>) -> Release {
        let mut state = self.state();
        state.call("merge", Some(at.level()), at.address().as_u64())?;
        let (key, _) = state.tracked("merge", at, false);
        let children: Vec<_> = state.children(key).collect();
        assert_eq!(children.len(), 512, "merge: the table is not full");
        let first = children[0].1.frame;
        let shift = LevelName::from_number(key.0 - 1).unwrap().shift();
        for (index, (child, entry)) in children.into_iter().enumerate() {
            let frame = first.checked_add((index as u64) << shift).unwrap();
            assert_eq!(entry, Entry { leaf: true, frame, blocked: None }, "merge: {child:x?}");
            state.entries.remove(&child);
        }
        state.entries.insert(key, Entry { leaf: true, frame: first, blocked: None });
        Ok(state.partner)
    }

    fn reclaim(&self, page: Hpa) -> Answer {
        let mut state = self.state();
        state.call("reclaim", None, page.as_u64())?;
        let key = state.entries.iter().find(|(_, entry)| entry.frame == page).map(|(key, _)| *key);
        state.entries.remove(&key.unwrap_or_else(|| panic!("reclaim: {page} is not the monitor's")));
        Ok(())
    }
}
