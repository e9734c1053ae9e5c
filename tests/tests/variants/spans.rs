//! Leaves that map as one: Arm's contiguous bit, which breaks before it makes, and Svnapot, in place.

use pt_core::flush::Scope;
use pt_core::{Address, AddressRange, Arena, Guest, Hpa, Invalidate, Obstacle, Page, Shared, Tree, UsedByCpu, Whole};

const BASE: u64 = 0x100_0000;
const FRAME: u64 = 0x8000_0000;

/// CPUs that remember what they were told to drop.
#[derive(Default)]
struct Cpus(Vec<(u64, u64)>);
impl<T: UsedByCpu<Space = Guest>> Invalidate<T> for Cpus {
    fn invalidate(&mut self, scope: Scope<Guest>) {
        let (Scope::Leaves(range) | Scope::Tables(range)) = scope else { return };
        self.0.push((range.start().as_u64(), range.bytes()));
    }
}

/// The tests, for one table: its module and names, the shift of a page, leaves in a span, the bit, and how the frame of a
/// page is held in an entry of a span.
macro_rules! spans {
    ($name:ident, $module:path, $table:ident, $last:ident, $geometry:expr, $config:expr, $page:literal, $leaves:literal, $accessed:literal,
     $held:expr) => {
        mod $name {
            use super::*;
            use $module::*;

            const BYTES: u64 = $leaves << $page;
            const START: u64 = 1 << 30;

            fn at(offset: u64) -> Address<Guest> {
                $geometry.address(START + offset).unwrap()
            }
            fn range(offset: u64, bytes: u64) -> AddressRange<Guest> {
                $geometry.range(at(offset), bytes).unwrap()
            }
            fn attributes(write: bool) -> PageEntryFields {
                PageEntryFields { read: true, write, ..Default::default() }
            }
            /// A tree with two spans, and a page before and after them.
            fn mapped(arena: &Arena) -> Tree<$table, &Arena> {
                let mut tree = Tree::configured($geometry, $config, arena, arena).unwrap();
                let page = 1_u64 << $page;
                let whole = $geometry.range($geometry.address(START - page).unwrap(), 2 * BYTES + 2 * page).unwrap();
                let first = Page::<Shared, $last>::new(Hpa::new(FRAME - page)).unwrap();
                tree.exclusive(arena).map_spans().map_range(whole, first, attributes(true)).unwrap();
                tree
            }
            /// The entry for an address, from the memory.
            fn raw(tree: &Tree<$table, &Arena>, offset: u64) -> u64 {
                tree.reader().query(at(offset)).unwrap().raw
            }
            fn spanned(tree: &Tree<$table, &Arena>) -> Vec<u64> {
                let leaves = tree.reader().whole().leaves();
                leaves.filter(|leaf| leaf.span().is_some()).map(|leaf| leaf.address.as_u64() - START).collect()
            }
            /// Every page leads where it did.
            fn check(tree: &Tree<$table, &Arena>, mapped: core::ops::Range<u64>) {
                for offset in mapped.step_by(1 << $page) {
                    let found = tree.reader().translate(at(offset + 0x123)).unwrap();
                    assert_eq!(found.address, Hpa::new(FRAME + offset + 0x123), "{offset:#x}");
                    assert_eq!(tree.reader().query(at(offset)).unwrap().frame, Hpa::new(FRAME + offset));
                }
            }
            /// Sets the accessed bit of an entry in memory, as a CPU does: of the last of several that are equal.
            fn set(arena: &Arena, entry: u64) {
                let words = (BASE..BASE + (8 << 20)).step_by(8).filter(|&at| arena.read(Hpa::new(at)) == Some(entry));
                let word = arena.word_at(Hpa::new(words.last().unwrap())).unwrap();
                word.fetch_or($accessed, core::sync::atomic::Ordering::AcqRel);
            }
            fn new() -> Arena {
                Arena::new(Hpa::new(BASE), 8 << 20)
            }

            #[test]
            fn a_range_is_mapped_with_spans_where_they_fit() {
                let arena = new();
                let tree = mapped(&arena);
                assert_eq!(spanned(&tree).len(), 2 * $leaves);
                assert_eq!(spanned(&tree).first().zip(spanned(&tree).last()), Some((&0, &(2 * BYTES - (1 << $page)))));
                check(&tree, 0..2 * BYTES);
                let held: fn(u64) -> u64 = $held;
                for offset in [0, 1 << $page, BYTES + (3 << $page)] {
                    let bits = PageEntry::<$last>::from_bits(raw(&tree, offset));
                    assert_eq!(bits.frame(), Hpa::new(held(FRAME + offset)), "{offset:#x}");
                }
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn frames_that_are_not_aligned_make_no_span() {
                let arena = new();
                let mut tree: Tree<$table, _> = Tree::configured($geometry, $config, &arena, &arena).unwrap();
                let first = Page::<Shared, $last>::new(Hpa::new(FRAME + (1 << $page))).unwrap();
                tree.exclusive(&arena).map_spans().map_range(range(0, BYTES), first, attributes(true)).unwrap();
                assert!(spanned(&tree).is_empty());
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn one_page_of_a_span_is_not_changed_by_itself() {
                let arena = new();
                let mut tree = mapped(&arena);
                let before = raw(&tree, 0);
                let refused = tree.exclusive(&arena).unmap::<$last>(at(1 << $page)).map(|_| ()).unwrap_err();
                assert!(matches!(refused, Obstacle::Spanned { frame, .. } if frame == Hpa::new(FRAME + (1 << $page))));
                let refused = tree.exclusive(&arena).protect::<$last>(at(0), attributes(false)).map(|_| ()).unwrap_err();
                assert!(matches!(refused, Obstacle::Spanned { .. }), "{refused}");
                assert_eq!(raw(&tree, 0), before);
                let mut cpus = Cpus::default();
                tree.exclusive(&arena).break_span::<$last>(at(1 << $page), &mut cpus).unwrap();
                assert_eq!(cpus.0, [(START, BYTES)]);
                assert_eq!(spanned(&tree).len(), $leaves, "the other one");
                check(&tree, 0..2 * BYTES);
                tree.exclusive(&arena).unmap::<$last>(at(1 << $page)).unwrap().flush(&mut cpus);
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn a_range_breaks_the_spans_that_it_cuts() {
                let arena = new();
                let mut tree = mapped(&arena);
                let mut cpus = Cpus::default();
                let cut = range(BYTES / 2, BYTES);
                tree.exclusive(&arena).protect_range(cut, attributes(false), &mut cpus).unwrap().flush(&mut cpus);
                assert_eq!(cpus.0, [(START, BYTES), (START + BYTES, BYTES), (START + BYTES / 2, BYTES)]);
                assert!(spanned(&tree).is_empty());
                check(&tree, 0..2 * BYTES);
                let writable = |offset| tree.reader().query(at(offset)).unwrap().attributes.write;
                assert_eq!([0, BYTES / 2, BYTES, 2 * BYTES - (1 << $page)].map(writable), [true, false, false, true]);
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn whole_spans_stay_spans() {
                let arena = new();
                let mut tree = mapped(&arena);
                let mut cpus = Cpus::default();
                tree.exclusive(&arena).protect_range(range(0, BYTES), attributes(false), &mut cpus).unwrap().flush(&mut cpus);
                assert_eq!((cpus.0.as_slice(), spanned(&tree).len()), (&[(START, BYTES)][..], 2 * $leaves));
                check(&tree, 0..2 * BYTES);
                let mut seen = Vec::new();
                let removed = tree.exclusive(&arena).unmap_range(range(BYTES, BYTES), &mut cpus, |leaf| seen.push(leaf.frame));
                removed.unwrap().flush(&mut cpus);
                assert!(seen.iter().copied().eq((0..$leaves).map(|page| Hpa::new(FRAME + BYTES + (page << $page)))));
                assert_eq!(spanned(&tree).len(), $leaves);
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn what_the_cpu_has_set_in_one_leaf_is_meant_for_all() {
                let arena = new();
                let mut tree = mapped(&arena);
                set(&arena, raw(&tree, 2 << $page));
                tree.exclusive(&arena).break_span::<$last>(at(0), &mut Cpus::default()).unwrap();
                let accessed = |page: u64| tree.reader().query(at(page << $page)).unwrap().attributes.accessed;
                assert!((0..$leaves).all(accessed) && !accessed($leaves));
                check(&tree, 0..2 * BYTES);
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn attributes_by_leaf_break_spans() {
                let arena = new();
                let mut tree = mapped(&arena);
                let mut cpus = Cpus::default();
                let changed = tree.exclusive(&arena).update_range(range(0, 2 * BYTES), &mut cpus, |leaf| {
                    PageEntryFields { write: leaf.address != at(1 << $page), ..leaf.attributes }
                });
                changed.unwrap().flush(&mut cpus);
                assert_eq!(spanned(&tree).len(), $leaves);
                assert_eq!(cpus.0[0], (START, BYTES));
                check(&tree, 0..2 * BYTES);
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn ageing_sees_a_span_as_one() {
                let arena = new();
                let tree = mapped(&arena);
                set(&arena, raw(&tree, 2 << $page));
                assert_eq!(tree.age(range(0, 1 << $page)).unwrap(), $leaves);
                assert_eq!(tree.age(range(0, 2 * BYTES)).unwrap(), 0);
                assert_eq!(spanned(&tree).len(), 2 * $leaves);
                let _ = tree.invalidate().free(&arena);
            }

            #[test]
            fn a_plan_counts_the_spans_that_are_broken() {
                let arena = new();
                let tree = mapped(&arena);
                let broken = |offset, bytes| {
                    let plan = tree.plan_unmap_range(range(offset, bytes)).unwrap();
                    (plan.spans(), plan.flushes_on_the_way())
                };
                assert_eq!([(BYTES / 2, BYTES), (0, BYTES), (1 << $page, 1 << $page)].map(|(at, bytes)| broken(at, bytes)), [
                    (2, 2),
                    (0, 0),
                    (1, 1)
                ]);
                let unchanged = tree.plan_protect_range(range(BYTES / 2, BYTES), attributes(true)).unwrap();
                assert_eq!(unchanged.spans(), 0, "nothing changes");
                let _ = tree.invalidate().free(&arena);
            }
        }
    };
}

spans!(contiguous, pt_arm::stage2::k4, Stage2, L3, Width::StartL1 { bits: 39 }, (), 12, 16, 0x400, |frame| frame);
spans!(contiguous_16k, pt_arm::stage2::k16, Stage2, L3, Width::StartL2 { bits: 36 }, (), 14, 128, 0x400, |frame| frame);
spans!(contiguous_64k, pt_arm::stage2::k64_lpa, Stage2, L3, Width::StartL2 { bits: 42 }, (), 16, 32, 0x400, |frame| {
    frame
});
spans!(napot, pt_riscv::g_stage, GuestTables, L0, Mode::Sv39x4, Features::all(), 12, 16, 0x40, |frame| frame & !0xffff
    | 0x8000);

/// Whether anything is mapped as a span.
fn has_spans(features: pt_riscv::g_stage::Features) -> bool {
    use pt_riscv::g_stage::{GuestTables, L0, Mode, PageEntryFields};
    let arena = Arena::new(Hpa::new(BASE), 1 << 20);
    let mut tree: Tree<GuestTables, _> = Tree::configured(Mode::Sv39x4, features, &arena, &arena).unwrap();
    let range = Mode::Sv39x4.range(Mode::Sv39x4.address(0).unwrap(), 16 << 12).unwrap();
    let first = Page::<Shared, L0>::new(Hpa::new(FRAME)).unwrap();
    let attributes = PageEntryFields { read: true, ..Default::default() };
    tree.exclusive(&arena).map_spans().map_range(range, first, attributes).unwrap();
    let spanned = tree.reader().whole().leaves().any(|leaf| leaf.span().is_some());
    let _ = tree.invalidate().free(&arena);
    spanned
}

#[test]
fn a_hart_without_svnapot_has_no_spans() {
    use pt_riscv::g_stage::Features;
    assert!(has_spans(Features::none().with_svnapot(true)));
    assert!(!has_spans(Features::all().with_svnapot(false)));
}
