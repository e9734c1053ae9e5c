//! The answers of a trace.

use super::Malformed;
use super::fields::{Fields, hexadecimal};
use core::fmt;

/// What was answered to an operation.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// `ok`: nothing to compare.
    Done,
    /// `rax=…`: registers after a call of the module, by the host or by the guest.
    Registers(Returned),
    /// `entered`: the vCPU is inside.
    Entered,
    /// `not-in-guest`: an operation of a guest on a vCPU that is not inside.
    NotInGuest,
    /// `td_exit rax=…`: the vCPU left the TD; the host's registers after `TDH.VP.ENTER`.
    Exited(Returned),
    /// `ok hpa=…`: the guest's access reached that byte.
    Reached {
        /// Host-physical address of the byte.
        hpa: u64,
    },
    /// `ve qual=… gpa=…`: a #VE was injected.
    Exception {
        /// Exit qualification.
        qualification: u64,
        /// Guest-physical address.
        gpa: u64,
    },
    /// `fault`: another exception was injected: the address is wider than the guest's are.
    Fault,
}

/// Registers, and which of them a trace prints.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Returned {
    /// RAX, RCX, RDX, R8 and R9.
    pub values: [u64; 5],
    /// Which of them are printed.
    pub printed: Printed,
}

/// Which registers are printed: a bit for each of RAX, RCX, RDX, R8 and R9.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Printed(u8);

impl Printed {
    /// RAX alone: leaves that return nothing else.
    pub const RAX: Self = Self(0b1);
    /// RAX, RCX and RDX: the leaves that change the Secure EPT, and `TDH.VP.ENTER` if it is refused.
    pub const TO_RDX: Self = Self(0b111);
    /// RAX, RCX, RDX and R8: `TDH.PHYMEM.PAGE.RECLAIM`, and a TD exit.
    pub const TO_R8: Self = Self(0b1111);
    /// RAX, RCX, RDX, R8 and R9: `TDH.PHYMEM.PAGE.RDMD`.
    pub const TO_R9: Self = Self(0b1_1111);

    const fn contains(self, register: usize) -> bool {
        self.0 >> register & 1 != 0
    }
}

const REGISTERS: [&[u8]; 5] = [b"rax=", b"rcx=", b"rdx=", b"r8=", b"r9="];

impl Answer {
    /// Reads an answer, with a comment or without. The line number of an error is 0.
    ///
    /// # Errors
    /// [`Malformed`] if it is none.
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let fields = &mut Fields::new(text, 0);
        let (start, word) = fields.word();
        let answer = match word {
            b"ok" => match fields.word() {
                (_, []) => Self::Done,
                (start, word) => Self::Reached { hpa: value(start, word, "hpa=")? },
            },
            b"fault" => Self::Fault,
            b"entered" => Self::Entered,
            b"not-in-guest" => Self::NotInGuest,
            b"td_exit" => Self::Exited(returned(fields.word(), fields)?),
            b"ve" => Self::Exception { qualification: next(fields, "qual=")?, gpa: next(fields, "gpa=")? },
            word if word.starts_with(b"rax=") => Self::Registers(returned((start, word), fields)?),
            word => {
                let expected = "an answer: rax=, ok, entered, not-in-guest, td_exit, ve or fault";
                return Err(Malformed::at(start + 1, word, expected));
            }
        };
        fields.end("the end of the answer")?;
        Ok(answer)
    }

    /// Whether `text` is this answer as [`write`](Self::write) writes it, with a comment or without. This is the quick
    /// way to find that an answer [agrees](Self::agrees_with); `buffer` is for its use.
    #[must_use]
    #[inline]
    pub fn is_written_as(&self, text: &[u8], buffer: &mut Vec<u8>) -> bool {
        buffer.clear();
        self.write(buffer);
        let comment = text.strip_prefix(&buffer[..]);
        comment.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"  #"))
    }

    /// Whether this answer is the expected one, as far as that one prints registers.
    #[must_use]
    #[inline]
    pub fn agrees_with(&self, expected: &Self) -> bool {
        match (self, expected) {
            (Self::Registers(ours), Self::Registers(theirs)) | (Self::Exited(ours), Self::Exited(theirs)) => (0..5)
                .all(|register| !theirs.printed.contains(register) || ours.values[register] == theirs.values[register]),
            (ours, theirs) => ours == theirs,
        }
    }

    /// Appends the answer as a trace prints it, without a comment and without the end of the line.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Done => out.extend_from_slice(b"ok"),
            Self::Registers(returned) => returned.write(out),
            Self::Fault => out.extend_from_slice(b"fault"),
            Self::Entered => out.extend_from_slice(b"entered"),
            Self::NotInGuest => out.extend_from_slice(b"not-in-guest"),
            Self::Exited(returned) => {
                out.extend_from_slice(b"td_exit ");
                returned.write(out);
            }
            Self::Reached { hpa } => {
                out.extend_from_slice(b"ok hpa=");
                write_number(*hpa, 1, out);
            }
            Self::Exception { qualification, gpa } => {
                out.extend_from_slice(b"ve qual=");
                write_number(*qualification, 1, out);
                out.extend_from_slice(b" gpa=");
                write_number(*gpa, 1, out);
            }
        }
    }
}

/// As a trace prints it, without a comment.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.write(&mut text);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl Returned {
    fn write(&self, out: &mut Vec<u8>) {
        for (register, name) in REGISTERS.iter().enumerate() {
            if !self.printed.contains(register) {
                continue;
            }
            if register == 0 {
                out.extend_from_slice(name);
                write_number(self.values[0], 16, out);
            } else {
                out.push(b' ');
                out.extend_from_slice(name);
                write_number(self.values[register], 1, out);
            }
        }
    }
}

/// Appends `0x` and at least `digits` hexadecimal digits.
#[inline]
fn write_number(number: u64, digits: usize, out: &mut Vec<u8>) {
    let mut text = *b"0x0000000000000000";
    let needed = (16 - number.leading_zeros() as usize / 4).max(digits);
    for (position, digit) in text[2..2 + needed].iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(number >> (4 * (needed - 1 - position)) & 0xf) as usize];
    }
    out.extend_from_slice(&text[..2 + needed]);
}

fn returned(first: (usize, &[u8]), fields: &mut Fields<'_>) -> Result<Returned, Malformed> {
    let mut returned = Returned { values: [0; 5], printed: Printed(0) };
    let (mut start, mut word) = first;
    while !word.is_empty() || returned.printed == Printed(0) {
        let name = REGISTERS.iter().position(|name| word.starts_with(name));
        let register = name.filter(|&register| !returned.printed.contains(register));
        let value = register.and_then(|register| Some((register, hexadecimal(&word[REGISTERS[register].len()..])?)));
        let Some((register, value)) = value else {
            return Err(Malformed::at(
                start + 1,
                word,
                "one of rax=, rcx=, rdx=, r8= and r9= with a hexadecimal number",
            ));
        };
        returned.values[register] = value;
        returned.printed.0 |= 1 << register;
        (start, word) = fields.word();
    }
    Ok(returned)
}

fn next(fields: &mut Fields<'_>, name: &str) -> Result<u64, Malformed> {
    let (start, word) = fields.word();
    value(start, word, name)
}

fn value(start: usize, word: &[u8], name: &str) -> Result<u64, Malformed> {
    let number = word.strip_prefix(name.as_bytes()).and_then(hexadecimal);
    number.ok_or_else(|| Malformed::at(start + 1, word, format!("{name} with a hexadecimal number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Answer {
        Answer::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn answers_are_written_as_they_are_read() {
        for text in [
            "ok",
            "entered",
            "fault",
            "not-in-guest",
            "rax=0x8000020100000000",
            "rax=0x0000000000000000 rcx=0x0 rdx=0x8401",
            "rax=0x0000000000000000 rcx=0x3 rdx=0x40000000 r8=0x0",
            "rax=0x0000000000000000 rcx=0x3 rdx=0x40000000 r8=0x0 r9=0xd",
            "td_exit rax=0x0000000000000030 rcx=0x2 rdx=0x408800000001 r8=0x1c09ff000",
            "ok hpa=0x40401000",
            "ve qual=0x1 gpa=0xffffffffffffffff",
        ] {
            let mut written = Vec::new();
            parse(text).write(&mut written);
            assert_eq!(String::from_utf8(written).unwrap(), text);
            assert_eq!(parse(&format!("{text}  # for readers rax=1")), parse(text));
        }
    }

    #[test]
    fn what_is_not_printed_is_not_compared() {
        let ours = parse("rax=0 rcx=1 rdx=2 r8=3");
        for (expected, agrees) in [
            ("rax=0 rcx=1 rdx=2 r8=3", true),
            ("rax=0", true),
            ("rax=0 rdx=2", true),
            ("rax=1", false),
            ("rax=0 rcx=1 rdx=3", false),
            ("td_exit rax=0", false),
            ("ok", false),
        ] {
            assert_eq!(ours.agrees_with(&parse(expected)), agrees, "{expected}");
        }
        assert!(!parse("ok").agrees_with(&parse("ok hpa=0")));
        assert!(!parse("ve qual=1 gpa=2").agrees_with(&parse("ve qual=1 gpa=3")));
    }

    #[test]
    fn malformed_answers_are_refused() {
        for (text, column) in [
            ("yes", 1),
            ("rax=", 1),
            ("rax=0 rax=0", 7),
            ("rax=0 rbx=0", 7),
            ("ok gpa=0", 4),
            ("td_exit", 8),
            ("ve qual=0", 10),
            ("entered 0", 9),
        ] {
            assert_eq!(Answer::parse(text.as_bytes()).unwrap_err().column, column, "{text}");
        }
    }
}
