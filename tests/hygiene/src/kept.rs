//! The side of a monitor: operations and phases, without a word of documentation.

use ::pt_macros::page_tables;

/// Names that the emitted code must not trip over.
#[allow(dead_code)]
#[page_tables(crate = ::engine)]
pub mod kept {
    use ::engine::Hpa;

    mod core {}
    mod engine {}
    struct Option;
    struct Some;
    struct None;
    trait Default {}

    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table)]
        Middle,
        #[level(index = 12..=20, leaf)]
        Small,
    }

    #[geometry(space = Guest)]
    pub enum Ipa {
        #[root(Middle)]
        Fixed,
    }

    #[entry(absent, levels(Middle, Small), ignored(1..=63))]
    pub struct Nothing {
        #[bits(0, tag = 0)]
        valid: (),
    }

    #[entry(leaf, levels(Small), present = valid, ignored(2..=11, 48..=63))]
    pub struct Leaf {
        #[bits(0)]
        valid: bool,
        #[bits(1)]
        marked: bool,
        #[bits(12..=47, frame)]
        frame: Hpa,
    }

    #[entry(table, levels(Middle), present = valid, ignored(1..=11, 48..=63))]
    pub struct Subtable {
        #[bits(0)]
        valid: bool,
        #[bits(12..=47, frame)]
        table: Hpa,
    }

    #[table(protected, used_by(cpu), entries(Nothing, Leaf, Subtable), states = Fate, operations = Act, phases = Age)]
    pub struct Kept;

    #[phases(Kept, tracked = Old | Late, young = !(tracked | New))]
    pub enum Age {
        New,
        Early,
        Old,
        Late,
    }

    #[operations(Kept)]
    pub enum Act {
        #[operation(levels(Small), during(young))]
        Fill,
        Clear,
        #[operation(track, during(!New))]
        Count,
        #[operation(other)]
        Look,
    }

    #[states(Kept)]
    pub enum Fate {
        #[state(absent, initial)]
        #[to(Full, by = Fill | guest::fill, during(young & !Late))]
        #[to(Hung, by = monitor::tidy)]
        Empty,
        #[state(leaf, accessible)]
        #[to(Empty, by = Clear, after(track))]
        Full,
        #[state(table)]
        #[to(Hung, by = Clear)]
        Hung,
    }
}
