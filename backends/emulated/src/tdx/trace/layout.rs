//! Where things are on the machine of traces.
//!
//! It has 4 GiB of memory. One TDMR lies from 1 GiB to 3 GiB, see [`Platform::reference`](crate::tdx::Platform); the
//! control structures of the TD are at its beginning, and what is below it is the host's.

use pt_core::Hpa;

/// The TDR page; the TDCX pages lie right behind it.
pub const TDR: Hpa = Hpa::new(0x4000_0000);
/// TDCX pages that the TD is given.
pub const TDCX_PAGES: u64 = 6;
/// The first address that is free for the operations of a trace.
pub const FREE: Hpa = Hpa::new(0x4020_0000);
/// Where `TD_PARAMS` is handed over.
pub(super) const TD_PARAMS: Hpa = Hpa::new(0xf_f000);
/// The key identifier of the TD.
pub(super) const KEY: u64 = 33;

const FIRST_TDVPR: u64 = 0x4001_0000;
const TDVPR_STRIDE: u64 = 0x1_0000;

/// The TDVPR page of a vCPU; its further pages lie behind it.
#[must_use]
pub const fn tdvpr(vcpu: u8) -> Hpa {
    Hpa::new(FIRST_TDVPR + vcpu as u64 * TDVPR_STRIDE)
}

/// The page `number` pages behind `first`.
pub(super) const fn behind(first: Hpa, number: u64) -> u64 {
    first.as_u64() + (number << 12)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tdx::trace::Settings;

    #[test]
    fn the_structures_of_all_vcpus_end_where_free_memory_begins() {
        assert_eq!(tdvpr(Settings::MOST_VCPUS), FREE);
        assert!(behind(TDR, 1 + TDCX_PAGES) <= tdvpr(0).as_u64());
    }
}
