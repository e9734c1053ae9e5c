//! The engine: a range of pages.

use crate::map::{Owner, OwnerX86};
use pt_core::{AddressRange, MapRangeError, Page, Shared, Virtual};
use pt_tdx::{EptLeafFields, SharedEpt};
use pt_x86_64::{PageEntryFields, PageTables};

/// Pages of an EPT.
///
/// # Errors
/// As [`map_range`](pt_core::Cursor::map_range).
#[inline(never)]
pub fn map_range_ept(
    cursor: &mut Owner<'_>,
    range: AddressRange<Shared>,
    first: Page<Shared, pt_tdx::Pt>,
) -> Result<(), MapRangeError<SharedEpt, Page<Shared, pt_tdx::Pt>>> {
    cursor.map_range::<pt_tdx::Pt, _>(range, first, EptLeafFields { read: true, write: true, ..EptLeafFields::new() })
}

/// Pages of an x86-64 address space.
///
/// # Errors
/// As [`map_range`](pt_core::Cursor::map_range).
#[inline(never)]
pub fn map_range_x86_64(
    cursor: &mut OwnerX86<'_>,
    range: AddressRange<Virtual>,
    first: Page<Shared, pt_x86_64::Pt>,
) -> Result<(), MapRangeError<PageTables, Page<Shared, pt_x86_64::Pt>>> {
    cursor.map_range::<pt_x86_64::Pt, _>(range, first, PageEntryFields { write: true, ..PageEntryFields::new() })
}
