//! The operations of a trace.

use crate::tdx::Lock;
use crate::tdx::lock::Mode;
use core::fmt;

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
    /// Whether it only looks at the module, so that its answer is not compared.
    #[must_use]
    pub const fn is_inspection(self) -> bool {
        matches!(self, Self::Dump | Self::Pamt { .. })
    }
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
}
