//! Pages are merged into a block while other threads fault: one of them maps a page in the table that is being freed.
//!
//! Seen: KVM tdp_mmu.c, `tdp_mmu_set_spte` and `tdp_mmu_set_spte_atomic`: a `bool shared` says which of the two is
//! right [kvm-34]

use pt_core::access::{Exclusive, Parallel};
use pt_core::cursor::TableSource;
use pt_core::{Arena, Cursor, Gpa, Invalidate, Shared};
use pt_tdx::{Pd, SharedEpt};

fn collapse<S, C>(mut cursor: Cursor<'_, SharedEpt, Arena, S, Parallel>, at: Gpa<Shared>, cpus: &mut C) -> bool
where
    S: TableSource,
    C: Invalidate<SharedEpt>,
{
    cursor.merge::<Pd>(at, cpus).is_ok()
}

fn main() {
    let _: Option<(Exclusive, Parallel)> = None;
}

