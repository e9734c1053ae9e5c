//! A private declaration of which nothing is used: what is emitted for it may not be reported as dead code.

use ::pt_macros::page_tables;

#[page_tables(crate = ::engine, no_implicit_prelude)]
mod unused {
    use ::engine::Hpa;
    use ::engine::hook::Outcome;

    #[levels]
    enum Level {
        #[level(index = 12..=20, leaf)]
        Only,
    }

    #[geometry]
    enum Width {
        #[root(Only)]
        Bits21,
    }

    #[values]
    enum Color {
        Red = 0,
        Green = 1,
        Blue = 2,
    }

    #[entry(leaf, levels(Only), present = valid, ignored(1..=8, 52..=63))]
    struct Leaf {
        #[bits(0)]
        valid: bool,
        #[bits(9..=10)]
        color: Color,
        #[bits(11)]
        flag: bool,
        #[bits(12..=51, frame)]
        frame: Hpa,
    }

    #[entry(leaf, levels(Only), state = Life, ignored(52..=63))]
    struct Hidden {
        #[bits(0..=11)]
        state: Life,
        #[bits(12..=51, frame)]
        frame: Hpa,
    }

    #[table(guest, visible_to(vmm), entries(Leaf))]
    struct Seen;

    #[table(protected, used_by(cpu), entries(Hidden), states = Life, hooks = Monitor)]
    struct Unseen;

    #[states(Unseen)]
    enum Life {
        #[state(leaf, initial)]
        #[to(Other, by = turn)]
        One = 0,
        #[state(leaf)]
        Other = 1,
    }

    #[hooks(Unseen)]
    #[allow(dead_code)] // what the user writes is the user's to use
    trait Monitor {
        #[hook(other)]
        fn turn(&self) -> Outcome<Turn>;
    }
}
