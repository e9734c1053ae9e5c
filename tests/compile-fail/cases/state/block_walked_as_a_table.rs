//! A block that need not be split is not, and the walk goes on into it all the same: what the guest keeps in its memory
//! is read as entries, and the new entry is written there.
//!
//! Seen: patina #1238: "page-table entries written directly to the PA"; pKVM-IA #104: the data of a superpage walked as
//! a table [peer-4]

use pt_core::reader::{Stepped, TableRef};
use pt_core::{Arena, Entry, Gpa, Shared};
use pt_tdx::{EptLeaf, Pd, Pt, SharedEpt};

type Table<'a> = TableRef<'a, SharedEpt, Arena, Pt>;

fn descend(table: Table<'_>, at: Gpa<Shared>) -> bool {
    matches!(table.entry(at), Some(Entry::Leaf(_)))
}

fn maps(block: EptLeaf<Pd>, at: Gpa<Shared>) -> bool {
    println!("{at} lies in {block:?}");
    true
}

fn is_mapped(entry: Stepped<'_, SharedEpt, Arena, Pd>, at: Gpa<Shared>) -> bool {
    match entry {
        Entry::Leaf(block) => descend(block, at),
        Entry::Subtable((_, table)) => descend(table, at),
        Entry::Absent(_) | Entry::Frozen => false,
    }
}

fn main() {
    let _ = (is_mapped, maps);
}

