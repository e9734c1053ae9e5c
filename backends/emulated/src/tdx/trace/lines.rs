//! A trace, line by line.

use super::{Answer, Malformed, Operation};
use memchr::memchr;

/// One operation of a trace and where it stands.
#[derive(Copy, Clone, Debug)]
pub struct Line<'a> {
    /// The line of the operation, from 1.
    pub number: usize,
    /// The operation as it is written, without `> ` and without a comment.
    pub text: &'a [u8],
    /// The operation.
    pub operation: Operation,
    /// The line of its answer, if the trace has one, and the answer as it is written.
    pub answer: Option<(usize, &'a [u8])>,
}

impl Line<'_> {
    /// What the trace expects as the answer.
    ///
    /// # Errors
    /// [`Malformed`] if the answer is none.
    pub fn expected(&self) -> Result<Option<Answer>, Malformed> {
        let read = |(number, text)| Answer::parse(text).map_err(|error: Malformed| error.on(number));
        self.answer.map(read).transpose()
    }
}

/// What a line is, before its operation or its answer is read.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// A blank line or a comment.
    Nothing,
    /// An operation, which begins at this byte.
    Operation(usize),
    /// Something else: an answer, if it stands after an operation.
    Other,
}

impl Text {
    /// Tells what `line` is.
    #[must_use]
    #[inline]
    pub fn of(line: &[u8]) -> Self {
        match line.first() {
            None | Some(b'#') => Self::Nothing,
            Some(b'>') => Self::Operation(1),
            Some(b' ' | b'\t') => match line.iter().position(|byte| !matches!(byte, b' ' | b'\t')) {
                None => Self::Nothing,
                Some(start) => match line[start] {
                    b'#' => Self::Nothing,
                    b'>' => Self::Operation(start + 1),
                    _ => Self::Other,
                },
            },
            Some(_) => Self::Other,
        }
    }
}

/// The operations of a trace, in order.
///
/// A line that is malformed ends the iteration.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
    failed: bool,
}

impl<'a> Lines<'a> {
    /// Reads the trace `text`.
    #[must_use]
    pub const fn new(text: &'a [u8]) -> Self {
        Self { rest: text, number: 0, failed: false }
    }

    #[inline]
    fn line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr(b'\n', self.rest) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &self.rest[self.rest.len()..]),
        };
        self.rest = rest;
        self.number += 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// The answer that follows, if the next line that says anything is one.
    #[inline]
    fn answer(&mut self) -> Option<(usize, &'a [u8])> {
        loop {
            let before = (self.rest, self.number);
            let line = self.line()?;
            match Text::of(line) {
                Text::Nothing => {}
                Text::Other => return Some((self.number, line)),
                Text::Operation(_) => {
                    (self.rest, self.number) = before;
                    return None;
                }
            }
        }
    }

    fn next_line(&mut self) -> Option<Result<Line<'a>, Malformed>> {
        loop {
            let line = self.line()?;
            let number = self.number;
            match Text::of(line) {
                Text::Nothing => {}
                Text::Operation(start) => {
                    let operation = match Operation::read(line, start) {
                        Ok(operation) => operation,
                        Err(error) => return Some(Err(error.on(number))),
                    };
                    let comment = memchr(b'#', line).unwrap_or(line.len());
                    let text = line[start..comment].trim_ascii();
                    return Some(Ok(Line { number, text, operation, answer: self.answer() }));
                }
                Text::Other => {
                    let expected = "an operation after `> `, a comment after `#`, or one answer after an operation";
                    return Some(Err(Malformed::at(1, line, expected).on(number)));
                }
            }
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<Line<'a>, Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let line = self.next_line();
        self.failed = matches!(line, Some(Err(_)));
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_come_with_their_answers() {
        let trace =
            b"# a comment\n\n> track # why\nrax=0x0  # TDX_SUCCESS\n  > noirq \r\n\n>finalize\n# no answer\n> track\n\nok";
        let lines: Vec<_> = Lines::new(trace).map(Result::unwrap).collect();
        let read: Vec<_> = lines.iter().map(|line| (line.number, line.operation, line.answer.map(|a| a.0))).collect();
        assert_eq!(
            read,
            [
                (3, Operation::Track, Some(4)),
                (5, Operation::NoInterrupt, None),
                (7, Operation::Finalize, None),
                (9, Operation::Track, Some(11)),
            ]
        );
        assert_eq!([lines[0].text, lines[1].text], [&b"track"[..], b"noirq"]);
        assert_eq!(lines[3].expected(), Ok(Some(Answer::Done)));
    }

    #[test]
    fn a_line_that_is_neither_is_malformed() {
        for (trace, line) in
            [("ok\n", 1), ("> track\nok\nok\n", 3), ("\ntrack\n", 2), ("> track\nok\n> trac\n> track\n", 3)]
        {
            let mut lines = Lines::new(trace.as_bytes());
            let error = lines.by_ref().find_map(Result::err).unwrap();
            assert_eq!(error.line, line, "{trace:?}: {error}");
            assert!(lines.next().is_none());
        }
        let bad_answer = Lines::new(b"> track\n\nrax=zero\n").next().unwrap().unwrap();
        assert_eq!(bad_answer.expected().unwrap_err().line, 3);
    }
}
