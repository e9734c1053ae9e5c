//! A mapping is counted and traced before the monitor was asked: when it refuses, the count stays.
//!
//! Seen: KVM, "TDX: Dynamic PAMT + S-EPT Hugepage", review of 2026-02-11: statistics are updated before the hook that
//! can fail [kvm-25]

use pt_core::hook::Frozen;
use pt_core::pair::Committed;
use pt_tdx::{Level, PrivateEpt};

#[derive(Default)]
struct Statistics {
    mapped: Vec<Level>,
}

impl Statistics {
    fn count(&mut self, page: &Committed<PrivateEpt>) {
        println!("{:?} is mapped at {}", page.frame(), page.address());
        self.mapped.push(page.level());
    }
}

fn account(statistics: &mut Statistics, asked: &Frozen<PrivateEpt>, done: &Committed<PrivateEpt>) {
    println!("asked for {asked:?}, and got {done:?}");
    statistics.count(done);
}

fn main() {
    let _ = (account, Statistics::default());
}
