//! What the monitor was asked for, and how it answered.

use super::denied::{Denied, OutcomeKind};
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts by a value that can only be compared.
#[derive(Clone, Debug)]
pub struct Tally<K>(Vec<(K, u64)>);

impl<K: Copy + PartialEq> Tally<K> {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Counts one more, and returns how many there are.
    pub fn add(&mut self, key: K) -> u64 {
        if let Some((_, count)) = self.0.iter_mut().find(|(known, _)| *known == key) {
            *count += 1;
            return *count;
        }
        self.0.push((key, 1));
        1
    }
}

/// The counters of one VM.
#[derive(Debug)]
pub struct Counters<M> {
    calls: Mutex<Tally<(M, OutcomeKind)>>,
    reads: AtomicU64,
    accepts: AtomicU64,
}

impl<M: Copy + PartialEq> Counters<M> {
    pub const fn new() -> Self {
        Self { calls: Mutex::new(Tally::new()), reads: AtomicU64::new(0), accepts: AtomicU64::new(0) }
    }

    /// Counts a call by its outcome.
    pub fn call<V>(&self, method: M, answer: &Result<(), Denied<V>>) {
        let kind = answer.as_ref().err().map_or(OutcomeKind::Done, Denied::kind);
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).add((method, kind));
    }

    /// Counts a read of an entry of the protected table.
    pub fn read(&self, entries: u64) {
        self.reads.fetch_add(entries, Ordering::Relaxed);
    }

    /// Counts an operation that the guest asked for and got.
    pub fn accept(&self) {
        self.accepts.fetch_add(1, Ordering::Relaxed);
    }

    /// The present numbers.
    pub fn snapshot(&self) -> Statistics<M> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Statistics {
            calls: calls.0.into_iter().map(|((method, outcome), count)| Count { method, outcome, count }).collect(),
            table_reads: self.reads.load(Ordering::Relaxed),
            guest_operations: self.accepts.load(Ordering::Relaxed),
        }
    }
}

/// How often a method had an outcome.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Count<M> {
    /// The method.
    pub method: M,
    /// The outcome.
    pub outcome: OutcomeKind,
    /// How often.
    pub count: u64,
}

/// What a VM's monitor did so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statistics<M> {
    /// The calls by method and outcome, in the order of their first appearance; none is zero.
    pub calls: Vec<Count<M>>,
    /// Entries of the protected table that the monitor read in the course of all calls.
    pub table_reads: u64,
    /// Operations that the guest asked for and got.
    pub guest_operations: u64,
}

impl<M: Copy + PartialEq> Statistics<M> {
    /// How often a method had an outcome.
    #[must_use]
    pub fn count(&self, method: M, outcome: OutcomeKind) -> u64 {
        let counted = |count: &&Count<M>| count.method == method && count.outcome == outcome;
        self.calls.iter().filter(counted).map(|count| count.count).sum()
    }

    /// How often a method was called.
    #[must_use]
    pub fn calls_of(&self, method: M) -> u64 {
        self.calls.iter().filter(|count| count.method == method).map(|count| count.count).sum()
    }

    /// How many calls there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.calls.iter().map(|count| count.count).sum()
    }
}
