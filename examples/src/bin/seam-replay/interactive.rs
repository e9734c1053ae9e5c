//! Reads operations from standard input and answers each at once.

use crate::options;
use crate::output::Output;
use crate::view;
use crate::{Ended, Played};
use pt_emulated::tdx::trace::{Answer, Misplaced, Operation, Script, Session, Text, play as play_script};
use std::io::{self, BufRead, IsTerminal, StdinLock, Write, stdin};

const WELCOME: &str = "\
Operations for the emulated TDX module, one a line; `help` lists them, `quit` ends. Begin with
  reset gpaw=0 levels=4 vcpus=2
";

struct Conversation<'a, W: Write> {
    input: StdinLock<'static>,
    /// Whether a person types: prompts, and mistakes are forgiven.
    terminal: bool,
    line: String,
    number: usize,
    output: &'a mut Output<W>,
    played: Played,
}

/// Plays what standard input says, until its end.
///
/// # Errors
/// If a line is malformed, unless a person has typed it; if input cannot be read or output cannot be written.
pub fn play<W: Write>(output: &mut Output<W>) -> Result<Played, Ended> {
    let terminal = stdin().is_terminal();
    if terminal {
        output.text.extend_from_slice(WELCOME.as_bytes());
    }
    let (input, played) = (stdin().lock(), Played::default());
    let mut conversation = Conversation { input, terminal, line: String::new(), number: 0, output, played };
    play_script(&mut conversation)?;
    Ok(conversation.played)
}

impl<W: Write> Conversation<'_, W> {
    /// Reads a line; whether there was one.
    fn read(&mut self) -> Result<bool, Ended> {
        if self.terminal {
            self.output.text.extend_from_slice(b"> ");
            self.output.flush()?;
        } else {
            self.output.pass()?;
        }
        self.line.clear();
        self.number += 1;
        let read = self.input.read_line(&mut self.line);
        let read = read.map_err(|error: io::Error| self.wrong(&error.to_string()))?;
        Ok(read > 0 && !self.output.is_closed())
    }

    fn wrong(&self, what: &str) -> Ended {
        Ended::Input(format!("standard input: line {}: {what}", self.number))
    }

    /// A mistake: told to a person, the end for a pipe.
    fn mistake(&mut self, what: &str) -> Result<(), Ended> {
        if !self.terminal {
            return Err(self.wrong(what));
        }
        self.output.text.extend_from_slice(what.as_bytes());
        self.output.text.push(b'\n');
        Ok(())
    }
}

impl<W: Write> Script for Conversation<'_, W> {
    type Error = Ended;

    fn next(&mut self) -> Result<Option<Operation>, Ended> {
        while self.read()? {
            let line = self.line.trim();
            match line {
                "quit" => return Ok(None),
                "help" => {
                    self.output.text.extend_from_slice(options::operations().as_bytes());
                    continue;
                }
                _ => {}
            }
            let text = match Text::of(line.as_bytes()) {
                Text::Nothing => continue,
                Text::Operation(start) => line[start..].trim(),
                // Answers of a trace that is piped in.
                Text::Other if Answer::parse(line.as_bytes()).is_ok() => continue,
                Text::Other => line,
            };
            match Operation::parse(text.as_bytes()) {
                Ok(operation) => return Ok(Some(operation)),
                Err(error) => {
                    let what = format!("expected {}, found {}", error.expected, error.found);
                    self.mistake(&what)?;
                }
            }
        }
        Ok(None)
    }

    fn answered(&mut self, operation: Operation, answer: Answer, session: &Session<'_>) -> Result<(), Ended> {
        self.played.operations += 1;
        if !self.terminal {
            let _ = writeln!(self.output.text, "> {operation}");
        }
        view::answer(operation, answer, session, true, &mut self.output.text);
        Ok(())
    }

    fn refused(&mut self, _: Operation, reason: Misplaced) -> Result<(), Ended> {
        self.mistake(&reason.to_string())
    }
}
