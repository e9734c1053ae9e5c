//! The flags of a leaf: `PageTableFlags` of the `x86_64` crate.
//!
//! They are the bits of a 4-KiB entry. `PRESENT` and `HUGE_PAGE` say the shape, which attributes do not: the first is
//! set in what becomes of attributes, and both are not looked at in what becomes attributes. PAT, which the crate has no
//! name for, is bit 7 in small pages and its `HUGE_PAGE` there; it is lost on the way to flags, and clear on the way back.

use crate::PageEntryFields;
use ::x86_64::structures::paging::PageTableFlags;
use pt_core::Bits;

/// The first of the software bits that lie together at the top, and how many lie at the bottom.
const TOP: u32 = 52;
const BOTTOM: u32 = 3;

impl From<PageTableFlags> for PageEntryFields {
    fn from(flags: PageTableFlags) -> Self {
        let bits = flags.bits();
        let (bottom, top) = (bits >> 9 & 7, bits >> TOP & 0x7f);
        Self {
            write: flags.contains(PageTableFlags::WRITABLE),
            user: flags.contains(PageTableFlags::USER_ACCESSIBLE),
            write_through: flags.contains(PageTableFlags::WRITE_THROUGH),
            cache_disable: flags.contains(PageTableFlags::NO_CACHE),
            accessed: flags.contains(PageTableFlags::ACCESSED),
            dirty: flags.contains(PageTableFlags::DIRTY),
            pat: false,
            global: flags.contains(PageTableFlags::GLOBAL),
            available: Bits::from_bits(bottom | top << BOTTOM),
            protection_key: Bits::from_bits(bits >> 59 & 15),
            no_execute: flags.contains(PageTableFlags::NO_EXECUTE),
        }
    }
}

impl From<PageEntryFields> for PageTableFlags {
    fn from(fields: PageEntryFields) -> Self {
        let flags = [
            (fields.write, Self::WRITABLE),
            (fields.user, Self::USER_ACCESSIBLE),
            (fields.write_through, Self::WRITE_THROUGH),
            (fields.cache_disable, Self::NO_CACHE),
            (fields.accessed, Self::ACCESSED),
            (fields.dirty, Self::DIRTY),
            (fields.global, Self::GLOBAL),
            (fields.no_execute, Self::NO_EXECUTE),
        ];
        let available = fields.available.get();
        let numbered = (available & 7) << 9 | available >> BOTTOM << TOP | fields.protection_key.get() << 59;
        let set = flags.into_iter().filter(|(set, _)| *set).fold(Self::PRESENT, |all, (_, flag)| all | flag);
        set | Self::from_bits_truncate(numbered)
    }
}
