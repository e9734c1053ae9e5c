//! A walk skips a level: the table below a PDPT entry is taken for a last-level table, and its entries for pages.
//!
//! Seen: aarch64-paging and asterinas carry the level of a table as an integer beside it [kvm-16]
//! Seen: KVM tdp_mmu.c, `KVM_BUG_ON` of the level, the frame and the null pointer of a new child [kvm-50]

use pt_core::arena::Arena;
use pt_core::reader::TableRef;
use pt_core::{Entry, Gpa, Private};
use pt_tdx::{Pd, Pdpt, PrivateEpt, Pt};

type Table<'a, L> = TableRef<'a, PrivateEpt, Arena, L>;

struct Walk<'a> {
    last: Table<'a, Pd>,
}

fn descend<'a>(table: Table<'a, Pdpt>, at: Gpa<Private>) -> Option<Walk<'a>> {
    match table.entry(at)? {
        Entry::Subtable((_, below)) => Some(Walk { last: below }),
        _ => None,
    }
}

fn main() {
    let _ = descend;
    let _ = |walk: Walk<'static>| walk.last;
    let _: Option<(Pd, Pt)> = None;
}
