//! The word that a SEAMCALL returns is compared with a code: its lower half names the operand, so that the comparison
//! never holds, and a module that is busy is taken for one that refuses for good.
//!
//! Seen: KVM, "TDX: Dynamic PAMT + S-EPT Hugepage", patch 11: the bits of a status read wrongly [kvm-55]

use pt_core::hook::{Busy, Fatal, Outcome};
use pt_tdx::{PageAug, Status, StatusCode};

fn outcome(status: Status) -> Outcome<PageAug> {
    match status.bits() {
        Some(StatusCode::OperandBusy) => Outcome::Busy(Busy),
        _ if status.is_error() => Outcome::Fatal(Fatal { status: status.bits() }),
        _ => Outcome::Done(()),
    }
}

fn main() {
    let _ = outcome;
}
