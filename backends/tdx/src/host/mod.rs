//! The host's side of the module: one function a leaf.
//!
//! A function packs its operands, makes the call, and returns the answer of that leaf as an enum: `Done`, with what
//! the leaf returns; the module's remarks, which are no errors; each refusal that this leaf can give, with the entry
//! that the module shows; and `Unlisted` for any other status. A `match` is complete, and what it does not name it
//! leaves out on purpose. `Err` is for a call that no module took.
//!
//! - [`mem`]: TDH.MEM, the Secure EPT and the pages behind it.
//! - [`mng`]: TDH.MNG, the life of a TD and of its key. [`mr`]: TDH.MR, its measurement.
//! - [`vp`]: TDH.VP, its vCPUs.
//! - [`phymem`]: TDH.PHYMEM, pages and caches of the machine.
//!
//! No function waits or retries: the module never waits for a lock, and what a refusal means is the caller's
//! business. [`Answer`] is what code that is generic over leaves needs.
//!
//! ```
//! use pt_core::Hpa;
//! use pt_tdx::host::{Tdr, mem};
//! use pt_tdx::{PageInfo, Seamcall, SeptLevel, Unavailable};
//!
//! enum Next {
//!     Enter,
//!     Retry,
//!     Link(SeptLevel),
//!     Kill(mem::PageAug),
//! }
//!
//! /// Resolves a private fault: maps `page` at the entry that the guest touched.
//! fn fault<S: Seamcall>(module: &S, tdr: Tdr, at: PageInfo, page: Hpa) -> Result<Next, Unavailable> {
//!     Ok(match mem::page_aug(module, tdr, at, page)? {
//!         mem::PageAug::Done => Next::Enter,
//!         mem::PageAug::OperandBusy(_) | mem::PageAug::EntryBusy(_) => Next::Retry,
//!         refused @ mem::PageAug::EptWalkFailed(entry) => entry.level().map_or(Next::Kill(refused), Next::Link),
//!         refused => Next::Kill(refused),
//!     })
//! }
//! ```
//!
//! Versions: each function calls version 0 of its leaf, and works on the Secure EPT of the TD itself. What the newer
//! versions add concerns the nested VMs of TD partitioning.

mod answer;
pub mod mem;
pub mod mng;
pub mod mr;
mod page;
pub mod phymem;
mod table;
pub mod vp;

use answer::Output;
pub use answer::{Answer, Possible};
pub use page::{Hkid, HkidBits, KeyedPage, SourcePage, Tdr, Tdvpr};

use crate::leaf::Leaf;
use crate::seamcall::{Registers, Seamcall, Unavailable};
#[cfg(test)]
use crate::status::Status;

macro_rules! leaves {
    ($($answer:path),+ $(,)?) => {
        /// Every status that `leaf` can give, but success; `None` for a leaf that has no function here.
        #[must_use]
        pub const fn possible(leaf: Leaf) -> Option<&'static [Possible]> {
            match leaf {
                $(<$answer as Answer>::LEAF => Some(<$answer as Answer>::POSSIBLE),)+
                _ => None,
            }
        }

        #[cfg(test)]
        fn decode_any(leaf: Leaf, status: Status, registers: &Registers) -> Option<tests::Decoded> {
            match leaf {
                $(<$answer as Answer>::LEAF => Some(tests::Decoded::from(<$answer as Answer>::decode(status, registers))),)+
                _ => None,
            }
        }
    };
}

leaves! {
    mem::SeptAdd, mem::PageAdd, mem::PageAug, mem::RangeBlock, mem::RangeUnblock, mem::Track, mem::PageRemove,
    mem::SeptRemove, mem::PageRelocate, mem::PageDemote, mem::PagePromote, mem::SeptRead, mem::Read, mem::Write,
    mr::Extend, mr::Finalize,
    mng::Create, mng::KeyConfig, mng::AddCx, mng::Init, mng::VpFlushDone, mng::KeyFreeId,
    vp::Create, vp::AddCx, vp::Init, vp::Enter, vp::Flush,
    phymem::CacheWb, phymem::PageReclaim, phymem::PageRead, phymem::PageWbinvd,
}

/// Makes the call of the leaf `A`, with the operands that `operands` sets.
fn ask<A: Answer, S: Seamcall + ?Sized>(seamcall: &S, operands: impl FnOnce(&mut Registers)) -> Result<A, Unavailable> {
    let mut registers = Registers::call(A::LEAF);
    operands(&mut registers);
    let status = seamcall.seamcall(&mut registers)?;
    Ok(A::decode(status, &registers))
}

#[cfg(test)]
mod tests;
