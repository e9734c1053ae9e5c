//! A page that holds a table is handed out as guest memory: the guest could write its own translations.
//!
//! Seen: KVM tdp_mmu.c: `sp->spt`, `sp->external_spt` and guest pages are all untyped pointers [kvm-49]

use pt_core::{Page, Private, TablePage};
use pt_tdx::Pt;

type Table = TablePage<Private>;
type Data = Page<Private, Pt>;

fn balloon_out(page: Data) {
    println!("{page:?} goes to the guest");
}

fn reuse(page: Data) {
    balloon_out(page);
}

fn main() {
    let _ = reuse;
    let _: Option<Table> = None;
}
