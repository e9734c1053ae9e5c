//! Parallel cursors under every interleaving that loom finds: a fault beside the removal of the table that it holds,
//! two faults, two removals of one range, a split beside a removal in place, and beside one that meets the frozen entry.

mod tables;

use loom::sync::Arc;
use loom::thread;
use pt_core::cursor::OldLeaf;
use pt_core::error::Obstacle;
use pt_core::flush::Scope;
use pt_core::table::UsedByCpu;
use pt_core::{Address, AddressRange, Guest, Hpa, Invalidate, Page, ParallelTree, Shared, Tree, Visible, Whole};
use pt_tests::{MappingFields, Middle, Small, Stage2, Width};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pd, Pt};
use tables::Tables;

/// The index of the address in every table.
const INDEX: usize = 3;
const ADDRESS: u64 = (INDEX as u64) << 39 | (INDEX as u64) << 30 | (INDEX as u64) << 21 | (INDEX as u64) << 12;
const PAGE: u64 = 1 << 12;
const BLOCK: u64 = 1 << 21;

struct Cpus;
impl<T: UsedByCpu> Invalidate<T> for Cpus {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

type LoomTree<T> = Arc<ParallelTree<T, Tables, Tables>>;

fn tree<T: Visible>(geometry: T::Geometry, config: T::Config, pages: usize) -> (Tables, LoomTree<T>) {
    let tables = Tables::new(pages);
    let tree = Tree::<T, _>::configured(geometry, config, tables.clone(), &tables).unwrap();
    (tables.clone(), Arc::new(ParallelTree::new(tree, tables)))
}

/// Words of stack for the thread that a model begins with. The 4096 that it has otherwise are too few for a cursor that is
/// compiled without optimisation: all of it is in line, and nothing shares a place.
const STACK: usize = 0x4000;

fn explore(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 50_000;
    let model = std::sync::Arc::new(model);
    builder.check(move || {
        let model = std::sync::Arc::clone(&model);
        let thread = thread::Builder::new().stack_size(STACK).spawn(move || model());
        thread.expect("a thread of loom's").join().unwrap();
    });
}

/// Long-mode tables: split in place.
mod long_mode {
    use super::*;

    type Space = <Paging as Whole>::Space;
    pub type Tree = LoomTree<PageTables>;

    pub fn at(address: u64) -> Address<Space> {
        Paging::FourLevels.address(address).unwrap()
    }

    fn range(address: u64, bytes: u64) -> AddressRange<Space> {
        Paging::FourLevels.range(at(address), bytes).unwrap()
    }

    /// A fault on the page at the address, for which there is a frame with this number. Returns the number of the frame
    /// that is mapped then, if it is known.
    pub fn fault(tree: &Tree, tables: &Tables, frame: u64) -> Option<u64> {
        let page = Page::<Shared, Pt>::new(Hpa::new(frame << 12)).unwrap();
        match tree.pin().map(tables, at(ADDRESS), page, PageEntryFields::new()).map_err(|late| late.obstacle) {
            Ok(()) => Some(frame),
            Err(Obstacle::Leaf { frame, .. }) => Some(frame.as_u64() >> 12),
            Err(obstacle) => {
                assert!(obstacle.is_retry(), "{obstacle}");
                None
            }
        }
    }

    /// Whether it was this fault that mapped the page.
    pub fn map(tree: &Tree, tables: &Tables, frame: u64) -> bool {
        fault(tree, tables, frame) == Some(frame)
    }

    /// Removes everything in the block around the address; returns the numbers of the frames.
    pub fn remove_block(tree: &Tree, tables: &Tables) -> Vec<u64> {
        remove(tree, tables, BLOCK)
    }

    /// Removes everything in so many bytes around the address; returns the numbers of the frames.
    pub fn remove(tree: &Tree, tables: &Tables, bytes: u64) -> Vec<u64> {
        let mut removed = Vec::new();
        let watch = |leaf: OldLeaf<PageTables>| removed.push(leaf.frame.as_u64() >> 12);
        let range = range(ADDRESS & !(bytes - 1), bytes);
        match tree.pin().parallel(tables).unmap_range(range, &mut Cpus, watch) {
            Ok(stale) => stale.flush(&mut Cpus),
            Err(stopped) => {
                assert!(stopped.obstacle.is_retry(), "{stopped}");
                stopped.stale.flush(&mut Cpus);
            }
        }
        removed
    }

    pub fn left(tree: &Tree) -> Option<u64> {
        tree.pin().reader().translate(at(ADDRESS)).map(|found| found.address.as_u64() >> 12)
    }
}

/// A cursor that holds a table goes on in it while another thread unlinks it: each frame that was mapped is removed
/// once, or there at the end.
#[test]
fn a_cursor_beside_the_removal_of_the_table_that_it_holds() {
    explore(3, || {
        let (tables, tree) = tree::<PageTables>(Paging::FourLevels, Features::all(), 12);
        assert!(long_mode::map(&tree, &tables, 1));
        let remover = {
            let (tables, tree) = (tables.clone(), Arc::clone(&tree));
            thread::spawn(move || long_mode::remove_block(&tree, &tables))
        };
        let (mut mapped, mut frames) = (vec![1], Vec::new());
        {
            let pinned = tree.pin();
            let mut cursor = pinned.parallel(&tables);
            if let Ok(stale) = cursor.unmap::<Pt>(long_mode::at(ADDRESS)) {
                frames.push(stale.flush(&mut Cpus).frame.as_u64() >> 12);
            }
            let page = Page::<Shared, Pt>::new(Hpa::new(2 << 12)).unwrap();
            if cursor.map(long_mode::at(ADDRESS), page, PageEntryFields::new()).is_ok() {
                mapped.push(2);
            }
        }
        frames.extend(remover.join().unwrap());
        frames.extend(long_mode::left(&tree));
        frames.sort_unstable();
        assert_eq!(frames, mapped);
    });
}

/// A cursor that remembers the table above maps through it while another thread unlinks that: each frame that was
/// mapped is removed once, or there at the end.
#[test]
fn a_cursor_beside_the_removal_of_the_table_above() {
    explore(3, || {
        let (tables, tree) = tree::<PageTables>(Paging::FourLevels, Features::all(), 12);
        let pinned = tree.pin();
        let mut cursor = pinned.parallel(&tables);
        let page = |number: u64| Page::<Shared, Pt>::new(Hpa::new(number << 12)).unwrap();
        // The last one is mapped in passing; none is where the threads meet.
        for (number, at) in [(1, ADDRESS + PAGE), (2, ADDRESS + BLOCK), (3, ADDRESS + BLOCK + PAGE)] {
            cursor.map(long_mode::at(at), page(number), PageEntryFields::new()).unwrap();
        }
        cursor.map(long_mode::at(ADDRESS + 2 * PAGE), page(4), PageEntryFields::new()).unwrap();
        let remover = {
            let (tables, tree) = (tables.clone(), Arc::clone(&tree));
            thread::spawn(move || long_mode::remove(&tree, &tables, 1 << 30))
        };
        cursor.map(long_mode::at(ADDRESS), page(5), PageEntryFields::new()).unwrap();
        let mut frames = remover.join().unwrap();
        frames.extend(long_mode::left(&tree));
        frames.sort_unstable();
        assert_eq!(frames, [1, 2, 3, 4, 5]);
    });
}

/// Of two faults on one page one maps it, and the other is told the frame that is mapped.
#[test]
fn a_late_fault_is_told_of_the_other() {
    explore(3, || {
        let (tables, tree) = tree::<PageTables>(Paging::FourLevels, Features::all(), 8);
        let other = {
            let (tables, tree) = (tables.clone(), Arc::clone(&tree));
            thread::spawn(move || long_mode::fault(&tree, &tables, 1))
        };
        let mapped = long_mode::fault(&tree, &tables, 2);
        assert_eq!(other.join().unwrap(), mapped);
        assert_eq!(long_mode::left(&tree), mapped);
        assert!(mapped.is_some());
    });
}

#[test]
fn two_removals_of_one_range_and_a_fault() {
    explore(2, || {
        let (tables, tree) = tree::<PageTables>(Paging::FourLevels, Features::all(), 16);
        assert!(long_mode::map(&tree, &tables, 1));
        let remover = {
            let (tables, tree) = (tables.clone(), Arc::clone(&tree));
            thread::spawn(move || long_mode::remove_block(&tree, &tables))
        };
        let fault = {
            let (tables, tree) = (tables.clone(), Arc::clone(&tree));
            thread::spawn(move || long_mode::map(&tree, &tables, 2))
        };
        let mut frames = long_mode::remove_block(&tree, &tables);
        frames.extend(remover.join().unwrap());
        let mapped = fault.join().unwrap();
        frames.extend(long_mode::left(&tree));
        frames.sort_unstable();
        assert_eq!(frames, if mapped { vec![1, 2] } else { vec![1] });
        // The root and two tables stay linked; the last one only if a fault linked a new one.
        assert!([3, 4].contains(&tables.linked()), "{} tables are linked", tables.linked());
    });
}

#[test]
fn a_split_in_place_beside_a_removal_of_the_block() {
    explore(4, || {
        let (tables, tree) = tree::<PageTables>(Paging::FourLevels, Features::all(), 8);
        let block = Page::<Shared, Pd>::new(Hpa::new(BLOCK)).unwrap();
        let at = long_mode::at(ADDRESS);
        tree.pin().parallel(&tables).map(at, block, PageEntryFields::new()).map_err(|lost| lost.obstacle).unwrap();
        let splitter = {
            let (tables, tree) = (tables.clone(), Arc::clone(&tree));
            thread::spawn(move || match tree.pin().parallel(&tables).split::<Pd>(at, &mut Cpus) {
                Ok(stale) => {
                    stale.flush(&mut Cpus);
                    true
                }
                Err(obstacle) => {
                    assert!(matches!(obstacle, Obstacle::Absent { .. }), "{obstacle}");
                    false
                }
            })
        };
        let removed = match tree.pin().parallel(&tables).unmap::<Pd>(at) {
            Ok(stale) => {
                assert_eq!(stale.flush(&mut Cpus).frame.as_u64(), BLOCK);
                true
            }
            Err(obstacle) => {
                assert!(matches!(obstacle, Obstacle::Table { .. }), "{obstacle}");
                false
            }
        };
        assert_ne!(splitter.join().unwrap(), removed, "exactly one of the two replaces the block");
        assert_eq!(long_mode::left(&tree), (!removed).then_some((BLOCK >> 12) + INDEX as u64));
        assert_eq!(tables.linked(), if removed { 3 } else { 4 }, "a table that is not linked goes back");
    });
}

/// While one thread breaks a block, another unlinks the table that the block is in: the drain waits for the frozen
/// entry, and takes what is made of it.
#[test]
fn a_break_before_make_beside_the_removal_of_its_table() {
    explore(3, || {
        let (tables, tree) = tree::<Stage2>(Width::Bits48, (), 8);
        let address = |value: u64| -> Address<Guest> { Width::Bits48.address(value).unwrap() };
        let block = Page::<Shared, Middle>::new(Hpa::new(BLOCK)).unwrap();
        let mapped = tree.pin().parallel(&tables).map(address(ADDRESS), block, MappingFields::new());
        mapped.map_err(|lost| lost.obstacle).unwrap();
        let splitter = {
            let (tables, tree) = (tables.clone(), Arc::clone(&tree));
            thread::spawn(move || {
                // Flushed on the way, if it was split.
                let split = tree.pin().parallel(&tables).split::<Middle>(address(ADDRESS), &mut Cpus).map(|stale| {
                    assert!(!stale.is_needed());
                    stale.flush(&mut Cpus);
                });
                match split {
                    Ok(()) => true,
                    Err(Obstacle::Absent { .. } | Obstacle::Retry { .. }) => false,
                    Err(obstacle) => panic!("{obstacle}"),
                }
            })
        };
        let mut bytes = 0;
        let range = Width::Bits48.range(address(ADDRESS & !((1 << 30) - 1)), 1 << 30).unwrap();
        let pinned = tree.pin();
        let removed = pinned.parallel(&tables).unmap_range(range, &mut Cpus, |leaf| {
            let offset = leaf.frame.as_u64() - BLOCK;
            assert_eq!(offset, bytes, "pages of the block, in order");
            bytes += 1 << pt_core::Levels::shift(leaf.level);
        });
        match removed {
            Ok(stale) => stale.flush(&mut Cpus),
            Err(stopped) => panic!("{stopped}"),
        }
        splitter.join().unwrap();
        assert_eq!(bytes, BLOCK, "all of the block was removed");
        assert_eq!(tree.pin().reader().translate(address(ADDRESS)), None);
        assert_eq!(tables.linked(), 2, "the root, and the table below it");
        let page = Page::<Shared, Small>::new(Hpa::new(PAGE)).unwrap();
        let mapped = tree.pin().parallel(&tables).map(address(ADDRESS), page, MappingFields::new());
        mapped.map_err(|lost| lost.obstacle).unwrap();
    });
}
