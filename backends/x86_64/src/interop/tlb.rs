//! Dropping stale translations of one CPU, SDM 3A 4.10.4.
//!
//! INVLPG drops the translation of one page, global or not, whatever its size, and every cached table entry of the
//! current PCID. From a certain number of pages on, dropping everything is cheaper.

use pt_core::Va;
use pt_core::flush::Scope;
use pt_core::space::Virtual;

/// The most pages that are dropped one by one: about what Linux does.
const ONE_BY_ONE: u64 = 33;
const PAGE: u64 = 1 << 12;

/// What drops the translations of a scope.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Flushes {
    /// INVLPG, at this address and at each of so many pages of 4 KiB from there on.
    Pages(Va, u64),
    /// Everything, global translations among it.
    All,
}

/// What is to be done for a scope; `None` if nothing is.
#[must_use]
pub fn flushes(scope: Scope<Virtual>) -> Option<Flushes> {
    let range = match scope {
        Scope::Nothing => return None,
        Scope::Leaves(range) | Scope::Tables(range) => range,
    };
    let pages = range.bytes().div_ceil(PAGE);
    Some(if pages <= ONE_BY_ONE { Flushes::Pages(range.start(), pages) } else { Flushes::All })
}

/// Drops stale translations of the CPU that this runs on, in the current PCID: all there is to do where no other CPU
/// uses the tree.
#[cfg(all(feature = "instructions", target_arch = "x86_64"))]
#[derive(Debug)]
pub struct LocalTlb(());

#[cfg(all(feature = "instructions", target_arch = "x86_64"))]
mod instructions {
    use super::{Flushes, LocalTlb, PAGE, flushes};
    use crate::PageTables;
    use ::x86_64::VirtAddr;
    use ::x86_64::instructions::tlb;
    use ::x86_64::registers::control::{Cr4, Cr4Flags};
    use pt_core::Invalidate;
    use pt_core::flush::Scope;
    use pt_core::space::Virtual;

    impl LocalTlb {
        /// The TLB of this CPU.
        ///
        /// # Safety
        /// The caller runs at privilege level 0, and stays on this CPU. No other CPU translates with the trees whose
        /// flushes this discharges, and no other PCID of this one.
        #[allow(unsafe_code)] // what it stands for cannot be checked
        #[must_use]
        pub const unsafe fn new() -> Self {
            Self(())
        }
    }

    impl Invalidate<PageTables> for LocalTlb {
        fn invalidate(&mut self, scope: Scope<Virtual>) {
            match flushes(scope) {
                None => {}
                Some(Flushes::Pages(start, pages)) => {
                    for page in 0..pages {
                        // Addresses of five levels are canonical there, and INVLPG takes them as they are.
                        #[allow(unsafe_code)]
                        // SAFETY: the geometry of the tree says that the address is canonical.
                        tlb::flush(unsafe { VirtAddr::new_unsafe(start.as_u64() + page * PAGE) });
                    }
                }
                Some(Flushes::All) => all(),
            }
        }
    }

    /// Drops everything: a write of CR4 that changes PGE drops global translations too, one of CR3 does not.
    #[allow(unsafe_code)]
    fn all() {
        let flags = Cr4::read();
        if !flags.contains(Cr4Flags::PAGE_GLOBAL) {
            return tlb::flush_all();
        }
        // SAFETY: global translations may be switched off and on again at any time, SDM 3A 4.10.4.1; the CPU is at
        // privilege level 0, see `LocalTlb::new`.
        unsafe { Cr4::write(flags.difference(Cr4Flags::PAGE_GLOBAL)) };
        // SAFETY: the same.
        unsafe { Cr4::write(flags) };
    }
}
