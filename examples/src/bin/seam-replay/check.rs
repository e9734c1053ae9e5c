//! Compares the answers in a file with the module's.

use crate::output::Output;
use crate::print::{malformed, misplaced};
use crate::view::{self, Named};
use crate::{Ended, Played};
use pt_emulated::tdx::trace::{Answer, Line, Lines, Misplaced, Operation, Script, Session, play as play_script};
use std::io::Write;

/// Differences of a file that are shown. Those after the first are often only its consequences.
const SHOWN: u64 = 3;

struct Checker<'a, W: Write> {
    name: &'a str,
    lines: Lines<'a>,
    line: Option<Line<'a>>,
    output: &'a mut Output<W>,
    played: Played,
    unanswered: u64,
    /// For the comparison of an answer.
    buffer: Vec<u8>,
}

/// Plays the trace `text` and compares.
///
/// # Errors
/// If the trace is malformed or holds no answer, or the output cannot be written.
pub fn play<W: Write>(name: &str, text: &[u8], output: &mut Output<W>) -> Result<Played, Ended> {
    let (lines, played) = (Lines::new(text), Played::default());
    let mut checker = Checker { name, lines, line: None, output, played, unanswered: 0, buffer: Vec::new() };
    play_script(&mut checker)?;
    checker.summarise()?;
    Ok(checker.played)
}

impl<W: Write> Checker<'_, W> {
    fn summarise(&mut self) -> Result<(), Ended> {
        let Self { name, played: Played { operations, differences }, unanswered, .. } = *self;
        if unanswered == operations {
            return Err(Ended::Input(format!("{name}: expected an answer to compare with, found none")));
        }
        let out = &mut self.output.text;
        let agree = operations - unanswered - differences;
        let _ = write!(out, "{name}: {operations} operations, {agree} answers agree");
        if differences > 0 {
            let _ = write!(out, ", {differences} differ");
        }
        if unanswered > 0 {
            let _ = write!(out, ", {unanswered} are not in the file");
        }
        out.push(b'\n');
        Ok(self.output.pass()?)
    }

    #[cold]
    fn differs(&mut self, line: &Line<'_>, ours: Answer, expected: Answer, session: &Session<'_>) {
        self.played.differences += 1;
        if self.played.differences > SHOWN {
            return;
        }
        let out = &mut self.output.text;
        let text = String::from_utf8_lossy(line.text);
        let _ = writeln!(out, "{}: line {}: {text}", self.name, line.number);
        let _ = writeln!(out, "  file:   {}", Named(expected));
        let _ = writeln!(out, "  module: {}", Named(ours));
        view::around(line.operation, session, out);
        out.push(b'\n');
    }
}

impl<W: Write> Script for Checker<'_, W> {
    type Error = Ended;

    #[inline]
    fn next(&mut self) -> Result<Option<Operation>, Ended> {
        self.line = self.lines.next().transpose().map_err(|error| malformed(self.name, &error))?;
        Ok(self.line.as_ref().map(|line| line.operation))
    }

    #[inline]
    fn answered(&mut self, operation: Operation, answer: Answer, session: &Session<'_>) -> Result<(), Ended> {
        let Some(line) = self.line.take().filter(|_| !operation.is_inspection()) else { return Ok(()) };
        self.played.operations += 1;
        if line.answer.is_some_and(|(_, text)| answer.is_written_as(text, &mut self.buffer)) {
            return Ok(());
        }
        match line.expected().map_err(|error| malformed(self.name, &error))? {
            None => self.unanswered += 1,
            Some(expected) if answer.agrees_with(&expected) => {}
            Some(expected) => self.differs(&line, answer, expected, session),
        }
        Ok(self.output.pass()?)
    }

    fn refused(&mut self, operation: Operation, reason: Misplaced) -> Result<(), Ended> {
        Err(misplaced(self.name, self.line.as_ref(), operation, &reason))
    }
}
