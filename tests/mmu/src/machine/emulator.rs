//! Running an emulator for so long and no longer.
//!
//! A table that is wrong can make a guest run in circles: the emulator is ended then, and the test fails with what
//! was said on standard error.

use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, fmt, thread};

/// Whether one of `programs` is not on this machine: which ones, for [`skip`](crate::skip).
#[must_use]
pub fn missing(programs: &[&str]) -> Option<String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let exists = |program: &str| env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let missing: Vec<&str> = programs.iter().copied().filter(|&program| !exists(program)).collect();
    (!missing.is_empty()).then(|| format!("this machine has no {}", missing.join(", ")))
}

/// An emulator that has a limit of time.
#[derive(Debug)]
pub struct Emulator {
    command: Command,
    limit: Duration,
}

impl Emulator {
    /// `program`, which may run for `limit`.
    #[must_use]
    pub fn new(program: &str, limit: Duration) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        Self { command, limit }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it in `folder`.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// If it cannot be run, fails, or is not done in time; it is ended then.
    pub fn run(self) -> Result<(), Failure> {
        let (status, said) = self.finish()?;
        if status.success() { Ok(()) } else { Err(Failure::Failed { status, said }) }
    }

    /// Runs it to its end, whatever its exit status is then, and returns that and what it wrote to standard error.
    ///
    /// # Errors
    /// If it cannot be run, or is not done in time; it is ended then.
    pub fn finish(mut self) -> Result<(ExitStatus, String), Failure> {
        let mut child = self.command.spawn().map_err(Failure::NotStarted)?;
        let end = Instant::now() + self.limit;
        while Instant::now() < end {
            if let Some(status) = child.try_wait().map_err(Failure::NotStarted)? {
                return Ok((status, said(&mut child)));
            }
            thread::sleep(Duration::from_millis(5));
        }
        // It may have ended by itself just now; either way it is gone after this.
        let _ = child.kill();
        let _ = child.wait();
        Err(Failure::TooLong { limit: self.limit, said: said(&mut child) })
    }
}

/// What an emulator that has ended wrote to standard error: little enough for the pipe to hold.
fn said(child: &mut Child) -> String {
    let mut said = Vec::new();
    if let Some(mut pipe) = child.stderr.take() {
        let _ = pipe.read_to_end(&mut said);
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// Why a run gave no answers.
#[derive(Debug)]
pub enum Failure {
    /// The emulator could not be run.
    NotStarted(io::Error),
    /// It ended with an error.
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to standard error.
        said: String,
    },
    /// It was ended, because it was not done in time.
    TooLong {
        /// How long it might have run.
        limit: Duration,
        /// What it wrote to standard error.
        said: String,
    },
    /// The program in the machine did not come to its end.
    Stopped {
        /// How far it got: 0 if it did not even begin.
        state: u64,
        /// What it wrote down of the exception that stopped it, if it was one.
        exception: [u64; 4],
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => write!(f, "the emulator cannot be run: {error}"),
            Self::Failed { status, said } => write!(f, "the emulator ended with {status}: {said}"),
            Self::TooLong { limit, said } => write!(f, "the emulator was ended after {limit:?}: {said}"),
            Self::Stopped { state, exception } => write!(f, "the executor stopped in state {state}: {exception:#x?}"),
        }
    }
}
impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let asked = Instant::now();
        let failure = Emulator::new("sleep", Duration::from_millis(50)).arguments(&["100"]).run();
        assert!(matches!(failure, Err(Failure::TooLong { .. })), "{failure:?}");
        assert!(asked.elapsed() < Duration::from_secs(50));
    }

    #[test]
    fn a_program_that_fails_is_quoted() {
        let failure = Emulator::new("ls", Duration::from_secs(10)).arguments(&["/no/such/file"]).run();
        assert!(matches!(&failure, Err(Failure::Failed { said, .. }) if said.contains("no/such")), "{failure:?}");
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        assert_eq!(missing(&["sleep", "ls"]), None);
        assert_eq!(missing(&["sleep", "no-such-program"]).as_deref(), Some("this machine has no no-such-program"));
    }
}
