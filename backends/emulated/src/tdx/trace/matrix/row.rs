//! The rows of a matrix.

use crate::tdx::sept::Entry;
use crate::tdx::trace::Malformed;
use crate::tdx::trace::fields::{Fields, hexadecimal};
use core::fmt;
use pt_core::Hpa;
use pt_tdx::module::SeptState;
use pt_tdx::{Leaf, SeptLevel};

/// What is called on the entry.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Call {
    /// A leaf of the host.
    Host(Leaf),
    /// `TDG.MEM.PAGE.ACCEPT` of the guest.
    Accept,
}

/// One call on one entry, and what the module answered.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The line, from 1.
    pub line: usize,
    /// What is called.
    pub call: Call,
    /// The level of the entry: 4 KiB or 2 MiB.
    pub level: SeptLevel,
    /// `OP_STATE` of the TD.
    pub op_state: u8,
    /// Whether TLB tracking of the entry is done.
    pub tracked: bool,
    /// The state that the entry is forced into.
    pub before: SeptState,
    /// What is expected.
    pub expected: Expected,
}

/// What a row expects.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// The host's leaf answers.
    Host {
        /// RAX.
        rax: u64,
        /// RCX.
        rcx: u64,
        /// RDX.
        rdx: u64,
        /// The entry afterwards.
        after: u64,
        /// By how much the TD's child count has changed.
        children: i64,
    },
    /// The guest's leaf answers.
    Guest {
        /// RAX.
        rax: u64,
        /// The entry afterwards.
        after: u64,
    },
    /// The guest leaves the TD.
    Exit {
        /// The type in the extended exit qualification.
        kind: u64,
        /// The level of the entry in it.
        level: u64,
        /// The entry afterwards.
        after: u64,
    },
}

impl Expected {
    /// Whether this outcome is the expected one: everything but the address in the entry afterwards, which depends on
    /// where pages were.
    #[must_use]
    pub fn agrees_with(&self, expected: &Self) -> bool {
        self.without_address() == expected.without_address()
    }

    const fn without_address(mut self) -> Self {
        let (Self::Host { after, .. } | Self::Guest { after, .. } | Self::Exit { after, .. }) = &mut self;
        *after = Entry::from_bits(*after).with_frame(Hpa::new(0)).bits();
        self
    }
}

/// The row in the columns of a matrix, as it is read.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { op_state, level, tracked, expected, .. } = self;
        let (before, level) = (name_of(self.before), level.into_bits());
        write!(f, "{before:<18} ")?;
        match *expected {
            Expected::Host { rax, rcx, rdx, after, children } => {
                write!(f, "op{op_state:x} trk{} lvl{level} -> {rax:016x}  ", u8::from(*tracked))?;
                write!(f, "{:<18} raw={after:016x} rcx={rcx:016x} rdx={rdx:x} dchld={children}", state_of(after))
            }
            Expected::Guest { rax, after } => {
                write!(f, "lvl{level} -> {rax:016x}  after={after:016x} {}", state_of(after))
            }
            Expected::Exit { kind, level: found, after } => {
                write!(f, "lvl{level} -> TDEXIT(EEQ={kind:x} errlvl={found:x})  after={after:016x}")
            }
        }
    }
}

/// The name of an entry's state.
fn state_of(entry: u64) -> &'static str {
    Entry::from_bits(entry).state().map_or("?", name_of)
}

fn name_of(state: SeptState) -> &'static str {
    NAMES.iter().find(|&&(_, named)| named == state).map_or("?", |&(name, _)| name)
}

/// `OP_STATE` in which rows of the guest are played: `RUNNABLE`.
const RUNNABLE: u8 = 2;

/// Whether the text is a matrix and not a trace: it begins with the header of a group of rows.
#[must_use]
pub fn is_matrix(text: &[u8]) -> bool {
    text.starts_with(b"## ")
}

/// Reads the rows of a matrix.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    rest: Option<&'a [u8]>,
    number: usize,
    call: Option<Call>,
    failed: bool,
}

impl<'a> Rows<'a> {
    /// The rows of `text`.
    #[must_use]
    pub const fn new(text: &'a [u8]) -> Self {
        Self { rest: Some(text), number: 0, call: None, failed: false }
    }

    fn line(&mut self, line: &[u8], number: usize) -> Result<Option<Row>, Malformed> {
        if let Some(header) = line.strip_prefix(b"##") {
            self.call = Some(call(&mut Fields::new(line, line.len() - header.len()))?);
            return Ok(None);
        }
        let (_, first) = Fields::new(line, 0).word();
        if first.is_empty() {
            return Ok(None);
        }
        let expected = "a header `## leaf=N …` before the first row";
        let call = self.call.ok_or_else(|| Malformed::at(1, first, expected))?;
        row(line, number, call).map(Some)
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let rest = self.rest?;
            let end = rest.iter().position(|&byte| byte == b'\n');
            let line = &rest[..end.unwrap_or(rest.len())];
            self.rest = end.map(|end| &rest[end + 1..]);
            self.number += 1;
            let number = self.number;
            let read = self.line(line, number).map_err(|error| error.on(number));
            self.failed = read.is_err();
            if let Some(row) = read.transpose() {
                return Some(row);
            }
        }
        None
    }
}

fn call(fields: &mut Fields<'_>) -> Result<Call, Malformed> {
    let (start, word) = fields.word();
    if word == b"TDG.MEM.PAGE.ACCEPT" {
        return Ok(Call::Accept);
    }
    let number = word.strip_prefix(b"leaf=").and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
    let leaf = number.and_then(Leaf::from_number);
    leaf.map(Call::Host).ok_or_else(|| {
        Malformed::at(start + 1, word, "`leaf=` and the decimal number of a leaf, or TDG.MEM.PAGE.ACCEPT")
    })
}

fn row(line: &[u8], number: usize, call: Call) -> Result<Row, Malformed> {
    let fields = &mut Fields::new(line, 0);
    let before = state(fields)?;
    let (op_state, tracked) = match call {
        Call::Host(_) => (named(fields, "op")? as u8, named(fields, "trk")? == 1),
        Call::Accept => (RUNNABLE, false),
    };
    let level = match named(fields, "lvl")? {
        0 => SeptLevel::Pt,
        1 => SeptLevel::Pd,
        _ => return Err(Malformed::at(1, line, "a row of level 0 or 1")),
    };
    literal(fields, b"->")?;
    let expected = match call {
        Call::Host(_) => host(fields)?,
        Call::Accept => guest(fields)?,
    };
    Ok(Row { line: number, call, level, op_state, tracked, before, expected })
}

fn host(fields: &mut Fields<'_>) -> Result<Expected, Malformed> {
    let rax = fields.number("the status")?;
    state(fields)?;
    let after = named(fields, "raw=")?;
    let (rcx, rdx) = (named(fields, "rcx=")?, named(fields, "rdx=")?);
    let (start, word) = fields.word();
    let children = word.strip_prefix(b"dchld=").and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
    let children = children.ok_or_else(|| Malformed::at(start + 1, word, "`dchld=` and a decimal number"))?;
    Ok(Expected::Host { rax, rcx, rdx, after, children })
}

fn guest(fields: &mut Fields<'_>) -> Result<Expected, Malformed> {
    let (start, word) = fields.word();
    let Some(kind) = word.strip_prefix(b"TDEXIT(EEQ=") else {
        let rax = hexadecimal(word).ok_or_else(|| Malformed::at(start + 1, word, "a status or TDEXIT(EEQ="))?;
        return Ok(Expected::Guest { rax, after: named(fields, "after=")? });
    };
    let kind = hexadecimal(kind).ok_or_else(|| Malformed::at(start + 1, word, "`EEQ=` and a number"))?;
    let (start, word) = fields.word();
    let level = word.strip_prefix(b"errlvl=").and_then(|rest| hexadecimal(rest.strip_suffix(b")")?));
    let level = level.ok_or_else(|| Malformed::at(start + 1, word, "`errlvl=` and a number and `)`"))?;
    Ok(Expected::Exit { kind, level, after: named(fields, "after=")? })
}

fn named(fields: &mut Fields<'_>, name: &str) -> Result<u64, Malformed> {
    let (start, word) = fields.word();
    let number = word.strip_prefix(name.as_bytes()).and_then(hexadecimal);
    number.ok_or_else(|| Malformed::at(start + 1, word, format!("`{name}` and a number")))
}

fn literal(fields: &mut Fields<'_>, text: &[u8]) -> Result<(), Malformed> {
    match fields.word() {
        (_, word) if word == text => Ok(()),
        (start, word) => Err(Malformed::at(start + 1, word, format!("`{}`", String::from_utf8_lossy(text)))),
    }
}

fn state(fields: &mut Fields<'_>) -> Result<SeptState, Malformed> {
    let (start, word) = fields.word();
    let state = NAMES.iter().find(|(name, _)| name.as_bytes() == word).map(|&(_, state)| state);
    state.ok_or_else(|| {
        let names: Vec<_> = NAMES.iter().map(|&(name, _)| name).collect();
        Malformed::at(start + 1, word, format!("a state: {}", names.join(", ")))
    })
}

const NAMES: [(&str, SeptState); 16] = [
    ("FREE", SeptState::Free),
    ("REMOVED", SeptState::Removed),
    ("NL_MAPPED", SeptState::NlMapped),
    ("NL_BLOCKED", SeptState::NlBlocked),
    ("MAPPED", SeptState::Mapped),
    ("BLOCKED", SeptState::Blocked),
    ("BLOCKEDW", SeptState::BlockedW),
    ("EXP_BLOCKEDW", SeptState::ExportedBlockedW),
    ("EXP_DIRTY", SeptState::ExportedDirty),
    ("EXP_DIRTY_BW", SeptState::ExportedDirtyBlockedW),
    ("PENDING", SeptState::Pending),
    ("PEND_BLOCKED", SeptState::PendingBlocked),
    ("PEND_BW", SeptState::PendingBlockedW),
    ("PEND_EXP_BW", SeptState::PendingExportedBlockedW),
    ("PEND_EXP_DIRTY", SeptState::PendingExportedDirty),
    ("PEND_EXP_DIRTY_BW", SeptState::PendingExportedDirtyBlockedW),
];

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"## leaf=15 PAGE.DEMOTE lvl=1 op_state=2 tracked=0\n\
        PENDING            op2 trk0 lvl1 -> c0000b0600000001  PENDING            raw=81000000402000f0 rcx=80000000402000f0 rdx=201 dchld=-512 refs=0\n\
        \n## TDG.MEM.PAGE.ACCEPT lvl=1\n\
        FREE               lvl1 -> TDEXIT(EEQ=1 errlvl=1)  after=80e0000000000000\n\
        NL_MAPPED          lvl1 -> c0000b0b00000001  after=8000000040009007 NL_MAPPED\n";

    #[test]
    fn rows_of_host_and_guest_are_read() {
        assert!(is_matrix(TEXT));
        let rows: Vec<_> = Rows::new(TEXT).map(Result::unwrap).collect();
        let (rax, rcx, after) = (0xc000_0b06_0000_0001, 0x8000_0000_4020_00f0, 0x8100_0000_4020_00f0);
        let expected = Expected::Host { rax, rcx, rdx: 0x201, after, children: -512 };
        let call = Call::Host(Leaf::MemPageDemote);
        let (level, before) = (SeptLevel::Pd, SeptState::Pending);
        assert_eq!(rows[0], Row { line: 2, call, level, op_state: 2, tracked: false, before, expected });
        assert_eq!(rows[1].expected, Expected::Exit { kind: 1, level: 1, after: 0x80e0_0000_0000_0000 });
        let after = 0x8000_0000_4000_9007;
        assert_eq!(rows[2].expected, Expected::Guest { rax: 0xc000_0b0b_0000_0001, after });
        for row in &rows {
            let line = TEXT.split(|&byte| byte == b'\n').nth(row.line - 1).unwrap();
            let line = String::from_utf8_lossy(line);
            assert_eq!(row.to_string(), line.trim_end_matches(" refs=0"));
        }
    }

    #[test]
    fn what_is_malformed_is_named_with_its_line() {
        for (text, line) in [
            (&b"FREE op1 trk1 lvl0 -> 0"[..], 1),
            (b"## leaf=999 X\n", 1),
            (b"## leaf=15 X\n\nFREEE op1", 3),
            (b"## leaf=15 X\nFREE op1 trk1 lvl2 -> 0", 2),
            (b"## leaf=15 X\nFREE op1 trk1 lvl1 0", 2),
            (b"## leaf=15 X\nFREE op1 trk1 lvl1 -> 0 FREE raw=0 rcx=0 rdx=0 dchld=x", 2),
        ] {
            let error = Rows::new(text).find_map(Result::err).unwrap();
            assert_eq!(error.line, line, "{error}");
        }
    }
}
