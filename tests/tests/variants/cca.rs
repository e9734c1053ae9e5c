//! Arm CCA: the RTT, the states of its entries and the RMI.
//!
//! Absent entries are written as HIPAS, RIPAS and the valid bit: `0b001_01_0`.
#![allow(clippy::unusual_byte_groupings)]

use crate::life::{assert_life, guest_operations, made_by};
use pt_cca::{
    DataCreate, DataMap, DataUnmap, GranuleDelegate, GranuleUndelegate, Hipas, Ipa, L1, L2, L3, Level, Ripas, Rmi,
    RmiMethod, Rtt, RttAbsent, RttCreate, RttDestroy, RttFold, RttInitRipas, RttLeaf, RttMapUnprotected, RttTable,
    RttUnmapUnprotected, Rtte,
};
use pt_core::hook::{Busy, Fatal, Hook, Incomplete, MonitorEntry, Outcome, Partial, Refusal, Stopped};
use pt_core::states::{PhaseName, Shape, States};
use pt_core::{
    AddressRange, Bits, ForeignBits, Geometry, Gpa, HasLayout, Hpa, Level as _, Levels, Party, Private, RawGpa, Route,
    Shared, Split, Table, Writers,
};

const IPA: Ipa = Ipa::StartL1 { ipa_bits: 40 };

fn private(address: u64) -> Gpa<Private> {
    match IPA.route(RawGpa::new(address)) {
        Ok(Route::Private(address)) => address,
        other => panic!("{address:#x} is {other:?}"),
    }
}

#[test]
fn the_top_bit_of_a_run_time_width_splits() {
    assert_eq!((IPA.width(), IPA.split_mask(), IPA.shared_value()), (40, 1 << 39, 1 << 39));
    assert!(matches!(IPA.route(RawGpa::new(1 << 39)), Ok(Route::Shared(_))));
    assert!(IPA.route(RawGpa::new(1 << 40)).is_err());
    // Up to 16 concatenated tables stand in for level 0.
    assert_eq!((IPA.root_tables(), Ipa::StartL1 { ipa_bits: 43 }.root_tables()), (2, 16));
    assert_eq!(Ipa::StartL0 { ipa_bits: 48 }.root_tables(), 1);
    assert_eq!(Ipa::StartL0 { ipa_bits: 48 }.split_mask(), 1 << 47);
}

#[test]
fn levels_are_counted_downwards_by_arm() {
    assert_eq!(Level::ALL, [Level::L3, Level::L2, Level::L1, Level::L0]);
    assert_eq!((L3::NUMBER, L3::SHIFT, L1::SHIFT), (0, 12, 30));
    assert_eq!(Rtt::NAME, "Rtt");
}

#[test]
fn a_block_and_a_page_have_different_descriptors() {
    let frame = Hpa::new(0x0012_3440_0000);
    let page = RttLeaf::<L3>::new(frame).expect("a page").with_read(true).with_write(true);
    assert_eq!(page.bits(), 0x0012_3440_00c3);
    let block = RttLeaf::<L2>::new(frame).expect("a block").with_read(true);
    assert_eq!(block.bits(), 0x0012_3440_0041);
    assert_eq!(RttLeaf::<L2>::new(Hpa::new(0x1000)), None, "a block is aligned to 2 MiB");
    assert_eq!(RttTable::<L2>::new(Hpa::new(0x1000)).map(RttTable::bits), Some(0x1003));
    assert!(!page.unprotected() && page.with_unprotected(true).bits() >> 55 == 1);
}

#[test]
fn the_host_writes_a_part_of_a_descriptor() {
    const { assert!(RttLeaf::<L3>::WRITERS.vmm == 0x0000_ffff_ffff_f0fc) };
    // The bits below the alignment of a block are nobody's.
    assert_eq!(RttLeaf::<L2>::WRITERS.vmm, 0x0000_ffff_ffe0_00fc);
    let host = Hpa::new(0x0012_3440_0000).as_u64() | 0xc0;
    assert_eq!(RttLeaf::<L2>::WRITERS.check(Party::Vmm, host), Ok(()));
    for (word, bits) in [(host | 3, 3), (host | 1 << 55 | 1 << 52, 1 << 55 | 1 << 52), (host | 0x1000, 0x1000)] {
        let refused = RttLeaf::<L2>::WRITERS.check(Party::Vmm, word);
        assert_eq!(refused, Err(ForeignBits { party: Party::Vmm, bits }), "{word:#x}");
    }
    // What the RMM adds to it are bits of its own, and the tag.
    let monitor = RttLeaf::<L2>::from_bits(host).with_unprotected(true).with_shareability(Bits::from_bits(3));
    assert_eq!(RttLeaf::<L2>::WRITERS.check_change(Party::Monitor, host, monitor.bits()), Ok(()));
    assert_eq!(RttAbsent::<L2>::WRITERS, Writers::NONE);
}

#[test]
fn an_absent_entry_says_what_realm_and_host_hold() {
    let entry = RttAbsent::<L3>::from_bits(0b001_01_0);
    assert_eq!((entry.hipas(), entry.ripas()), (Some(Hipas::Assigned), Some(Ripas::Ram)));
    let entry = entry.with_hipas(Hipas::AssignedDevice).with_ripas(Ripas::Destroyed);
    assert_eq!(entry.bits(), 0b011_10_0);
    // HIPAS 2 and RIPAS 3 do not exist.
    let entry = RttAbsent::<L3>::from_bits(0b010_11_0);
    assert_eq!((entry.hipas(), entry.ripas()), (None, None));
}

#[test]
fn states_are_predicates_over_several_fields() {
    assert_life::<Rtte>(|state, level| match state.shape() {
        Shape::Absent => true,
        Shape::Leaf => level != Level::L0,
        Shape::Table => level != Level::L3,
    });
    let ns = 1 << 55;
    for (raw, level, state) in [
        (0b000_00_0, Level::L3, Some(Rtte::UnassignedEmpty)),
        (0b000_01_0, Level::L0, Some(Rtte::UnassignedRam)),
        (0b001_10_0, Level::L2, Some(Rtte::AssignedDestroyed)),
        (ns, Level::L3, Some(Rtte::UnassignedNs)),
        (0x1000 | 0b11, Level::L3, Some(Rtte::AssignedRam)),
        (0x1000 | 0b11, Level::L2, Some(Rtte::Table)),
        (0x20_0000 | 0b01, Level::L2, Some(Rtte::AssignedRam)),
        (0x20_0000 | 0b01 | ns, Level::L2, Some(Rtte::AssignedNs)),
        // Neither a page at level 3 nor an absent entry.
        (0b01, Level::L3, None),
        (0b111_00_0, Level::L3, None),
    ] {
        assert_eq!(Rtte::decode(raw, level), state, "{raw:#x} at {level:?}");
    }
}

#[test]
fn the_guest_and_the_phase_have_a_say() {
    assert_eq!(guest_operations::<Rtte>(), ["set_ripas"].into());
    // Every state but those that hold a page can become a table, and a block of RAM can be split.
    assert_eq!(made_by::<Rtte>(RmiMethod::RttCreate), 5);
    assert_eq!(made_by::<Rtte>(RmiMethod::GranuleDelegate), 0);
    let built = Rtte::TRANSITIONS.iter().filter(|transition| transition.during == [PhaseName::Build]);
    assert_eq!(built.count(), 2);
    let lossy: Vec<_> = Rtte::TRANSITIONS.iter().filter(|transition| transition.lossy).map(|it| it.from).collect();
    assert_eq!(lossy, [Rtte::AssignedRam, Rtte::Table]);
}

#[test]
fn hooks_are_types_and_values() {
    assert_eq!((DataUnmap::NAME, DataUnmap::FUSED, DataUnmap::LOSSY), ("data_unmap", true, true));
    assert_eq!((DataMap::FUSED, RttFold::FUSED, RttFold::LOSSY), (false, true, false));
    assert_eq!(RmiMethod::RttMapUnprotected.name(), "rtt_map_unprotected");
}

/// Answers in every way that the declaration allows.
struct Monitor;

impl Rmi for Monitor {
    fn rtt_create(&self, _at: Route, level: Level, _table: Hpa) -> Outcome<RttCreate> {
        Outcome::Stopped(Stopped { level, entry: MonitorEntry::new(0) })
    }
    fn rtt_fold(&self, _at: Route, _level: Level) -> Outcome<RttFold> {
        Outcome::Done(())
    }
    fn rtt_destroy(&self, _at: Route, _level: Level) -> Outcome<RttDestroy> {
        Outcome::Partial(Partial { next: 0x20_0000 })
    }
    fn data_create(&self, at: Gpa<Private>, _data: Hpa, _source: Hpa) -> Outcome<DataCreate> {
        Outcome::Stopped(Stopped { level: Level::L2, entry: MonitorEntry::new(at.as_u64()) })
    }
    fn data_map(&self, range: AddressRange<Private>, _data: Hpa) -> Outcome<DataMap> {
        Outcome::Partial(Partial { next: range.start().as_u64() + 0x1000 })
    }
    fn data_unmap(&self, _range: AddressRange<Private>) -> Outcome<DataUnmap> {
        Outcome::Incomplete(Incomplete { handle: 7 })
    }
    fn rtt_map_unprotected(&self, _at: Gpa<Shared>, _level: Level, _entry: RttLeaf<L3>) -> Outcome<RttMapUnprotected> {
        Outcome::Done(())
    }
    fn rtt_unmap_unprotected(&self, _at: Gpa<Shared>, _level: Level) -> Outcome<RttUnmapUnprotected> {
        Outcome::Done(())
    }
    fn rtt_init_ripas(&self, _range: AddressRange<Private>) -> Outcome<RttInitRipas> {
        Outcome::Done(())
    }
    fn granule_delegate(&self, _granule: Hpa) -> Outcome<GranuleDelegate> {
        Outcome::Fatal(Fatal { status: 1 })
    }
    fn granule_undelegate(&self, _granule: Hpa) -> Outcome<GranuleUndelegate> {
        Outcome::Done(())
    }
}

#[test]
fn a_stub_of_the_rmi_answers() {
    let range = IPA.range(private(0x40_0000), 0x20_0000).expect("a range");
    assert!(matches!(Monitor.data_map(range, Hpa::new(0)), Outcome::Partial(Partial { next: 0x40_1000 })));
    assert_eq!(Monitor.data_unmap(range).into_result(), Err(Refusal::Incomplete(Incomplete { handle: 7 })));
    // A hook answers nothing but what it declares: there is no arm for `Busy` here.
    match Monitor.granule_delegate(Hpa::new(0)) {
        Outcome::Done(()) => panic!("the stub refuses"),
        Outcome::Fatal(fatal) => assert_eq!(fatal.status, 1),
        Outcome::Partial(never) | Outcome::Busy(never) | Outcome::Incomplete(never) | Outcome::Stopped(never) => {
            match never {}
        }
    }
    let _: Outcome<DataMap> = Outcome::Busy(Busy);
}
