//! Register formats: how the leaves' operands and answers are packed.

mod details;
mod page_info;

pub use details::{EntryDetails, EntryState};
pub use page_info::{PageInfo, SeptLevel};
