//! Times: every contender runs once in each round, in turns, so that what disturbs the machine disturbs them alike. The
//! order changes from round to round.
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
        for which in turns(number, round) {
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

/// In which order so many contenders run: another one each round, so that none always comes after the one that leaves
/// the caches to it in the worst state. With one order for all rounds, a lookup in 16 GiB took 8 % longer than the same
/// instructions in another place of it.
fn turns(number: usize, round: usize) -> impl Iterator<Item = usize> {
    let steps: Vec<usize> = (1..=number).filter(|&step| meets_all(number, step)).collect();
    let step = steps[round % steps.len()];
    (0..number).map(move |turn| (round + turn * step) % number)
}

/// Whether steps of this length in a circle meet each place: they have no divisor in common.
fn meets_all(number: usize, step: usize) -> bool {
    let (mut larger, mut smaller) = (number, step);
    while smaller != 0 {
        (larger, smaller) = (smaller, larger % smaller);
    }
    larger == 1
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_has_everyone_once_after_somebody_else() {
        for number in 1..13 {
            let mut before = std::collections::HashSet::new();
            for round in 0..number {
                let turns: Vec<usize> = turns(number, round).collect();
                let mut sorted = turns.clone();
                sorted.sort_unstable();
                assert!(sorted.into_iter().eq(0..number), "{turns:?}");
                before.extend(turns.windows(2).filter(|pair| pair[1] == 0).map(|pair| pair[0]));
            }
            assert!(number != 11 || before.len() > 8, "{before:?}");
        }
    }
}
