//! The rarer parts of the language, in one declaration without a word of documentation.

use ::pt_macros::page_tables;

/// Names that the emitted code must not trip over.
#[allow(dead_code)]
#[page_tables(crate = ::engine, no_implicit_prelude)]
pub mod everything {
    use ::engine::flush::TlbiIpa;
    use ::engine::hook::{Drained, Frozen, Occupied, Outcome, Tracked};
    use ::engine::{Bits, Hpa, Protected, RawGpa, TablePage};

    mod core {}
    mod engine {}
    struct Option;
    struct Some;
    struct None;
    trait Default {}
    trait Into {}

    #[levels]
    pub enum Level {
        #[level(index = 30..=41, table)]
        Large,
        #[level(index = 21..=29, table, leaf)]
        Middle,
        #[level(index = 12..=20, leaf)]
        Small,
    }

    #[geometry]
    pub enum Ipa {
        #[root(Middle, width = 24..=30, tables = 1..=2, split(bit = top, shared = 1))]
        FromMiddle { width: u32 },
        #[root(Large, width = 31..=42, split(bit = top, shared = 0))]
        FromLarge { width: u32 },
        #[root(Large, width = 40, tables = 2, split(bit = 39, shared = 1))]
        Fixed,
    }

    #[values]
    pub enum Both {
        No = 0,
        Yes = 1,
    }

    /// A type that is not the declaration's.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Own(u64);

    impl Own {
        /// The lowest value.
        pub const LOWEST: Self = Self(1);
        /// Takes the field.
        #[must_use]
        pub const fn from_bits(value: u64) -> Self {
            Self(value)
        }
        /// Gives the field.
        #[must_use]
        pub const fn into_bits(self) -> u64 {
            self.0
        }
    }

    #[entry(absent, levels(Large, Middle, Small), ignored(1..=11, 48..=62), reserved_ones(63))]
    pub struct Nothing {
        #[bits(0, tag = 0)]
        valid: (),
        #[bits(12..=47)]
        payload: Bits<36>,
    }

    #[entry(leaf, levels(Middle, Small), present = valid, ignored(6, levels(Small)), reserved_ones(63))]
    pub struct Leaf {
        #[bits(0)]
        valid: bool,
        #[bits(1, levels(Middle), tag = 0)]
        #[bits(1, levels(Small), tag = 1)]
        kind: (),
        #[bits(2, allows = user_execute)]
        user_execute: bool,
        #[bits(3, denies = execute | write, hardware = accessed)]
        odd: bool,
        #[bits([5, 4], software)]
        swapped: Bits<2>,
        #[bits(6, levels(Middle))]
        #[bits(7, levels(Small))]
        moved: bool,
        #[bits(7, levels(Middle), default = Yes)]
        both: Both,
        #[bits([12..=47, 8..=11], frame)]
        frame: Hpa,
        #[bits(48..=55, default = 0x7f)]
        byte: u8,
        #[bits([56..=57, 60..=61], default = LOWEST)]
        own: Own,
        #[bits(58..=59, software)]
        free: Bits<2>,
        #[bits(62, reserved = 1)]
        one: (),
    }

    #[entry(table, levels(Large, Middle), present = valid, ignored(2..=9, 54..=62), reserved_ones(63))]
    pub struct Subtable {
        #[bits(0)]
        valid: bool,
        #[bits(1, tag = 1)]
        kind: (),
        #[bits(10..=53, frame, shift = 12)]
        table: Hpa,
    }

    #[entry(leaf, levels(Small), present = always, ignored(32..=63))]
    pub struct Owner {
        #[bits(0..=15)]
        owner: u16,
        #[bits(16..=31)]
        color: u16,
    }

    #[register(reserved(3), reserved_ones(62), ignored(61))]
    pub struct Operand {
        #[bits(0)]
        odd: bool,
        #[bits(1, default = Yes)]
        both: Both,
        #[bits(2, reserved = 1)]
        one: (),
        #[bits([5, 4])]
        swapped: Bits<2>,
        #[bits(6..=11, default = 5)]
        own: Own,
        #[bits(12..=47, address)]
        page: Hpa,
        #[bits(48..=55, address, shift = 21)]
        guest: RawGpa,
        #[bits(56..=59, default = Second)]
        few: Few,
        #[bits(60, ignored)]
        nothing: (),
        #[bits(63)]
        last: bool,
    }

    #[values]
    pub enum Few {
        First = 1,
        Second = 9,
    }

    #[table(private, visible_to(vmm), writable_by(vmm), propagates_to(Guarded, Owners), entries(Nothing, Leaf, Subtable),
            live = break_before_make, owner = "tests")]
    pub struct Mirror;

    #[table(shared, visible_to(vmm), used_by(cpu), entries(Nothing, Leaf, Subtable), flush = TlbiIpa)]
    pub struct Open;

    #[table(protected, used_by(cpu), entries(Nothing, Leaf, Subtable), states = Life, hooks = Monitor)]
    pub struct Guarded;

    #[table(protected, kind = inverse, visible_to(vmm), entries(Owner), hooks = OwnerMonitor)]
    pub struct Owners;

    #[table(protected, kind = flat, entries(Owner))]
    pub struct Flat;

    #[states(Guarded)]
    pub enum Life {
        #[state(absent, initial)]
        #[when(payload = 0)]
        #[to(Used, by = add)]
        #[to(Linked, by = link)]
        #[to(Linked, by = monitor::restore)]
        Free,
        #[state(absent, blocked)]
        #[when(payload = 1)]
        #[to(Free, by = remove, after(track), lossy)]
        #[to(Used, by = guest::resume)]
        Blocked,
        #[state(leaf, accessible)]
        #[to(Blocked, by = block, during(Run, Teardown))]
        Used,
        #[state(table, accessible)]
        #[to(Free, by = unlink)]
        Linked,
    }

    #[hooks(Guarded)]
    pub trait Monitor {
        #[hook(add, before, partial, busy)]
        fn add(&self, at: &Frozen<Mirror>, page: Hpa, source: Hpa) -> Outcome<Add>;
        #[hook(block, fused)]
        fn block(&self, at: &Frozen<Mirror, Occupied>) -> Outcome<Block>;
        #[hook(remove, after, lossy, done = u64)]
        fn remove(&self, at: &Tracked<Mirror>) -> Outcome<Remove>;
        #[hook(link, stopped)]
        fn link(&self, at: &Frozen<Mirror>, table: &TablePage<Protected>) -> Outcome<Link>;
        #[hook(unlink, levels(Large))]
        fn unlink(&self, at: &Drained<Mirror>) -> Outcome<Unlink>;
        #[hook(track)]
        fn track(&self) -> Outcome<Track>;
        #[hook(other, incomplete)]
        fn prepare(&self, page: Hpa) -> Outcome<Prepare>;
    }

    #[hooks(Owners)]
    pub trait OwnerMonitor {
        #[hook(other, before, busy)]
        fn give(&self, page: Hpa) -> Outcome<Give>;
    }
}
