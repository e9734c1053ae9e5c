//! What the declaration of TDX says, against the manuals: raw words on one side, typed entries on the other.

use pt_core::format::{Access, FieldClass};
use pt_core::hook::{Add, Hook, Link, Map, Merge, Split as SplitRole};
use pt_core::states::{Initiator, PhaseName, Shape, States, Transition};
use pt_core::table::Pair;
use pt_core::{
    Entry, EntryFormat, Geometry, HasLayout, Hpa, Level as _, LevelOf, Levels, RawGpa, Route, Split, Table, Visible,
};
use pt_tdx::{
    EptLeaf, EptLeafFields, EptTable, Gpaw, Level, MemoryType, Pd, Pdpt, Pml4, Pml5, PrivateEpt, PrivateLeaf,
    PrivateLeafFields, PrivateTable, Pt, SecureEpt, Sept, SeptEntry, SeptHooks, SeptHooksMethod, SharedEpt, Tdx,
};

/// Read, write, execute, write-back, a page of 4 KiB.
const LEAF: u64 = 0x8000_0012_3456_7037;

#[test]
fn levels_count_from_the_smallest_pages() {
    assert_eq!(Level::ALL, [Level::Pt, Level::Pd, Level::Pdpt, Level::Pml4, Level::Pml5]);
    for (level, (number, shift, name)) in
        Level::ALL.iter().zip([(0, 12, "Pt"), (1, 21, "Pd"), (2, 30, "Pdpt"), (3, 39, "Pml4"), (4, 48, "Pml5")])
    {
        assert_eq!((level.number(), level.shift(), level.name()), (number, shift, name));
        assert_eq!(Level::from_number(number), Some(*level));
    }
    assert_eq!((Pml5::NUMBER, Pml5::SHIFT, Pml5::ENTRIES, Pml5::NAME), (4, 48, 16, "Pml5"));
    assert_eq!(Pd::index(0x0000_0000_3fe0_0000), 511);
}

#[test]
fn the_split_bit_routes() {
    assert_eq!(Gpaw::Bits48.width(), 48);
    assert_eq!(Gpaw::Bits48FiveLevels.split_mask(), 1 << 47);
    assert_eq!(Gpaw::Bits52.shared_value(), 1 << 51);
    assert!(matches!(Gpaw::Bits52.route(RawGpa::new(1 << 47)), Ok(Route::Private(_))));
    assert!(matches!(Gpaw::Bits48.route(RawGpa::new(1 << 47)), Ok(Route::Shared(_))));
    assert!(Gpaw::Bits48.route(RawGpa::new(1 << 48)).is_err());
}

#[test]
fn each_level_decodes_to_its_own_shapes() {
    let large = LEAF & !0x1f_f000 | 0x80;
    let table = 0x0012_3456_7007;
    // Bit 7 tells a large page from a table at Pd alone: at Pt it is ignored.
    assert_eq!(<Pd as LevelOf<SharedEpt>>::decode(large), Entry::Leaf(EptLeaf::from_bits(large)));
    assert_eq!(<Pd as LevelOf<SharedEpt>>::decode(table), Entry::Subtable(EptTable::from_bits(table)));
    assert_eq!(<Pt as LevelOf<SharedEpt>>::decode(LEAF), Entry::Leaf(EptLeaf::from_bits(LEAF)));
    assert_eq!(<Pt as LevelOf<SharedEpt>>::decode(LEAF | 0x80), Entry::Leaf(EptLeaf::from_bits(LEAF | 0x80)));
    assert_eq!(<Pml5 as LevelOf<SharedEpt>>::decode(table), Entry::Subtable(EptTable::from_bits(table)));
    // Any of read, write and execute makes an entry present.
    for bit in [1, 2, 4] {
        assert!(matches!(<Pt as LevelOf<SharedEpt>>::decode(bit), Entry::Leaf(_)));
    }
    // The private table has no permissions: only all three bits make an entry.
    assert!(matches!(<Pt as LevelOf<PrivateEpt>>::decode(3), Entry::Absent(_)));
    assert!(matches!(<Pt as LevelOf<PrivateEpt>>::decode(0x87), Entry::Leaf(_)));
}

#[test]
fn what_is_not_present_is_absent_or_frozen() {
    fn of<T: Visible>()
    where
        Pt: LevelOf<T>,
        Pd: LevelOf<T>,
    {
        assert_eq!(T::ABSENT, 1 << 63, "a #VE is wanted in the guest for nothing: suppress it");
        assert_ne!(T::FROZEN, T::ABSENT);
        assert!(matches!(<Pt as LevelOf<T>>::decode(T::ABSENT), Entry::Absent(entry) if entry.bits() == 1 << 63));
        assert!(matches!(<Pt as LevelOf<T>>::decode(T::FROZEN), Entry::Frozen));
        assert!(matches!(<Pd as LevelOf<T>>::decode(T::FROZEN), Entry::Frozen));
    }
    of::<SharedEpt>();
    of::<PrivateEpt>();
    assert_eq!(SharedEpt::FROZEN, 0x8000_0000_0000_05a0);
}

#[test]
fn a_link_lets_everything_through() {
    assert_eq!(<Pml4 as LevelOf<SharedEpt>>::LINK, 1 << 63 | 7);
    assert_eq!(<Pd as LevelOf<PrivateEpt>>::LINK, 1 << 63 | 7);
    let link = EptTable::<Pml4>::new(Hpa::new(0x1000)).expect("aligned");
    assert_eq!(link.bits(), <Pml4 as LevelOf<SharedEpt>>::LINK | 0x1000);
    assert!(link.access().allows(Access::ALL));
}

#[test]
fn getters_take_fields_apart() {
    let leaf = EptLeaf::<Pt>::from_bits(LEAF | 0x100);
    assert!(leaf.read() && leaf.write() && leaf.execute() && leaf.accessed() && leaf.suppress_ve());
    assert!(!leaf.dirty() && !leaf.ignore_pat());
    assert_eq!(leaf.memory_type(), Some(MemoryType::WriteBack));
    assert_eq!(leaf.frame(), Hpa::new(0x0012_3456_7000));
    assert_eq!(leaf.access(), Access::ALL);
    // Memory type 2 does not exist.
    assert_eq!(EptLeaf::<Pt>::from_bits(2 << 3).memory_type(), None);
}

#[test]
fn with_changes_one_field_and_nothing_else() {
    for start in [0, u64::MAX, LEAF] {
        let leaf = EptLeaf::<Pd>::from_bits(start);
        assert_eq!(leaf.with_write(true).bits(), start | 2);
        assert_eq!(leaf.with_write(false).bits(), start & !2);
        let typed = leaf.with_memory_type(MemoryType::WriteThrough);
        assert_eq!(typed.bits(), start & !0x38 | 4 << 3);
        let framed = leaf.with_frame(Hpa::new(0x4000_0000)).expect("aligned");
        assert_eq!(framed.bits(), start & !0x000f_ffff_ffe0_0000 | 0x4000_0000);
    }
}

#[test]
fn a_frame_must_fit_its_level() {
    assert!(EptLeaf::<Pt>::new(Hpa::new(0x1000)).is_some());
    assert!(EptLeaf::<Pd>::new(Hpa::new(0x1000)).is_none());
    assert!(EptLeaf::<Pt>::new(Hpa::new(0x1001)).is_none());
    assert!(EptLeaf::<Pt>::new(Hpa::new(1 << 52)).is_none());
    assert!(!EptLeaf::<Pd>::takes_frame(Hpa::new(0x1000)) && EptLeaf::<Pd>::takes_frame(Hpa::new(0x20_0000)));
    assert!(EptTable::<Pd>::takes_frame(Hpa::new(0x1000)));
}

#[test]
fn every_bit_of_every_format_is_described_once() {
    fn check<F: EntryFormat>() {
        let mut described = 0;
        for field in F::FIELDS {
            assert_eq!(described & field.mask, 0, "{} overlaps", field.name);
            described |= field.mask;
        }
        assert_eq!(described, u64::MAX);
        let of = |class| F::FIELDS.iter().filter(|field| field.class == class).fold(0, |mask, field| mask | field.mask);
        assert_eq!(F::FRAME, of(FieldClass::Frame));
        assert_eq!(F::HARDWARE, of(FieldClass::Hardware));
        assert_eq!(F::RESERVED, of(FieldClass::Reserved));
        assert_eq!(F::RESERVED_ONES & !(of(FieldClass::Reserved) | of(FieldClass::Tag)), 0);
    }
    check::<EptLeaf<Pd>>();
    check::<EptLeaf<Pt>>();
    check::<EptTable<Pml5>>();
    check::<EptTable<Pd>>();
    check::<PrivateLeaf<Pd>>();
    check::<PrivateLeaf<Pt>>();
    check::<PrivateTable<Pml4>>();
    check::<SeptEntry<Pml5>>();
    check::<SeptEntry<Pd>>();
    check::<SeptEntry<Pt>>();
}

#[test]
fn masks_differ_by_level_where_the_manual_says_so() {
    // SDM 3C table 29-5: bits 20:12 of a 2 MiB entry are reserved.
    assert_eq!((EptLeaf::<Pd>::RESERVED, EptLeaf::<Pd>::FRAME), (0x001f_f000, 0x000f_ffff_ffe0_0000));
    assert_eq!((EptLeaf::<Pt>::RESERVED, EptLeaf::<Pt>::FRAME), (0, 0x000f_ffff_ffff_f000));
    assert_eq!((EptLeaf::<Pd>::RESERVED_ONES, EptLeaf::<Pt>::RESERVED_ONES), (0x80, 0));
    // Tables 29-2 and 29-3: bits 7:3 of the upper two levels, bits 6:3 below.
    assert_eq!((EptTable::<Pml4>::RESERVED, EptTable::<Pd>::RESERVED), (0xf8, 0x78));
    assert_eq!((EptLeaf::<Pt>::ACCESSED, EptLeaf::<Pt>::DIRTY, EptTable::<Pd>::DIRTY), (0x100, 0x200, 0));
    assert_eq!(EptLeaf::<Pd>::LAYOUT.template, 1 << 63 | 6 << 3 | 0x80);
}

#[test]
fn access_follows_the_bits() {
    let access = |bits| EptLeaf::<Pt>::from_bits(bits).access();
    assert!(access(1).allows(Access::READ | Access::USER) && !access(1).allows(Access::WRITE));
    assert!(access(2).allows(Access::WRITE) && !access(2).allows(Access::READ));
    // EPT without mode-based execution does not tell users apart.
    assert!(access(4).allows(Access::EXECUTE | Access::USER_EXECUTE));
    assert!(!access(3).allows(Access::EXECUTE) && !access(3).allows(Access::USER_EXECUTE));
    assert_eq!(PrivateLeaf::<Pt>::from_bits(7).access(), Access::ALL);
}

#[test]
fn attributes_survive_a_round_trip() {
    let attributes = EptLeafFields {
        read: true,
        execute: true,
        memory_type: MemoryType::Uncacheable,
        dirty: true,
        ..EptLeafFields::new()
    };
    let large = <Pd as LevelOf<SharedEpt>>::leaf_template(&attributes);
    let small = <Pt as LevelOf<SharedEpt>>::leaf_template(&attributes);
    assert_eq!(small, 1 << 63 | 1 << 9 | 5);
    assert_eq!(large, small | 0x80);
    assert_eq!(<Pd as LevelOf<SharedEpt>>::attributes(EptLeaf::from_bits(large)), attributes);
    assert_eq!(<Pt as LevelOf<SharedEpt>>::attributes(EptLeaf::from_bits(small)), attributes);
    // Where the memory type is none, the attributes have the default.
    let broken = EptLeaf::from_bits(small | 7 << 3);
    assert_eq!(<Pt as LevelOf<SharedEpt>>::attributes(broken).memory_type, MemoryType::WriteBack);
    // A new private leaf is present: the pair maps with the default.
    let private = <Pt as LevelOf<PrivateEpt>>::leaf_template(&PrivateLeafFields::default());
    assert_eq!(private, 1 << 63 | 0x87);
    assert!(matches!(<Pt as LevelOf<PrivateEpt>>::decode(private), Entry::Leaf(_)));
}

#[test]
fn an_entry_shows_its_fields() {
    let leaf = EptLeaf::<Pt>::from_bits(LEAF);
    assert_eq!(
        format!("{leaf:?}"),
        "EptLeaf { read: 0x1, write: 0x1, execute: 0x1, memory_type: 0x6, ignore_pat: 0x0, accessed: 0x0, \
         dirty: 0x0, frame: 0x1234567000, suppress_ve: 0x1 }"
    );
}

#[test]
fn a_scattered_state_is_put_together() {
    // Free is 0x0e: bits 3:1 of the code are bits 55:53 of the entry.
    let free = SeptEntry::<Pt>::from_bits(0).with_state(Sept::Free);
    assert_eq!(free.bits(), 0x7 << 53);
    let mapped = SeptEntry::<Pt>::from_bits(0).with_state(Sept::Mapped);
    assert_eq!(mapped.bits(), 0xc0);
    for state in Sept::ALL {
        for start in [0, u64::MAX] {
            let entry = SeptEntry::<Pd>::from_bits(start).with_state(*state);
            assert_eq!(entry.state(), Some(*state));
            assert_eq!((entry.bits() ^ start) & !0x01e0_0000_0000_02c0, 0, "nothing else changes");
            assert_eq!(state.apply(start, Level::Pd), entry.bits());
            assert_eq!(Sept::decode(entry.bits(), Level::Pd), Some(*state));
        }
        assert_eq!(Sept::from_bits(state.into_bits()), Some(*state));
    }
    assert_eq!(SeptEntry::<Pt>::from_bits(1 << 9).state(), None);
    assert_eq!(Sept::decode(1 << 9, Level::Pt), None);
}

#[test]
fn states_and_transitions_are_those_of_the_declaration() {
    assert_eq!(Sept::INITIAL, Sept::Free);
    assert_eq!(Sept::TRANSITIONS.len(), 17);
    assert_eq!(
        (Sept::Free.shape(), Sept::Table.shape(), Sept::Pending.shape()),
        (Shape::Absent, Shape::Table, Shape::Leaf)
    );
    let which = |is: fn(Sept) -> bool| Sept::ALL.iter().copied().filter(|state| is(*state)).collect::<Vec<_>>();
    assert_eq!(which(Sept::is_accessible), [Sept::Table, Sept::Mapped]);
    assert_eq!(which(Sept::is_blocked), [Sept::TableBlocked, Sept::Blocked, Sept::PendingBlocked]);
    let aug = Transition {
        from: Sept::Free,
        to: Sept::Pending,
        by: Initiator::Host(SeptHooksMethod::PageAug),
        during: &[PhaseName::Run],
        after_track: false,
        lossy: false,
    };
    assert!(Sept::TRANSITIONS.contains(&aug));
    let accepted = Sept::TRANSITIONS.iter().filter(|step| step.by == Initiator::Guest("accept")).collect::<Vec<_>>();
    assert!(matches!(accepted.as_slice(), [step] if step.from == Sept::Pending && step.to == Sept::Mapped));
    // Nothing but a tracked entry loses its page or table.
    let freed = Sept::TRANSITIONS.iter().filter(|step| step.to == Sept::Free);
    assert!(freed.clone().count() == 3 && freed.into_iter().all(|step| step.after_track && step.from.is_blocked()));
}

#[test]
fn hooks_have_names_answers_and_levels() {
    fn levels<H: SeptHooks>() {
        assert_eq!(<PrivateEpt as Link<H>>::LEVELS, [Level::Pd, Level::Pdpt, Level::Pml4, Level::Pml5]);
        assert_eq!(<PrivateEpt as Add<H>>::LEVELS, [Level::Pt]);
        assert_eq!(<PrivateEpt as Map<H>>::LEVELS, [Level::Pt, Level::Pd]);
        assert_eq!(<PrivateEpt as SplitRole<H>>::LEVELS, [Level::Pd]);
        assert_eq!(<PrivateEpt as Merge<H>>::LEVELS, [Level::Pd]);
    }
    levels::<NoMonitor>();
    assert_eq!(SeptHooksMethod::RangeBlock.name(), "range_block");
    assert_eq!(pt_tdx::PageDemote::NAME, "page_demote");
    assert!(!pt_tdx::PageDemote::FUSED && pt_tdx::PageDemote::ORDER.is_none());
}

#[test]
fn tables_know_their_names() {
    assert_eq!((SharedEpt::NAME, PrivateEpt::NAME, SecureEpt::NAME), ("SharedEpt", "PrivateEpt", "SecureEpt"));
    assert_eq!(Tdx::NAME, "tdx");
    assert_eq!(<Pml5 as LevelOf<SharedEpt>>::LEVEL, Level::Pml5);
    let rungs = [
        (<Pml5 as LevelOf<SharedEpt>>::LEAVES, <Pml5 as LevelOf<SharedEpt>>::TABLES),
        (<Pdpt as LevelOf<SharedEpt>>::LEAVES, <Pdpt as LevelOf<SharedEpt>>::TABLES),
        (<Pd as LevelOf<SharedEpt>>::LEAVES, <Pd as LevelOf<SharedEpt>>::TABLES),
        (<Pt as LevelOf<SharedEpt>>::LEAVES, <Pt as LevelOf<SharedEpt>>::TABLES),
    ];
    assert_eq!(rungs, [(false, true), (false, true), (true, true), (true, false)]);
}

/// A monitor that refuses everything.
struct NoMonitor;

mod refusing {
    use super::NoMonitor;
    use pt_core::hook::{Drained, Fatal, Filled, Frozen, Occupied, Outcome, Tracked};
    use pt_core::{Hpa, Protected, TablePage};
    use pt_tdx::{
        PageAdd, PageAug, PageDemote, PagePromote, PageReclaim, PageRemove, PrivateEpt, RangeBlock, RangeUnblock,
        SeptAdd, SeptHooks, SeptRemove, Track,
    };

    const NO: Fatal = Fatal { status: 1 };

    impl SeptHooks for NoMonitor {
        fn sept_add(&self, _: &Frozen<PrivateEpt>, _: &TablePage<Protected>) -> Outcome<SeptAdd> {
            Outcome::Fatal(NO)
        }
        fn page_add(&self, _: &Frozen<PrivateEpt>, _: Hpa, _: Hpa) -> Outcome<PageAdd> {
            Outcome::Fatal(NO)
        }
        fn page_aug(&self, _: &Frozen<PrivateEpt>, _: Hpa) -> Outcome<PageAug> {
            Outcome::Fatal(NO)
        }
        fn range_block(&self, _: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock> {
            Outcome::Fatal(NO)
        }
        fn range_unblock(&self, _: &Tracked<PrivateEpt>) -> Outcome<RangeUnblock> {
            Outcome::Fatal(NO)
        }
        fn track(&self) -> Outcome<Track> {
            Outcome::Fatal(NO)
        }
        fn page_remove(&self, _: &Tracked<PrivateEpt>) -> Outcome<PageRemove> {
            Outcome::Fatal(NO)
        }
        fn sept_remove(&self, _: &Drained<PrivateEpt>) -> Outcome<SeptRemove> {
            Outcome::Fatal(NO)
        }
        fn page_demote(&self, _: &Tracked<PrivateEpt>, _: &Filled<PrivateEpt>) -> Outcome<PageDemote> {
            Outcome::Fatal(NO)
        }
        fn page_promote(&self, _: &Tracked<PrivateEpt>) -> Outcome<PagePromote> {
            Outcome::Fatal(NO)
        }
        fn page_reclaim(&self, _: Hpa) -> Outcome<PageReclaim> {
            Outcome::Fatal(NO)
        }
    }
}
