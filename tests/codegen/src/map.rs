//! The engine: one page through a cursor that holds its place.
//!
//! Both the cursor and its twin hold the frame of the table, and reach it through the memory of the tree. A twin
//! that held a pointer to the words of the table would save two instructions; a cursor cannot, because a
//! [`Memory`](pt_core::Memory) gives words and not tables.

use crate::alone::alone;
use crate::pool::Pool;
use pt_core::access::{Exclusive, Parallel};
use pt_core::cursor::Keeping;
use pt_core::{Cursor, DirectMap, Gpa, MapError, Page, Shared, Va};
use pt_tdx::{EptLeafFields, Pt, SharedEpt};
use pt_x86_64::{PageEntryFields, PageTables};

/// A cursor of whoever owns the tree.
pub type Owner<'t> = Cursor<'t, SharedEpt, DirectMap, &'t Pool, Exclusive>;

/// A page of 4 KiB that the guest may read and write. While the cursor holds the right table, it is a load and a
/// store in that; the walk that finds another table is out of line, and so is what becomes of an entry in use.
///
/// # Errors
/// As [`Cursor::map`].
#[inline(never)]
pub fn map_page(
    cursor: &mut Owner<'_>,
    at: Gpa<Shared>,
    page: Page<Shared, Pt>,
) -> Result<(), MapError<SharedEpt, Page<Shared, Pt>>> {
    cursor.map::<Pt, _>(at, page, EptLeafFields { read: true, write: true, ..EptLeafFields::default() })
}

/// A cursor of whoever owns an x86-64 address space.
pub type OwnerX86<'t> = Cursor<'t, PageTables, DirectMap, &'t Pool, Exclusive>;

/// The same as [`map_page`] in x86-64 tables.
///
/// # Errors
/// As [`Cursor::map`].
#[inline(never)]
pub fn map_page_x86_64(
    cursor: &mut OwnerX86<'_>,
    at: Va,
    page: Page<Shared, pt_x86_64::Pt>,
) -> Result<(), MapError<PageTables, Page<Shared, pt_x86_64::Pt>>> {
    cursor.map::<pt_x86_64::Pt, _>(at, page, PageEntryFields { write: true, ..PageEntryFields::new() })
}

/// A cursor of one of many.
pub type OneOfMany<'t> = Cursor<'t, SharedEpt, DirectMap, Keeping<'t, Pool>, Parallel>;

/// The same as [`map_page`] beside other threads.
///
/// # Errors
/// As [`Cursor::map`].
#[inline(never)]
pub fn map_page_parallel(
    cursor: &mut OneOfMany<'_>,
    at: Gpa<Shared>,
    page: Page<Shared, Pt>,
) -> Result<(), MapError<SharedEpt, Page<Shared, Pt>>> {
    cursor.map::<Pt, _>(at, page, EptLeafFields { read: true, write: true, ..EptLeafFields::default() })
}

/// The same as [`map_page`] in the table of a declaration without hooks.
///
/// # Errors
/// As [`Cursor::map`].
#[inline(never)]
pub fn map_page_alone(
    cursor: &mut Cursor<'_, alone::SharedEpt, DirectMap, &Pool, Exclusive>,
    at: Gpa<Shared>,
    page: Page<Shared, alone::Pt>,
) -> Result<(), MapError<alone::SharedEpt, Page<Shared, alone::Pt>>> {
    let attributes = alone::EptLeafFields { read: true, write: true, ..alone::EptLeafFields::default() };
    cursor.map::<alone::Pt, _>(at, page, attributes)
}
