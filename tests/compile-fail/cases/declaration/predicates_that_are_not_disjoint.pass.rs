//! An entry can be in two states at once.
//!
//! Seen: KVM spte.h, `FROZEN_SPTE` must never equal an MMIO value [kvm-17]

use pt_macros::page_tables;

#[rustfmt::skip] // one field a line
#[page_tables]
pub mod realm {
    use pt_core::hook::Outcome;
    use pt_core::{Gpa, Hpa, Private};

    #[levels]
    pub enum Level {
        #[level(index = 21..=29, table, leaf)] L2,
        #[level(index = 12..=20, leaf)]        L3,
    }

    #[geometry]
    pub enum Ipa {
        #[root(L2, width = 24..=30, split(bit = top, shared = 1))] StartL2 { bits: u32 },
    }

    #[values]
    pub enum Hipas { Unassigned = 0, Assigned = 1 }

    #[values]
    pub enum Ripas { Empty = 0, Ram = 1, Destroyed = 2 }

    #[entry(absent, levels(L2, L3), ignored(6..=63))]
    pub struct RttAbsent {
        #[bits(0, tag = 0)]                   valid: (),
        #[bits(1..=2)]                        ripas: Ripas,
        #[bits(3..=5)]                        hipas: Hipas,
    }

    #[entry(leaf, levels(L2, L3), present = kind, ignored(2..=11, 48..=63))]
    pub struct RttLeaf {
        #[bits(0..=1, levels(L2), tag = 1)]
        #[bits(0..=1, levels(L3), tag = 3)]   kind: (),
        #[bits(12..=47, frame)]               frame: Hpa,
    }

    #[entry(table, levels(L2), present = kind, ignored(2..=11, 48..=63))]
    pub struct RttTable {
        #[bits(0..=1, tag = 3)]               kind: (),
        #[bits(12..=47, frame)]               table: Hpa,
    }

    #[table(guest, select(both), used_by(cpu), entries(RttAbsent, RttLeaf, RttTable), states = Rtte, hooks = Rmi)]
    pub struct Rtt;

    #[states(Rtt)]
    pub enum Rtte {
        #[state(absent, initial)]   #[when(hipas = Unassigned, ripas = Empty)]
        #[to(Ram, by = rtt_init_ripas)] #[to(Table, by = rtt_create)]
        Empty,
        #[state(absent)]            #[when(hipas = Unassigned, ripas = Ram)]
        #[to(Mapped, by = data_map)]
        Ram,
        #[state(leaf, accessible)]  #[to(Destroyed, by = data_unmap)]
        Mapped,
        #[state(table, accessible)] #[to(Destroyed, by = rtt_destroy)]
        Table,
        #[state(absent)]            #[when(hipas = Unassigned, ripas = Destroyed)]
        #[to(Ram, by = guest::set_ripas)]
        Destroyed,
    }

    #[hooks(Rtt)]
    pub trait Rmi {
        #[hook(other)]         fn rtt_init_ripas(&self, at: Gpa<Private>) -> Outcome<RttInitRipas>;
        #[hook(link)]          fn rtt_create(&self, at: Gpa<Private>, table: Hpa) -> Outcome<RttCreate>;
        #[hook(unlink, fused)] fn rtt_destroy(&self, at: Gpa<Private>) -> Outcome<RttDestroy>;
        #[hook(map)]           fn data_map(&self, at: Gpa<Private>, data: Hpa) -> Outcome<DataMap>;
        #[hook(remove, fused)] fn data_unmap(&self, at: Gpa<Private>) -> Outcome<DataUnmap>;
    }
}

fn main() {}
