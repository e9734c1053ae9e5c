//! A walk gives up the lock and goes on with the old iterator: the table it stands in may be freed.
//!
//! Seen: KVM tdp_mmu.c, the warnings about `iter->yielded` [kvm-26]

use pt_core::{Arena, Gpa, Invalidate, Shared, Tree};
use pt_tdx::{Pt, SharedEpt};
use std::sync::Mutex;

fn zap_two<'a, C: Invalidate<SharedEpt>>(
    (lock, log): (&Mutex<Tree<SharedEpt, &'a Arena>>, &Mutex<Vec<Gpa<Shared>>>),
    tables: &'a Arena,
    pages: [Gpa<Shared>; 2],
    cpus: &mut C,
) -> Option<()> {
    let mut tree = lock.lock().ok()?;
    let mut log = log.lock().ok()?;
    let mut cursor = tree.exclusive(tables);
    cursor.unmap::<Pt>(pages[0]).ok()?.flush(cpus);
    log.push(pages[0]);
    drop(tree);
    std::thread::yield_now();
    cursor.unmap::<Pt>(pages[1]).ok()?.flush(cpus);
    Some(())
}

fn main() {}
