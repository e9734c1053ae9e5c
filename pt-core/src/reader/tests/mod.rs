//! Trees for the tests of the readers, written word by word, without a cursor.

mod cover;
mod dump;
mod exhaustive;
mod iterate;
mod reach;
mod small;
mod step;
mod walk;

use crate::address::{Address, AddressRange, Hpa, PAGE_SHIFT, RawGpa, Route};
use crate::allocator::TableAllocator;
use crate::arena::Arena;
use crate::entry::Entry;
use crate::format::EntryFormat;
use crate::geometry::Split;
use crate::level::{LevelOf, Levels};
use crate::memory::Memory;
use crate::sample::{Fields, LevelName, Mapped, PrivateSample, SharedSample, Width};
use crate::space::{Private, Shared};
use crate::table::{RootVisitor, Visible};
use crate::tree::{TableOf, Tree};
use core::sync::atomic::Ordering;

const READ: Fields = Fields { read: true, write: false, execute: false, accessed: false, dirty: false };
const USED: Fields = Fields { accessed: true, dirty: true, ..Fields::RWX };

/// The first shared address under [`Width::Bits48`].
const SHARED: u64 = 1 << 47;

fn arena() -> Arena {
    Arena::new(Hpa::new(0x10_0000), 64 << PAGE_SHIFT)
}

fn tree<T: Visible<Config = ()>>(geometry: T::Geometry, arena: &Arena) -> Tree<T, &Arena> {
    Tree::new(geometry, arena, arena).unwrap()
}

fn shared(width: Width, address: u64) -> Address<Shared> {
    match width.route(RawGpa::new(address)) {
        Ok(Route::Shared(address)) => address,
        other => panic!("{address:#x} is not shared: {other:?}"),
    }
}

fn private(width: Width, address: u64) -> Address<Private> {
    match width.route(RawGpa::new(address)) {
        Ok(Route::Private(address)) => address,
        other => panic!("{address:#x} is not private: {other:?}"),
    }
}

fn range(start: u64, bytes: u64) -> AddressRange<Shared> {
    Width::Bits48.range(shared(Width::Bits48, start), bytes).unwrap()
}

/// Writes `raw` as the entry of `level` for `address`. Tables on the way are linked.
fn put<T: Visible>(tree: &Tree<T, &Arena>, address: u64, level: T::Levels, raw: u64) {
    let arena: &Arena = tree.memory();
    T::at_root(tree.geometry(), Put { arena, table: tree.root(), address, level, raw });
}

struct Put<'a, T: Visible> {
    arena: &'a Arena,
    table: Hpa,
    address: u64,
    level: T::Levels,
    raw: u64,
}

impl<T: Visible> RootVisitor<T> for Put<'_, T> {
    type Output = ();
    fn visit<L: LevelOf<T>>(mut self) {
        let word = self.arena.word(self.table, L::index(self.address));
        if L::LEVEL == self.level {
            word.store(self.raw, Ordering::Release);
            return;
        }
        assert!(L::TABLES, "there is no level {:?} below", self.level);
        self.table = if let Entry::Subtable(entry) = L::decode(word.load(Ordering::Acquire)) {
            entry.frame()
        } else {
            let frame = self.arena.allocate(0).unwrap();
            TableOf::<T, L::Below>::initialise(self.arena, frame);
            word.store(L::LINK | L::Subtable::frame_bits(frame), Ordering::Release);
            frame
        };
        self.visit::<L::Below>();
    }
}

/// The entry of a leaf.
fn leaf_entry<T: Visible>(geometry: T::Geometry, level: T::Levels, frame: u64, attributes: &T::Attributes) -> u64 {
    struct Encode<'a, T: Visible>(T::Levels, Hpa, &'a T::Attributes);
    impl<T: Visible> RootVisitor<T> for Encode<'_, T> {
        type Output = u64;
        fn visit<L: LevelOf<T>>(self) -> u64 {
            if L::LEVEL == self.0 {
                assert!(L::Leaf::takes_frame(self.1));
                L::leaf_template(self.2) | L::Leaf::frame_bits(self.1)
            } else {
                self.visit::<L::Below>()
            }
        }
    }
    T::at_root(geometry, Encode::<T>(level, Hpa::new(frame), attributes))
}

fn map_page(tree: &Tree<SharedSample, &Arena>, address: u64, level: LevelName, frame: u64, fields: Fields) {
    put(tree, address, level, leaf_entry::<SharedSample>(tree.geometry(), level, frame, &fields));
}

/// Changes the entry of `level` for `address` as it stands.
fn change<T: Visible>(tree: &Tree<T, &Arena>, address: u64, level: T::Levels, change: impl Fn(u64) -> u64) {
    let at = tree
        .reader()
        .whole()
        .entries()
        .find(|at| at.level == level && at.address.as_u64() == address)
        .expect("an entry begins at the address");
    let raw = match at.entry {
        Entry::Leaf(leaf) => leaf.raw,
        Entry::Subtable(linked) => linked.raw,
        Entry::Absent(absent) => absent.bits(),
        Entry::Frozen => T::FROZEN,
    };
    put(tree, address, level, change(raw));
}

/// A tree with a bit of everything, in the shared half of 48 bits.
fn mixed(arena: &Arena) -> Tree<SharedSample, &Arena> {
    let tree = tree::<SharedSample>(Width::Bits48, arena);
    for page in 0..4 {
        let fields = if page == 1 { USED } else { Fields::RWX };
        map_page(&tree, SHARED + page * 0x1000, LevelName::Pt, 0x4000_0000 + page * 0x1000, fields);
    }
    map_page(&tree, SHARED + 0x4000, LevelName::Pt, 0x7000_0000, Fields::RWX);
    map_page(&tree, SHARED + 0x5000, LevelName::Pt, 0x7000_1000, READ);
    put(&tree, SHARED + 0x6000, LevelName::Pt, SharedSample::FROZEN);
    put(&tree, SHARED + 0x7000, LevelName::Pt, SharedSample::ABSENT | 0x1230);
    put(&tree, SHARED + 0x8000, LevelName::Pt, SharedSample::ABSENT | 0x1230);
    for block in 1..3 {
        map_page(&tree, SHARED + block * 0x20_0000, LevelName::Pd, 0x8000_0000 + block * 0x20_0000, READ);
    }
    put(&tree, SHARED + (1 << 30), LevelName::Pdpt, SharedSample::FROZEN);
    map_page(&tree, (1 << 48) - 0x20_0000, LevelName::Pd, 0x1_0000_0000, Fields::RWX);
    tree
}

fn mapped_private(arena: &Arena, address: u64, frame: u64) -> Tree<PrivateSample, &Arena> {
    let tree = tree::<PrivateSample>(Width::Bits48, arena);
    let raw = leaf_entry::<PrivateSample>(Width::Bits48, LevelName::Pt, frame, &Mapped);
    put(&tree, address, LevelName::Pt, raw);
    tree
}
