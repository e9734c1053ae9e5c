//! TDH.MEM: the Secure EPT of a TD, and the pages behind it.
//!
//! The entry that a leaf works on is a [`PageInfo`](crate::PageInfo): an address and a level. For SEPT.ADD and
//! SEPT.REMOVE it is the entry that points to the table.
//!
//! What the module wants before it takes a translation away: the entry is blocked (RANGE.BLOCK), then the epoch is
//! advanced (TRACK), then every vCPU that entered before has left the TD. Until TDH.MR.FINALIZE none of that is
//! needed. One TRACK serves any number of blocked entries.

mod block;
mod debug;
mod install;
mod remove;
mod resize;

pub use block::{RangeBlock, RangeUnblock, Track, range_block, range_unblock, track};
pub use debug::{Read, SeptRead, Write, read, sept_read, write};
pub use install::{PageAdd, PageAug, SeptAdd, page_add, page_aug, sept_add};
pub use remove::{PageRelocate, PageRemove, SeptRemove, page_relocate, page_remove, sept_remove};
pub use resize::{PageDemote, PagePromote, page_demote, page_promote};
