//! Rounds that count: those in which the machine had a core for each thread.

/// Tells by the arithmetic, the last column, in which rounds each thread had a core to itself.
pub(super) struct WholeCores {
    /// The shortest arithmetic for a page of one's own, in nanoseconds.
    best: f64,
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

    /// The rounds that count, of threads that each work on a `share` of the pages: as many as are wanted, or as there are.
    pub(super) fn rounds(&mut self, wanted: usize, share: f64, round: impl Fn() -> Vec<f64>) -> Vec<Vec<f64>> {
        let mut all = vec![];
        for _ in 0..Self::PATIENCE * wanted {
            let times = round();
            self.best = self.best.min(arithmetic(&times) / share);
            all.push(times);
            if all.iter().filter(|times| self.counts(times, share)).count() == wanted {
                break;
            }
        }
        if all.iter().any(|times| self.counts(times, share)) {
            all.retain(|times| self.counts(times, share));
        } else {
            eprintln!("the machine never had a core for each thread");
        }
        all
    }

    fn counts(&self, times: &[f64], share: f64) -> bool {
        arithmetic(times) <= self.best * share * Self::ALONE
    }
}

/// The last column.
fn arithmetic(times: &[f64]) -> f64 {
    times.last().copied().unwrap_or(f64::NAN)
}
