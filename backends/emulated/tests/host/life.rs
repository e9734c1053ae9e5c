//! A whole life of a TD, with every leaf that has a function; recorded, and replayed from the record.

use super::{Emulated, HKID, Td, module};
use pt_core::Hpa;
use pt_emulated::tdx::{KeyId, Memory};
use pt_tdx::host::{HkidBits, SourcePage, mem, mng, mr, phymem, vp};
use pt_tdx::seamcall::{Exchange, Recorder, Registers, Replayer, Seamcall};
use pt_tdx::{EntryState, Gpaw, Leaf, PageType, SeptLevel};
use std::cell::RefCell;
use std::collections::BTreeSet;

const SOURCE: Hpa = Hpa::new(0x20_0000);
const LARGE: u64 = 0x4000_0000;

/// Builds a TD, runs it, and takes it apart; `module` has the memory, `seamcall` answers.
fn live<S: Seamcall>(seamcall: &S, module: &Emulated, gpaw: Gpaw) {
    let td = Td::build(seamcall, module, gpaw);
    build(seamcall, module, &td);
    let dropped = run(seamcall, &td);
    wipe(seamcall, module, dropped);
    tear_down(seamcall, module, &td);
}

/// One measured page at address 0.
fn build<S: Seamcall>(seamcall: &S, module: &Emulated, td: &Td) {
    td.link(seamcall, 0, SeptLevel::Pt);
    module.memory().write(SOURCE, KeyId(0), &[0x5a; 64]);
    let source = SourcePage::new(SOURCE).expect("an aligned page");
    let page = td.pages.take(4096);
    assert_eq!(mem::page_add(seamcall, td.tdr, td.gpa(0), page, source), Ok(mem::PageAdd::Done));
    td.own(page);
    assert_eq!(mr::extend(seamcall, td.tdr, td.gpa(0)), Ok(mr::Extend::Done));
    assert_eq!(mr::finalize(seamcall, td.tdr), Ok(mr::Finalize::Done));
    let read = mem::read(seamcall, td.tdr, td.gpa(0));
    assert_eq!(read, Ok(mem::Read::TdNonDebug));
    assert_eq!(mem::write(seamcall, td.tdr, td.gpa(0), 1), Ok(mem::Write::TdNonDebug));
}

/// Pages come, are split, put together, moved and taken away. Returns the page that was removed.
fn run<S: Seamcall>(seamcall: &S, td: &Td) -> Hpa {
    let Ok(vp::Enter::Done(exit)) = vp::enter(seamcall, td.vcpu, &Registers::default()) else { panic!("a TD exit") };
    assert_eq!(exit.reason(), vp::TdExit::VMCALL);

    // A large page is split …
    td.link(seamcall, LARGE, SeptLevel::Pd);
    let large = td.at(LARGE, SeptLevel::Pd);
    let block = td.pages.take(2 << 20);
    assert_eq!(mem::page_aug(seamcall, td.tdr, large, block), Ok(mem::PageAug::Done));
    let Ok(mem::SeptRead::Done(entry)) = mem::sept_read(seamcall, td.tdr, large) else { panic!("it can be read") };
    assert_eq!((entry.level(), entry.state()), (Some(SeptLevel::Pd), Some(EntryState::Pending)));
    let table = td.pages.table();
    let not_blocked = mem::page_demote(seamcall, td.tdr, large, &table);
    assert!(matches!(not_blocked, Ok(mem::PageDemote::GpaRangeNotBlocked(_))));
    assert_eq!(mem::range_block(seamcall, td.tdr, large), Ok(mem::RangeBlock::Done));
    assert!(matches!(mem::range_block(seamcall, td.tdr, large), Ok(mem::RangeBlock::GpaRangeAlreadyBlocked(_))));
    let not_tracked = mem::page_demote(seamcall, td.tdr, large, &table);
    assert_eq!(not_tracked, Ok(mem::PageDemote::TlbTrackingNotDone));
    assert_eq!(mem::range_unblock(seamcall, td.tdr, large), Ok(mem::RangeUnblock::TlbTrackingNotDone));
    assert_eq!(mem::track(seamcall, td.tdr), Ok(mem::Track::Done));
    assert_eq!(mem::page_demote(seamcall, td.tdr, large, &table), Ok(mem::PageDemote::Done));

    // … and put together; the table comes back.
    block_and_track(seamcall, td, LARGE, SeptLevel::Pd);
    assert_eq!(mem::page_promote(seamcall, td.tdr, large), Ok(mem::PagePromote::Done(table.frame())));
    block_and_track(seamcall, td, LARGE, SeptLevel::Pd);
    assert_eq!(mem::range_unblock(seamcall, td.tdr, large), Ok(mem::RangeUnblock::Done));
    block_and_track(seamcall, td, LARGE, SeptLevel::Pd);
    assert_eq!(mem::page_remove(seamcall, td.tdr, large), Ok(mem::PageRemove::Done(block)));

    // A small page moves, goes, and its table after it.
    td.link(seamcall, LARGE, SeptLevel::Pt);
    let (old, new) = (td.pages.take(4096), td.pages.take(4096));
    let small = td.at(LARGE, SeptLevel::Pt);
    assert_eq!(mem::page_aug(seamcall, td.tdr, small, old), Ok(mem::PageAug::Done));
    block_and_track(seamcall, td, LARGE, SeptLevel::Pt);
    let moved = mem::page_relocate(seamcall, td.tdr, td.gpa(LARGE), new);
    assert_eq!(moved, Ok(mem::PageRelocate::Done(old)));
    block_and_track(seamcall, td, LARGE, SeptLevel::Pt);
    assert_eq!(mem::page_remove(seamcall, td.tdr, small), Ok(mem::PageRemove::Done(new)));
    block_and_track(seamcall, td, LARGE, SeptLevel::Pd);
    let Ok(mem::SeptRemove::Done(table)) = mem::sept_remove(seamcall, td.tdr, large) else { panic!("it is empty") };
    let mut owned = td.owned.take();
    owned.retain(|&page| page != table);
    td.owned.set(owned);
    new
}

fn block_and_track<S: Seamcall>(seamcall: &S, td: &Td, address: u64, level: SeptLevel) {
    assert_eq!(mem::range_block(seamcall, td.tdr, td.at(address, level)), Ok(mem::RangeBlock::Done));
    assert_eq!(mem::track(seamcall, td.tdr), Ok(mem::Track::Done));
}

/// A page that was removed is written back through the TD's key before it is used again.
fn wipe<S: Seamcall>(seamcall: &S, module: &Emulated, page: Hpa) {
    let bits = HkidBits::new(module.platform().key_id_bits).expect("a machine has at most 15");
    let keyed = bits.keyed(page, HKID).expect("a page below the key identifier");
    assert_eq!(phymem::page_wbinvd(seamcall, keyed), Ok(phymem::PageWbinvd::Done));
    let Ok(phymem::PageRead::Done(record)) = phymem::page_read(seamcall, page) else { panic!("it has a record") };
    assert_eq!(record.page_type(), Some(PageType::Nda));
}

fn tear_down<S: Seamcall>(seamcall: &S, module: &Emulated, td: &Td) {
    assert_eq!(mng::vp_flush_done(seamcall, td.tdr), Ok(mng::VpFlushDone::FlushvpNotDone));
    assert_eq!(vp::flush(seamcall, td.vcpu), Ok(vp::Flush::Done));
    assert_eq!(mng::vp_flush_done(seamcall, td.tdr), Ok(mng::VpFlushDone::Done));
    assert_eq!(mng::key_free_id(seamcall, td.tdr), Ok(mng::KeyFreeId::WbcacheNotComplete));
    for _ in 0..module.platform().packages {
        let answer = phymem::cache_wb(seamcall, phymem::WriteBack::Start);
        assert_eq!(answer, Ok(phymem::CacheWb::Done));
    }
    assert_eq!(mng::key_free_id(seamcall, td.tdr), Ok(mng::KeyFreeId::Done));
    let early = phymem::page_reclaim(seamcall, td.tdr.page());
    assert_eq!(early, Ok(phymem::PageReclaim::TdAssociatedPagesExist));
    // The TDR was the first page, and comes last.
    for page in td.owned.take().into_iter().rev() {
        let answer = phymem::page_reclaim(seamcall, page);
        let Ok(phymem::PageReclaim::Done(record)) = answer else { panic!("{page}: {answer:?}") };
        assert_eq!(record.page_type() == Some(PageType::Tdr), page == td.tdr.page());
    }
}

#[test]
fn a_td_lives_through_typed_functions_in_every_geometry() {
    for gpaw in [Gpaw::Bits48, Gpaw::Bits48FiveLevels, Gpaw::Bits52] {
        let module = module();
        live(&module, &module, gpaw);
    }
}

#[test]
fn a_recorded_life_is_replayed_without_a_module() {
    let module = module();
    let record = RefCell::new(Vec::new());
    let recorder = Recorder::new(&module, |exchange: &Exchange| record.borrow_mut().push(*exchange));
    live(&recorder, &module, Gpaw::Bits52);
    let record = record.into_inner();
    let leaves: BTreeSet<_> = record.iter().filter_map(|exchange| exchange.call.leaf()).collect();
    let with_functions = Leaf::ALL.iter().filter(|&&leaf| pt_tdx::host::possible(leaf).is_some());
    assert!(leaves.iter().eq(with_functions), "every leaf is called");

    let replayer = Replayer::new(&record);
    live(&replayer, &module, Gpaw::Bits52);
    assert_eq!((replayer.position(), replayer.departure()), (record.len(), None));
}

#[test]
fn a_different_life_is_a_departure() {
    let module = module();
    let record = RefCell::new(Vec::new());
    let recorder = Recorder::new(&module, |exchange: &Exchange| record.borrow_mut().push(*exchange));
    let td = Td::build(&recorder, &module, Gpaw::Bits48);
    assert_eq!(mem::track(&recorder, td.tdr), Ok(mem::Track::Done));
    let record = record.into_inner();

    let replayer = Replayer::new(&record);
    let td = Td::build(&replayer, &module, Gpaw::Bits48);
    assert!(mr::finalize(&replayer, td.tdr).is_err());
    let departure = replayer.departure().expect("TRACK was recorded");
    assert_eq!(departure.position, record.len() - 1);
    let text = "expected TDH.MEM.TRACK rax=0x26 rcx=0x40000000, found TDH.MR.FINALIZE rax=0x11 rcx=0x40000000 (rax)";
    assert!(departure.to_string().ends_with(text), "{departure}");
}
