//! Register formats: how the leaves' operands and answers are packed.

mod details;
mod page_info;
mod record;

pub use details::{EntryDetails, EntryState};
pub use page_info::{PageInfo, SeptLevel};
pub use record::{PageRecord, PageType};

/// What a register holds in place of the address of a page that is not given.
pub const NULL_PA: u64 = u64::MAX;
