//! Plays the rows of a matrix, each on a TD of its own.

use crate::options::Options;
use crate::output::Output;
use crate::print::malformed;
use crate::{Ended, Played};
use pt_emulated::tdx::trace::matrix::{Call, Row, Rows, play as play_row};
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
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let mut printed = 0;
    for row in Rows::new(text) {
        if output.is_closed() {
            break;
        }
        let row = row.map_err(|error| malformed(name, &error))?;
        let found = play_row(&row).map_err(|reason| Ended::Input(format!("{name}: line {}: {reason}", row.line)))?;
        played.operations += 1;
        let differs = !found.agrees_with(&row.expected);
        played.differences += u64::from(options.check && differs);
        let answered = Row { expected: found, ..row };
        if !options.check {
            // Headers and empty lines stand between the rows as they do in the file.
            for line in lines.by_ref().take(row.line - 1 - printed) {
                let _ = output.text.write_all(line);
            }
            lines.next();
            printed = row.line;
            let _ = writeln!(output.text, "{answered}");
        } else if differs && played.differences <= SHOWN {
            let _ = writeln!(output.text, "{name}: line {}: {}", row.line, Called(row.call));
            let _ = writeln!(output.text, "  file:   {row}");
            let _ = writeln!(output.text, "  module: {answered}");
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

/// The leaf of a call.
struct Called(Call);

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Call::Host(leaf) => write!(f, "{leaf}"),
            Call::Accept => f.write_str("TDG.MEM.PAGE.ACCEPT"),
        }
    }
}
