//! Plays a trace: one thread reads it, the thread of each vCPU makes its accesses.
//!
//! The trace is read once for all vCPUs, and handed on in parts. A part is a fixed number of accesses, so that with
//! one vCPU nothing depends on which thread is faster.

use crate::failure::{Checked, Failure};
use crate::guest::Runner;
use crate::progress::Progress;
use crate::stats::Stats;
use crate::survey::{Step, Survey};
use crate::trace::{Access, BadTrace, Source};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};

/// Accesses in a part.
const PART: usize = 4_096;
/// Parts that wait for a vCPU at most.
const WAITING: usize = 4;

type Part = Arc<Vec<Step>>;

/// Lets every runner make every access of the trace, and sums up what they count.
///
/// # Errors
/// The first failure, in the order of the vCPUs.
pub fn play(source: &Source, survey: &Survey, runners: Vec<Runner<'_, '_>>, progress: &mut Progress) -> Checked<Stats> {
    thread::scope(|scope| {
        let (lines, threads): (Vec<_>, Vec<_>) = runners
            .into_iter()
            .map(|runner| {
                let (line, parts) = sync_channel(WAITING);
                (line, scope.spawn(move || run(runner, &parts)))
            })
            .unzip();
        let read = hand_out(source, survey, &lines, progress);
        drop(lines);
        let counted = join(threads)?;
        // The survey has read all of it before: only a file that changed meanwhile ends here.
        read.map_err(Failure::new)?;
        Ok(counted)
    })
}

fn hand_out(
    source: &Source,
    survey: &Survey,
    lines: &[SyncSender<Part>],
    progress: &mut Progress,
) -> Result<(), BadTrace> {
    let mut accesses = source.open()?;
    loop {
        let part: Vec<Access> = accesses.by_ref().take(PART).collect::<Result<_, _>>()?;
        if part.is_empty() {
            return Ok(());
        }
        let steps = Arc::new(part.iter().flat_map(|access| survey.steps(*access)).collect::<Vec<_>>());
        for line in lines {
            if line.send(steps.clone()).is_err() {
                // That vCPU has failed, and says so when it is joined.
                return Ok(());
            }
        }
        progress.played(part.len() as u64);
    }
}

fn run(mut runner: Runner<'_, '_>, parts: &Receiver<Part>) -> Checked<Stats> {
    for part in parts {
        runner.play(&part)?;
    }
    Ok(runner.into_stats())
}

fn join(threads: Vec<ScopedJoinHandle<'_, Checked<Stats>>>) -> Checked<Stats> {
    let mut sum = Stats::default();
    // Every thread is waited for, whatever the first one says.
    let results: Vec<_> = threads.into_iter().map(ScopedJoinHandle::join).collect();
    for result in results {
        sum += &result.map_err(|_| Failure::new("the thread of a vCPU panicked"))??;
    }
    Ok(sum)
}
