//! What the module knows of the machine: memory regions, key identifiers, packages.
//!
//! TDX module 1.5 base specification, physical memory management; key identifiers as enumerated by
//! `IA32_TME_ACTIVATE`.

use core::ops::{Range, RangeInclusive};
use pt_core::Hpa;

/// Host-physical addresses are below `2^52`, key identifier included.
pub(crate) const PHYSICAL_BITS: u32 = 52;

/// The number of a memory encryption key. Identifier 0 is the host's own.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct KeyId(pub u16);

/// A range of memory that the module may use for TDs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tdmr {
    /// First address, a multiple of 1 GiB.
    pub base: Hpa,
    /// Bytes, a multiple of 1 GiB.
    pub size: u64,
    /// Offsets that belong to something else, in multiples of 4 KiB.
    pub reserved: Vec<Range<u64>>,
}

impl Tdmr {
    /// Whether the address lies in the region.
    #[inline]
    #[must_use]
    pub const fn contains(&self, address: Hpa) -> bool {
        address.as_u64().wrapping_sub(self.base.as_u64()) < self.size
    }

    /// Whether the address lies in a reserved area.
    #[must_use]
    pub fn is_reserved(&self, address: Hpa) -> bool {
        let offset = address.as_u64().wrapping_sub(self.base.as_u64());
        self.reserved.iter().any(|area| area.contains(&offset))
    }
}

/// The machine that the module was loaded on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Platform {
    /// Memory for TDs, by ascending base, all of it initialised by TDH.SYS.TDMR.INIT.
    pub tdmrs: Vec<Tdmr>,
    /// The module's own memory.
    pub seamrr: Range<u64>,
    /// How many of the upper address bits, ending at bit 51, hold a key identifier.
    pub key_id_bits: u32,
    /// The identifiers that only TDs may use.
    pub private_key_ids: RangeInclusive<u16>,
    /// How many packages a key must be configured on. At most 32.
    pub packages: u32,
    /// Physical address width, key identifier included.
    pub physical_width: u32,
    /// Whether the CPUs have five-level paging.
    pub five_level_paging: bool,
}

impl Platform {
    /// The machine on which the reference answers were recorded: 4 GiB, one TDMR of 2 GiB at 1 GiB, the last 16 MiB
    /// of it reserved, one package, key identifiers in the address bits 51:46.
    #[must_use]
    pub fn reference() -> Self {
        let reserved = core::iter::once(0x3f00_0000..0x4000_0000).collect();
        let tdmr = Tdmr { base: Hpa::new(0x4000_0000), size: 0x8000_0000, reserved };
        Self {
            tdmrs: vec![tdmr],
            seamrr: 0x3000_0000..0x3800_0000,
            key_id_bits: 6,
            private_key_ids: 32..=63,
            packages: 1,
            physical_width: 52,
            five_level_paging: true,
        }
    }

    /// The lowest bit of a key identifier in an address.
    #[inline]
    #[must_use]
    pub const fn key_id_shift(&self) -> u32 {
        PHYSICAL_BITS - self.key_id_bits
    }

    /// Whether the address is below `2^52` and names no key identifier.
    #[inline]
    #[must_use]
    pub const fn is_plain(&self, address: u64) -> bool {
        address >> self.key_id_shift() == 0
    }

    /// The key identifier in an address.
    #[inline]
    #[must_use]
    pub const fn key_id(&self, address: u64) -> KeyId {
        KeyId((address >> self.key_id_shift() & ((1 << self.key_id_bits) - 1)) as u16)
    }

    /// The address without its key identifier.
    #[inline]
    #[must_use]
    pub const fn without_key_id(&self, address: u64) -> u64 {
        address & !(((1 << self.key_id_bits) - 1) << self.key_id_shift())
    }

    /// The region that holds the address, and its number.
    #[inline]
    #[must_use]
    pub fn tdmr(&self, address: Hpa) -> Option<(usize, &Tdmr)> {
        self.tdmrs.iter().enumerate().find(|(_, tdmr)| tdmr.contains(address))
    }

    /// Whether `bytes` of the host's own memory at `address` may be read or written for a leaf: aligned to their size,
    /// below `2^52`, outside the module's memory, under a key identifier that is not private.
    #[must_use]
    pub fn is_shared(&self, address: u64, bytes: u64) -> bool {
        let plain = self.without_key_id(address);
        address.is_multiple_of(bytes)
            && address >> PHYSICAL_BITS == 0
            && (plain + bytes <= self.seamrr.start || self.seamrr.end <= plain)
            && self.key_id(address).0 < *self.private_key_ids.start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_identifiers_are_the_upper_address_bits() {
        let platform = Platform::reference();
        assert!(platform.is_plain(0x3fff_ffff_f000));
        assert!(!platform.is_plain(1 << 46) && !platform.is_plain(1 << 52) && !platform.is_plain(1 << 63));
        assert_eq!(platform.key_id(33 << 46 | 0x1000), KeyId(33));
        assert_eq!(platform.without_key_id(33 << 46 | 0x1000), 0x1000);
    }

    #[test]
    fn shared_memory_is_outside_the_module_and_under_no_private_key() {
        let platform = Platform::reference();
        assert!(platform.is_shared(0x10_0000, 4096) && platform.is_shared(31 << 46 | 0x10_0000, 4096));
        for refused in [0x10_0800, 0x3000_0000, 0x37ff_f000, 32 << 46 | 0x10_0000, 1 << 52] {
            assert!(!platform.is_shared(refused, 4096), "{refused:#x}");
        }
        assert!(platform.is_shared(0x2fff_f000, 4096) && platform.is_shared(0x3800_0000, 4096));
    }

    #[test]
    fn the_reserved_area_is_an_offset() {
        let platform = Platform::reference();
        let (_, tdmr) = platform.tdmr(Hpa::new(0x7f00_0000)).unwrap();
        assert!(tdmr.is_reserved(Hpa::new(0x7f00_0000)) && tdmr.is_reserved(Hpa::new(0x7fff_f000)));
        assert!(!tdmr.is_reserved(Hpa::new(0x7eff_f000)) && !tdmr.is_reserved(Hpa::new(0x8000_0000)));
        assert!(platform.tdmr(Hpa::new(0xc000_0000)).is_none() && platform.tdmr(Hpa::new(0x3fff_f000)).is_none());
    }
}
