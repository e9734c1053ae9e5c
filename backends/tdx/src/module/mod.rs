//! The Secure EPT as the TDX module keeps it: the declaration of the module's own side.
//!
//! The pair that a VMM uses is declared beside this, with the seven states that a VMM brings about. Here are all
//! sixteen, with the bits of an entry, the host leaves and the op-states: what a software module, a checker of traces
//! or a debugger needs. A VMM does not.
//!
//! # May leaf L act on state S, and what follows?
//! In the order of the module's own checks:
//!
//! 1. [`SeptOperation::from_bits`] names the leaf by its number, and [`SeptOperation::exists_in`] says whether it can be
//!    called in an [`OpState`] (else `TDX_OP_STATE_INCORRECT`).
//! 2. [`SeptOperation::levels`] are the levels of its page operand, up to that of the root (else
//!    `TDX_OPERAND_INVALID`).
//! 3. [`SeptState::of`] reads the state of the entry that the walk ended at.
//! 4. [`SeptOperation::on`] answers with a [`Legality`]: the leaf does not act on such entries
//!    (`TDX_EPT_ENTRY_STATE_INCORRECT`), the entry has to be blocked first (`TDX_GPA_RANGE_NOT_BLOCKED`), or a [`Step`]:
//!    the states that can follow, and whether stale translations have to be tracked before
//!    (`TDX_TLB_TRACKING_NOT_DONE`).
//!
//! ```
//! use pt_tdx::module::{Legality, OpState, SeptOperation, SeptState};
//!
//! let leaf = SeptOperation::PageRemove;
//! assert_eq!(leaf.on(SeptState::Free, OpState::Runnable), Legality::Incorrect);
//! assert_eq!(leaf.on(SeptState::Mapped, OpState::Runnable), Legality::NotBlocked);
//! let Legality::Allowed(step) = leaf.on(SeptState::Blocked, OpState::Runnable) else { panic!() };
//! assert!(step.after_track());
//! assert_eq!(step.to(), Some(SeptState::Free));
//! // Before the TD is finalised, no translation can be stale.
//! let Legality::Allowed(step) = leaf.on(SeptState::Mapped, OpState::Initialized) else { panic!() };
//! assert!(!step.after_track());
//! ```
//!
//! What depends on more than the entry is not said here: TDH.MEM.PAGE.PROMOTE leads to the state of the children,
//! TDH.MEM.SEPT.ADD leaves a linked table only where `ALLOW_EXISTING` or version 1 asks for it, TDH.MEM.RANGE.BLOCK
//! answers `TDX_GPA_RANGE_ALREADY_BLOCKED` for a blocked entry.
//!
//! Sources: TDX module 1.5 base specification, "Secure EPT entry"; TDX module 1.5 ABI specification, the leaves by
//! their names.

mod declaration;
mod legality;
mod state;

pub use declaration::sept::*;
pub use legality::{Legality, Step, Targets};
pub use state::FREE_ENTRY;
