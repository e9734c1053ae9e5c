//! How the steps of a leaf end early.

use super::lock::Busy;
use super::sept::{Entry, Place};
use pt_core::states::States;
use pt_tdx::module::{SeptOperation, SeptState};
use pt_tdx::{EntryDetails, Operand, SeptLevel, Status, StatusCode};

/// A status other than plain success, and the entry that the host is shown with it.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Refusal {
    /// What RAX gets.
    pub status: Status,
    /// What RCX and RDX get; without it they stay as the leaf has set them.
    pub details: Option<EntryDetails>,
}

pub(crate) type Result<T> = core::result::Result<T, Refusal>;

impl Refusal {
    /// The code, about `operand`, with what the host is told of an entry.
    pub fn of_entry(code: StatusCode, operand: Operand, entry: Entry, level: SeptLevel) -> Self {
        Self { status: code | operand, details: Some(entry.details(level)) }
    }

    /// The walk ended above the entry that was asked for.
    pub fn walk_failed(end: &Place) -> Self {
        Self::of_entry(StatusCode::EptWalkFailed, Operand::Rcx, end.entry, end.level)
    }

    /// The entry's state does not allow the leaf. TDH.MEM.RANGE.BLOCK has a remark of its own for what is blocked
    /// already.
    pub fn state_for(leaf: SeptOperation, entry: Entry, level: SeptLevel) -> Self {
        let blocked = entry.state().is_some_and(SeptState::is_blocked);
        if blocked && leaf == SeptOperation::RangeBlock {
            Self::of_entry(StatusCode::GpaRangeAlreadyBlocked, Operand::Rcx, entry, level)
        } else {
            Self::state(entry, level)
        }
    }

    /// The entry's state does not allow the leaf.
    pub fn state(entry: Entry, level: SeptLevel) -> Self {
        Self::of_entry(StatusCode::EptEntryStateIncorrect, Operand::Rcx, entry, level)
    }
}

impl From<Status> for Refusal {
    #[inline]
    fn from(status: Status) -> Self {
        Self { status, details: None }
    }
}

impl From<StatusCode> for Refusal {
    #[inline]
    fn from(code: StatusCode) -> Self {
        Status::from(code).into()
    }
}

/// `TDX_OPERAND_BUSY` about an operand.
#[inline]
pub(crate) fn busy(operand: Operand) -> impl FnOnce(Busy) -> Refusal {
    move |_| (StatusCode::OperandBusy | operand).into()
}

/// `code` about `operand`, unless `condition` holds.
#[inline]
pub(crate) fn require(condition: bool, code: StatusCode, operand: Operand) -> Result<()> {
    if condition { Ok(()) } else { Err((code | operand).into()) }
}
