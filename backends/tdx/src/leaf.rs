//! The leaves of the host: what RAX of a SEAMCALL names.

use core::fmt;

macro_rules! leaves {
    ($($variant:ident = $number:literal, $name:literal $(to $version:literal)?;)*) => {
        /// A function of the TDX module for the host.
        ///
        /// TDX module 1.5 ABI specification, SEAMCALL leaf numbers.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        #[non_exhaustive]
        pub enum Leaf {
            $(#[doc = concat!("`", $name, "`, leaf ", $number, $(", versions 0 to ", $version,)? ".")] $variant = $number,)*
        }

        impl Leaf {
            /// Every leaf, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The leaf with this number.
            #[must_use]
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The name that the specification gives it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The newest version that module 1.5 accepts; it refuses a newer one with `TDX_OPERAND_INVALID|RAX`.
            #[must_use]
            pub const fn newest_version(self) -> u8 {
                match self {
                    $($(Self::$variant => $version,)?)*
                    _ => 0,
                }
            }
        }
    };
}

leaves! {
    VpEnter = 0, "TDH.VP.ENTER";
    MngAddcx = 1, "TDH.MNG.ADDCX";
    MemPageAdd = 2, "TDH.MEM.PAGE.ADD";
    MemSeptAdd = 3, "TDH.MEM.SEPT.ADD" to 1;
    VpAddcx = 4, "TDH.VP.ADDCX";
    MemPageRelocate = 5, "TDH.MEM.PAGE.RELOCATE";
    MemPageAug = 6, "TDH.MEM.PAGE.AUG";
    MemRangeBlock = 7, "TDH.MEM.RANGE.BLOCK";
    MngKeyConfig = 8, "TDH.MNG.KEY.CONFIG";
    MngCreate = 9, "TDH.MNG.CREATE";
    VpCreate = 10, "TDH.VP.CREATE";
    MngRd = 11, "TDH.MNG.RD" to 1;
    MemRd = 12, "TDH.MEM.RD";
    MngWr = 13, "TDH.MNG.WR";
    MemWr = 14, "TDH.MEM.WR";
    MemPageDemote = 15, "TDH.MEM.PAGE.DEMOTE";
    MrExtend = 16, "TDH.MR.EXTEND";
    MrFinalize = 17, "TDH.MR.FINALIZE";
    VpFlush = 18, "TDH.VP.FLUSH";
    MngVpflushdone = 19, "TDH.MNG.VPFLUSHDONE";
    MngKeyFreeid = 20, "TDH.MNG.KEY.FREEID";
    MngInit = 21, "TDH.MNG.INIT";
    VpInit = 22, "TDH.VP.INIT";
    MemPagePromote = 23, "TDH.MEM.PAGE.PROMOTE" to 1;
    PhymemPageRdmd = 24, "TDH.PHYMEM.PAGE.RDMD";
    MemSeptRd = 25, "TDH.MEM.SEPT.RD";
    VpRd = 26, "TDH.VP.RD" to 1;
    MngKeyReclaimid = 27, "TDH.MNG.KEY.RECLAIMID";
    PhymemPageReclaim = 28, "TDH.PHYMEM.PAGE.RECLAIM";
    MemPageRemove = 29, "TDH.MEM.PAGE.REMOVE";
    MemSeptRemove = 30, "TDH.MEM.SEPT.REMOVE" to 1;
    SysKeyConfig = 31, "TDH.SYS.KEY.CONFIG";
    SysInfo = 32, "TDH.SYS.INFO";
    SysInit = 33, "TDH.SYS.INIT";
    SysRd = 34, "TDH.SYS.RD";
    SysLpInit = 35, "TDH.SYS.LP.INIT";
    SysTdmrInit = 36, "TDH.SYS.TDMR.INIT";
    SysRdall = 37, "TDH.SYS.RDALL";
    MemTrack = 38, "TDH.MEM.TRACK";
    MemRangeUnblock = 39, "TDH.MEM.RANGE.UNBLOCK";
    PhymemCacheWb = 40, "TDH.PHYMEM.CACHE.WB";
    PhymemPageWbinvd = 41, "TDH.PHYMEM.PAGE.WBINVD";
    MemSeptWr = 42, "TDH.MEM.SEPT.WR";
    VpWr = 43, "TDH.VP.WR";
    SysLpShutdown = 44, "TDH.SYS.LP.SHUTDOWN";
    SysConfig = 45, "TDH.SYS.CONFIG";
    ServtdBind = 48, "TDH.SERVTD.BIND";
    ServtdPrebind = 49, "TDH.SERVTD.PREBIND";
    SysShutdown = 52, "TDH.SYS.SHUTDOWN";
    SysUpdate = 53, "TDH.SYS.UPDATE";
    ExportAbort = 64, "TDH.EXPORT.ABORT";
    ExportBlockw = 65, "TDH.EXPORT.BLOCKW";
    ExportRestore = 66, "TDH.EXPORT.RESTORE";
    ExportMem = 68, "TDH.EXPORT.MEM";
    ExportPause = 70, "TDH.EXPORT.PAUSE";
    ExportTrack = 71, "TDH.EXPORT.TRACK";
    ExportStateImmutable = 72, "TDH.EXPORT.STATE.IMMUTABLE";
    ExportStateTd = 73, "TDH.EXPORT.STATE.TD";
    ExportStateVp = 74, "TDH.EXPORT.STATE.VP";
    ExportUnblockw = 75, "TDH.EXPORT.UNBLOCKW";
    ImportAbort = 80, "TDH.IMPORT.ABORT";
    ImportEnd = 81, "TDH.IMPORT.END";
    ImportCommit = 82, "TDH.IMPORT.COMMIT";
    ImportMem = 83, "TDH.IMPORT.MEM";
    ImportTrack = 84, "TDH.IMPORT.TRACK";
    ImportStateImmutable = 85, "TDH.IMPORT.STATE.IMMUTABLE";
    ImportStateTd = 86, "TDH.IMPORT.STATE.TD";
    ImportStateVp = 87, "TDH.IMPORT.STATE.VP";
    MigStreamCreate = 96, "TDH.MIG.STREAM.CREATE";
}

impl Leaf {
    /// The number, which is what RAX holds in its bits 15:0.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_specification() {
        assert_eq!(Leaf::from_number(0), Some(Leaf::VpEnter));
        assert_eq!(Leaf::from_number(0x1d), Some(Leaf::MemPageRemove));
        assert_eq!(Leaf::from_number(39), Some(Leaf::MemRangeUnblock));
        assert_eq!(Leaf::MemSeptAdd.name(), "TDH.MEM.SEPT.ADD");
        assert_eq!(Leaf::from_number(54), None);
        for &leaf in Leaf::ALL {
            assert_eq!(Leaf::from_number(leaf.number()), Some(leaf));
        }
    }

    #[test]
    fn five_leaves_have_a_second_version() {
        let versioned = Leaf::ALL.iter().filter(|leaf| leaf.newest_version() > 0);
        assert!(versioned.eq(&[Leaf::MemSeptAdd, Leaf::MngRd, Leaf::MemPagePromote, Leaf::VpRd, Leaf::MemSeptRemove]));
    }
}
