//! Random operations on trees with each granule, with roots of one and of several tables, with and without spans, and on
//! a map of pages, compared after every step.

use proptest::prelude::*;
use pt_core::flush::Scope;
use pt_core::{Arena, Invalidate, UsedByCpu, Whole as _};
use std::collections::BTreeMap;

/// A stretch of pages around a place where two root tables meet, or at an end of the address space.
#[derive(Copy, Clone, Debug)]
struct Stretch {
    place: usize,
    before: u64,
    pages: u64,
}

#[derive(Clone, Debug)]
enum Op {
    Map { on: Stretch, skewed: bool, spans: bool, write: bool },
    Unmap(Stretch),
    Protect(Stretch, bool),
}

/// Lengths in pages: a few, about a span, about a block of the largest granule.
fn length() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..6_u64, 3 => 10..40_u64, 2 => 120..140_u64, 2 => 500..530_u64, 1 => 8180..8200_u64]
}

fn op() -> impl Strategy<Value = Op> {
    let on = || (0..6_usize, length(), length()).prop_map(|(place, before, pages)| Stretch { place, before, pages });
    prop_oneof![
        4 => (on(), any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(on, skewed, spans, write)| Op::Map { on, skewed, spans, write }),
        2 => on().prop_map(Op::Unmap),
        2 => (on(), any::<bool>()).prop_map(|(on, write)| Op::Protect(on, write)),
    ]
}

/// What is mapped: pages by their positions, each with its frame and whether it can be written.
type Model = BTreeMap<u64, (u64, bool)>;

struct Cpus;
impl<T: UsedByCpu> Invalidate<T> for Cpus {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

/// The first address of a stretch and its bytes. `bytes` are there, in `tables` root tables.
fn place(on: Stretch, page: u32, bytes: u64, tables: u64) -> (u64, u64) {
    let place = bytes / tables * (on.place as u64 % (tables + 1));
    let start = place.saturating_sub(on.before << page).min(bytes - (1 << page));
    (start, ((on.pages + 1) << page).min(bytes - start))
}

/// A test of one table: its module and names, what lies above its addresses, geometries, the attributes of a page, and
/// whether attributes let it be written.
macro_rules! geometries {
    ($name:ident, $module:path, $table:ident, $last:ident, $config:expr, $range:expr, [$($geometry:expr),+], $attributes:expr, $write:expr) => {
        mod $name {
            use super::*;
            use pt_core::level::Level as _;
            use pt_core::{AddressRange, Geometry, Hpa, Levels, Page, Shared, Table, Tree};
            use $module::*;

            const PAGE: u32 = $last::SHIFT;
            const UPPER: bool = matches!(<$table as Table>::EXTENSION, pt_core::geometry::Extension::Ones);

            fn range(width: <$table as Table>::Geometry, start: u64, bytes: u64) -> AddressRange<<$table as Table>::Space> {
                $range(width, if UPPER { start | u64::MAX << width.width() } else { start }, bytes)
            }

            fn compare(tree: &Tree<$table, &Arena>, model: &Model) {
                let below = u64::MAX >> (64 - tree.geometry().width());
                let pages = tree.reader().whole().leaves().flat_map(|leaf| {
                    let count = 1_u64 << (leaf.level.shift() - PAGE);
                    let write: fn(PageEntryFields) -> bool = $write;
                    let page = move |page: u64| {
                        (leaf.address.as_u64() & below) + (page << PAGE)
                    };
                    let said = write(leaf.attributes);
                    (0..count).map(move |index| (page(index), (leaf.frame.as_u64() + (index << PAGE), said)))
                });
                assert!(pages.eq(model.iter().map(|(&at, &page)| (at, page))), "pages differ");
                // A span is whole, and says one thing.
                let mut spans: BTreeMap<u64, Vec<_>> = BTreeMap::new();
                for leaf in tree.reader().whole().leaves() {
                    if let Some(span) = leaf.span() {
                        let start = leaf.address.align_down(span.shift()).as_u64();
                        spans.entry(start).or_default().push((leaf.attributes, leaf.level, 1 << span.order));
                    }
                }
                for (start, leaves) in spans {
                    assert_eq!(leaves.len(), leaves[0].2, "the span at {start:#x}");
                    assert!(leaves.iter().all(|leaf| *leaf == leaves[0]), "the span at {start:#x}");
                }
                for (&at, &(frame, _)) in model.iter().take(3).chain(model.iter().rev().take(3)) {
                    let at = range(tree.geometry(), at, 1 << PAGE);
                    assert_eq!(tree.reader().translate(at.last()).unwrap().address.as_u64(), frame + (1 << PAGE) - 1);
                }
            }

            fn step(tree: &mut Tree<$table, &Arena>, arena: &Arena, model: &mut Model, op: &Op) {
                let width = tree.geometry();
                let (bytes, tables) = (1_u64 << width.width(), u64::from(width.root_tables()));
                let attributes: fn(bool) -> PageEntryFields = $attributes;
                match *op {
                    Op::Map { on, skewed, spans, write } => {
                        let (start, length) = place(on, PAGE, bytes, tables);
                        let on = range(width, start, length);
                        let mut cursor = tree.exclusive(arena);
                        cursor.clear_range(on, &mut Cpus).unwrap().flush(&mut Cpus);
                        // Frames go with addresses, unless nothing larger than a page is to fit.
                        let frame = (start & 0xff_ffff_ffff) + (u64::from(skewed) << PAGE);
                        let first = Page::<Shared, $last>::new(Hpa::new(frame)).unwrap();
                        if spans {
                            cursor = cursor.map_spans();
                        }
                        cursor.map_range(on, first, attributes(write)).unwrap();
                        let pages = (0..length).step_by(1 << PAGE).map(|at| (start + at, (frame + at, write)));
                        model.extend(pages);
                    }
                    Op::Unmap(on) => {
                        let (start, length) = place(on, PAGE, bytes, tables);
                        let mut seen = 0;
                        let watch = |leaf: pt_core::cursor::OldLeaf<$table>| seen += 1_usize << (leaf.level.shift() - PAGE);
                        let on = range(width, start, length);
                        tree.exclusive(arena).unmap_range(on, &mut Cpus, watch).unwrap().flush(&mut Cpus);
                        let gone: Vec<u64> = model.range(start..start + length).map(|(&at, _)| at).collect();
                        assert_eq!(seen, gone.len());
                        for at in gone {
                            model.remove(&at);
                        }
                    }
                    Op::Protect(on, write) => {
                        let (start, length) = place(on, PAGE, bytes, tables);
                        let on = range(width, start, length);
                        let changed = tree.exclusive(arena).protect_range(on, attributes(write), &mut Cpus);
                        changed.unwrap().flush(&mut Cpus);
                        for (_, page) in model.range_mut(start..start + length) {
                            page.1 = write;
                        }
                    }
                }
            }

            proptest! {
                #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 200, ..ProptestConfig::default() })]

                #[test]
                fn a_tree_is_as_the_map(ops in prop::collection::vec(op(), 1..16)) {
                    for width in [$($geometry),+] {
                        let arena = Arena::new(Hpa::new(0x100_0000), 16 << 20);
                        let mut tree = Tree::<$table, _>::configured(width, $config, &arena, &arena).unwrap();
                        let (root, mut model) = (arena.pages_in_use(), Model::new());
                        for op in &ops {
                            step(&mut tree, &arena, &mut model, op);
                            compare(&tree, &model);
                        }
                        let all = range(width, 0, 1 << width.width());
                        tree.exclusive(&arena).clear_range(all, &mut Cpus).unwrap().flush(&mut Cpus);
                        assert_eq!(arena.pages_in_use(), root, "every table but the root is free");
                        let _ = tree.invalidate().free(&arena);
                        assert_eq!(arena.pages_in_use(), 0);
                    }
                }
            }
        }
    };
}

macro_rules! stage2 {
    ($($granule:ident: [$($geometry:expr),+];)+) => {$(
        geometries!(
            $granule, pt_arm::stage2::$granule, Stage2, L3, (),
            |width: Width, start, bytes| width.range(width.address(start).unwrap(), bytes).unwrap(),
            [$($geometry),+],
            |write| PageEntryFields { read: true, write, ..PageEntryFields::new() },
            |fields| fields.write
        );
    )+};
}

stage2! {
    k4: [Width::StartL2 { bits: 34 }, Width::StartL1 { bits: 41 }, Width::StartL0 { bits: 48 }];
    k4_lpa2: [Width::StartL0 { bits: 51 }, Width::StartLm1 { bits: 52 }];
    k16: [Width::StartL3 { bits: 29 }, Width::StartL2 { bits: 40 }, Width::StartL1 { bits: 48 }];
    k16_lpa2: [Width::StartL0 { bits: 52 }];
    k64: [Width::StartL3 { bits: 33 }, Width::StartL2 { bits: 43 }, Width::StartL1 { bits: 48 }];
    k64_lpa: [Width::StartL1 { bits: 52 }];
}

geometries!(
    upper_end,
    pt_arm::stage1::k4,
    Stage1Upper,
    L3,
    (),
    |width, start, bytes| {
        let ends = pt_core::TwoRoots { lower: width, upper: width };
        let pt_core::End::Upper(start) = ends.route(start).unwrap() else { panic!("it is in the upper end") };
        ends.range(start, bytes).unwrap()
    },
    [Width::StartL1 { bits: 36 }, Width::StartL0 { bits: 48 }],
    |write| PageEntryFields { read_only: !write, ..PageEntryFields::new() },
    |fields| !fields.read_only
);

geometries!(
    g_stage,
    pt_riscv::g_stage,
    GuestTables,
    L0,
    Features::all(),
    |width: Mode, start, bytes| width.range(width.address(start).unwrap(), bytes).unwrap(),
    [Mode::Sv39x4, Mode::Sv57x4],
    |write| PageEntryFields { read: true, write, ..PageEntryFields::new() },
    |fields| fields.write
);
