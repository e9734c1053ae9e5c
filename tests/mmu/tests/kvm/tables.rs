//! The guest's page tables, made by the engine.

use crate::executor;
use pt_core::{GuestRam, Hpa, Page, Shared, Tree, Whole};
use pt_plan::{Mapping, Permissions};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pd, Pdpt, Pt};
use std::error::Error;

/// The page tables of an address space.
pub type Tables<'a> = Tree<PageTables, &'a GuestRam>;

/// Tables that map the executor, and what is requested.
pub fn build<'a>(ram: &'a GuestRam, paging: Paging, requested: &[Mapping]) -> Result<Tables<'a>, Box<dyn Error>> {
    let mut tables = Tree::configured(paging, Features::all(), ram, ram)?;
    for mapping in executor::mappings().chain(requested.iter().copied()) {
        map(&mut tables, ram, mapping)?;
    }
    Ok(tables)
}

fn map(tables: &mut Tables<'_>, ram: &GuestRam, mapping: Mapping) -> Result<(), Box<dyn Error>> {
    let at = tables.geometry().address(mapping.input)?;
    let frame = Hpa::new(mapping.output);
    let attributes = PageEntryFields {
        write: mapping.permissions.contains(Permissions::WRITE),
        user: mapping.permissions.contains(Permissions::USER),
        no_execute: !mapping.permissions.contains(Permissions::EXECUTE),
        ..PageEntryFields::new()
    };
    let mut cursor = tables.exclusive(ram);
    match mapping.shift {
        12 => cursor.map(at, Page::<Shared, Pt>::new(frame)?, attributes)?,
        21 => cursor.map(at, Page::<Shared, Pd>::new(frame)?, attributes)?,
        30 => cursor.map(at, Page::<Shared, Pdpt>::new(frame)?, attributes)?,
        other => return Err(format!("no page has {other} address bits").into()),
    }
    Ok(())
}
