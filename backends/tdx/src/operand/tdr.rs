//! Operands of leaves that take flags beside the TDR page, or beside the TDVPR page.

use pt_core::Hpa;
use pt_macros::register;

/// RDX of TDH.MEM.SEPT.ADD.
///
/// TDX module 1.5 ABI specification, TDH.MEM.SEPT.ADD leaf.
#[register(reserved(1..=11, 52..=63))]
pub struct SeptAddTdr {
    /// An entry that points to a table already is no error; the page is not used then.
    #[bits(0)]
    pub allow_existing: bool,
    /// The TDR page.
    #[bits(12..=51, address)]
    pub tdr: Hpa,
}

/// RDX of TDH.MEM.SEPT.RD.
///
/// TDX module 1.5 ABI specification, TDH.MEM.SEPT.RD leaf.
#[register(reserved(1..=11, 52..=63))]
pub struct SeptReadTdr {
    /// Return the attributes of the nested VMs too, of a TD that may be debugged.
    #[bits(0)]
    pub read_l2_attributes: bool,
    /// The TDR page.
    #[bits(12..=51, address)]
    pub tdr: Hpa,
}

/// RDX of TDH.MEM.PAGE.DEMOTE.
///
/// TDX module 1.5 ABI specification, TDH.MEM.PAGE.DEMOTE leaf.
#[register(reserved(1..=11, 52..=63))]
pub struct PageDemoteTdr {
    /// How the pages for the tables of nested VMs are given.
    #[bits(0)]
    pub l2_sept_add_mode: bool,
    /// The TDR page.
    #[bits(12..=51, address)]
    pub tdr: Hpa,
}

/// RCX of TDH.VP.ENTER.
///
/// TDX module 1.5 ABI specification, TDH.VP.ENTER leaf.
#[register(reserved(1..=11, 53..=63))]
pub struct VpEnterTdvpr {
    /// Go on in the TD itself after an exit of one of its nested VMs.
    #[bits(0)]
    pub resume_l1: bool,
    /// The TDVPR page.
    #[bits(12..=51, address)]
    pub tdvpr: Hpa,
    /// Whether the host could do something about the exit before, after `TDX_HOST_PRIORITY_BUSY_TIMEOUT`.
    #[bits(52)]
    pub host_recoverability_hint: bool,
}
