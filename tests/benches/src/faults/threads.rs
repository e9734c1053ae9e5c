//! Threads that begin at the same moment, each on a CPU of its own.

use crate::machine::{interruptions, pin};
use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often a run in which a thread lost its CPU is repeated. Two threads that take turns on one CPU measure the
/// scheduler.
const REPETITIONS: usize = 6;

/// What one thread saw.
struct Run {
    start: Instant,
    end: Instant,
    interrupted: bool,
}

/// Runs `work` with what `prepare` makes: something that all threads share, and something that each has for itself.
/// Checks it, and returns the time from the first start to the last end: of the first run that was not interrupted, or
/// else of the shortest.
pub(super) fn together<S: Sync, W: Send>(
    prepare: impl Fn() -> (S, Vec<W>),
    work: impl Fn(&S, W) + Sync,
    check: impl Fn(&S),
) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..REPETITIONS {
        let (shared, own) = prepare();
        let runs = side_by_side(own, |own| work(&shared, own));
        check(&shared);
        let (start, end) = (runs.iter().map(|run| run.start).min(), runs.iter().map(|run| run.end).max());
        shortest = shortest.min(start.zip(end).map_or(Duration::ZERO, |(start, end)| end - start));
        if runs.iter().all(|run| !run.interrupted) {
            break;
        }
    }
    shortest
}

fn side_by_side<W: Send>(own: Vec<W>, work: impl Fn(W) + Sync) -> Vec<Run> {
    let (ready, threads) = (AtomicUsize::new(0), own.len());
    let run = |thread, own| {
        pin(thread);
        ready.fetch_add(1, Ordering::AcqRel);
        while ready.load(Ordering::Acquire) < threads {
            spin_loop();
        }
        let (before, start) = (interruptions(), Instant::now());
        work(own);
        let end = Instant::now();
        Run { start, end, interrupted: interruptions() != before }
    };
    thread::scope(|scope| {
        let run = &run;
        let threads = own.into_iter().enumerate();
        let running: Vec<_> = threads.map(|(thread, own)| scope.spawn(move || run(thread, own))).collect();
        running.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    })
}
