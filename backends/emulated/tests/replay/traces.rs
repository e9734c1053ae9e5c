//! Every operation of every trace is answered as recorded.

use super::recordings;
use pt_emulated::tdx::trace::{Answer, Line, Lines, Misplaced, Operation, Script, Session, play};

/// Plays a trace and collects what differs.
struct Checker<'a> {
    lines: Lines<'a>,
    line: Option<Line<'a>>,
    compared: usize,
    differences: Vec<String>,
}

fn check(text: &[u8]) -> Checker<'_> {
    let mut checker = Checker { lines: Lines::new(text), line: None, compared: 0, differences: Vec::new() };
    play(&mut checker).unwrap();
    checker
}

impl Script for Checker<'_> {
    type Error = String;

    fn next(&mut self) -> Result<Option<Operation>, String> {
        self.line = self.lines.next().transpose().map_err(|error| error.to_string())?;
        Ok(self.line.map(|line| line.operation))
    }

    fn answered(&mut self, operation: Operation, answer: Answer, _: &Session<'_>) -> Result<(), String> {
        let line = self.line.as_ref().ok_or("no line")?;
        let expected = line.expected().map_err(|error| error.to_string())?.ok_or("no answer")?;
        self.compared += 1;
        if !answer.agrees_with(&expected) {
            self.differences.push(format!("line {}: {operation}: {expected} recorded, {answer} now", line.number));
        }
        Ok(())
    }

    fn refused(&mut self, operation: Operation, reason: Misplaced) -> Result<(), String> {
        Err(format!("{operation}: {reason}"))
    }
}

#[test]
fn every_answer_is_the_recorded_one() {
    let mut operations = 0;
    let mut wrong = Vec::new();
    for (name, text) in recordings(".trace") {
        let checker = check(&text);
        operations += checker.compared;
        wrong.extend(checker.differences.iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(operations, 9_901, "every operation of the files has been compared");
}

#[test]
fn a_planted_difference_is_found() {
    let (_, text) = recordings("mix-000.trace").pop().unwrap();
    let text = String::from_utf8(text).unwrap();
    for (from, to) in [
        ("rax=0x0000000000000000 rcx=0x0 rdx=0x0", "rax=0x0000000000000000 rcx=0x0 rdx=0x1"),
        ("not-in-guest", "entered"),
        ("rax=0xc000060800000000", "rax=0xc000060800000001"),
    ] {
        let planted = text.replacen(from, to, 1);
        let checker = check(planted.as_bytes());
        assert_eq!(checker.differences.len(), 1, "{:?}", checker.differences);
    }
}
