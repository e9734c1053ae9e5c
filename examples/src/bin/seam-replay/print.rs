//! Prints every operation of a file with the module's answer.

use crate::output::Output;
use crate::view;
use crate::{Ended, Played};
use pt_emulated::tdx::trace::{
    Answer, Line, Lines, Malformed, Misplaced, Operation, Script, Session, play as play_script,
};
use std::io::Write;

struct Printer<'a, W: Write> {
    name: &'a str,
    lines: Lines<'a>,
    line: Option<Line<'a>>,
    names: bool,
    output: &'a mut Output<W>,
    played: Played,
}

/// Plays the trace `text`. Answers in it are ignored.
///
/// # Errors
/// If the trace is malformed, or the output cannot be written.
pub fn play<W: Write>(name: &str, text: &[u8], names: bool, output: &mut Output<W>) -> Result<Played, Ended> {
    let mut printer = Printer { name, lines: Lines::new(text), line: None, names, output, played: Played::default() };
    play_script(&mut printer)?;
    Ok(printer.played)
}

impl<W: Write> Script for Printer<'_, W> {
    type Error = Ended;

    #[inline]
    fn next(&mut self) -> Result<Option<Operation>, Ended> {
        if self.output.is_closed() {
            return Ok(None);
        }
        self.line = self.lines.next().transpose().map_err(|error| malformed(self.name, &error))?;
        Ok(self.line.as_ref().map(|line| line.operation))
    }

    #[inline]
    fn answered(&mut self, operation: Operation, answer: Answer, session: &Session<'_>) -> Result<(), Ended> {
        let text = &mut self.output.text;
        text.extend_from_slice(b"> ");
        text.extend_from_slice(self.line.as_ref().map_or(&[][..], |line| line.text));
        text.push(b'\n');
        view::answer(operation, answer, session, self.names, text);
        self.played.operations += 1;
        Ok(self.output.pass()?)
    }

    fn refused(&mut self, operation: Operation, reason: Misplaced) -> Result<(), Ended> {
        Err(misplaced(self.name, self.line.as_ref(), operation, &reason))
    }
}

/// A malformed line, with the name of the file.
pub fn malformed(name: &str, error: &Malformed) -> Ended {
    Ended::Input(format!("{name}: {error}"))
}

/// An operation that cannot be played where it stands, with file and line.
pub fn misplaced(name: &str, line: Option<&Line<'_>>, operation: Operation, reason: &Misplaced) -> Ended {
    let number = line.map_or(0, |line| line.number);
    Ended::Input(format!("{name}: line {number}: `{operation}`: {reason}"))
}
