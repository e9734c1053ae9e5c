//! Long mode: four and five levels.

use super::{MEMORY, Variant, tables};
use crate::machine::Mode;
use pt_core::{Arena, Hpa};
use pt_plan::{Mapping, Permissions, Space, Span};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pt};
use std::error::Error;

/// Canonical addresses.
const FOUR_LEVELS: [Span; 2] = [Span::new(0, (1 << 47) - 1), Span::new(u64::MAX << 47, u64::MAX)];
const FIVE_LEVELS: [Span; 2] = [Span::new(0, (1 << 56) - 1), Span::new(u64::MAX << 56, u64::MAX)];

impl Variant for Paging {
    fn mode(&self) -> Mode {
        let levels = if *self == Self::FiveLevels { Mode::LA57 } else { 0 };
        Mode { cr4: Mode::PAE | levels, efer: Mode::NXE | Mode::LME }
    }

    fn space(&self) -> Space<'static> {
        let inputs = match self {
            Self::FourLevels => &FOUR_LEVELS,
            Self::FiveLevels => &FIVE_LEVELS,
        };
        Space { inputs, memory: MEMORY, shifts: &[12, 12, 21, 30], permissions: &Permissions::X86 }
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
