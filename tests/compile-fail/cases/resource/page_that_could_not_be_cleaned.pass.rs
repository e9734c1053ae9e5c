//! Writing back the caches fails, and the page goes to the free list all the same: its next owner reads and writes
//! beside the lines of the last one.
//!
//! Seen: KVM tdx.c: an error between TDH.PHYMEM.PAGE.WBINVD and the reset leaves the page as it was, reported on
//! 2026-04-01 [kvm-43]

use pt_core::pair::{Clean, DirtyPage};
use pt_core::{Page, Private};
use pt_tdx::Pt;

struct Free(Vec<Page<Private, Pt>>);
struct Poisoned(Vec<DirtyPage<Pt>>);

impl Free {
    fn put(&mut self, page: Page<Private, Pt>) {
        self.0.push(page);
    }
}

impl Poisoned {
    fn put(&mut self, page: DirtyPage<Pt>) {
        self.0.push(page);
    }
}

fn give_back<C: Clean>(page: DirtyPage<Pt>, cleaner: &mut C, free: &mut Free, poisoned: &mut Poisoned) {
    match page.clean(cleaner) {
        Ok(page) => free.put(page),
        Err((page, _error)) => poisoned.put(page),
    }
    println!("{} free, {} lost", free.0.len(), poisoned.0.len());
}

fn main() {}

