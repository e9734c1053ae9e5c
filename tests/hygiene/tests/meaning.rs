//! What the rarer parts of the language mean, on the declaration that has them all.

use engine::format::Access;
use engine::hook::{Hook, Order};
use engine::states::{Initiator, PhaseName, States};
use engine::table::LiveRule;
use engine::{
    Bits, Entry, EntryFormat, Geometry, HasLayout, Hpa, LeafFormat, LevelOf, Levels, Propagating, RawGpa, Route, Split,
    Visible,
};
use pt_hygiene::alone::{Alone, AloneFields, Kind, Wide};
use pt_hygiene::everything::everything::{
    Add, Block, Both, Few, Guarded, Ipa, Large, Leaf, LeafFields, Level, Life, Middle, Mirror, MonitorMethod, Nothing,
    Open, Operand, Own, Owner, Remove, Small, Subtable,
};

#[test]
fn a_width_chosen_at_run_time_moves_the_split() {
    let narrow = Ipa::FromMiddle { width: 28 };
    assert_eq!((narrow.width(), narrow.split_mask(), narrow.shared_value()), (28, 1 << 27, 1 << 27));
    // A width outside of the declared range is taken to its nearest end.
    assert_eq!(Ipa::FromMiddle { width: 60 }.width(), 30);
    assert_eq!(Ipa::FromMiddle { width: 0 }.width(), 24);
    let wide = Ipa::FromLarge { width: 42 };
    assert_eq!((wide.split_mask(), wide.shared_value()), (1 << 41, 0));
    assert!(matches!(wide.route(RawGpa::new(1 << 41)), Ok(Route::Private(_))));
    assert!(matches!(Ipa::Fixed.route(RawGpa::new(1 << 39)), Ok(Route::Shared(_))));
    assert_eq!((narrow.root_tables(), wide.root_tables(), Ipa::Fixed.root_tables()), (1, 1, 2));
}

#[test]
fn a_scattered_field_is_lowest_range_first() {
    // Written `[5, 4]`: bit 5 of the entry is the lowest bit of the value.
    assert_eq!(Leaf::<Small>::from_bits(1 << 5).swapped().get(), 1);
    assert_eq!(Leaf::<Small>::from_bits(1 << 4).swapped().get(), 2);
    for value in 0..4 {
        let bits = engine::Bits::new(value).expect("two bits");
        let entry = Leaf::<Middle>::from_bits(u64::MAX).with_swapped(bits);
        assert_eq!(entry.swapped(), bits);
        assert_eq!(entry.bits() | 0x30, u64::MAX);
    }
}

#[test]
fn a_scattered_frame_reaches_beyond_its_first_range() {
    let frame = Hpa::new(0x5_8765_4321_0000 & !0xfff);
    let entry = Leaf::<Small>::new(frame).expect("52 bits of address");
    assert_eq!(entry.frame(), frame);
    assert_eq!(<Leaf<Small> as EntryFormat>::frame(entry), frame);
    assert_eq!(<Leaf<Small> as EntryFormat>::frame_bits(frame), entry.bits() & Leaf::<Small>::FRAME);
    // Address bits 51:48 are in bits 11:8.
    assert_eq!(entry.bits() >> 8 & 0xf, 0x5);
    assert!(Leaf::<Small>::new(Hpa::new(1 << 52)).is_none());
    assert!(Leaf::<Middle>::new(Hpa::new(0x1000)).is_none());
    assert_eq!(Leaf::<Middle>::RESERVED & 0x1f_f000, 0x1f_f000);
}

#[test]
fn a_shifted_frame_is_stored_lower() {
    let table = Subtable::<Middle>::new(Hpa::new(0x1000)).expect("aligned");
    assert_eq!(table.bits() & 0x003f_ffff_ffff_fc00, 1 << 10);
    assert_eq!((table.table(), EntryFormat::frame(table)), (Hpa::new(0x1000), Hpa::new(0x1000)));
}

#[test]
fn a_field_sits_elsewhere_at_another_level() {
    assert!(Leaf::<Middle>::from_bits(1 << 6).moved() && !Leaf::<Middle>::from_bits(1 << 7).moved());
    assert!(Leaf::<Small>::from_bits(1 << 7).moved() && !Leaf::<Small>::from_bits(1 << 6).moved());
    // `both` has all values of its one bit, so that its getter always has one.
    assert_eq!(Leaf::<Middle>::from_bits(1 << 7).both(), Both::Yes);
    let fields = LeafFields { moved: true, both: Both::No, ..LeafFields::new() };
    let middle = Leaf::<Middle>::from_bits(<Leaf<Middle> as LeafFormat<LeafFields>>::template(&fields));
    let small = Leaf::<Small>::from_bits(<Leaf<Small> as LeafFormat<LeafFields>>::template(&fields));
    assert_eq!((middle.bits() >> 6 & 3, small.bits() >> 6 & 3), (1, 2));
    assert_eq!(middle.attributes(), fields);
    // At the level that lacks it, a field has its default.
    assert_eq!(small.attributes(), LeafFields { both: Both::Yes, ..fields });
}

#[test]
fn defaults_and_fixed_bits_make_a_new_entry() {
    let leaf = Leaf::<Small>::new(Hpa::new(0)).expect("aligned");
    assert!(leaf.valid());
    assert_eq!((leaf.byte(), leaf.own()), (0x7f, Own::LOWEST));
    assert_eq!(leaf.bits() >> 62, 3, "the two reserved bits that are one");
    assert_eq!(Leaf::<Small>::RESERVED & Leaf::<Small>::RESERVED_ONES, 3 << 62);
    assert_eq!(Nothing::<Large>::new().bits(), 1 << 63);
    assert_eq!(Owner::<Small>::new().with_owner(7).with_color(9).bits(), 9 << 16 | 7);
}

#[test]
fn access_denies_and_tells_users_apart() {
    let access = |bits| Leaf::<Small>::from_bits(bits).access();
    assert!(access(0).allows(Access::READ | Access::WRITE | Access::EXECUTE | Access::USER));
    assert!(!access(0).allows(Access::USER_EXECUTE));
    assert!(access(4).allows(Access::USER_EXECUTE));
    assert!(!access(8).allows(Access::WRITE) && !access(8).allows(Access::EXECUTE) && access(8).allows(Access::READ));
    assert_eq!(Nothing::<Small>::from_bits(0).access(), Access::NONE);
}

#[test]
fn tables_that_are_seen_decode() {
    // A leaf at Middle has bit 1 clear, a table has it set; at Small, only leaves are, with it set.
    assert!(matches!(<Middle as LevelOf<Mirror>>::decode(1), Entry::Leaf(_)));
    assert!(matches!(<Middle as LevelOf<Mirror>>::decode(3), Entry::Subtable(_)));
    assert!(matches!(<Large as LevelOf<Mirror>>::decode(3), Entry::Subtable(_)));
    assert!(matches!(<Small as LevelOf<Mirror>>::decode(3), Entry::Leaf(_)));
    assert!(matches!(<Small as LevelOf<Mirror>>::decode(Mirror::FROZEN), Entry::Frozen));
    assert!(matches!(<Small as LevelOf<Mirror>>::decode(Mirror::ABSENT), Entry::Absent(_)));
    assert_eq!(Mirror::ABSENT, 1 << 63, "what the absent format says");
    assert_eq!((Mirror::LIVE_RULE, Open::LIVE_RULE), (LiveRule::BreakBeforeMake, LiveRule::InPlace));
}

#[test]
fn blocked_entries_are_absent_and_differ_from_everything_else() {
    let patterns = [Mirror::ABSENT, Mirror::FROZEN, Mirror::BLOCKED_LEAF, Mirror::BLOCKED_TABLE];
    for (at, pattern) in patterns.iter().enumerate() {
        assert!(patterns[..at].iter().all(|other| other != pattern));
        assert_eq!(pattern & (Leaf::<Small>::FRAME | Subtable::<Middle>::FRAME | 1), 0, "{pattern:#x}");
    }
    assert!(matches!(<Middle as LevelOf<Mirror>>::decode(Mirror::BLOCKED_LEAF), Entry::Absent(_)));
    assert!(matches!(<Middle as LevelOf<Mirror>>::decode(Mirror::BLOCKED_TABLE), Entry::Absent(_)));
}

#[test]
fn states_are_predicates_of_the_format_of_their_shape() {
    let all = Level::ALL;
    for level in all {
        for state in Life::ALL {
            let raw = state.apply(0, *level);
            let occurs = match state {
                Life::Free | Life::Blocked => true,
                Life::Used => *level != Level::Large,
                Life::Linked => *level != Level::Small,
            };
            if occurs {
                assert_eq!(Life::decode(raw, *level), Some(*state), "{state:?} at {level:?}");
            }
        }
    }
    assert_eq!(Life::Blocked.apply(u64::MAX, Level::Small), !0xffff_ffff_f001 | 1 << 12);
    assert_eq!(Life::decode(2 << 12, Level::Small), None);
    let by = |name: &str| {
        Life::TRANSITIONS.iter().find(|step| match step.by {
            Initiator::Host(method) => method.name() == name,
            Initiator::Guest(operation) | Initiator::Monitor(operation) => operation == name,
        })
    };
    let [removed, resumed, linked, blocked] =
        ["remove", "resume", "restore", "block"].map(|name| by(name).expect("declared"));
    assert!(removed.after_track && removed.lossy && removed.by == Initiator::Host(MonitorMethod::Remove));
    assert_eq!((resumed.by, linked.by), (Initiator::Guest("resume"), Initiator::Monitor("restore")));
    assert_eq!(blocked.during, [PhaseName::Run, PhaseName::Teardown]);
}

#[test]
fn hooks_say_when_they_are_called() {
    fn done<H: Hook<Done = u64>>() {}
    done::<Remove>();
    assert_eq!((Add::ORDER, Add::FUSED, Add::LOSSY), (Some(Order::Before), false, false));
    assert_eq!((Remove::ORDER, Remove::FUSED, Remove::LOSSY), (Some(Order::After), false, true));
    assert_eq!((Block::ORDER, Block::FUSED), (None, true));
    let _: fn() -> &'static str = || <Guarded as engine::Table>::NAME;
}

#[test]
fn a_table_of_both_halves_takes_the_addresses_of_both() {
    use pt_hygiene::both::both::{Half, Leaf, Lower, Pointer, Table, Upper};

    fn of<A: engine::AddressOf<Table>>(address: A) -> u64 {
        address.address().as_u64()
    }
    for raw in [0x1000, 0x2000_1000] {
        let address = match Half::Top.route(RawGpa::new(raw)).expect("30 bits") {
            Route::Shared(address) => of(address),
            Route::Private(address) => of(address),
        };
        assert_eq!(address, raw, "the split bit stays in the address");
    }
    // A table is what has no permissions; everything else that is valid is a leaf.
    assert!(matches!(<Upper as LevelOf<Table>>::decode(1), Entry::Subtable(_)));
    assert!(matches!(<Upper as LevelOf<Table>>::decode(3), Entry::Leaf(_)));
    assert!(matches!(<Upper as LevelOf<Table>>::decode(6), Entry::Absent(_)));
    assert!(matches!(<Lower as LevelOf<Table>>::decode(1), Entry::Leaf(_)));
    assert!(matches!(<Lower as LevelOf<Table>>::decode(Table::FROZEN), Entry::Frozen));
    assert_eq!(Table::FROZEN & (Leaf::<Lower>::FRAME | Pointer::<Upper>::FRAME | 1), 0);
    // Address bits 20:12 are bits 18:10 of the entry.
    assert_eq!((Leaf::<Upper>::RESERVED, Leaf::<Lower>::RESERVED), (0x7_fc00, 0));
    assert_eq!(Leaf::<Upper>::new(Hpa::new(0x20_0000)).map(Leaf::bits), Some(1 << 19 | 3));
    assert_eq!(Leaf::<Upper>::from_bits(u64::MAX).frame(), Hpa::new(0x00ff_ffff_ffe0_0000));
    assert_eq!(EntryFormat::frame(Leaf::<Upper>::from_bits(u64::MAX)), Hpa::new(0x00ff_ffff_ffe0_0000));
}

#[test]
fn a_format_stands_alone() {
    let entry = Alone::<Middle>::new(Hpa::new(0x20_0000)).expect("aligned");
    assert_eq!((entry.bits(), entry.kind()), (0x20_0003, Some(Kind::Warm)));
    assert_eq!(Alone::<Middle>::from_bits(2 << 1).kind(), None);
    assert!(Alone::<Small>::from_bits(8).small());
    assert_eq!(Alone::<Middle>::RESERVED, 0x1f_f008);
    let fields = AloneFields { kind: Kind::Hot, small: true };
    assert_eq!(<Alone<Small> as LeafFormat<_>>::template(&fields), 0xf);
    assert_eq!(<Alone<Middle> as LeafFormat<_>>::template(&fields), 0x7);
}

#[test]
fn a_wide_format_has_128_bits() {
    let entry = Wide::<Small>::new(Hpa::new(0x1000)).expect("aligned");
    assert_eq!(entry.bits(), 0x5a << 64 | 0x1000);
    assert_eq!((entry.owner(), entry.page()), (0x5a, Hpa::new(0x1000)));
    assert_eq!(entry.with_owner(1).with_state(engine::Bits::MAX).bits(), 1 << 64 | 0x1007);
    assert_eq!(Wide::<Middle>::TEMPLATE, 0x5a << 64);
    assert_eq!(format!("{entry:?}"), "Wide(0x5a0000000000001000)");
    assert_eq!(<Alone<Small> as HasLayout>::LAYOUT.template, 0x3);
}

#[test]
fn a_register_is_its_fields() {
    let new = Operand::new();
    assert_eq!(new.bits(), 0x4900_0000_0000_0146);
    assert_eq!((Operand::RESERVED, Operand::RESERVED_ONES), (0x4000_0000_0000_000c, 0x4000_0000_0000_0004));
    assert_eq!((new.both(), new.few(), new.odd(), new.own().into_bits()), (Both::Yes, Some(Few::Second), false, 5));
    let page = new.with_page(Hpa::new(0x1234_5000)).expect("it fits").with_odd(true).with_few(Few::First);
    assert_eq!(page.bits(), 0x4100_0000_1234_5147);
    assert_eq!(page.page(), Hpa::new(0x1234_5000));
    assert_eq!(new.with_page(Hpa::new(0x10)), None);
    assert_eq!(new.with_page(Hpa::new(1 << 48)), None);
    let guest = new.with_guest(RawGpa::new(0x3 << 21)).expect("it fits");
    assert_eq!((guest.guest(), guest.bits() >> 48 & 0xff), (RawGpa::new(0x60_0000), 3));
    assert_eq!(new.with_swapped(Bits::from_bits(1)).bits() >> 4 & 3, 2);
    assert_eq!(Operand::try_from_bits(page.bits()), Ok(page));
    let wrong = Operand::try_from_bits(page.bits() ^ 0xc).expect_err("bits 2 and 3 are reserved");
    assert_eq!((wrong.register, wrong.bits), ("Operand", 0xc));
    assert_eq!(Operand::from_bits(0).few(), None);
    let shown = format!("{page:?}");
    assert!(shown.starts_with("Operand { odd: true, both: Yes, swapped: "), "{shown}");
}
