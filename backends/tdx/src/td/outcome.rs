//! What the answers of the leaves are to the engine.
//!
//! | the module says | the engine takes it as |
//! |---|---|
//! | a lock is held (`TDX_OPERAND_BUSY`), vCPUs of an older epoch are inside | busy: nothing changed, it may work later |
//! | the entry is not what the caller believes | stopped at this entry |
//! | interrupted, start anew | incomplete: nothing else is done to the entry meanwhile |
//! | anything else | fatal, with the status |

use crate::Level;
use crate::host::{Answer, mem, phymem};
use crate::operand::{EntryDetails, PageInfo, PageRecord};
use crate::seamcall::Unavailable;
use crate::status::{Operand, Status, StatusCode};
use crate::{
    PageAdd, PageAug, PageDemote, PagePromote, PageReclaim, PageRemove, RangeBlock, RangeUnblock, SeptAdd, SeptRemove,
    Track,
};
use core::convert::Infallible;
use pt_core::Hpa;
use pt_core::hook::{Busy, Fatal, Hook, Incomplete, MonitorEntry, Outcome, Partner, Stopped};

/// Status of a call that no module took, where a SEAMCALL would have left one: an error of a class that the module
/// does not use.
const UNAVAILABLE: u64 = StatusCode::OperandBusy.into_bits() | 0xff << 40;

fn fatal<K: Hook>(status: Status) -> Outcome<K> {
    Outcome::Fatal(Fatal { status: status.bits() })
}

fn stopped<K: Hook<Stopped = Stopped<Level>>>(at: EntryDetails, status: Status) -> Outcome<K> {
    match at.level() {
        Some(level) => Outcome::Stopped(Stopped { level: level.into(), entry: MonitorEntry::new(at.entry) }),
        None => fatal(status),
    }
}

/// Reads an answer, or says that there was none.
fn read<K: Hook, A: Answer>(answer: Result<A, Unavailable>, read: impl FnOnce(A, Status) -> Outcome<K>) -> Outcome<K> {
    match answer {
        Ok(answer) => {
            let status = answer.status();
            read(answer, status)
        }
        Err(_) => Outcome::Fatal(Fatal { status: UNAVAILABLE }),
    }
}

/// A source that is no page.
pub(super) fn refused_source() -> Outcome<PageAdd> {
    fatal(StatusCode::OperandInvalid | Operand::R9)
}

/// The arms of every leaf about an entry: what is busy, where it stopped, and all the rest, by name.
macro_rules! outcome {
    (
        $answer:ident, $status:ident, $leaf:ident,
        [$($done:pat => $did:expr),+], busy [$($busy:ident $(($ignored:pat))?),+], stopped [$($stopped:ident),*],
        fatal [$($fatal:ident $(($any:pat))?),*]
    ) => {
        match $answer {
            $($done => $did,)+
            $(mem::$leaf::$busy $(($ignored))? => Outcome::Busy(Busy),)+
            $(mem::$leaf::$stopped(at) => stopped(at, $status),)*
            // A lock that another version of the module has.
            mem::$leaf::Unlisted(status) if status.is_busy() => Outcome::Busy(Busy),
            mem::$leaf::OperandInvalid(_)
            | mem::$leaf::OperandAddrRangeError(_)
            | mem::$leaf::PageMetadataIncorrect(_)
            | mem::$leaf::TdFatal
            | mem::$leaf::TdKeysNotConfigured
            | mem::$leaf::TdcsNotAllocated
            | mem::$leaf::OpStateIncorrect
            | mem::$leaf::SysNotReady
            | mem::$leaf::SysShutdown
            | mem::$leaf::Unlisted(_)
            $(| mem::$leaf::$fatal $(($any))?)* => fatal($status),
        }
    };
}

pub(super) fn sept_add(answer: Result<mem::SeptAdd, Unavailable>) -> Outcome<SeptAdd> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, SeptAdd, [mem::SeptAdd::Done => Outcome::Done(())],
            busy [OperandBusy(_), EntryBusy(_)], stopped [EptWalkFailed, EptEntryStateIncorrect], fatal []
        )
    })
}

pub(super) fn page_add(answer: Result<mem::PageAdd, Unavailable>) -> Outcome<PageAdd> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, PageAdd, [mem::PageAdd::Done => Outcome::Done(())],
            busy [OperandBusy(_)], stopped [EptWalkFailed, EptEntryStateIncorrect], fatal []
        )
    })
}

pub(super) fn page_aug(answer: Result<mem::PageAug, Unavailable>) -> Outcome<PageAug> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, PageAug, [mem::PageAug::Done => Outcome::Done(())],
            busy [OperandBusy(_), EntryBusy(_)], stopped [EptWalkFailed, EptEntryStateIncorrect], fatal []
        )
    })
}

/// An entry that is blocked already is what was asked for; what was blocked earlier is tracked no later.
pub(super) fn range_block(answer: Result<mem::RangeBlock, Unavailable>) -> Outcome<RangeBlock> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, RangeBlock,
            [mem::RangeBlock::Done | mem::RangeBlock::GpaRangeAlreadyBlocked(_) => Outcome::Done(())],
            busy [OperandBusy(_), EntryBusy(_)], stopped [EptWalkFailed, EptEntryStateIncorrect], fatal []
        )
    })
}

/// The engine has tracked. That tracking is not done means that a vCPU of the old epoch is inside.
pub(super) fn range_unblock(answer: Result<mem::RangeUnblock, Unavailable>) -> Outcome<RangeUnblock> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, RangeUnblock, [mem::RangeUnblock::Done => Outcome::Done(())],
            busy [OperandBusy(_), EntryBusy(_), TlbTrackingNotDone], stopped [EptWalkFailed, EptEntryStateIncorrect],
            fatal []
        )
    })
}

pub(super) fn track(answer: Result<mem::Track, Unavailable>) -> Outcome<Track> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, Track, [mem::Track::Done => Outcome::Done(())],
            busy [OperandBusy(_), PreviousTlbEpochBusy], stopped [], fatal []
        )
    })
}

pub(super) fn page_remove(answer: Result<mem::PageRemove, Unavailable>) -> Outcome<PageRemove> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, PageRemove, [mem::PageRemove::Done(_) => Outcome::Done(())],
            busy [OperandBusy(_), EntryBusy(_), TlbTrackingNotDone],
            stopped [EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked], fatal []
        )
    })
}

/// `partner` says what becomes of the page of the table.
pub(super) fn sept_remove(
    answer: Result<mem::SeptRemove, Unavailable>,
    partner: impl FnOnce(Hpa) -> Partner,
) -> Outcome<SeptRemove> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, SeptRemove, [mem::SeptRemove::Done(page) => Outcome::Done(partner(page))],
            busy [OperandBusy(_), EntryBusy(_), TlbTrackingNotDone],
            stopped [EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked, EptPageNotFree], fatal []
        )
    })
}

/// An interrupted operation is known by its entry.
fn interrupted<K: Hook<Incomplete = Incomplete, Partial = Infallible>>(at: PageInfo) -> Outcome<K> {
    Outcome::Incomplete(Incomplete { handle: at.bits() })
}

pub(super) fn page_demote(answer: Result<mem::PageDemote, Unavailable>, at: PageInfo) -> Outcome<PageDemote> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, PageDemote,
            [mem::PageDemote::Done => Outcome::Done(()), mem::PageDemote::InterruptedRestartable => interrupted(at)],
            busy [OperandBusy(_), EntryBusy(_), TlbTrackingNotDone],
            stopped [EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked],
            fatal [L2SeptPageNotProvided(_)]
        )
    })
}

/// `partner` says what becomes of the page of the table.
pub(super) fn page_promote(
    answer: Result<mem::PagePromote, Unavailable>,
    at: PageInfo,
    partner: impl FnOnce(Hpa) -> Partner,
) -> Outcome<PagePromote> {
    read(answer, |answer, status| {
        outcome!(
            answer, status, PagePromote,
            [
                mem::PagePromote::Done(page) => Outcome::Done(partner(page)),
                mem::PagePromote::InterruptedRestartable => interrupted(at)
            ],
            busy [OperandBusy(_), EntryBusy(_), TlbTrackingNotDone],
            stopped [EptWalkFailed, EptEntryStateIncorrect, GpaRangeNotBlocked, EptInvalidPromoteConditions],
            fatal []
        )
    })
}

/// `reclaimed` is told what the page was.
pub(super) fn page_reclaim(
    answer: Result<phymem::PageReclaim, Unavailable>,
    reclaimed: impl FnOnce(PageRecord),
) -> Outcome<PageReclaim> {
    use phymem::PageReclaim as Reclaim;
    read(answer, |answer, status| match answer {
        Reclaim::Done(record) => {
            reclaimed(record);
            Outcome::Done(())
        }
        Reclaim::OperandBusy(_) => Outcome::Busy(Busy),
        Reclaim::Unlisted(status) if status.is_busy() => Outcome::Busy(Busy),
        Reclaim::OperandInvalid(_)
        | Reclaim::OperandAddrRangeError(_)
        | Reclaim::PageMetadataIncorrect(_)
        | Reclaim::LifecycleStateIncorrect
        | Reclaim::TdAssociatedPagesExist
        | Reclaim::SysNotReady
        | Reclaim::SysShutdown
        | Reclaim::Unlisted(_) => fatal(status),
    })
}
