//! Arm: both stages, with each granule.

use pt_arm::{stage1, stage2};
use pt_core::flush::Scope;
use pt_core::geometry::RangeError;
use pt_core::{
    Arena, End, EntryFormat, Geometry, Hpa, Invalidate, Level, Page, Shared, Tree, TreeError, TwoRoots, UsedByCpu,
    Whole,
};

struct Pes;
impl<T: UsedByCpu> Invalidate<T> for Pes {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

#[test]
fn tables_are_as_large_as_the_granule() {
    use stage1::{k4, k16, k64};
    assert_eq!((k4::L3::ENTRIES, k4::L3::TABLE_ORDER, k4::L2::SHIFT), (512, 0, 21));
    assert_eq!((k16::L3::ENTRIES, k16::L3::TABLE_ORDER, k16::L2::SHIFT), (2048, 2, 25));
    assert_eq!((k64::L3::ENTRIES, k64::L3::TABLE_ORDER, k64::L2::SHIFT), (8192, 4, 29));
    let shifts = [k4::Width::PAGE_SHIFT, k16::Width::PAGE_SHIFT, k64::Width::PAGE_SHIFT];
    assert_eq!(shifts, [12, 14, 16]);
}

#[test]
fn a_range_is_made_of_granules() {
    let width = stage1::k64::Width::StartL1 { bits: 48 };
    let start = width.address(0x1_0000).unwrap();
    let refused = RangeError::NotAligned { start: 0x1_0000, bytes: 0x1000, granule: 0x1_0000 };
    assert_eq!(width.range(start, 0x1000), Err(refused));
    assert_eq!(refused.to_string(), "the range 0x10000+0x1000 is not aligned to 64 KiB");
    assert_eq!(width.range(start, 0x3_0000).unwrap().pages(16).count(), 3);
}

#[test]
fn addresses_of_52_bits_are_scattered() {
    let high = Hpa::new(0xf_8765_4321_0000);
    let page = stage1::k4_lpa2::PageEntry::<stage1::k4_lpa2::L3>::new(high).unwrap();
    assert_eq!((page.frame(), page.bits()), (high, 0x3_8765_4321_0303), "OA[51:50] in bits 9:8");
    let table = stage2::k16_lpa2::TableEntry::<stage2::k16_lpa2::L1>::new(Hpa::new(0x8_0000_0000_4000)).unwrap();
    assert_eq!(table.bits(), 0x0000_0000_4203);
    let page = stage2::k64_lpa::PageEntry::<stage2::k64_lpa::L3>::new(high).unwrap();
    assert_eq!((page.frame(), page.bits()), (high, 0x0000_8765_4321_f003), "OA[51:48] in bits 15:12");
    assert!(stage2::k64::PageEntry::<stage2::k64::L3>::new(high).is_none(), "48 bits");
    assert!(stage2::k16::PageEntry::<stage2::k16::L3>::new(Hpa::new(0x1000)).is_none(), "16 KiB");
    assert_eq!(stage2::k16::PageEntry::<stage2::k16::L3>::RESERVED & 0x3000, 0x3000);
}

#[test]
fn blocks_are_where_the_architecture_has_them() {
    use pt_core::LevelOf;
    fn leaves<T: pt_core::Visible, L: LevelOf<T>>() -> bool {
        L::LEAVES
    }
    assert!(
        !leaves::<stage1::k4::Stage1, stage1::k4::L0>() && leaves::<stage1::k4_lpa2::Stage1, stage1::k4_lpa2::L0>()
    );
    assert!(
        !leaves::<stage1::k16::Stage1, stage1::k16::L1>() && leaves::<stage1::k16_lpa2::Stage1, stage1::k16_lpa2::L1>()
    );
    assert!(
        !leaves::<stage2::k64::Stage2, stage2::k64::L1>() && leaves::<stage2::k64_lpa::Stage2, stage2::k64_lpa::L1>()
    );
}

#[test]
fn the_width_says_how_many_root_tables_there_are() {
    use stage2::{k4, k16, k64_lpa};
    let tables = |bits| k4::Width::StartL1 { bits }.root_tables();
    assert_eq!([31, 39, 40, 41, 42, 43].map(tables), [1, 1, 2, 4, 8, 16]);
    assert_eq!(k4::Width::StartL0 { bits: 48 }.root_tables(), 1);
    assert_eq!(k16::Width::StartL1 { bits: 48 }.root_tables(), 2);
    assert_eq!(k64_lpa::Width::StartL2 { bits: 46 }.root_tables(), 16);
}

/// A page at either end of what a stage 2 translates, through as many root tables as that takes.
macro_rules! ends {
    ($granule:ident, $width:expr, $pages_of_root:literal) => {{
        use stage2::$granule::{L3, PageEntryFields, Stage2, Width};
        let width: Width = $width;
        let arena = Arena::new(Hpa::new(0x1000_0000), 4 << 20);
        let mut tree: Tree<Stage2, _> = Tree::new(width, &arena, &arena).unwrap();
        assert_eq!(arena.pages_in_use(), $pages_of_root);
        assert_eq!(tree.root_frame().as_u64() % ($pages_of_root << 12), 0, "aligned to all of its tables");
        let attributes = PageEntryFields { read: true, ..Default::default() };
        let ends = [0, (1 << width.width()) - (1 << L3::SHIFT)].map(|at| width.address(at).unwrap());
        for (at, frame) in ends.into_iter().zip([0x4000_0000, 0x8000_0000]) {
            let page = Page::<Shared, L3>::new(Hpa::new(frame)).unwrap();
            tree.exclusive(&arena).map(at, page, attributes).unwrap();
            assert_eq!(tree.reader().translate(at).unwrap().address, Hpa::new(frame));
        }
        let leaves = tree.reader().whole().leaves();
        assert!(leaves.map(|leaf| leaf.address).eq(ends));
        for at in ends {
            tree.exclusive(&arena).unmap::<L3>(at).unwrap().flush(&mut Pes);
        }
        assert_eq!(arena.pages_in_use(), $pages_of_root, "every table below the root is free again");
        let _ = tree.invalidate().free(&arena);
        assert_eq!(arena.pages_in_use(), 0);
    }};
}

#[test]
fn concatenated_tables_translate_up_to_the_last_page() {
    ends!(k4, Width::StartL2 { bits: 25 }, 1);
    ends!(k4, Width::StartL2 { bits: 34 }, 16);
    ends!(k4, Width::StartL1 { bits: 40 }, 2);
    ends!(k4, Width::StartL1 { bits: 43 }, 16);
    ends!(k4, Width::StartL0 { bits: 48 }, 1);
    ends!(k4_lpa2, Width::StartL0 { bits: 52 }, 16);
    ends!(k4_lpa2, Width::StartLm1 { bits: 52 }, 1);
    ends!(k16, Width::StartL3 { bits: 29 }, 64);
    ends!(k16, Width::StartL1 { bits: 48 }, 8);
    ends!(k16_lpa2, Width::StartL0 { bits: 52 }, 1);
    ends!(k64, Width::StartL2 { bits: 42 }, 16);
    ends!(k64, Width::StartL2 { bits: 46 }, 256);
    ends!(k64_lpa, Width::StartL1 { bits: 52 }, 2);
}

#[test]
fn a_table_denies_what_lies_behind_it() {
    use pt_core::format::Access;
    let table = stage1::k4::TableEntry::<stage1::k4::L1>::new(Hpa::new(0x5000)).unwrap();
    assert_eq!(table.access(), Access::ALL);
    assert_eq!(table.with_no_user(true).bits(), 0x5003 | 1 << 61, "APTable[0]");
    assert!(!table.with_no_user(true).access().allows(Access::USER));
    assert!(!table.with_read_only(true).access().allows(Access::WRITE));
    assert!(!table.with_execute_never(true).access().allows(Access::USER_EXECUTE));
    assert!(!table.with_privileged_execute_never(true).access().allows(Access::EXECUTE));
}

#[test]
fn the_second_stage_says_who_may_fetch() {
    use pt_core::format::Access;
    use stage2::k4::{Execute, L3, PageEntry};
    let page = PageEntry::<L3>::new(Hpa::new(0x5000)).unwrap().with_read(true);
    let fetch = Access::EXECUTE.union(Access::USER_EXECUTE);
    for (execute, xn, allowed) in [
        (Execute::Any, 0, fetch),
        (Execute::El0, 1, Access::USER_EXECUTE),
        (Execute::Nobody, 2, Access::NONE),
        (Execute::El1, 3, Access::EXECUTE),
    ] {
        let page = page.with_execute(execute);
        assert_eq!(page.bits() >> 53 & 3, xn, "{execute:?}");
        assert_eq!(page.access().without(Access::READ.union(Access::USER)), allowed, "{execute:?}");
    }
}

/// Makes trees of both ends with addresses of `bits` bits, and says why there is none of the upper end.
macro_rules! upper_end {
    ($granule:ident, $start:ident, $bits:literal) => {{
        use stage1::$granule::{Stage1, Stage1Upper, Width};
        let (width, arena) = (Width::$start { bits: $bits }, Arena::new(Hpa::new(0x1000_0000), 1 << 20));
        let lower: Tree<Stage1, _> = Tree::new(width, &arena, &arena).unwrap();
        let _ = lower.invalidate().free(&arena);
        let upper: Result<Tree<Stage1Upper, _>, _> = Tree::new(width, &arena, &arena);
        let refused = upper.map(|tree| tree.invalidate().free(&arena)).err();
        assert_eq!(arena.pages_in_use(), 0);
        refused
    }};
}

#[test]
fn a_root_that_no_register_can_hold_is_refused() {
    let refused = |width| Some(TreeError::Unaligned { width, alignment: 64 });
    assert_eq!(upper_end!(k4_lpa2, StartL1, 31), refused(31));
    assert_eq!(upper_end!(k4_lpa2, StartL0, 41), refused(41));
    assert_eq!(upper_end!(k4_lpa2, StartL0, 42), None, "eight entries");
    assert_eq!(upper_end!(k16_lpa2, StartL0, 48), refused(48));
    assert_eq!(upper_end!(k16_lpa2, StartL0, 50), None);
    assert_eq!(upper_end!(k64_lpa, StartL1, 44), refused(44));
    assert_eq!(upper_end!(k64_lpa, StartL1, 45), None);
    assert_eq!(upper_end!(k4, StartL1, 31), None, "of 48 bits, the register holds those above the lowest four");
    let text = "the root for addresses of 31 bits in the upper end is not a multiple of 64 bytes";
    assert_eq!(refused(31).unwrap().to_string(), text);
}

#[test]
fn each_end_of_the_address_space_has_its_root() {
    use stage1::k4::{L3, PageEntryFields, Stage1, Stage1Upper, Width};
    let ends = TwoRoots { lower: Width::StartL0 { bits: 48 }, upper: Width::StartL1 { bits: 36 } };
    let arena = Arena::new(Hpa::new(0x1000_0000), 1 << 20);
    let mut lower: Tree<Stage1, _> = Tree::new(ends.lower, &arena, &arena).unwrap();
    let mut upper: Tree<Stage1Upper, _> = Tree::new(ends.upper, &arena, &arena).unwrap();
    let (page, attributes) = (|frame| Page::<Shared, L3>::new(Hpa::new(frame)).unwrap(), PageEntryFields::new());
    for (index, address) in [0_u64, 0x7fff_f000, u64::MAX << 36, u64::MAX << 12].into_iter().enumerate() {
        let frame = 0x4000_0000 + index as u64 * 0x1000;
        match ends.route(address).unwrap() {
            End::Lower(at) => {
                lower.exclusive(&arena).map(at, page(frame), attributes).unwrap();
                assert_eq!(lower.reader().translate(at).unwrap().address, Hpa::new(frame));
            }
            End::Upper(at) => {
                upper.exclusive(&arena).map(at, page(frame), attributes).unwrap();
                assert_eq!(upper.reader().translate(at).unwrap().address, Hpa::new(frame));
                // What a PE walks: 64 entries from the root on, indexed by address bits 35:30.
                let entry = arena.read(Hpa::new(upper.root_frame().as_u64() + (address >> 30 & 0x3f) * 8));
                assert_eq!(entry.unwrap() & 3, 3, "{address:#x}");
            }
        }
    }
    assert_eq!(upper.root_frame().as_u64() % (64 * 8), 0, "aligned to its size");
    let addresses: Vec<_> = upper.reader().whole().leaves().map(|leaf| leaf.address.as_u64()).collect();
    assert_eq!(addresses, [u64::MAX << 36, u64::MAX << 12]);
    let End::Upper(start) = ends.route(u64::MAX << 36).unwrap() else { panic!("it is in the upper end") };
    let all = ends.range(start, 1 << 36).unwrap();
    assert_eq!(upper.reader().range(all).leaves().count(), 2);
    upper.exclusive(&arena).clear_range(all, &mut Pes).unwrap().flush(&mut Pes);
    assert_eq!(upper.reader().whole().leaves().count(), 0);
    let _ = (lower.invalidate().free(&arena), upper.invalidate().free(&arena));
    assert_eq!(arena.pages_in_use(), 0);
}
