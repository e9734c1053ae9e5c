//! A walk of the private table goes on in a shared one: the two roots were mixed up.
//!
//! Seen: KVM mmu.c, `root.hpa` and `mirror_root_hpa` are both `hpa_t` [kvm-2]

use pt_core::arena::Arena;
use pt_core::reader::TableRef;
use pt_core::{Entry, Gpa, Private};
use pt_tdx::{Pd, Pdpt, PrivateEpt, SharedEpt};

type Table<'a, T, L> = TableRef<'a, T, Arena, L>;

struct Walk<'a> {
    pd: Table<'a, SharedEpt, Pd>,
}

fn descend<'a>(table: Table<'a, PrivateEpt, Pdpt>, at: Gpa<Private>) -> Option<Walk<'a>> {
    match table.entry(at)? {
        Entry::Subtable((_, below)) => Some(Walk { pd: below }),
        _ => None,
    }
}

fn main() {
    let _ = descend;
    let _ = |walk: Walk<'static>| walk.pd;
    let _: (SharedEpt, PrivateEpt) = (SharedEpt, PrivateEpt);
}
