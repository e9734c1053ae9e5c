//! The engine: one page through a cursor that holds its place.
//!
//! Both the cursor and its twin hold the frame of the table, and reach it through the memory of the tree. A twin
//! that held a pointer to the words of the table would save two instructions; a cursor cannot, because a
//! [`Memory`](pt_core::Memory) gives words and not tables.

use crate::pool::Pool;
use pt_core::access::Exclusive;
use pt_core::{Cursor, DirectMap, Gpa, MapError, Page, Shared};
use pt_tdx::{EptLeafFields, Pt, SharedEpt};

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
