//! Runs that count: those in which the machine had a core for each thread.

use super::limits::Arithmetic;
use super::run;
use crate::measure::median;
use crate::memory::Slot;

/// Tells by the arithmetic, which is done before and after each run, whether each thread had a core to itself.
pub(super) struct WholeCores {
    /// The shortest arithmetic for a page of one's own, in nanoseconds.
    best: f64,
}

/// What one run took, and the longer of the two calculations around it, in nanoseconds for a page of one's own.
struct Run {
    time: f64,
    arithmetic: f64,
}

impl Default for WholeCores {
    fn default() -> Self {
        Self { best: f64::MAX }
    }
}

impl WholeCores {
    /// How many times as many rounds are run as are wanted, at most.
    const PATIENCE: usize = 4;
    /// How much longer the arithmetic takes at most, than at best, with nobody else on the core. Where somebody is, it
    /// takes 1.4 times as long and more.
    const ALONE: f64 = 1.1;

    /// The medians of what `columns` take, one after the other in each round, and of the arithmetic, over as many
    /// runs that count as are `wanted`, or as there are.
    pub(super) fn medians(
        &mut self,
        wanted: usize,
        memory: &Slot,
        work: &[&[u64]],
        columns: &[impl Fn() -> f64],
    ) -> Vec<f64> {
        let pages = work.iter().map(|pages| pages.len()).max().unwrap_or(0);
        let arithmetic = || run::<Arithmetic>(memory, work).as_secs_f64() * 1e9 / pages as f64;
        let mut runs: Vec<Vec<Run>> = columns.iter().map(|_| vec![]).collect();
        for _ in 0..Self::PATIENCE * wanted {
            let mut before = arithmetic();
            for (column, runs) in columns.iter().zip(&mut runs) {
                let (time, after) = (column(), arithmetic());
                self.best = self.best.min(after);
                runs.push(Run { time, arithmetic: before.max(after) });
                before = after;
            }
            if runs.iter().all(|runs| runs.iter().filter(|run| self.counts(run)).count() >= wanted) {
                break;
            }
        }
        let calculated = runs.iter().flatten().filter(|run| self.counts(run)).map(|run| run.arithmetic).collect();
        let mut medians: Vec<f64> = runs.iter().map(|runs| self.median(runs)).collect();
        medians.push(median(calculated).unwrap_or(f64::NAN));
        medians
    }

    fn median(&self, runs: &[Run]) -> f64 {
        let counting: Vec<f64> = runs.iter().filter(|run| self.counts(run)).map(|run| run.time).collect();
        median(counting).unwrap_or_else(|| {
            eprintln!("the machine never had a core for each thread");
            median(runs.iter().map(|run| run.time).collect()).unwrap_or(f64::NAN)
        })
    }

    fn counts(&self, run: &Run) -> bool {
        run.arithmetic <= self.best * Self::ALONE
    }
}
