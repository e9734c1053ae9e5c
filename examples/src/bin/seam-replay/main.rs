//! What would the TDX module say? Plays traces of SEAMCALLs on the emulated module, and compares answers.
//!
//! A trace is a text of operations, one a line; [`pt_emulated::tdx::trace`] describes the format, `--help` lists the
//! operations. With files, answers are printed in the format of traces, or compared with those in the files
//! (`--check`). Without, operations are read from standard input.
#![forbid(unsafe_code)]

mod check;
mod input;
mod interactive;
mod matrix;
mod options;
mod output;
mod print;
mod view;

use options::{Command, Options};
use output::Output;
use std::fmt;
use std::io::{self, StdoutLock, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What playing one input came to.
#[derive(Copy, Clone, Default, Debug)]
pub struct Played {
    /// Operations that were played.
    pub operations: u64,
    /// Answers that differ from the expected ones.
    pub differences: u64,
}

/// Why playing one input ended early.
#[derive(Debug)]
pub enum Ended {
    /// The input is wrong: where, and what was expected.
    Input(String),
    /// The output cannot be written.
    Output(io::Error),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => f.write_str(error),
            Self::Output(error) => write!(f, "standard output: {error}"),
        }
    }
}

const DIFFERENT: u8 = 1;
const WRONG: u8 = 2;

fn main() -> ExitCode {
    let mut output = Output::new(stdout().lock());
    let options = match options::parse(std::env::args_os().skip(1)) {
        Ok(Command::Play(options)) => options,
        Ok(Command::Help) => {
            output.text.extend_from_slice(options::help().as_bytes());
            return output.flush().map_or_else(|error| fail(&error.into()), |()| ExitCode::SUCCESS);
        }
        Err(error) => return fail(&Ended::Input(error)),
    };
    run(&options, &mut output)
}

/// Says in one line what was wrong.
fn fail(error: &Ended) -> ExitCode {
    eprintln!("seam-replay: {error}");
    ExitCode::from(WRONG)
}

fn run(options: &Options, output: &mut Output<StdoutLock<'_>>) -> ExitCode {
    let mut total = Played::default();
    let mut time = Duration::ZERO;
    let mut status = ExitCode::SUCCESS;
    let mut add = |played: Result<Played, Ended>, output: &mut Output<_>| match played {
        Ok(played) => {
            total.operations += played.operations;
            total.differences += played.differences;
        }
        Err(error) => {
            // What was printed so far belongs before the error.
            let _ = output.flush();
            status = fail(&error);
        }
    };
    if options.files.is_empty() {
        add(interactive::play(output), output);
    }
    for path in &options.files {
        let played = load(path).and_then(|text| {
            let started = Instant::now();
            let played = play(path, &text, options, output);
            time += started.elapsed();
            played
        });
        add(played, output);
    }
    if let Err(error) = output.flush() {
        return fail(&error.into());
    }
    if options.time {
        eprintln!("{}", Rate { operations: total.operations, time });
    }
    if total.differences > 0 && status == ExitCode::SUCCESS { ExitCode::from(DIFFERENT) } else { status }
}

fn load(path: &Path) -> Result<Vec<u8>, Ended> {
    input::load(path).map_err(|error| Ended::Input(format!("{}: {error}", path.display())))
}

fn play(path: &Path, text: &[u8], options: &Options, output: &mut Output<StdoutLock<'_>>) -> Result<Played, Ended> {
    let name = path.display().to_string();
    if pt_emulated::tdx::trace::matrix::is_matrix(text) {
        matrix::play(&name, text, options, output)
    } else if options.check {
        check::play(&name, text, output)
    } else {
        print::play(&name, text, options.names, output)
    }
}

/// How fast it was.
struct Rate {
    operations: u64,
    time: Duration,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "a rate, to three digits")]
        let millions = self.operations as f64 / self.time.as_secs_f64().max(1e-9) / 1e6;
        write!(f, "{} operations in {:.3} s: {millions:.2} million a second", self.operations, self.time.as_secs_f64())
    }
}
