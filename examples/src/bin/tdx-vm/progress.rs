//! How far the run is: a line on standard error, written again and again on a terminal, and four times otherwise.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// How often the line on a terminal changes.
const EVERY: Duration = Duration::from_millis(100);

/// Progress through a known number of accesses.
pub struct Progress {
    all: u64,
    done: u64,
    terminal: bool,
    begun: Instant,
    shown: Option<Instant>,
    quarters: u64,
}

impl Progress {
    /// Nothing is done yet.
    pub fn new(all: u64) -> Self {
        Self { all, done: 0, terminal: stderr().is_terminal(), begun: Instant::now(), shown: None, quarters: 0 }
    }

    /// So many accesses more are on their way to the vCPUs.
    pub fn played(&mut self, accesses: u64) {
        self.done += accesses;
        let quarters = self.done * 4 / self.all.max(1);
        if self.terminal {
            if self.shown.is_none_or(|shown| shown.elapsed() >= EVERY) {
                self.shown = Some(Instant::now());
                let _ = write!(stderr(), "\r{}", self.line());
            }
        } else if quarters > self.quarters {
            self.quarters = quarters;
            let _ = writeln!(stderr(), "{}", self.line());
        }
    }

    /// The run has ended.
    pub fn end(&self) {
        if self.terminal {
            // The line is cleared, the report follows.
            let _ = write!(stderr(), "\r\x1b[K");
        }
        let _ = writeln!(stderr(), "tdx-vm: {:.1} s", self.begun.elapsed().as_secs_f64());
    }

    fn line(&self) -> String {
        let Self { all, done, .. } = self;
        let seconds = self.begun.elapsed().as_secs_f64();
        format!("tdx-vm: {:3} %, {done} of {all} accesses, {seconds:.1} s", done * 100 / all.max(&1))
    }
}
