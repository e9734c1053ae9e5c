//! The tables of a made-up machine with confidential memory: 30 address bits, the topmost of which says whose half it
//! is, two levels, pages of 4 KiB and 2 MiB. Its monitor is called the keeper.
//!
//! What must not compile with these tables is in `cases`.
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// The tables of a machine with a keeper.
#[rustfmt::skip] // one field a line
#[page_tables]
pub mod vault {
    use pt_core::hook::{Frozen, Occupied, Outcome, Tracked};
    use pt_core::{Bits, Hpa, Protected, TablePage, flush::Invept};

    /// The levels, root first.
    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table, leaf)] Directory,
        #[level(index = 12..=20, leaf)]        Last,
    }

    /// One shape: 30 bits. The private half is the upper one.
    #[geometry]
    pub enum Width {
        #[root(Directory, split(bit = 29, shared = 0))] Bits30,
    }

    /// An entry that maps a page.
    #[entry(leaf, levels(Directory, Last), present = valid, reserved(5..=11), ignored(2, 48..=63))]
    pub struct Mapping {
        #[bits(0, allows = read | write | execute)]     valid: bool,
        #[bits(1, levels(Directory), tag = 1)]
        #[bits(1, levels(Last), ignored)]               block: (),
        #[bits(3..=4)]                                  colour: Bits<2>,
        #[bits(12..=47, frame)]                         frame: Hpa,
    }

    /// An entry that points to a table.
    #[entry(table, levels(Directory), present = valid, reserved(2..=11), ignored(48..=63))]
    pub struct Link {
        #[bits(0, allows = read | write | execute, default = true)] valid: bool,
        #[bits(1, tag = 0)]                             block: (),
        #[bits(12..=47, frame)]                         table: Hpa,
    }

    /// What the keeper's table holds.
    #[entry(leaf, table, levels(Directory, Last), state = Kept, ignored(2..=11, 48..=63))]
    pub struct Sealed {
        #[bits(0..=1)]                                  state: Kept,
        #[bits(12..=47, frame)]                         frame: Hpa,
    }

    /// Maps memory that everybody can read.
    #[table(shared, visible_to(vmm), used_by(cpu), entries(Mapping, Link), flush = Invept)]
    pub struct Lobby;

    /// Stands for the safe where the VMM must walk.
    #[table(private, visible_to(vmm), propagates_to(Safe), entries(Mapping, Link))]
    pub struct Ledger;

    /// Maps the guest's own memory. The keeper owns it.
    #[table(protected, used_by(cpu), entries(Sealed), states = Kept, hooks = Keeper)]
    pub struct Safe;

    /// The life of an entry of the safe.
    #[states(Safe)]
    pub enum Kept {
        #[state(absent, initial)]   #[to(Table, by = hang)] #[to(Mapped, by = put)]
        Empty = 0,
        #[state(table, accessible)]
        Table = 1,
        #[state(leaf, accessible)]  #[to(Shut, by = shut)]
        Mapped = 2,
        #[state(leaf, blocked)]     #[to(Empty, by = take, after(track))] #[to(Mapped, by = open, after(track))]
        Shut = 3,
    }

    /// What the keeper does for the VMM.
    #[hooks(Safe)]
    pub trait Keeper {
        /// Hangs a table.
        #[hook(link, busy)]   fn hang(&self, at: &Frozen<Ledger>, table: &TablePage<Protected>) -> Outcome<Hang>;
        /// Puts a page into the safe.
        #[hook(map, busy)]    fn put(&self, at: &Frozen<Ledger>, page: Hpa) -> Outcome<Put>;
        /// Lets nobody new in.
        #[hook(block, busy)]  fn shut(&self, at: &Frozen<Ledger, Occupied>) -> Outcome<Shut>;
        /// Lets everybody in again.
        #[hook(unblock)]      fn open(&self, at: &Tracked<Ledger>) -> Outcome<Open>;
        /// Waits for whoever is inside.
        #[hook(track, busy)]  fn wait(&self) -> Outcome<Wait>;
        /// Takes a page out.
        #[hook(remove, busy)] fn take(&self, at: &Tracked<Ledger>) -> Outcome<Take>;
        /// Gives a page back after the end.
        #[hook(reclaim)]      fn give_back(&self, page: Hpa) -> Outcome<GiveBack>;
    }
}

pub use vault::*;
