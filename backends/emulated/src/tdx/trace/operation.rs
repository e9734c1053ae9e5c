//! The operations of a trace.

use super::Malformed;
use super::fields::Fields;
use crate::tdx::Lock;
use crate::tdx::lock::Mode;
use core::fmt;

/// Every operation: how its line is written, and what it does.
pub const GRAMMAR: &[(&str, &str)] = &[
    (
        "reset gpaw=G levels=L vcpus=N",
        "a fresh machine and TD, initialised, nothing mapped; G 0 or 1, L 4 or 5, N 0 to 31",
    ),
    ("sept_add gpa lvl hpa", "TDH.MEM.SEPT.ADD: links the table page hpa"),
    ("sept_rd gpa lvl", "TDH.MEM.SEPT.RD"),
    ("sept_remove gpa lvl", "TDH.MEM.SEPT.REMOVE"),
    ("page_add gpa hpa src", "TDH.MEM.PAGE.ADD: 4 KiB copied from src"),
    ("page_aug gpa lvl hpa", "TDH.MEM.PAGE.AUG"),
    ("page_remove gpa lvl", "TDH.MEM.PAGE.REMOVE"),
    ("page_relocate gpa hpa", "TDH.MEM.PAGE.RELOCATE"),
    ("block gpa lvl", "TDH.MEM.RANGE.BLOCK"),
    ("unblock gpa lvl", "TDH.MEM.RANGE.UNBLOCK"),
    ("track", "TDH.MEM.TRACK"),
    ("demote gpa lvl hpa", "TDH.MEM.PAGE.DEMOTE: hpa becomes the table"),
    ("promote gpa lvl", "TDH.MEM.PAGE.PROMOTE"),
    ("finalize", "TDH.MR.FINALIZE"),
    ("rdmd hpa", "TDH.PHYMEM.PAGE.RDMD"),
    ("reclaim hpa", "TDH.PHYMEM.PAGE.RECLAIM"),
    ("teardown", "TDH.VP.FLUSH of each vCPU, TDH.MNG.VPFLUSHDONE, TDH.PHYMEM.CACHE.WB, TDH.MNG.KEY.FREEID"),
    ("enter v", "TDH.VP.ENTER of vCPU v"),
    ("exit v", "the guest on vCPU v leaves by TDG.VP.VMCALL"),
    ("accept v gpa lvl", "the guest on vCPU v calls TDG.MEM.PAGE.ACCEPT"),
    ("touch v gpa rwx", "the guest on vCPU v reads (1), writes (2) or fetches (4)"),
    ("seamcall leaf rcx rdx r8", "any leaf, raw registers"),
    (
        "hold LOCK sh|ex",
        "another agent takes a lock: sept, epoch, op_state or tdr; what it cannot have it goes without",
    ),
    ("drop LOCK sh|ex", "it releases the lock"),
    ("irq n", "an interrupt becomes pending after n polls"),
    ("noirq", "no interrupt is pending"),
    ("dump", "prints the Secure EPT and the state of the TD; is not compared"),
    ("pamt hpa", "prints the PAMT record of a page; is not compared"),
];

/// One line of a trace.
///
/// Numbers are as the line has them: nothing is masked or aligned, so that a wrong operand reaches the module.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are named as in the grammar")]
pub enum Operation {
    /// A fresh machine and a fresh TD.
    Reset(Settings),
    /// `TDH.MEM.SEPT.ADD`, version 0; the level is that of the entry that points to the table.
    SeptAdd { at: At, hpa: u64 },
    /// `TDH.MEM.SEPT.RD`.
    SeptRd { at: At },
    /// `TDH.MEM.SEPT.REMOVE`, version 0.
    SeptRemove { at: At },
    /// `TDH.MEM.PAGE.ADD`.
    PageAdd { gpa: u64, hpa: u64, src: u64 },
    /// `TDH.MEM.PAGE.AUG`.
    PageAug { at: At, hpa: u64 },
    /// `TDH.MEM.PAGE.REMOVE`.
    PageRemove { at: At },
    /// `TDH.MEM.PAGE.RELOCATE`.
    PageRelocate { gpa: u64, hpa: u64 },
    /// `TDH.MEM.RANGE.BLOCK`.
    Block { at: At },
    /// `TDH.MEM.RANGE.UNBLOCK`.
    Unblock { at: At },
    /// `TDH.MEM.TRACK`.
    Track,
    /// `TDH.MEM.PAGE.DEMOTE`.
    Demote { at: At, hpa: u64 },
    /// `TDH.MEM.PAGE.PROMOTE`, version 0.
    Promote { at: At },
    /// `TDH.MR.FINALIZE`.
    Finalize,
    /// `TDH.PHYMEM.PAGE.RDMD`.
    Rdmd { hpa: u64 },
    /// `TDH.PHYMEM.PAGE.RECLAIM`.
    Reclaim { hpa: u64 },
    /// The leaves that take a TD's key away.
    Teardown,
    /// `TDH.VP.ENTER`.
    Enter { vcpu: u64 },
    /// The guest leaves by `TDG.VP.VMCALL`.
    Exit { vcpu: u64 },
    /// The guest calls `TDG.MEM.PAGE.ACCEPT`.
    Accept { vcpu: u64, at: At },
    /// The guest reads (1), writes (2) or fetches (4).
    Touch { vcpu: u64, gpa: u64, access: u64 },
    /// Any leaf with raw registers.
    Seamcall { leaf: u64, rcx: u64, rdx: u64, r8: u64 },
    /// Another agent takes a lock.
    Hold { lock: Lock, mode: Mode },
    /// That agent releases the lock.
    Drop { lock: Lock, mode: Mode },
    /// An interrupt becomes pending after so many polls.
    Interrupt { polls: u64 },
    /// No interrupt is pending.
    NoInterrupt,
    /// Prints the Secure EPT.
    Dump,
    /// Prints the PAMT record of a page.
    Pamt { hpa: u64 },
}

/// An address and a level, as they are written.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct At {
    /// Guest-physical address.
    pub gpa: u64,
    /// Level of the entry: 0 is 4 KiB, 1 is 2 MiB, 2 is 1 GiB.
    pub level: u64,
}

impl At {
    /// Both in one register: RCX of a leaf.
    #[must_use]
    pub const fn register(self) -> u64 {
        self.gpa | self.level
    }
}

/// What `reset` chooses.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// `CONFIG_FLAGS.GPAW`: whether guest-physical addresses have 52 bits.
    pub gpaw: bool,
    /// Levels of the Secure EPT: 4 or 5.
    pub levels: u8,
    /// vCPUs, all initialised.
    pub vcpus: u8,
}

impl Settings {
    /// The most vCPUs: their pages end where those of the trace begin.
    pub const MOST_VCPUS: u8 = 31;
}

impl Operation {
    /// Reads one operation, without `> `. The line number of an error is 0.
    ///
    /// # Errors
    /// [`Malformed`] if the operation is unknown, or its fields are not those of the [`GRAMMAR`].
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        Self::read(text, 0)
    }

    /// Reads the operation that begins at the byte `start` of `line`.
    #[inline]
    pub(super) fn read(line: &[u8], start: usize) -> Result<Self, Malformed> {
        let mut fields = Fields::new(line, start);
        let fields = &mut fields;
        let (column, name) = fields.word();
        let operation = match name {
            b"sept_add" => Self::SeptAdd { at: at(fields)?, hpa: fields.number("hpa")? },
            b"sept_rd" => Self::SeptRd { at: at(fields)? },
            b"sept_remove" => Self::SeptRemove { at: at(fields)? },
            b"page_add" => {
                Self::PageAdd { gpa: fields.number("gpa")?, hpa: fields.number("hpa")?, src: fields.number("src")? }
            }
            b"page_aug" => Self::PageAug { at: at(fields)?, hpa: fields.number("hpa")? },
            b"page_remove" => Self::PageRemove { at: at(fields)? },
            b"page_relocate" => Self::PageRelocate { gpa: fields.number("gpa")?, hpa: fields.number("hpa")? },
            b"block" => Self::Block { at: at(fields)? },
            b"unblock" => Self::Unblock { at: at(fields)? },
            b"track" => Self::Track,
            b"demote" => Self::Demote { at: at(fields)?, hpa: fields.number("hpa")? },
            b"promote" => Self::Promote { at: at(fields)? },
            b"finalize" => Self::Finalize,
            b"rdmd" => Self::Rdmd { hpa: fields.number("hpa")? },
            b"reclaim" => Self::Reclaim { hpa: fields.number("hpa")? },
            b"teardown" => Self::Teardown,
            b"enter" => Self::Enter { vcpu: fields.number("the vCPU")? },
            b"exit" => Self::Exit { vcpu: fields.number("the vCPU")? },
            b"accept" => Self::Accept { vcpu: fields.number("the vCPU")?, at: at(fields)? },
            b"touch" => {
                Self::Touch { vcpu: fields.number("the vCPU")?, gpa: fields.number("gpa")?, access: access(fields)? }
            }
            b"seamcall" => Self::Seamcall {
                leaf: fields.number("the leaf")?,
                rcx: fields.number("rcx")?,
                rdx: fields.number("rdx")?,
                r8: fields.number("r8")?,
            },
            b"hold" => Self::Hold { lock: lock(fields)?, mode: mode(fields)? },
            b"drop" => Self::Drop { lock: lock(fields)?, mode: mode(fields)? },
            b"irq" => Self::Interrupt { polls: fields.number("the number of polls")? },
            b"noirq" => Self::NoInterrupt,
            b"reset" => Self::Reset(settings(fields)?),
            b"dump" => Self::Dump,
            b"pamt" => Self::Pamt { hpa: fields.number("hpa")? },
            _ => return Err(unknown(column, name)),
        };
        fields.end("the end of the line").map_err(|error| {
            let usage = usage(name);
            Malformed { expected: format!("{}: it is written `{usage}`", error.expected), ..error }
        })?;
        Ok(operation)
    }

    /// Whether it only looks at the module, so that its answer is not compared.
    #[must_use]
    pub const fn is_inspection(self) -> bool {
        matches!(self, Self::Dump | Self::Pamt { .. })
    }
}

fn name_of(usage: &'static str) -> &'static str {
    usage.split(' ').next().unwrap_or(usage)
}

fn usage(name: &[u8]) -> &'static str {
    let written = |usage: &&'static str| name_of(usage).as_bytes() == name;
    GRAMMAR.iter().map(|&(usage, _)| usage).find(written).unwrap_or_default()
}

#[cold]
fn unknown(start: usize, name: &[u8]) -> Malformed {
    let names: Vec<_> = GRAMMAR.iter().map(|(usage, _)| name_of(usage)).collect();
    Malformed::at(start + 1, name, format!("an operation: {}", names.join(", ")))
}

#[inline]
fn at(fields: &mut Fields<'_>) -> Result<At, Malformed> {
    Ok(At { gpa: fields.number("gpa")?, level: fields.number("lvl")? })
}

fn access(fields: &mut Fields<'_>) -> Result<u64, Malformed> {
    match fields.word() {
        (_, b"1") => Ok(1),
        (_, b"2") => Ok(2),
        (_, b"4") => Ok(4),
        (start, word) => Err(Malformed::at(start + 1, word, "the access: 1 read, 2 write or 4 fetch")),
    }
}

fn lock(fields: &mut Fields<'_>) -> Result<Lock, Malformed> {
    match fields.word() {
        (_, b"sept") => Ok(Lock::Tree),
        (_, b"epoch") => Ok(Lock::Epoch),
        (_, b"op_state") => Ok(Lock::OpState),
        (_, b"tdr") => Ok(Lock::Tdr),
        (start, word) => Err(Malformed::at(start + 1, word, "a lock: sept, epoch, op_state or tdr")),
    }
}

fn mode(fields: &mut Fields<'_>) -> Result<Mode, Malformed> {
    match fields.word() {
        (_, b"sh") => Ok(Mode::Shared),
        (_, b"ex") => Ok(Mode::Exclusive),
        (start, word) => Err(Malformed::at(start + 1, word, "sh or ex")),
    }
}

fn settings(fields: &mut Fields<'_>) -> Result<Settings, Malformed> {
    Ok(Settings {
        gpaw: fields.setting("gpaw", 0..=1)? == 1,
        levels: fields.setting("levels", 4..=5)?,
        vcpus: fields.setting("vcpus", 0..=Settings::MOST_VCPUS)?,
    })
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x} {:x}", self.gpa, self.level)
    }
}

/// How a trace writes a lock.
const fn written(lock: Lock) -> &'static str {
    match lock {
        Lock::Tree => "sept",
        Lock::Epoch => "epoch",
        Lock::OpState => "op_state",
        Lock::Tdr => "tdr",
    }
}

/// How a trace writes the mode of a lock.
const fn written_mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Shared => "sh",
        Mode::Exclusive => "ex",
    }
}

/// As a trace writes it, without `> `.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Reset(Settings { gpaw, levels, vcpus }) => {
                write!(f, "reset gpaw={} levels={levels} vcpus={vcpus}", u8::from(gpaw))
            }
            Self::SeptAdd { at, hpa } => write!(f, "sept_add {at} {hpa:x}"),
            Self::SeptRd { at } => write!(f, "sept_rd {at}"),
            Self::SeptRemove { at } => write!(f, "sept_remove {at}"),
            Self::PageAdd { gpa, hpa, src } => write!(f, "page_add {gpa:x} {hpa:x} {src:x}"),
            Self::PageAug { at, hpa } => write!(f, "page_aug {at} {hpa:x}"),
            Self::PageRemove { at } => write!(f, "page_remove {at}"),
            Self::PageRelocate { gpa, hpa } => write!(f, "page_relocate {gpa:x} {hpa:x}"),
            Self::Block { at } => write!(f, "block {at}"),
            Self::Unblock { at } => write!(f, "unblock {at}"),
            Self::Track => f.write_str("track"),
            Self::Demote { at, hpa } => write!(f, "demote {at} {hpa:x}"),
            Self::Promote { at } => write!(f, "promote {at}"),
            Self::Finalize => f.write_str("finalize"),
            Self::Rdmd { hpa } => write!(f, "rdmd {hpa:x}"),
            Self::Reclaim { hpa } => write!(f, "reclaim {hpa:x}"),
            Self::Teardown => f.write_str("teardown"),
            Self::Enter { vcpu } => write!(f, "enter {vcpu:x}"),
            Self::Exit { vcpu } => write!(f, "exit {vcpu:x}"),
            Self::Accept { vcpu, at } => write!(f, "accept {vcpu:x} {at}"),
            Self::Touch { vcpu, gpa, access } => write!(f, "touch {vcpu:x} {gpa:x} {access:x}"),
            Self::Seamcall { leaf, rcx, rdx, r8 } => write!(f, "seamcall {leaf:x} {rcx:x} {rdx:x} {r8:x}"),
            Self::Hold { lock, mode } => write!(f, "hold {} {}", written(lock), written_mode(mode)),
            Self::Drop { lock, mode } => write!(f, "drop {} {}", written(lock), written_mode(mode)),
            Self::Interrupt { polls } => write!(f, "irq {polls:x}"),
            Self::NoInterrupt => f.write_str("noirq"),
            Self::Dump => f.write_str("dump"),
            Self::Pamt { hpa } => write!(f, "pamt {hpa:x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_written_as_it_is_read() {
        for line in [
            "reset gpaw=1 levels=5 vcpus=31",
            "sept_add 1c0800000 1 40218000",
            "sept_rd ffffffffffffffff 7",
            "sept_remove 0 4",
            "page_add 1000 40200000 100000",
            "page_aug 200000 1 40400000",
            "page_remove 0 0",
            "page_relocate 1000 40201000",
            "block 0 3",
            "unblock 0 3",
            "track",
            "demote 0 1 40201000",
            "promote 0 1",
            "finalize",
            "rdmd 40000000",
            "reclaim 40000000",
            "teardown",
            "enter 0",
            "exit 1f",
            "accept 0 1000 0",
            "touch 1 7fff 4",
            "seamcall 1001d 63a925d09841d80d 40000001 0",
            "hold sept sh",
            "hold epoch ex",
            "drop op_state sh",
            "drop tdr ex",
            "irq 0",
            "noirq",
            "dump",
            "pamt 40000000",
        ] {
            let operation = Operation::parse(line.as_bytes()).unwrap();
            assert_eq!(operation.to_string(), line);
        }
    }

    #[test]
    fn the_grammar_names_every_operation_that_is_read() {
        for (usage, _) in GRAMMAR {
            let error = Operation::parse(format!("{} surplus surplus", name_of(usage)).as_bytes()).unwrap_err();
            assert!(!error.expected.contains("an operation:"), "{usage}: {error}");
        }
    }

    #[test]
    fn what_is_malformed_is_named_with_its_column() {
        for (line, column, found, expected) in [
            ("sept_ad 0 1 2", 1, "`sept_ad`", "an operation: reset, sept_add"),
            ("", 1, "the end of the line", "an operation"),
            ("sept_add 0 1", 13, "the end of the line", "hpa, a hexadecimal number"),
            ("sept_add 0 x 2", 12, "`x`", "lvl"),
            ("block 0 1 2", 11, "`2`", "the end of the line: it is written `block gpa lvl`"),
            ("track now", 7, "`now`", "it is written `track`"),
            ("touch 0 0 3", 11, "`3`", "1 read, 2 write or 4 fetch"),
            ("hold kot ex", 6, "`kot`", "sept, epoch, op_state or tdr"),
            ("hold sept both", 11, "`both`", "sh or ex"),
            ("reset gpaw=2 levels=4 vcpus=1", 7, "`gpaw=2`", "from 0 to 1"),
            ("reset gpaw=0 levels=3 vcpus=1", 14, "`levels=3`", "from 4 to 5"),
            ("reset gpaw=0 levels=4 vcpus=32", 23, "`vcpus=32`", "from 0 to 31"),
            ("reset levels=4", 7, "`levels=4`", "`gpaw=`"),
            ("rdmd \u{fc}", 6, "`\u{fc}`", "hpa"),
        ] {
            let error = Operation::parse(line.as_bytes()).unwrap_err();
            assert_eq!((error.column, error.found.as_str()), (column, found), "{line}");
            assert!(error.expected.contains(expected), "{line}: {error}");
        }
    }
}
