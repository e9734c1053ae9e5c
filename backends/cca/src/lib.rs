//! Arm CCA: the realm translation table (RTT), declared.
//!
//! One table serves both halves of the realm's address space: the top address bit is set in the unprotected
//! half, whose descriptors the host passes to the RMM. The state of an entry is written in the entry itself, and
//! the host keeps no private table: it reads an entry back by `RMI_RTT_READ_ENTRY`.
//!
//! Sources: RMM specification (DEN0137) 1.0 chapters A5 and B4, with the range commands of 2.0; the bits are those of
//! the reference implementation (TF-RMM), which the specification leaves to it. Arm ARM D8.3 for the descriptors.
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// The realm translation table.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod cca {
    use pt_core::hook::Outcome;
    use pt_core::{AddressRange, Bits, Gpa, Hpa, Private, Route, Shared};

    /// Levels with a 4 KiB granule. The RMM maps no block at level 0.
    #[levels]
    pub enum Level {
        #[level(index = 39..=47, table)]       L0,
        #[level(index = 30..=38, table, leaf)] L1,
        #[level(index = 21..=29, table, leaf)] L2,
        #[level(index = 12..=20, leaf)]        L3,
    }

    /// IPA width and starting level of a realm.
    #[geometry]
    pub enum Ipa {
        /// Starts at level 1, with up to 16 concatenated tables.
        #[root(L1, width = 32..=43, tables = 1..=16, split(bit = top, shared = 1))] StartL1 { ipa_bits: u32 },
        /// Starts at level 0.
        #[root(L0, width = 44..=48, split(bit = top, shared = 1))]                  StartL0 { ipa_bits: u32 },
    }

    /// What the realm expects of an address: RIPAS.
    #[values]
    pub enum Ripas { Empty = 0, Ram = 1, Destroyed = 2 }

    /// What the host has put there: HIPAS.
    #[values]
    pub enum Hipas { Unassigned = 0, Assigned = 1, AssignedDevice = 3 }

    /// An entry that the CPU does not translate through.
    #[entry(absent, levels(L0, L1, L2, L3), ignored(6..=11, 48..=54, 56..=63))]
    pub struct RttAbsent {
        #[bits(0, tag = 0)]                    valid: (),
        #[bits(1..=2)]                         ripas: Ripas,
        #[bits(3..=5)]                         hipas: Hipas,
        #[bits(12..=47, frame)]                frame: Hpa,
        #[bits(55)]                            unprotected: bool,
    }

    /// A page or block descriptor. In the unprotected half, the host chooses a part of it, its writer being the VMM.
    #[entry(leaf, levels(L1, L2, L3), present = kind, reserved(11, 48..=50), software(56..=58), ignored(59..=63))]
    pub struct RttLeaf {
        #[bits(0..=1, levels(L1, L2), tag = 1)]
        #[bits(0..=1, levels(L3), tag = 3)]                kind: (),
        #[bits(2..=5, written_by(vmm))]                    memory_attributes: Bits<4>,
        #[bits(6, allows = read, written_by(vmm))]         read: bool,
        #[bits(7, allows = write, written_by(vmm))]        write: bool,
        #[bits(8..=9, written_by(monitor))]                shareability: Bits<2>,
        #[bits(10, hardware = accessed)]                   accessed: bool,
        #[bits(12..=47, frame, written_by(vmm))]           frame: Hpa,
        #[bits(51, written_by(monitor))]                   dirty_modifier: bool,
        #[bits(52, written_by(monitor))]                   contiguous: bool,
        #[bits(53..=54, written_by(monitor))]              execute_never: Bits<2>,
        #[bits(55, written_by(monitor))]                   unprotected: bool,
    }

    /// A table descriptor.
    #[entry(table, levels(L0, L1, L2), present = kind, ignored(2..=11, 51..=63), reserved(48..=50))]
    pub struct RttTable {
        #[bits(0..=1, tag = 3)]                kind: (),
        #[bits(12..=47, frame)]                table: Hpa,
    }

    /// The table of both halves. The RMM owns it.
    #[table(guest, select(both), used_by(cpu), entries(RttAbsent, RttLeaf, RttTable), states = Rtte, hooks = Rmi)]
    pub struct Rtt;

    /// The life of one RTT entry.
    #[states(Rtt)]
    pub enum Rtte {
        #[state(absent, initial)] #[when(unprotected = 0, hipas = Unassigned, ripas = Empty)]
        #[to(Table, by = rtt_create)] #[to(UnassignedRam, by = rtt_init_ripas, during(Build))]
        #[to(AssignedEmpty, by = data_map, during(Run))] #[to(UnassignedRam, by = guest::set_ripas, during(Run))]
        UnassignedEmpty,
        #[state(absent)] #[when(unprotected = 0, hipas = Unassigned, ripas = Ram)]
        #[to(Table, by = rtt_create)] #[to(AssignedRam, by = data_create, during(Build))]
        #[to(AssignedRam, by = data_map, during(Run))] #[to(UnassignedEmpty, by = guest::set_ripas, during(Run))]
        UnassignedRam,
        #[state(absent)] #[when(unprotected = 0, hipas = Unassigned, ripas = Destroyed)]
        #[to(Table, by = rtt_create)] #[to(AssignedDestroyed, by = data_map, during(Run))]
        #[to(UnassignedRam, by = guest::set_ripas, during(Run))]
        UnassignedDestroyed,
        #[state(absent)] #[when(unprotected = 0, hipas = Assigned, ripas = Empty)]
        #[to(UnassignedEmpty, by = data_unmap)] #[to(AssignedRam, by = guest::set_ripas, during(Run))]
        AssignedEmpty,
        #[state(absent)] #[when(unprotected = 0, hipas = Assigned, ripas = Destroyed)]
        #[to(UnassignedDestroyed, by = data_unmap)] #[to(AssignedRam, by = guest::set_ripas, during(Run))]
        AssignedDestroyed,
        #[state(leaf, accessible)] #[when(unprotected = 0)]
        #[to(UnassignedDestroyed, by = data_unmap, lossy)] #[to(AssignedEmpty, by = guest::set_ripas, during(Run))]
        #[to(Table, by = rtt_create)]
        AssignedRam,
        #[state(absent)] #[when(unprotected = 1, hipas = Unassigned, ripas = Empty)]
        #[to(Table, by = rtt_create)] #[to(AssignedNs, by = rtt_map_unprotected)]
        UnassignedNs,
        #[state(leaf, accessible)] #[when(unprotected = 1)]
        #[to(UnassignedNs, by = rtt_unmap_unprotected)]
        AssignedNs,
        #[state(table, accessible)]
        #[to(UnassignedDestroyed, by = rtt_destroy, lossy)] #[to(UnassignedNs, by = rtt_destroy)]
        #[to(AssignedRam, by = rtt_fold)] #[to(UnassignedRam, by = rtt_fold)] #[to(UnassignedEmpty, by = rtt_fold)]
        Table,
    }

    /// What the RMM does for the host: each method is the command RMI_* of the same name. Removal includes the TLB
    /// maintenance, so that there is neither a block nor a track.
    #[hooks(Rtt)]
    pub trait Rmi {
        #[hook(link, split, stopped)]
        fn rtt_create(&self, at: Route, level: Level, table: Hpa) -> Outcome<RttCreate>;
        #[hook(merge, fused, stopped)]
        fn rtt_fold(&self, at: Route, level: Level) -> Outcome<RttFold>;
        #[hook(unlink, fused, partial, stopped)]
        fn rtt_destroy(&self, at: Route, level: Level) -> Outcome<RttDestroy>;
        #[hook(add, stopped, levels(L3))]
        fn data_create(&self, at: Gpa<Private>, data: Hpa, source: Hpa) -> Outcome<DataCreate>;
        #[hook(map, partial, busy, incomplete, stopped)]
        fn data_map(&self, range: AddressRange<Private>, data: Hpa) -> Outcome<DataMap>;
        #[hook(remove, fused, lossy, partial, busy, incomplete, stopped)]
        fn data_unmap(&self, range: AddressRange<Private>) -> Outcome<DataUnmap>;
        /// The descriptor has bits of the VMM alone, `RttLeaf::<L3>::WRITERS`: the RMM refuses others and adds its own.
        #[hook(map, stopped)]
        fn rtt_map_unprotected(&self, at: Gpa<Shared>, level: Level, descriptor: RttLeaf<L3>) -> Outcome<RttMapUnprotected>;
        #[hook(remove, fused, partial, stopped)]
        fn rtt_unmap_unprotected(&self, at: Gpa<Shared>, level: Level) -> Outcome<RttUnmapUnprotected>;
        #[hook(other, partial, stopped)]
        fn rtt_init_ripas(&self, range: AddressRange<Private>) -> Outcome<RttInitRipas>;
        #[hook(other)]
        fn granule_delegate(&self, granule: Hpa) -> Outcome<GranuleDelegate>;
        #[hook(reclaim)]
        fn granule_undelegate(&self, granule: Hpa) -> Outcome<GranuleUndelegate>;
    }
}

pub use cca::*;
