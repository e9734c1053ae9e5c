//! A table page is taken from the monitor while entries in it are mapped: the pages behind them can never be removed.
//!
//! Seen: KVM tdp_mmu.c, `handle_removed_pt`: that children go before their table is a comment [kvm-40]

use pt_core::hook::{Drained, Outcome, Tracked};
use pt_tdx::{PrivateEpt, SeptHooks, SeptRemove};

fn free_table(hooks: &impl SeptHooks, table: &Drained<PrivateEpt>) -> Outcome<SeptRemove> {
    hooks.sept_remove(table)
}

fn main() {
    let _: Option<(Drained<PrivateEpt>, Tracked<PrivateEpt>)> = None;
}

