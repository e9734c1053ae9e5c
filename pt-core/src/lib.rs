//! The page-table engine.
//!
//! A declaration under `#[page_tables]` emits types, constants and trait implementations; the algorithms are
//! here, generic over them, for a person to read and step through.
//!
//! | to … | begin with |
//! |---|---|
//! | map, protect and unmap | [`Tree::exclusive`] and [`cursor`]; [`reclaim`] where other threads fault on the tree |
//! | see what is mapped | [`Tree::reader`] and [`reader`] |
//! | drop what is stale | [`flush`] |
//! | handle what an operation refuses | [`error`], [`pair::Cause`] |
//! | know the tables that an operation needs beforehand | [`plan`] |
//! | run a VM with private memory | [`pair`], and [`hook`] for the monitor's operations |
//! | read the engine | [`table`] (what a declaration says of a table), [`address`] and [`geometry`] (how a raw fault address becomes a typed one), [`entry`] and [`level`] (how a walk sees an entry) |
//!
//! The tables lie in a [`Memory`] and come from a [`TableAllocator`]. A kernel has them behind a [`DirectMap`]. Without
//! features there is neither an allocation nor a dependency:
//!
//! | feature | adds |
//! |---|---|
//! | `std` | `Arena`, memory for tables on the heap; `reclaim::EpochReclaim`, on `crossbeam-epoch` |
//! | `vm-memory` | `GuestRam`, tables in the memory of a guest of a VMM that is built on rust-vmm |
#![no_std]
#![deny(missing_docs, unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod access;
pub mod address;
pub mod allocator;
#[cfg(any(test, feature = "std"))]
pub mod arena;
#[cfg(test)]
mod auto_traits;
pub mod config;
pub mod cursor;
pub mod direct_map;
pub mod entry;
pub mod error;
pub mod flush;
pub mod format;
pub mod geometry;
#[cfg(feature = "vm-memory")]
pub mod guest_ram;
pub mod history;
pub mod hook;
pub mod layout;
pub mod level;
pub mod memory;
pub mod packed;
pub mod page;
pub mod pair;
pub mod plan;
mod reach;
pub mod reader;
pub mod reclaim;
pub mod register;
pub mod root;
pub mod rule;
#[cfg(test)]
mod sample;
mod scan;
pub mod space;
pub mod span;
pub mod states;
pub mod table;
pub mod tree;
pub mod two_roots;
pub mod validity;
pub mod writers;

pub use address::{Address, AddressRange, Gfn, Gpa, Hpa, RawGpa, Route, Va};
pub use allocator::{OutOfTables, Reserve, TableAllocator};
#[cfg(any(test, feature = "std"))]
pub use arena::Arena;
pub use config::Config;
pub use cursor::{Cursor, Stale};
pub use direct_map::DirectMap;
pub use entry::{Absent, Entry};
pub use error::{MapError, MapRangeError, Obstacle, TreeError};
pub use flush::{Flush, Invalidate};
pub use format::{Bits, EntryFormat, FieldInfo};
pub use geometry::{Geometry, Half, Split, Whole};
#[cfg(feature = "vm-memory")]
pub use guest_ram::GuestRam;
pub use history::{Aged, DirtyLogged};
pub use layout::{HasLayout, Layout, LeafFormat};
pub use level::{LeafLevelOf, Level, LevelOf, Levels, TableLevelOf};
pub use memory::{Memory, Record, TableAt, Word};
pub use packed::Packed;
pub use page::{Page, PageOf, TablePage};
pub use plan::Plan;
pub use reader::{Reader, Translation};
pub use reclaim::{Deferred, Immediate, ParallelTree, Reclaim};
pub use register::ReservedBits;
pub use rule::{Class, Rule, Test};
pub use space::{Guest, Lower, Private, Protected, Shared, Space, Upper, Virtual};
pub use table::{AddressOf, Direct, Pair, Propagating, Table, UsedByCpu, Visible};
pub use tree::Tree;
pub use two_roots::{End, OneEnd, TwoRoots};
pub use validity::{Invalid, Valid};
pub use writers::{ForeignBits, Party, Writers};
