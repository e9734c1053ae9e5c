//! The line to one vCPU: how other threads make it leave, or drop translations.
//!
//! The vCPU says whether it is inside, by a number of turns: odd inside, even outside. Whoever wants something
//! leaves a signal; a vCPU that is inside looks at it before each access, one that is outside before it enters.
//! Both sides write before they read, in one total order (`SeqCst`), so that one of them sees the other.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The vCPU is to leave.
const KICK: u32 = 1;
/// There are translations to drop.
const FLUSH: u32 = 2;

/// Translations to drop: those of the addresses `first..=last`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Range {
    pub first: u64,
    pub last: u64,
    /// Page tables on the way as well.
    pub tables: bool,
}

/// What a vCPU is signalled to do.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Signals(u32);

impl Signals {
    pub const fn kick(self) -> bool {
        self.0 & KICK != 0
    }
    pub const fn flush(self) -> bool {
        self.0 & FLUSH != 0
    }
}

/// The line to one vCPU.
// Aligned so that one vCPU's turns do not slow down the polls of another.
#[repr(align(128))]
#[derive(Debug, Default)]
pub struct Line {
    turns: AtomicU64,
    signals: AtomicU32,
    /// How many requests have been served.
    served: AtomicU64,
    requests: Mutex<Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    made: u64,
    ranges: Vec<Range>,
}

/// Something that a vCPU was asked for while it was inside.
#[must_use = "the vCPU has not done it yet"]
#[derive(Copy, Clone, Debug)]
pub struct Pending {
    turn: u64,
    /// The request, if it can be served inside.
    request: Option<u64>,
}

impl Line {
    /// The vCPU enters: from here on it is signalled.
    pub fn enter(&self) {
        self.turns.fetch_add(1, Ordering::SeqCst);
    }

    /// The vCPU has left.
    pub fn leave(&self) {
        self.turns.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether there is a signal. Called before each access, so that it costs one load.
    #[inline]
    pub fn is_signalled(&self) -> bool {
        self.signals.load(Ordering::SeqCst) != 0
    }

    /// Takes the signals, for the vCPU to act on.
    pub fn take_signals(&self) -> Signals {
        Signals(self.signals.swap(0, Ordering::SeqCst))
    }

    /// Serves the requests: `flush` drops each range.
    pub fn serve(&self, mut flush: impl FnMut(Range)) {
        let (made, ranges) = {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            (requests.made, core::mem::take(&mut requests.ranges))
        };
        ranges.into_iter().for_each(&mut flush);
        self.served.store(made, Ordering::SeqCst);
    }

    /// Asks the vCPU to drop a range. Returns what to wait for, if it is inside now.
    pub fn request(&self, range: Range) -> Option<Pending> {
        let request = {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            requests.made += 1;
            requests.ranges.push(range);
            requests.made
        };
        self.signals.fetch_or(FLUSH, Ordering::SeqCst);
        let turn = self.turns.load(Ordering::SeqCst);
        (turn & 1 == 1).then_some(Pending { turn, request: Some(request) })
    }

    /// Asks the vCPU to leave, if it is inside now. Returns what to wait for.
    pub fn kick(&self) -> Option<Pending> {
        let turn = self.turns.load(Ordering::SeqCst);
        if turn & 1 == 0 {
            return None;
        }
        self.signals.fetch_or(KICK, Ordering::SeqCst);
        Some(Pending { turn, request: None })
    }

    /// Waits until the vCPU has left, or has done what it was asked to.
    pub fn wait(&self, pending: Pending) {
        let served = || pending.request.is_some_and(|request| self.served.load(Ordering::SeqCst) >= request);
        let mut tries = 0_u32;
        while self.turns.load(Ordering::SeqCst) == pending.turn && !served() {
            tries += 1;
            if tries.is_multiple_of(32) {
                std::thread::yield_now();
            } else {
                core::hint::spin_loop();
            }
        }
    }
}
