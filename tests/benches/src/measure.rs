//! Times: every contender runs once in each round, in turns, so that what disturbs the machine disturbs them alike.
//!
//! What counts is the median of the ratios of one round to the engine's time in the same round. A run in which the
//! thread was interrupted is repeated.

use crate::contender::{Contender, Row};
use crate::machine::interruptions;
use std::time::{Duration, Instant};

/// A run that is interrupted this often is taken as it is.
const REPETITIONS: usize = 6;

/// What a contender took.
#[derive(Copy, Clone, Debug)]
pub struct Time {
    /// The median, in nanoseconds an operation.
    pub nanoseconds: f64,
    /// The median of the ratios to the engine.
    pub ratio: f64,
}

/// Runs the work. Its instructions are counted by the name of this function, see [`crate::instructions`].
#[inline(never)]
pub fn measured(contender: &mut dyn Contender) -> bool {
    contender.run()
}

/// Times a row. Who does not offer the work is `None`.
///
/// # Panics
/// If one comes to another result than what was asked for.
#[must_use]
pub fn time(row: &mut Row<'_>, rounds: usize) -> Vec<Option<Time>> {
    let number = row.contenders.len();
    let mut times = vec![vec![]; number];
    for round in 0..rounds {
        for turn in 0..number {
            let which = (round + turn) % number;
            let contender = &mut *row.contenders[which];
            if round > 0 && times[which].is_empty() {
                continue; // it does not offer the work
            }
            let Some(time) = quiet_run(contender) else { continue };
            if round == 0 {
                assert_eq!(contender.digest(), row.expected, "{}: {} is wrong", row.name, contender.name());
            }
            times[which].push(time.as_secs_f64() * 1e9 / row.operations as f64);
        }
    }
    let engine = times[0].clone();
    let summary = |times: Vec<f64>| {
        let ratios = times.iter().zip(&engine).map(|(time, engine)| time / engine).collect();
        Some(Time { ratio: median(ratios)?, nanoseconds: median(times)? })
    };
    times.into_iter().map(summary).collect()
}

/// The time of a run that was not interrupted.
fn quiet_run(contender: &mut dyn Contender) -> Option<Duration> {
    let mut shortest = Duration::MAX;
    for _ in 0..REPETITIONS {
        contender.prepare();
        let before = interruptions();
        let start = Instant::now();
        if !measured(contender) {
            return None;
        }
        shortest = shortest.min(start.elapsed());
        if interruptions() == before {
            break;
        }
    }
    Some(shortest)
}

/// The median; `None` of nothing.
#[must_use]
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
