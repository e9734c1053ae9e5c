//! Register formats: how the leaves' operands and answers are packed.
//!
//! Each is a declared [register](pt_macros::register): it holds any word, as it came from the caller or the module, and
//! `try_from_bits` refuses one whose reserved bits are set, as the module does.

mod details;
mod exit;
mod page_info;
mod params;
mod record;
mod tdr;

pub use details::{EntryDetails, EntryInfo, EntryState};
pub use exit::{EptViolation, ExitQualification, ExtendedQualification, QualificationType};
pub use page_info::{PageInfo, SeptLevel};
pub use params::{ConfigFlags, EptpControls, TdAttributes, TdParams};
pub use record::{PageRecord, PageType};
pub use tdr::{PageDemoteTdr, SeptAddTdr, SeptReadTdr, VpEnterTdvpr};

/// What a register holds in place of the address of a page that is not given.
///
/// TDX module 1.5 ABI specification, R9 to R11 of the TDH.MEM.PAGE.DEMOTE leaf.
pub const NULL_PA: u64 = u64::MAX;
