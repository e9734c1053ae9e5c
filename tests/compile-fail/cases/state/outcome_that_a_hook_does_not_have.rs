//! A status word is read with the wrong mask: the code waits for an answer that this hook never gives, and takes
//! another for success.

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
