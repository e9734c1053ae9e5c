//! RISC-V CoVE: the G-stage table of the TSM.

use crate::life::{assert_life, made_by};
use pt_core::hook::{Busy, Fatal, Hook, Outcome, Partial};
use pt_core::states::{Initiator, PhaseName, Shape, States};
use pt_core::{AddressRange, Geometry, Guest, Hpa, Level as _, Whole};
use pt_cove::{
    AddTvmMeasuredPages, AddTvmPageTablePages, AddTvmZeroPages, Covh, CovhMethod, GAbsent, GEntry, GLeaf, GStage,
    GTable, L0, L1, L3, Level, ReclaimPages, TvmDemotePage, TvmInitiateFence, TvmInvalidatePages, TvmPromotePage,
    TvmRemovePages, TvmValidatePages,
};

#[test]
fn the_root_is_four_pages() {
    assert_eq!(GStage::Sv48x4.width(), 50);
    assert_eq!((L3::ENTRIES, L3::TABLE_ORDER), (2048, 2));
    assert!(GStage::Sv48x4.address(1 << 49).is_ok() && GStage::Sv48x4.address(1 << 50).is_err());
}

#[test]
fn the_frame_lies_two_bits_lower_than_in_the_address() {
    let frame = Hpa::new(0x0000_1234_5000);
    let leaf = GLeaf::<L0>::new(frame).expect("a page").with_read(true).with_execute(true);
    // PPN, U, X, R, V.
    assert_eq!(leaf.bits(), 0x1_2345 << 10 | 0b1_1011);
    assert_eq!(leaf.frame(), frame);
    assert_eq!(GLeaf::<L1>::new(frame), None, "a page of 2 MiB is aligned");
    assert_eq!(GTable::<L1>::new(frame).map(GTable::bits), Some(0x1_2345 << 10 | 1));
    assert!(GAbsent::<L0>::from_bits(1 << 8).invalidated());
}

#[test]
fn permissions_tell_a_leaf_from_a_table() {
    assert_life::<GEntry>(|state, level| match state.shape() {
        Shape::Absent => true,
        Shape::Leaf => level != Level::L3,
        // A leaf without any permission looks like a table, and is one; at the last level there are none.
        Shape::Table => level != Level::L0,
    } && state != GEntry::Mapped);
    for (raw, level, state) in [
        (0, Level::L2, Some(GEntry::Unused)),
        (1 << 8, Level::L2, Some(GEntry::Invalidated)),
        (0b0001, Level::L2, Some(GEntry::Table)),
        (0b0011, Level::L2, Some(GEntry::Mapped)),
        (0b1001, Level::L1, Some(GEntry::Mapped)),
        (0b0001, Level::L0, Some(GEntry::Mapped)),
        (0b0001, Level::L3, Some(GEntry::Table)),
    ] {
        assert_eq!(GEntry::decode(raw, level), state, "{raw:#x} at {level:?}");
    }
}

#[test]
fn the_monitor_links_tables_by_itself() {
    let links: Vec<_> = GEntry::TRANSITIONS.iter().filter(|it| matches!(it.by, Initiator::Monitor("link"))).collect();
    assert_eq!(links.len(), 1);
    assert_eq!((links[0].from, links[0].to), (GEntry::Unused, GEntry::Table));
    assert_eq!(made_by::<GEntry>(CovhMethod::AddTvmPageTablePages), 0, "the pool is no entry's");
}

#[test]
fn invalidate_fence_remove() {
    let removal = |it: &&pt_core::states::Transition<_, _>| it.by == Initiator::Host(CovhMethod::TvmRemovePages);
    let removal = GEntry::TRANSITIONS.iter().find(removal).expect("pages can be removed");
    assert!(removal.from.is_blocked() && removal.after_track && removal.lossy);
    let measured = |it: &&pt_core::states::Transition<_, _>| it.by == Initiator::Host(CovhMethod::AddTvmMeasuredPages);
    assert_eq!(GEntry::TRANSITIONS.iter().find(measured).map(|it| it.during), Some(&[PhaseName::Build][..]));
    assert_eq!((TvmRemovePages::LOSSY, TvmRemovePages::FUSED), (true, false));
    assert_eq!(CovhMethod::TvmInitiateFence.name(), "tvm_initiate_fence");
}

/// Does half of what it is asked for.
struct Tsm;

fn half<K: Hook<Partial = Partial>>(range: AddressRange<Guest>) -> Outcome<K> {
    Outcome::Partial(Partial { next: range.start().as_u64() + range.bytes() / 2 })
}

impl Covh for Tsm {
    fn add_tvm_page_table_pages(&self, _pages: Hpa, _count: u64) -> Outcome<AddTvmPageTablePages> {
        Outcome::Done(())
    }
    fn add_tvm_measured_pages(
        &self,
        range: AddressRange<Guest>,
        _pages: Hpa,
        _source: Hpa,
    ) -> Outcome<AddTvmMeasuredPages> {
        half(range)
    }
    fn add_tvm_zero_pages(&self, range: AddressRange<Guest>, _pages: Hpa) -> Outcome<AddTvmZeroPages> {
        half(range)
    }
    fn tvm_invalidate_pages(&self, range: AddressRange<Guest>) -> Outcome<TvmInvalidatePages> {
        half(range)
    }
    fn tvm_validate_pages(&self, range: AddressRange<Guest>) -> Outcome<TvmValidatePages> {
        half(range)
    }
    fn tvm_initiate_fence(&self) -> Outcome<TvmInitiateFence> {
        Outcome::Busy(Busy)
    }
    fn tvm_remove_pages(&self, range: AddressRange<Guest>) -> Outcome<TvmRemovePages> {
        half(range)
    }
    fn tvm_demote_page(&self, _range: AddressRange<Guest>) -> Outcome<TvmDemotePage> {
        Outcome::Done(())
    }
    fn tvm_promote_page(&self, _range: AddressRange<Guest>) -> Outcome<TvmPromotePage> {
        Outcome::Fatal(Fatal { status: 3 })
    }
    fn reclaim_pages(&self, pages: Hpa, _count: u64) -> Outcome<ReclaimPages> {
        Outcome::Partial(Partial { next: pages.as_u64() })
    }
}

#[test]
fn a_stub_of_the_tsm_answers() {
    let start = GStage::Sv48x4.address(0x40_0000).expect("an address");
    let range = GStage::Sv48x4.range(start, 0x2000).expect("a range");
    assert!(matches!(Tsm.tvm_remove_pages(range), Outcome::Partial(Partial { next: 0x40_1000 })));
    assert!(matches!(Tsm.tvm_initiate_fence(), Outcome::Busy(Busy)));
    assert!(matches!(Tsm.tvm_demote_page(range), Outcome::Done(())));
    assert!(Tsm.tvm_promote_page(range).into_result().is_err());
}
