//! How operations are written, and reading them.

use super::fields::Fields;
use super::{At, Malformed, Operation, Settings};
use crate::tdx::Lock;
use crate::tdx::lock::Mode;

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

#[cfg(test)]
mod tests {
    use super::*;

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
