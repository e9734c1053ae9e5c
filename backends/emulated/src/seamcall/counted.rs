//! Counts calls by leaf and by status.
//!
//! Counting must not bring threads together that the module keeps apart. There are several tallies; a thread uses one
//! of them, and two threads share one only if there are more threads than tallies.

use crate::monitor::OutcomeKind;
use core::cell::Cell;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use pt_tdx::status::Class;
use pt_tdx::{Leaf, Registers, Seamcall, Status, StatusCode, Unavailable};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many tallies there are.
const TALLIES: usize = 32;

/// Calls by leaf number and by the upper half of the status.
type Tally = BTreeMap<(u16, u64), u64>;

/// A tally on cache lines of its own.
#[repr(align(128))]
#[derive(Default)]
struct Own(Mutex<Tally>);

/// Counts the calls that go through it.
pub struct Counted<S> {
    inner: S,
    tallies: Box<[Own; TALLIES]>,
}

impl<S> Counted<S> {
    /// Counts the calls of `inner`.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self { inner, tallies: Box::default() }
    }

    /// What it counts the calls of.
    #[must_use]
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// How often each leaf has answered what so far.
    #[must_use]
    pub fn counts(&self) -> LeafCounts {
        let mut sum = Tally::new();
        for own in &*self.tallies {
            for (&key, &calls) in &*own.0.lock().unwrap_or_else(PoisonError::into_inner) {
                *sum.entry(key).or_default() += calls;
            }
        }
        LeafCounts { sum }
    }

    /// Counts one answer of the leaf in `rax`.
    pub(crate) fn count(&self, rax: u64, status: Status) {
        let own = &self.tallies[tally_of_this_thread()];
        *own.0.lock().unwrap_or_else(PoisonError::into_inner).entry((rax as u16, status.code_bits())).or_default() += 1;
    }
}

fn tally_of_this_thread() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: Cell<Option<usize>> = const { Cell::new(None) };
    }
    MINE.with(|mine| {
        mine.get().unwrap_or_else(|| {
            let tally = THREADS.fetch_add(1, Ordering::Relaxed) % TALLIES;
            mine.set(Some(tally));
            tally
        })
    })
}

impl<S: Seamcall> Seamcall for Counted<S> {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        let rax = registers.rax;
        let status = self.inner.seamcall(registers)?;
        self.count(rax, status);
        Ok(status)
    }
}

impl<S: fmt::Debug> fmt::Debug for Counted<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted")
            .field("inner", &self.inner)
            .field("total", &self.counts().total())
            .finish_non_exhaustive()
    }
}

/// How often leaves answered what.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LeafCounts {
    sum: Tally,
}

/// How often a leaf answered with one status code.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct LeafCount {
    /// The leaf, if its number is one of a host leaf.
    pub leaf: Option<Leaf>,
    /// The upper half of the status; the lower half is zero.
    pub status: Status,
    /// How often. Never zero.
    pub calls: u64,
}

impl LeafCount {
    /// What kind of outcome the status is. A remark, which is a status without the error bit, is a success.
    #[must_use]
    pub fn kind(&self) -> OutcomeKind {
        match self.status.code() {
            _ if !self.status.is_error() => OutcomeKind::Done,
            Some(StatusCode::InterruptedResumable | StatusCode::InterruptedRestartable) => OutcomeKind::Interrupted,
            _ if self.status.is_busy() => OutcomeKind::Busy,
            _ if self.status.class() == Some(Class::GuestMemory) => OutcomeKind::Stopped,
            _ => OutcomeKind::Refused,
        }
    }
}

impl LeafCounts {
    /// The counts by number of the leaf, then by status.
    pub fn iter(&self) -> impl Iterator<Item = LeafCount> {
        self.sum.iter().map(|(&(leaf, status), &calls)| LeafCount {
            leaf: Leaf::from_number(leaf),
            status: Status::from_bits(status),
            calls,
        })
    }

    /// How often `leaf` answered with `code`.
    #[must_use]
    pub fn of(&self, leaf: Leaf, code: StatusCode) -> u64 {
        self.sum.get(&(leaf.number(), code.into_bits())).copied().unwrap_or(0)
    }

    /// How often `leaf` did what it was asked to, without a remark.
    #[must_use]
    pub fn done(&self, leaf: Leaf) -> u64 {
        self.of(leaf, StatusCode::Success)
    }

    /// How many calls there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.sum.values().sum()
    }
}

/// One line a count: `TDH.MEM.TRACK TDX_SUCCESS 12`.
impl fmt::Debug for LeafCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = f.debug_list();
        for LeafCount { leaf, status, calls } in self.iter() {
            match leaf {
                Some(leaf) => lines.entry(&format_args!("{leaf} {status} {calls}")),
                None => lines.entry(&format_args!("no leaf {status} {calls}")),
            };
        }
        lines.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pt_tdx::Operand;

    /// Answers with R8.
    struct Echo;

    impl Seamcall for Echo {
        fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
            registers.rax = registers.r8;
            if registers.r8 == u64::MAX {
                Err(Unavailable::VmFailInvalid)
            } else {
                Ok(Status::from_bits(registers.rax))
            }
        }
    }

    fn call(counted: &Counted<Echo>, leaf: Leaf, status: Status) {
        let mut registers = Registers { r8: status.bits(), ..Registers::call_version(leaf, 1) };
        let _ = counted.seamcall(&mut registers);
    }

    #[test]
    fn calls_are_counted_by_leaf_and_code_whatever_the_operand() {
        let counted = Counted::new(Echo);
        call(&counted, Leaf::MemTrack, Status::SUCCESS);
        call(&counted, Leaf::MemTrack, StatusCode::OperandBusy | Operand::TdEpoch);
        call(&counted, Leaf::MemTrack, StatusCode::OperandBusy | Operand::Tdr);
        call(&counted, Leaf::MemSeptAdd, Status::SUCCESS);
        call(&counted, Leaf::MemSeptAdd, Status::from_bits(u64::MAX));
        let counts = counted.counts();
        assert_eq!(counts.of(Leaf::MemTrack, StatusCode::OperandBusy), 2);
        assert_eq!((counts.done(Leaf::MemTrack), counts.done(Leaf::MemSeptAdd)), (1, 1));
        assert_eq!(counts.total(), 4, "what no module took is not counted");
    }

    #[test]
    fn threads_add_up() {
        let counted = Counted::new(Echo);
        std::thread::scope(|scope| {
            for _ in 0..TALLIES + 3 {
                scope.spawn(|| (0..100).for_each(|_| call(&counted, Leaf::MemPageAug, Status::SUCCESS)));
            }
        });
        assert_eq!(counted.counts().done(Leaf::MemPageAug), 100 * (TALLIES as u64 + 3));
    }
}
