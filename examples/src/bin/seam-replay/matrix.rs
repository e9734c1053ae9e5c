//! Plays the rows of a matrix, each on a TD of its own.

use crate::options::Options;
use crate::output::Output;
use crate::print::malformed;
use crate::{Ended, Played};
use pt_emulated::tdx::sept::Entry;
use pt_emulated::tdx::trace::matrix::{Expected, Rows, play as play_row};
use pt_tdx::Status;
use std::fmt;
use std::io::Write;

/// Differences of a file that are shown.
const SHOWN: u64 = 10;

/// Plays every row; prints what came of each, or compares.
///
/// # Errors
/// If the matrix is malformed, or the output cannot be written.
pub fn play<W: Write>(name: &str, text: &[u8], options: &Options, output: &mut Output<W>) -> Result<Played, Ended> {
    let mut played = Played::default();
    for row in Rows::new(text) {
        if output.is_closed() {
            break;
        }
        let row = row.map_err(|error| malformed(name, &error))?;
        let found = play_row(&row).map_err(|reason| Ended::Input(format!("{name}: line {}: {reason}", row.line)))?;
        played.operations += 1;
        let differs = !found.agrees_with(&row.expected);
        played.differences += u64::from(options.check && differs);
        if !options.check {
            let _ = writeln!(output.text, "{:?} -> {}", row.before, Outcome(found));
        } else if differs && played.differences <= SHOWN {
            let _ = writeln!(
                output.text,
                "{name}: line {}: {:?} in operation state {}",
                row.line, row.before, row.op_state
            );
            let _ = writeln!(output.text, "  file:   {}", Outcome(row.expected));
            let _ = writeln!(output.text, "  module: {}", Outcome(found));
        }
        output.pass()?;
    }
    if options.check {
        let Played { operations, differences } = played;
        let _ = write!(output.text, "{name}: {operations} rows, {} agree", operations - differences);
        let _ = if differences > 0 { writeln!(output.text, ", {differences} differ") } else { writeln!(output.text) };
    }
    Ok(played)
}

struct Outcome(Expected);

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expected::Host { rax, rcx, rdx, after, children } => write!(
                f,
                "rax={rax:#018x} rcx={rcx:#x} rdx={rdx:#x} entry {}, {children:+} pages  # {}",
                After(after),
                Status::from_bits(rax)
            ),
            Expected::Guest { rax, after } => {
                write!(f, "rax={rax:#018x} entry {}  # {}", After(after), Status::from_bits(rax))
            }
            Expected::Exit { kind, level, after } => {
                write!(f, "TD exit of type {kind} about level {level}, entry {}", After(after))
            }
        }
    }
}

/// An entry with the name of its state.
struct After(u64);

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)?;
        Entry::from_bits(self.0).state().map_or(Ok(()), |state| write!(f, " {state:?}"))
    }
}
