//! The command line: what may be chosen, and what is refused before anything is built.

use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// The most vCPUs that can be asked for: each is a thread.
pub const MOST_VCPUS: usize = 64;

/// Printed by `--help`.
pub const HELP: &str = "\
Runs a confidential VM on an emulated TDX module: plays a recorded memory trace on its vCPUs, and reports.

Usage: tdx-vm [OPTIONS]

  --vcpus N      vCPUs, each a thread that plays the whole trace in memory of its own [1 to 64, default 4]
  --trace FILE   a trace of `valgrind --tool=lackey --trace-mem=yes`, plain or gzip [default: one of xz, built in]
  --seed N       what the contents of memory and the moments of I/O, conversions and faults follow from [default 1]
  --fail RATE    how often a call of the monitor is busy or refused on purpose [0 or more, below 1, default 0]
  --svg FILE     draws the three page tables, as they are before teardown, into FILE
  --help         prints this

With one vCPU the report is the same for the same trace, seed and rate. The exit status is 0 if every byte read was
the byte written and every page came back, 1 if not, and 2 if the command line or the trace is wrong.";

/// What the command line asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// How many vCPUs play the trace.
    pub vcpus: usize,
    /// The trace, unless it is the one that is built in.
    pub trace: Option<PathBuf>,
    /// What everything random follows from.
    pub seed: u64,
    /// The share of the monitor's calls that are refused on purpose.
    pub fail: f64,
    /// Where the drawing goes.
    pub svg: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { vcpus: 4, trace: None, seed: 1, fail: 0.0, svg: None }
    }
}

/// What to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Print the help and stop.
    Help,
    /// Run the VM.
    Run(Options),
}

/// Reads the arguments, program name excluded. Of an option given twice, the last one counts.
///
/// # Errors
/// [`BadOption`], in one line, for anything that is not in the help.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, BadOption> {
    let mut options = Options::default();
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("vcpus") => {
                let expected = "a number from 1 to 64";
                options.vcpus = value(&mut parser, "--vcpus", expected, |n| (1..=MOST_VCPUS).contains(n))?;
            }
            Arg::Long("seed") => options.seed = value(&mut parser, "--seed", "a number below 2^64", |_| true)?,
            Arg::Long("fail") => {
                options.fail =
                    value(&mut parser, "--fail", "a rate of 0 or more and below 1", |rate| (0.0..1.0).contains(rate))?;
            }
            Arg::Long("trace") => options.trace = Some(path(&mut parser, "--trace")?),
            Arg::Long("svg") => options.svg = Some(path(&mut parser, "--svg")?),
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Run(options))
}

fn value<T: std::str::FromStr>(
    parser: &mut Parser,
    option: &str,
    expected: &str,
    allowed: impl Fn(&T) -> bool,
) -> Result<T, BadOption> {
    let given = parser.value()?;
    let refused = || BadOption(format!("{option} {}: expected {expected}", given.display()));
    given.to_str().and_then(|text| text.parse().ok()).filter(allowed).ok_or_else(refused)
}

fn path(parser: &mut Parser, option: &str) -> Result<PathBuf, BadOption> {
    let given: PathBuf = parser.value()?.parse_with(|text| Ok::<_, std::convert::Infallible>(text.into()))?;
    if given.as_os_str().is_empty() {
        return Err(BadOption(format!("{option}: expected the name of a file")));
    }
    Ok(given)
}

/// What is wrong with the command line, in one line.
#[derive(Clone, PartialEq, Debug)]
pub struct BadOption(String);

impl From<lexopt::Error> for BadOption {
    fn from(error: lexopt::Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for BadOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (see --help)", self.0)
    }
}
impl std::error::Error for BadOption {}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(arguments: &[&str]) -> Result<Command, String> {
        parse(arguments.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_given_means_the_defaults() {
        assert_eq!(command(&[]), Ok(Command::Run(Options::default())));
    }

    #[test]
    fn every_option_is_read() {
        let expected = Options { vcpus: 2, trace: Some("a.gz".into()), seed: 7, fail: 0.25, svg: Some("b.svg".into()) };
        let given = ["--vcpus", "2", "--trace=a.gz", "--seed", "7", "--fail", "0.25", "--svg", "b.svg"];
        assert_eq!(command(&given), Ok(Command::Run(expected)));
        assert_eq!(command(&["--vcpus", "3", "--help", "--nonsense"]), Ok(Command::Help));
    }

    #[test]
    fn the_last_of_two_counts() {
        let expected = Options { seed: 2, ..Options::default() };
        assert_eq!(command(&["--seed", "1", "--seed", "2"]), Ok(Command::Run(expected)));
    }

    #[test]
    fn the_impossible_is_refused_in_one_line_that_names_it() {
        for (given, part) in [
            (&["--vcpus", "0"][..], "--vcpus 0: expected a number from 1 to 64"),
            (&["--vcpus", "65"], "--vcpus 65"),
            (&["--vcpus", "-1"], "--vcpus"),
            (&["--vcpus", "two"], "--vcpus two"),
            (&["--vcpus"], "missing argument"),
            (&["--seed", "0x10"], "--seed 0x10"),
            (&["--seed", "18446744073709551616"], "--seed 18446744073709551616"),
            (&["--fail", "1"], "--fail 1: expected a rate of 0 or more and below 1"),
            (&["--fail", "-0.1"], "--fail"),
            (&["--fail", "NaN"], "--fail NaN"),
            (&["--fail", "inf"], "--fail inf"),
            (&["--trace", ""], "--trace: expected the name of a file"),
            (&["--svg="], "--svg: expected the name of a file"),
            (&["--frames", "3"], "invalid option '--frames'"),
            (&["-x"], "invalid option '-x'"),
            (&["trace.gz"], "trace.gz"),
        ] {
            let refused = command(given).expect_err(&format!("{given:?} was taken"));
            assert!(refused.contains(part), "{given:?}: {refused}");
            assert_eq!(refused.lines().count(), 1, "{refused}");
        }
    }
}
