//! RISC-V CoVE: the G-stage table of a confidential VM, declared.
//!
//! The TSM owns the table. The host gives it a pool of table pages and never names one: tables are linked by the
//! monitor itself. A mapping is taken away in three steps: invalidate, fence (until every vCPU has left the old
//! version), remove.
//!
//! Sources: CoVE specification 0.7 chapters 7 and 10 (COVH), Salus; privileged architecture 1.13 chapter 18.5 (Sv48x4).
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// The G-stage table.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod cove {
    use pt_core::hook::Outcome;
    use pt_core::{AddressRange, Bits, Guest, Hpa};

    /// Levels of Sv48x4. The root has 2048 entries: 16 KiB.
    #[levels]
    pub enum Level {
        #[level(index = 39..=49, table)]       L3,
        #[level(index = 30..=38, table, leaf)] L2,
        #[level(index = 21..=29, table, leaf)] L1,
        #[level(index = 12..=20, leaf)]        L0,
    }

    /// The guest-physical space; which regions are confidential is declared to the TSM, not encoded in the address.
    #[geometry(space = Guest)]
    pub enum GStage {
        /// 50 bits, four levels.
        #[root(L3)] Sv48x4,
    }

    /// An entry that maps nothing. An invalidated one keeps its frame.
    #[entry(absent, levels(L3, L2, L1, L0), ignored(1..=7, 9, 54..=63))]
    pub struct GAbsent {
        #[bits(0, tag = 0)]                    valid: (),
        #[bits(8)]                             invalidated: bool,
        #[bits(10..=53, frame, shift = 12)]    frame: Hpa,
    }

    /// An entry that maps a page. In the G-stage every access is a user access.
    #[entry(leaf, levels(L2, L1, L0), present = valid, software(8..=9), ignored(5), reserved(54..=60))]
    pub struct GLeaf {
        #[bits(0, tag = 1)]                    valid: (),
        #[bits(1, allows = read)]              read: bool,
        #[bits(2, allows = write)]             write: bool,
        #[bits(3, allows = execute)]           execute: bool,
        #[bits(4, reserved = 1)]               user: (),
        #[bits(6, hardware = accessed)]        accessed: bool,
        #[bits(7, hardware = dirty)]           dirty: bool,
        #[bits(10..=53, frame, shift = 12)]    frame: Hpa,
        #[bits(61..=62)]                       memory_type: Bits<2>,
        #[bits(63)]                            napot: bool,
    }

    /// An entry that points to a table.
    #[entry(table, levels(L3, L2, L1), present = valid, software(8..=9), ignored(5), reserved(4, 6..=7, 54..=63))]
    pub struct GTable {
        #[bits(0, tag = 1)]                    valid: (),
        #[bits(1..=3, tag = 0)]                permissions: (),
        #[bits(10..=53, frame, shift = 12)]    table: Hpa,
    }

    /// Maps the confidential VM's memory. The TSM owns it.
    #[table(guest, used_by(cpu), entries(GAbsent, GLeaf, GTable), states = GEntry, hooks = Covh)]
    pub struct GStageTable;

    /// The life of one entry.
    #[states(GStageTable)]
    pub enum GEntry {
        #[state(absent, initial)] #[when(invalidated = 0)]
        #[to(Table, by = monitor::link)] #[to(Mapped, by = add_tvm_measured_pages, during(Build))]
        #[to(Mapped, by = add_tvm_zero_pages)]
        Unused,
        #[state(leaf, accessible)]
        #[to(Invalidated, by = tvm_invalidate_pages)]
        Mapped,
        #[state(absent, blocked)] #[when(invalidated = 1)]
        #[to(Mapped, by = tvm_validate_pages)] #[to(Unused, by = tvm_remove_pages, after(track), lossy)]
        #[to(Table, by = tvm_demote_page, after(track))] #[to(Mapped, by = tvm_promote_page, after(track))]
        Invalidated,
        #[state(table, accessible)]
        #[to(Invalidated, by = tvm_invalidate_pages)]
        Table,
    }

    /// What the TSM does for the host: COVH.
    #[hooks(GStageTable)]
    pub trait Covh {
        #[hook(other)]
        fn add_tvm_page_table_pages(&self, pages: Hpa, count: u64) -> Outcome<AddTvmPageTablePages>;
        #[hook(add, partial, levels(L0))]
        fn add_tvm_measured_pages(&self, range: AddressRange<Guest>, pages: Hpa, source: Hpa) -> Outcome<AddTvmMeasuredPages>;
        #[hook(map, partial)]
        fn add_tvm_zero_pages(&self, range: AddressRange<Guest>, pages: Hpa) -> Outcome<AddTvmZeroPages>;
        #[hook(block, partial)]
        fn tvm_invalidate_pages(&self, range: AddressRange<Guest>) -> Outcome<TvmInvalidatePages>;
        #[hook(unblock, partial)]
        fn tvm_validate_pages(&self, range: AddressRange<Guest>) -> Outcome<TvmValidatePages>;
        #[hook(track, busy)]
        fn tvm_initiate_fence(&self) -> Outcome<TvmInitiateFence>;
        #[hook(remove, lossy, partial)]
        fn tvm_remove_pages(&self, range: AddressRange<Guest>) -> Outcome<TvmRemovePages>;
        #[hook(split)]
        fn tvm_demote_page(&self, range: AddressRange<Guest>) -> Outcome<TvmDemotePage>;
        #[hook(merge)]
        fn tvm_promote_page(&self, range: AddressRange<Guest>) -> Outcome<TvmPromotePage>;
        #[hook(reclaim, partial)]
        fn reclaim_pages(&self, pages: Hpa, count: u64) -> Outcome<ReclaimPages>;
    }
}

pub use cove::*;
