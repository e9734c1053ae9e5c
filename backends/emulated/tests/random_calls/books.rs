//! What has to hold whatever was called.

use crate::chaos::{HOST_PRIORITY, PAGES};
use pt_core::Hpa;
use pt_emulated::tdx::Lock;
use pt_emulated::tdx::pamt::PageSize;
use pt_emulated::tdx::sept::Entry;
use pt_emulated::tdx::td::Lifecycle;
use pt_emulated::tdx::trace::layout::{TDR, tdvpr};
use pt_emulated::tdx::trace::{Operation, Session};
use pt_tdx::{PageType, SeptLevel};
use std::sync::atomic::Ordering;

/// The quick check: no lock is taken but by vCPUs inside and by the other agent. `last` is the operation that was played.
pub fn check_locks(last: Option<Operation>, session: &Session<'_>) -> Result<(), String> {
    let module = session.module();
    let inside = session.inside().count() as u16;
    let lock_of = |page, size| module.record(page, size).map_or(0, |record| record.lock.bits()) & !HOST_PRIORITY;
    let Some(td) = module.td(TDR) else { return Ok(()) };
    let held = |lock| session.held().iter().any(|&(held, _)| held == lock);
    let words = [
        ("TDR", lock_of(TDR, PageSize::Small), inside << 2, held(Lock::Tdr)),
        ("OP_STATE", td.op_state_lock.bits() & !HOST_PRIORITY, 0, held(Lock::OpState)),
        ("SEPT_TREE", td.tree_lock.bits(), 0, held(Lock::Tree)),
        ("TD_EPOCH", td.epoch.lock.bits(), 0, held(Lock::Epoch)),
    ];
    for (name, word, expected, held) in words {
        if !held && word != expected {
            return Err(format!("lock word of {name} is {word:#x}, expected {expected:#x}"));
        }
    }
    if module.keys().lock_bits() != 0 {
        return Err("the key table is locked".into());
    }
    let pages = [last.and_then(page_of).unwrap_or(PAGES), PAGES];
    for page in pages.map(Hpa::new).into_iter().filter(|&page| page != TDR && !is_tdvpr(page)) {
        if lock_of(page, PageSize::Small) != 0 {
            return Err(format!("the record of {page} is locked"));
        }
    }
    let counted = td.epoch.inside(0) + td.epoch.inside(1);
    if counted != inside {
        return Err(format!("{counted} vCPUs counted, {inside} inside"));
    }
    Ok(())
}

/// The slow checks: entries against records, and the number of pages.
pub fn check_books(session: &Session<'_>) -> Result<(), String> {
    let module = session.module();
    let Some(td) = module.td(TDR) else { return Ok(()) };
    if td.lifecycle() != Lifecycle::KeysConfigured {
        return Ok(());
    }
    let mut wrong = Ok(());
    module.entries(td, &mut |found| {
        let (entry, level) = (found.entry, found.level);
        let size = match level {
            _ if !entry.is_leaf() => PageSize::Small,
            SeptLevel::Pt => PageSize::Small,
            SeptLevel::Pd => PageSize::Large,
            _ => PageSize::Huge,
        };
        let kind = if entry.is_leaf() { PageType::Regular } else { PageType::Ept };
        let page = entry.base(level);
        let record = module.record(if entry.is_leaf() { page } else { entry.frame() }, size);
        if record.map(|record| (record.kind(), record.owner())) != Some((kind, TDR)) {
            wrong = Err(format!("{level} {:#x} {entry:?}: record {record:?}", found.gpa));
        }
        if entry.bits() & Entry::LOCK != 0 {
            wrong = Err(format!("{level} {:#x} {entry:?} is locked", found.gpa));
        }
    });
    wrong?;
    let mut owned = 0;
    for page in (TDR.as_u64()..PAGES + (64 << 20)).step_by(4096).map(Hpa::new) {
        let Some((size, record)) = module.page(page) else { continue };
        let counts = page.as_u64() & ((1 << size.shift()) - 1) == 0
            && !matches!(record.kind(), PageType::Nda | PageType::Reserved | PageType::Tdr)
            && record.owner() == TDR;
        owned += if counts { size.small_pages() } else { 0 };
    }
    let counted = td.children.load(Ordering::Relaxed);
    if owned == counted { Ok(()) } else { Err(format!("{owned} pages owned, {counted} counted")) }
}

fn is_tdvpr(page: Hpa) -> bool {
    (0..4).any(|vcpu| tdvpr(vcpu) == page)
}

fn page_of(operation: Operation) -> Option<u64> {
    match operation {
        Operation::SeptAdd { hpa, .. }
        | Operation::PageAdd { hpa, .. }
        | Operation::PageAug { hpa, .. }
        | Operation::PageRelocate { hpa, .. }
        | Operation::Demote { hpa, .. }
        | Operation::Rdmd { hpa }
        | Operation::Reclaim { hpa } => Some(hpa),
        _ => None,
    }
}
