//! The command line.

use lexopt::{Arg, Parser};
use pt_emulated::tdx::trace::GRAMMAR;
use std::ffi::OsString;
use std::fmt::{self, Write as _};
use std::path::PathBuf;

const USAGE: &str = "\
Asks an emulated TDX module what the module would say: plays traces of SEAMCALLs and prints the answers.

Usage: seam-replay [OPTIONS] [FILE...]

  --check     compares with the answers in the files and prints the first differences, with the state of the module
              around them, and a summary for each file
  --names     adds the names of statuses, as comments
  --time      says on standard error how many operations were played a second
  --help      prints this

A file is a trace, plain or gzip: an operation on a line after `> `, its answer on the next line if there is one. A
file that begins with `## ` is a matrix: one operation on an entry that is forced into a state. Without a file,
operations are read from standard input, `> ` before them or not, and statuses are named.

With --check an operation that has no answer in the file is played, not compared, and counted in the summary. A file
without any answer is refused.

The exit status is 0, 1 if an answer differs, and 2 if the command line or an input is wrong.

Operations (numbers are hexadecimal, except the settings of reset; lvl 0 is 4K, 1 is 2M, 2 is 1G):
";

/// What the command line asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The traces; standard input if there is none.
    pub files: Vec<PathBuf>,
    /// Compare with the answers in the files.
    pub check: bool,
    /// Add the names of statuses.
    pub names: bool,
    /// Say how long it took.
    pub time: bool,
}

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Print the help and stop.
    Help,
    /// Play.
    Play(Options),
}

/// Reads the arguments, program name excluded.
///
/// # Errors
/// One line about anything that is not in the help.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut options = Options::default();
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(|error| see_help(&error))? {
        match argument {
            Arg::Long("check") => options.check = true,
            Arg::Long("names") => options.names = true,
            Arg::Long("time") => options.time = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Value(file) => options.files.push(file.into()),
            other => return Err(see_help(&other.unexpected())),
        }
    }
    if options.check && options.files.is_empty() {
        return Err(see_help(&"--check: expected a file"));
    }
    Ok(Command::Play(options))
}

fn see_help(error: &dyn fmt::Display) -> String {
    format!("{error} (see --help)")
}

/// What `--help` prints.
#[must_use]
pub fn help() -> String {
    format!("{USAGE}{}", operations())
}

/// The operations and what they do, a line each.
#[must_use]
pub fn operations() -> String {
    let mut text = String::new();
    for (usage, meaning) in GRAMMAR {
        let _ = writeln!(text, "  {usage:<32}{meaning}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Command, String> {
        super::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn files_and_options_mix() {
        let expected = Options { files: vec!["a".into(), "b".into()], check: true, names: false, time: true };
        assert_eq!(parse(&["a", "--check", "b", "--time"]), Ok(Command::Play(expected)));
        assert_eq!(parse(&["--names"]), Ok(Command::Play(Options { names: true, ..Options::default() })));
        assert_eq!(parse(&["a", "-h"]), Ok(Command::Help));
    }

    #[test]
    fn what_is_not_in_the_help_is_refused() {
        for arguments in [&["--fast"][..], &["-x"], &["--check=yes", "a"], &["--check"]] {
            let error = parse(arguments).unwrap_err();
            assert!(error.ends_with("(see --help)"), "{error}");
        }
    }
}
