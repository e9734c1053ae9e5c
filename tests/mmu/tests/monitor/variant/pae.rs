//! PAE: 32-bit addresses.

use super::{MEMORY, Variant, tables};
use crate::machine::Mode;
use pt_core::{Arena, Hpa};
use pt_pae::{Features, PageEntryFields, PageTables, Paging, Pt};
use pt_plan::{Mapping, Permissions, Space, Span};
use std::error::Error;

const INPUTS: [Span; 1] = [Span::new(0, 0xffff_ffff)];

impl Variant for Paging {
    fn mode(&self) -> Mode {
        Mode { cr4: Mode::PAE, efer: Mode::NXE }
    }

    fn space(&self) -> Space<'static> {
        Space { inputs: &INPUTS, memory: MEMORY, shifts: &[12, 12, 21], permissions: &Permissions::X86 }
    }

    fn build(&self, arena: &Arena, former: &[Mapping], requested: &[Mapping]) -> Result<Hpa, Box<dyn Error>> {
        tables::build::<PageTables, Pt>(*self, Features::all(), attributes, arena, former, requested)
    }
}

fn attributes(permissions: Permissions) -> PageEntryFields {
    PageEntryFields {
        write: permissions.contains(Permissions::WRITE),
        user: permissions.contains(Permissions::USER),
        no_execute: !permissions.contains(Permissions::EXECUTE),
        ..PageEntryFields::new()
    }
}
