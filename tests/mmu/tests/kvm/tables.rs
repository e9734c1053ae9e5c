//! The guest's page tables, made by the engine.

use crate::executor;
use pt_core::{GuestRam, Tree};
use pt_mmu::{RangeIn, Subject, by_size, range};
use pt_plan::{Mapping, Permissions, Random};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pd, Pdpt, Pt};

/// The page tables of an address space.
pub type Tables<'a> = Tree<PageTables, &'a GuestRam>;

/// Those of the guest.
pub struct LongMode;

impl Subject for LongMode {
    type Table = PageTables;
    const CONFIG: Features = Features::all();

    fn attributes(mapping: &Mapping, random: &mut Random) -> PageEntryFields {
        let permissions = mapping.permissions;
        PageEntryFields {
            write: permissions.contains(Permissions::WRITE),
            user: permissions.contains(Permissions::USER),
            no_execute: !permissions.contains(Permissions::EXECUTE),
            global: random.below(2) == 0,
            write_through: random.below(2) == 0,
            ..PageEntryFields::new()
        }
    }

    fn range(paging: Paging, mapping: &Mapping) -> RangeIn<Self> {
        range(paging, mapping)
    }

    by_size!(Pdpt, Pd; Pt);
}

/// Tables that map the executor, and what is requested.
pub fn build<'a>(ram: &'a GuestRam, paging: Paging, requested: &[Mapping], random: &mut Random) -> Tables<'a> {
    let mappings: Vec<Mapping> = executor::mappings().chain(requested.iter().copied()).collect();
    pt_mmu::build::<LongMode, _>(paging, ram, &mappings, random)
}
