//! Physical pages by what they are to the module, so that one is not passed for another.

use core::fmt;
use pt_core::Hpa;
use pt_core::page::Misaligned;

macro_rules! pages {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(
            $(#[$meta])*
            #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[repr(transparent)]
            pub struct $name(Hpa);

            impl $name {
                /// States that the page at `page`, an address without key identifier, is one.
                ///
                /// # Errors
                /// [`Misaligned`] if it is not aligned to 4 KiB.
                #[inline]
                pub const fn new(page: Hpa) -> Result<Self, Misaligned> {
                    if page.is_aligned(12) { Ok(Self(page)) } else { Err(Misaligned { frame: page, shift: 12 }) }
                }

                /// The address, without key identifier.
                #[inline]
                #[must_use]
                pub const fn page(self) -> Hpa {
                    self.0
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, concat!(stringify!($name), "({})"), self.0)
                }
            }
        )*
    };
}

pages! {
    /// A TD, by its root page (TDR), which the TDH.MNG.CREATE leaf makes.
    Tdr;
    /// A vCPU, by its root page (TDVPR), which TDH.VP.CREATE makes.
    Tdvpr;
    /// A page of the host that TDH.MEM.PAGE.ADD copies into the TD. It stays the host's.
    SourcePage;
}

/// A host key identifier (HKID): which key the memory controller uses for an address.
///
/// TDX module 1.5 ABI specification, TDH.MNG.CREATE leaf: RDX, bits 15:0.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Hkid(pub u16);

/// Where physical addresses carry the key identifier: the topmost bits below bit 52, as many as
/// `IA32_TME_ACTIVATE.MK_TME_KEYID_BITS` says.
///
/// Intel memory encryption technologies specification, `IA32_TME_ACTIVATE`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct HkidBits(u32);

impl HkidBits {
    const END: u32 = 52;

    /// A machine with `bits` bits of key identifier, which is at most 15; `None` if there are more.
    #[must_use]
    pub const fn new(bits: u32) -> Option<Self> {
        if bits <= 15 { Some(Self(bits)) } else { None }
    }

    /// The address of the same page as it is seen through the key `hkid`; `None` if the identifier is wider than the
    /// machine's, or if the address reaches into the bits of the identifier or is not aligned to 4 KiB.
    #[must_use]
    pub const fn keyed(self, page: Hpa, hkid: Hkid) -> Option<KeyedPage> {
        let start = Self::END - self.0;
        if hkid.0 >> self.0 != 0 || page.as_u64() >> start != 0 || !page.is_aligned(12) {
            return None;
        }
        Some(KeyedPage(page.as_u64() | (hkid.0 as u64) << start))
    }
}

/// A page as it is seen through one key. Only TDH.PHYMEM.PAGE.WBINVD takes it; every other leaf refuses an address with
/// a key identifier, and its function does not take this type.
///
/// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.WBINVD leaf: RCX.
///
/// ```compile_fail,E0308
/// # use pt_tdx::{PageInfo, Seamcall, host};
/// # fn aug<S: Seamcall>(module: &S, tdr: host::Tdr, at: PageInfo, page: host::KeyedPage) {
/// let answer = host::mem::page_aug(module, tdr, at, page); // expected `Hpa`, found `KeyedPage`
/// # }
/// ```
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct KeyedPage(u64);

impl KeyedPage {
    /// The address with the key identifier in it.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for KeyedPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedPage({:#x})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_identifier_stands_above_the_address() {
        let six = HkidBits::new(6).expect("at most 15");
        let page = Hpa::new(0x4000_1000);
        assert_eq!(six.keyed(page, Hkid(0x21)).map(KeyedPage::bits), Some(0x0008_4000_4000_1000));
        assert_eq!(six.keyed(page, Hkid(0x40)), None);
        assert_eq!(six.keyed(Hpa::new(1 << 46), Hkid(1)), None);
        assert_eq!(six.keyed(Hpa::new(0x800), Hkid(1)), None);
        assert_eq!(HkidBits::new(16), None);
    }

    #[test]
    fn pages_are_aligned() {
        assert!(Tdr::new(Hpa::new(0x4000_0000)).is_ok());
        assert!(Tdr::new(Hpa::new(0x4000_0800)).is_err());
    }
}
