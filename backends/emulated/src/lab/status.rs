//! Status codes of the TDX module 1.5, for refusals that have no type of their own.

use crate::monitor::{Denied, Operand};
use pt_core::hook::Fatal;

const OPERAND_INVALID: u64 = 0xc000_0100_0000_0000;
const OPERAND_BUSY: u64 = 0x8000_0200_0000_0000;
const PAGE_METADATA_INCORRECT: u64 = 0xc000_0300_0000_0000;
const OP_STATE_INCORRECT: u64 = 0xc000_0608_0000_0000;
const TD_KEYS_NOT_CONFIGURED: u64 = 0x8000_0810_0000_0000;
const INTERRUPTED_RESTARTABLE: u64 = 0x8000_0004_0000_0000;
const TLB_TRACKING_NOT_DONE: u64 = 0xc000_0b08_0000_0000;
const EPT_ENTRY_STATE_INCORRECT: u64 = 0xc000_0b0d_0000_0000;

/// Operand identifiers, added to a code.
const RCX: u64 = 1;
const R8: u64 = 8;

/// The status of a refusal.
pub fn status<V>(denied: &Denied<V>) -> Fatal {
    let status = match *denied {
        Denied::Operand(Operand::Address(_) | Operand::Level(_)) => OPERAND_INVALID | RCX,
        Denied::Operand(Operand::Page | Operand::Frame(_)) => OPERAND_INVALID | R8,
        Denied::NoKey => TD_KEYS_NOT_CONFIGURED,
        Denied::Phase(_) => OP_STATE_INCORRECT,
        Denied::NotTracked => TLB_TRACKING_NOT_DONE | RCX,
        Denied::PageInUse(_) => PAGE_METADATA_INCORRECT | R8,
        Denied::NotOwned(_) => PAGE_METADATA_INCORRECT | RCX,
        Denied::Busy(_) => OPERAND_BUSY | RCX,
        Denied::Interrupted { .. } => INTERRUPTED_RESTARTABLE,
        Denied::Walk { .. }
        | Denied::State { .. }
        | Denied::NotBlocked { .. }
        | Denied::NotEmpty { .. }
        | Denied::NotUniform { .. }
        | Denied::Unfinished { .. } => EPT_ENTRY_STATE_INCORRECT | RCX,
        Denied::Injected { status } => status,
    };
    Fatal { status }
}
