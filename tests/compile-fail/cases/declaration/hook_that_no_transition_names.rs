//! A hook changes no state.

use pt_macros::page_tables;

#[rustfmt::skip] // one field a line
#[page_tables]
pub mod td {
    use pt_core::flush::Invept;
    use pt_core::hook::{Drained, Frozen, Occupied, Outcome, Tracked};
    use pt_core::{Hpa, Protected, TablePage};

    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    #[geometry]
    pub enum Width {
        #[root(Pd, split(bit = 29, shared = 1))] Bits30,
    }

    #[entry(leaf, levels(Pd, Pt), present = valid, software(1..=6, 8..=11, 52..=63))]
    pub struct Leaf {
        #[bits(0, allows = read | write)]      valid: bool,
        #[bits(7, tag = 1)]                    page_size: (),
        #[bits(12..=51, frame)]                frame: Hpa,
    }

    #[entry(table, levels(Pd), present = valid, software(1..=6, 8..=11, 52..=63))]
    pub struct Link {
        #[bits(0, allows = read | write)]      valid: bool,
        #[bits(7, tag = 0)]                    page_size: (),
        #[bits(12..=51, frame)]                table: Hpa,
    }

    #[entry(leaf, table, levels(Pd, Pt), state = Sept, ignored(3..=11, 52..=63))]
    pub struct SeptEntry {
        #[bits(0..=2)]                         state: Sept,
        #[bits(12..=51, frame)]                frame: Hpa,
    }

    #[table(shared, visible_to(vmm), used_by(cpu), entries(Leaf, Link), flush = Invept)]
    pub struct SharedEpt;

    #[table(private, visible_to(vmm), propagates_to(SecureEpt), entries(Leaf, Link))]
    pub struct PrivateEpt;

    #[table(protected, used_by(cpu), entries(SeptEntry), states = Sept, hooks = SeptHooks)]
    pub struct SecureEpt;

    #[states(SecureEpt)]
    pub enum Sept {
        #[state(absent, initial)]   #[to(Table, by = sept_add)] #[to(Mapped, by = page_aug)]
        Free = 0,
        #[state(table, accessible)]
        Table = 1,
        #[state(leaf, accessible)]  #[to(Blocked, by = range_block)]
        Mapped = 2,
        #[state(leaf, blocked)]     #[to(Free, by = page_remove, after(track))]
        Blocked = 3,
    }

    #[hooks(SecureEpt)]
    pub trait SeptHooks {
        #[hook(link, busy)]    fn sept_add(&self, at: &Frozen<PrivateEpt>, table: &TablePage<Protected>) -> Outcome<SeptAdd>;
        #[hook(unlink, busy)]  fn sept_remove(&self, at: &Drained<PrivateEpt>) -> Outcome<SeptRemove>;
        #[hook(map, busy)]     fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<PageAug>;
        #[hook(remove, busy)]  fn page_remove(&self, at: &Tracked<PrivateEpt>) -> Outcome<PageRemove>;
        #[hook(block, busy)]   fn range_block(&self, at: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock>;
        #[hook(track, busy)]   fn track(&self) -> Outcome<Track>;
        #[hook(reclaim, busy)] fn page_reclaim(&self, page: Hpa) -> Outcome<PageReclaim>;
    }
}

fn main() {}
