//! Operand identifiers: what a status word is about.

use core::fmt;

macro_rules! operands {
    ($($variant:ident = $id:literal, $name:literal;)*) => {
        /// The operand that a leaf refuses: a register, a field of `TD_PARAMS`, or an object that is locked.
        ///
        /// TDX module 1.5 ABI specification, function completion status operand identifiers.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u32)]
        #[non_exhaustive]
        pub enum Operand {
            $(#[doc = concat!("`", $name, "`, ", $id, ".")] $variant = $id,)*
        }

        impl Operand {
            /// Every operand, in the order of the identifiers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The operand with this identifier.
            #[must_use]
            pub const fn from_id(id: u32) -> Option<Self> {
                match id {
                    $($id => Some(Self::$variant),)*
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
        }
    };
}

operands! {
    Rax = 0, "RAX";
    Rcx = 1, "RCX";
    Rdx = 2, "RDX";
    Rbx = 3, "RBX";
    Rbp = 5, "RBP";
    Rsi = 6, "RSI";
    Rdi = 7, "RDI";
    R8 = 8, "R8";
    R9 = 9, "R9";
    R10 = 10, "R10";
    R11 = 11, "R11";
    R12 = 12, "R12";
    R13 = 13, "R13";
    R14 = 14, "R14";
    R15 = 15, "R15";
    Attributes = 64, "ATTRIBUTES";
    Xfam = 65, "XFAM";
    ExecControls = 66, "EXEC_CONTROLS";
    EptpControls = 67, "EPTP_CONTROLS";
    MaxVcpus = 68, "MAX_VCPUS";
    CpuidConfig = 69, "CPUID_CONFIG";
    TscFrequency = 70, "TSC_FREQUENCY";
    NumL2Vms = 71, "NUM_L2_VMS";
    Ia32ArchCapabilitiesConfig = 72, "IA32_ARCH_CAPABILITIES_CONFIG";
    Page = 95, "PAGE";
    TdmrInfoPa = 96, "TDMR_INFO_PA";
    GpaListEntry = 97, "GPA_LIST_ENTRY";
    MigBuffListEntry = 98, "MIG_BUFF_LIST_ENTRY";
    NewPageListEntry = 99, "NEW_PAGE_LIST_ENTRY";
    Tdr = 128, "TDR";
    Tdcx = 129, "TDCX";
    Tdvpr = 130, "TDVPR";
    RegPage = 132, "REG_PAGE";
    Tdcs = 144, "TDCS";
    Tdvps = 145, "TDVPS";
    SeptTree = 146, "SEPT_TREE";
    SeptEntry = 147, "SEPT_ENTRY";
    Rtmr = 168, "RTMR";
    TdEpoch = 169, "TD_EPOCH";
    L2VapicGpa = 170, "L2_VAPIC_GPA";
    Migsc = 171, "MIGSC";
    OpState = 172, "OP_STATE";
    Mig = 173, "MIG";
    ServtdBindings = 174, "SERVTD_BINDINGS";
    MetadataField = 176, "METADATA_FIELD";
    Sys = 184, "SYS";
    Tdmr = 185, "TDMR";
    Kot = 186, "KOT";
    Ket = 187, "KET";
    Wbcache = 188, "WBCACHE";
}

impl Operand {
    /// The identifier.
    #[inline]
    #[must_use]
    pub const fn id(self) -> u32 {
        self as u32
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
