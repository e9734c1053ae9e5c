//! A status word is read with the wrong mask: the code waits for an answer that this hook never gives, and takes
//! another for success.
//!
//! Seen: KVM, review of "TDX: Dynamic PAMT + S-EPT Hugepage", patch 11: status and operands are halves of one `u64`
//! [kvm-55]

use pt_core::hook::{Outcome, Stopped};
use pt_tdx::{Level, PageAug};

fn where_it_stopped(outcome: Outcome<PageAug>) -> Option<Level> {
    match outcome {
        Outcome::Incomplete(Stopped { level, .. }) => Some(level),
        _ => None,
    }
}

fn main() {
    let _ = where_it_stopped;
}
