//! The declaration. Ranges of bits are inclusive, lowest bit first.

use pt_macros::page_tables;

/// The tables of a TDX guest.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod tdx {
    use pt_core::hook::{Drained, Filled, Frozen, Occupied, Outcome, Partner, Tracked};
    use pt_core::{Bits, Hpa, Protected, TablePage, flush::Invept};

    /// Levels of EPT and Secure EPT, SDM 3C 29.3.2.
    #[levels]
    pub enum Level {
        #[level(index = 48..=51, table)]       Pml5,
        #[level(index = 39..=47, table)]       Pml4,
        #[level(index = 30..=38, table)]       Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// Width of guest-physical addresses: GPAW of `TD_PARAMS.CONFIG_FLAGS`, and the levels of EPTP.
    #[geometry]
    pub enum Gpaw {
        /// 48 bits, four levels.
        #[root(Pml4, split(bit = 47, shared = 1))]             Bits48,
        /// 48 bits, five levels.
        #[root(Pml5, width = 48, split(bit = 47, shared = 1))] Bits48FiveLevels,
        /// 52 bits, five levels.
        #[root(Pml5, split(bit = 51, shared = 1))]             Bits52,
    }

    /// EPT memory types, SDM 3C 29.3.7.
    #[values]
    pub enum MemoryType { Uncacheable = 0, WriteCombining = 1, WriteThrough = 4, WriteProtected = 5, WriteBack = 6 }

    /// A shared EPT entry that maps a page, SDM 3C tables 29-5 and 29-6.
    #[entry(leaf, levels(Pd, Pt), present = read | write | execute, software(11, 52..=56), ignored(10, 57..=62))]
    pub struct EptLeaf {
        #[bits(0, allows = read)]                            read: bool,
        #[bits(1, allows = write)]                           write: bool,
        #[bits(2, allows = execute)]                         execute: bool,
        #[bits(3..=5, default = WriteBack)]                  memory_type: MemoryType,
        #[bits(6)]                                           ignore_pat: bool,
        #[bits(7, levels(Pd), tag = 1)]
        #[bits(7, levels(Pt), ignored)]                      page_size: (),
        #[bits(8, hardware = accessed)]                      accessed: bool,
        #[bits(9, hardware = dirty)]                         dirty: bool,
        #[bits(12..=51, frame)]                              frame: Hpa,
        #[bits(63, absent = 1, default = 1)]                 suppress_ve: bool,
    }

    /// A shared EPT entry that points to a table, SDM 3C tables 29-2 to 29-4.
    #[entry(table, levels(Pml5, Pml4, Pdpt, Pd), present = read | write | execute,
            reserved(3..=6), software(11, 52..=56), ignored(9..=10, 57..=62))]
    pub struct EptTable {
        #[bits(0, allows = read, default = 1)]               read: bool,
        #[bits(1, allows = write, default = 1)]              write: bool,
        #[bits(2, allows = execute, default = 1)]            execute: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 0)]
        #[bits(7, levels(Pml5, Pml4), reserved)]             page_size: (),
        #[bits(8, hardware = accessed)]                      accessed: bool,
        #[bits(12..=51, frame)]                              table: Hpa,
        #[bits(63, absent = 1, default = 1)]                 suppress_ve: bool,
    }

    /// What the VMM remembers of a Secure EPT leaf. It has no permissions that one could get wrong.
    #[entry(leaf, levels(Pd, Pt), present = mapped, software(3..=6, 8..=11, 52..=62))]
    pub struct PrivateLeaf {
        #[bits(0..=2, tag = 7, allows = read | write | execute)] mapped: (),
        #[bits(7, tag = 1)]                                  page_size: (),
        #[bits(12..=51, frame)]                              frame: Hpa,
        #[bits(63, absent = 1, default = 1)]                 suppress_ve: bool,
    }

    /// What the VMM remembers of a Secure EPT table.
    #[entry(table, levels(Pml5, Pml4, Pdpt, Pd), present = mapped, software(3..=6, 8..=11, 52..=62))]
    pub struct PrivateTable {
        #[bits(0..=2, tag = 7, allows = read | write | execute)] mapped: (),
        #[bits(7, tag = 0)]                                  page_size: (),
        #[bits(12..=51, frame)]                              table: Hpa,
        #[bits(63, absent = 1, default = 1)]                 suppress_ve: bool,
    }

    /// A Secure EPT entry, TDX module base specification 9.4. Of a leaf, bit 7 is set at every size.
    #[entry(leaf, table, levels(Pml5, Pml4, Pdpt, Pd, Pt), state = Sept, ignored(8, 10..=11, 52, 57..=62))]
    pub struct SeptEntry {
        #[bits(0, allows = read)]                            read: bool,
        #[bits(1, allows = write)]                           write: bool,
        #[bits(2, allows = execute)]                         execute: bool,
        #[bits(3..=5)]                                       memory_type: Bits<3>,
        #[bits([9, 53..=56, 6..=7])]                         state: Sept,
        #[bits(12..=51, frame)]                              frame: Hpa,
        #[bits(63, default = 1)]                             suppress_ve: bool,
    }

    /// Maps memory that the VMM can read.
    #[table(shared, visible_to(vmm), used_by(cpu), entries(EptLeaf, EptTable), flush = Invept)]
    pub struct SharedEpt;

    /// Stands for the Secure EPT where the VMM must walk: no CPU uses it.
    #[table(private, visible_to(vmm), propagates_to(SecureEpt), entries(PrivateLeaf, PrivateTable))]
    pub struct PrivateEpt;

    /// Maps the guest's own memory. The TDX module owns it.
    #[table(protected, used_by(cpu), entries(SeptEntry), states = Sept, hooks = SeptHooks)]
    pub struct SecureEpt;

    /// The life of one Secure EPT entry.
    #[states(SecureEpt)]
    pub enum Sept {
        #[state(absent, initial)]
        #[to(Table, by = sept_add)] #[to(Mapped, by = page_add, during(Build))] #[to(Pending, by = page_aug, during(Run))]
        Free = 0x0e,
        #[state(table, accessible)] #[to(TableBlocked, by = range_block)]
        Table = 0x00,
        #[state(table, blocked)]
        #[to(Free, by = sept_remove, after(track))] #[to(Table, by = range_unblock, after(track))]
        #[to(Mapped, by = page_promote, after(track))] #[to(Pending, by = page_promote, after(track))]
        TableBlocked = 0x08,
        #[state(leaf, accessible)] #[to(Blocked, by = range_block)]
        Mapped = 0x60,
        #[state(leaf, blocked)] #[to(Table, by = page_demote, after(track))]
        #[to(Free, by = page_remove, after(track))] #[to(Mapped, by = range_unblock, after(track))]
        Blocked = 0x68,
        #[state(leaf)] #[to(Mapped, by = guest::accept)] #[to(PendingBlocked, by = range_block)]
        Pending = 0x70,
        #[state(leaf, blocked)] #[to(Table, by = page_demote, after(track))]
        #[to(Free, by = page_remove, after(track))] #[to(Pending, by = range_unblock, after(track))]
        PendingBlocked = 0x78,
    }

    /// What the TDX module does for the VMM. Each method is the SEAMCALL leaf TDH.MEM.* of the same name.
    #[hooks(SecureEpt)]
    pub trait SeptHooks {
        #[hook(link, busy, stopped)]    fn sept_add(&self, at: &Frozen<PrivateEpt>, table: &TablePage<Protected>) -> Outcome<SeptAdd>;
        #[hook(add, busy, stopped, levels(Pt))] fn page_add(&self, at: &Frozen<PrivateEpt>, page: Hpa, source: Hpa) -> Outcome<PageAdd>;
        #[hook(map, busy, stopped)]     fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<PageAug>;
        #[hook(block, busy, stopped)]   fn range_block(&self, at: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock>;
        #[hook(unblock, busy, stopped)] fn range_unblock(&self, at: &Tracked<PrivateEpt>) -> Outcome<RangeUnblock>;
        #[hook(track, busy)]            fn track(&self) -> Outcome<Track>;
        #[hook(remove, busy, stopped)]  fn page_remove(&self, at: &Tracked<PrivateEpt>) -> Outcome<PageRemove>;
        #[hook(unlink, busy, stopped, done = Partner)] fn sept_remove(&self, at: &Drained<PrivateEpt>) -> Outcome<SeptRemove>;
        #[hook(split, busy, stopped, incomplete)]
        fn page_demote(&self, at: &Tracked<PrivateEpt>, table: &Filled<PrivateEpt>) -> Outcome<PageDemote>;
        #[hook(merge, busy, stopped, incomplete, done = Partner)]
        fn page_promote(&self, at: &Tracked<PrivateEpt>) -> Outcome<PagePromote>;
        #[hook(reclaim, busy)]          fn page_reclaim(&self, page: Hpa) -> Outcome<PageReclaim>;
    }
}
