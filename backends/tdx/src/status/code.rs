//! Status codes: the upper half of a status word.
//!
//! The module's interface is open: a newer one may answer with a code that is not listed here, so that
//! [`StatusCode::from_bits`] is partial and [`Status`](super::Status) keeps the whole word.

macro_rules! codes {
    ($($(#[$meaning:meta])* $variant:ident = $bits:literal, $name:literal;)*) => {
        /// What a leaf answered, without the details in the lower half.
        ///
        /// Errors have bit 63 set; the others are successes, some of them with a remark.
        ///
        /// TDX module 1.5 ABI specification, function completion status codes.
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u64)]
        #[non_exhaustive]
        pub enum StatusCode {
            $(
                #[doc = concat!("`", $name, "`, `", stringify!($bits), "`.\n")]
                $(#[$meaning])*
                $variant = $bits,
            )*
        }

        impl StatusCode {
            /// Every code, in the order of class and number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code with these bits, the lower half zero.
            #[must_use]
            pub const fn from_bits(bits: u64) -> Option<Self> {
                match bits {
                    $($bits => Some(Self::$variant),)*
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

codes! {
    /// The leaf did its work. After TDH.VP.ENTER: a TD exit, with the VM exit reason in the lower half.
    Success = 0x0000_0000_0000_0000, "TDX_SUCCESS";
    /// A TD exit after which the vCPU cannot be entered again.
    NonRecoverableVcpu = 0x4000_0001_0000_0000, "TDX_NON_RECOVERABLE_VCPU";
    /// A TD exit after which the TD cannot be entered again.
    NonRecoverableTd = 0x6000_0002_0000_0000, "TDX_NON_RECOVERABLE_TD";
    /// An interrupt is pending. What was done is done: call again with the operands that came back.
    InterruptedResumable = 0x8000_0003_0000_0000, "TDX_INTERRUPTED_RESUMABLE";
    /// An interrupt is pending. Nothing was done: call again.
    InterruptedRestartable = 0x8000_0004_0000_0000, "TDX_INTERRUPTED_RESTARTABLE";
    /// A TD exit after which the module does not touch the TD's memory again, as after an integrity error.
    NonRecoverableTdNonAccessible = 0x6000_0005_0000_0000, "TDX_NON_RECOVERABLE_TD_NON_ACCESSIBLE";
    InvalidResumption = 0xc000_0006_0000_0000, "TDX_INVALID_RESUMPTION";
    NonRecoverableTdWrongApicMode = 0xe000_0007_0000_0000, "TDX_NON_RECOVERABLE_TD_WRONG_APIC_MODE";
    CrossTdFault = 0x8000_0008_0000_0000, "TDX_CROSS_TD_FAULT";
    CrossTdTrap = 0x9000_0009_0000_0000, "TDX_CROSS_TD_TRAP";
    NonRecoverableTdCorruptedMd = 0x6000_000a_0000_0000, "TDX_NON_RECOVERABLE_TD_CORRUPTED_MD";
    /// An operand has reserved bits set, is not aligned, or is out of its range.
    OperandInvalid = 0xc000_0100_0000_0000, "TDX_OPERAND_INVALID";
    /// The page lies in no initialised memory region (TDMR).
    OperandAddrRangeError = 0xc000_0101_0000_0000, "TDX_OPERAND_ADDR_RANGE_ERROR";
    /// Another call, or a vCPU that is inside, holds the lock of the operand. The module never waits.
    OperandBusy = 0x8000_0200_0000_0000, "TDX_OPERAND_BUSY";
    /// A vCPU is inside that entered in the epoch before the current one.
    PreviousTlbEpochBusy = 0x8000_0201_0000_0000, "TDX_PREVIOUS_TLB_EPOCH_BUSY";
    /// Another call holds a lock of the module as a whole.
    SysBusy = 0x8000_0202_0000_0000, "TDX_SYS_BUSY";
    /// The random number generator is empty for now.
    RndNoEntropy = 0x8000_0203_0000_0000, "TDX_RND_NO_ENTROPY";
    /// The guest's turn at a lock is deferred, because the host was refused it.
    OperandBusyHostPriority = 0x8000_0204_0000_0000, "TDX_OPERAND_BUSY_HOST_PRIORITY";
    /// The guest was refused a lock for too long, and the TD exited.
    HostPriorityBusyTimeout = 0x9000_0205_0000_0000, "TDX_HOST_PRIORITY_BUSY_TIMEOUT";
    /// The page is not what the operand must be: not free, or free, or of another type or size.
    PageMetadataIncorrect = 0xc000_0300_0000_0000, "TDX_PAGE_METADATA_INCORRECT";
    PageAlreadyFree = 0x0000_0301_0000_0000, "TDX_PAGE_ALREADY_FREE";
    PageNotOwnedByTd = 0xc000_0302_0000_0000, "TDX_PAGE_NOT_OWNED_BY_TD";
    PageNotFree = 0xc000_0303_0000_0000, "TDX_PAGE_NOT_FREE";
    /// Pages of the TD are left: the TDR comes last.
    TdAssociatedPagesExist = 0xc000_0400_0000_0000, "TDX_TD_ASSOCIATED_PAGES_EXIST";
    SysInitNotPending = 0xc000_0500_0000_0000, "TDX_SYS_INIT_NOT_PENDING";
    SysLpInitNotDone = 0xc000_0502_0000_0000, "TDX_SYS_LP_INIT_NOT_DONE";
    SysLpInitDone = 0xc000_0503_0000_0000, "TDX_SYS_LP_INIT_DONE";
    /// The module is not initialised yet.
    SysNotReady = 0xc000_0505_0000_0000, "TDX_SYS_NOT_READY";
    /// The module was shut down.
    SysShutdown = 0xc000_0506_0000_0000, "TDX_SYS_SHUTDOWN";
    SysKeyConfigNotPending = 0xc000_0507_0000_0000, "TDX_SYS_KEY_CONFIG_NOT_PENDING";
    SysStateIncorrect = 0xc000_0508_0000_0000, "TDX_SYS_STATE_INCORRECT";
    SysInvalidHandoff = 0xc000_0509_0000_0000, "TDX_SYS_INVALID_HANDOFF";
    SysIncompatibleSigstruct = 0xc000_050a_0000_0000, "TDX_SYS_INCOMPATIBLE_SIGSTRUCT";
    SysLpInitNotPending = 0xc000_050b_0000_0000, "TDX_SYS_LP_INIT_NOT_PENDING";
    SysConfigNotPending = 0xc000_050c_0000_0000, "TDX_SYS_CONFIG_NOT_PENDING";
    IncompatibleSeamCapabilities = 0xc000_050d_0000_0000, "TDX_INCOMPATIBLE_SEAM_CAPABILITIES";
    /// The TD met an integrity error, and only its end is left.
    TdFatal = 0xe000_0604_0000_0000, "TDX_TD_FATAL";
    /// The TD has no DEBUG attribute.
    TdNonDebug = 0xc000_0605_0000_0000, "TDX_TD_NON_DEBUG";
    /// The control structure lacks pages.
    TdcsNotAllocated = 0xc000_0606_0000_0000, "TDX_TDCS_NOT_ALLOCATED";
    /// The TD's key is not in the state that the leaf needs.
    LifecycleStateIncorrect = 0xc000_0607_0000_0000, "TDX_LIFECYCLE_STATE_INCORRECT";
    /// The TD is not in a phase in which the leaf is allowed.
    OpStateIncorrect = 0xc000_0608_0000_0000, "TDX_OP_STATE_INCORRECT";
    /// The TD has no initialised vCPU.
    NoVcpus = 0xc000_0609_0000_0000, "TDX_NO_VCPUS";
    /// A control structure has too many pages, or not all yet.
    TdcxNumIncorrect = 0xc000_0610_0000_0000, "TDX_TDCX_NUM_INCORRECT";
    X2apicIdNotUnique = 0xc000_0621_0000_0000, "TDX_X2APIC_ID_NOT_UNIQUE";
    /// The vCPU is not in the state that the leaf needs; the lower half may name its state.
    VcpuStateIncorrect = 0xc000_0700_0000_0000, "TDX_VCPU_STATE_INCORRECT";
    /// The vCPU is associated with another processor: TDH.VP.FLUSH there.
    VcpuAssociated = 0x8000_0701_0000_0000, "TDX_VCPU_ASSOCIATED";
    /// The vCPU is not associated with this processor.
    VcpuNotAssociated = 0x8000_0702_0000_0000, "TDX_VCPU_NOT_ASSOCIATED";
    NoValidVeInfo = 0xc000_0704_0000_0000, "TDX_NO_VALID_VE_INFO";
    /// The TD has as many vCPUs as it was created for.
    MaxVcpusExceeded = 0xc000_0705_0000_0000, "TDX_MAX_VCPUS_EXCEEDED";
    TscRollback = 0xc000_0706_0000_0000, "TDX_TSC_ROLLBACK";
    InterruptibilityBlocked = 0xc000_0707_0000_0000, "TDX_INTERRUPTIBILITY_BLOCKED";
    TdVmcsFieldNotInitialized = 0xc000_0730_0000_0000, "TDX_TD_VMCS_FIELD_NOT_INITIALIZED";
    /// The processor made no key, for lack of entropy.
    KeyGenerationFailed = 0x8000_0800_0000_0000, "TDX_KEY_GENERATION_FAILED";
    /// The TD has no key: not on every package yet, or not any more.
    TdKeysNotConfigured = 0x8000_0810_0000_0000, "TDX_TD_KEYS_NOT_CONFIGURED";
    KeyStateIncorrect = 0xc000_0811_0000_0000, "TDX_KEY_STATE_INCORRECT";
    /// This package has the key already.
    KeyConfigured = 0x0000_0815_0000_0000, "TDX_KEY_CONFIGURED";
    /// Not every package wrote its caches back.
    WbcacheNotComplete = 0x8000_0817_0000_0000, "TDX_WBCACHE_NOT_COMPLETE";
    /// The key identifier belongs to a TD, or its last one is not torn down.
    HkidNotFree = 0xc000_0820_0000_0000, "TDX_HKID_NOT_FREE";
    /// No key identifier is being freed: there is nothing to write back.
    NoHkidReadyToWbcache = 0x0000_0821_0000_0000, "TDX_NO_HKID_READY_TO_WBCACHE";
    /// There is no interrupted call to resume.
    WbcacheResumeError = 0xc000_0823_0000_0000, "TDX_WBCACHE_RESUME_ERROR";
    /// A vCPU is still associated with a processor.
    FlushvpNotDone = 0x8000_0824_0000_0000, "TDX_FLUSHVP_NOT_DONE";
    NumActivatedHkidsNotSupported = 0xc000_0825_0000_0000, "TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED";
    IncorrectCpuidValue = 0xc000_0900_0000_0000, "TDX_INCORRECT_CPUID_VALUE";
    LimitCpuidMaxvalSet = 0xc000_0901_0000_0000, "TDX_LIMIT_CPUID_MAXVAL_SET";
    InconsistentCpuidField = 0xc000_0902_0000_0000, "TDX_INCONSISTENT_CPUID_FIELD";
    CpuidMaxSubleavesUnrecognized = 0xc000_0903_0000_0000, "TDX_CPUID_MAX_SUBLEAVES_UNRECOGNIZED";
    CpuidLeaf1fFormatUnrecognized = 0xc000_0904_0000_0000, "TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED";
    InvalidWbinvdScope = 0xc000_0905_0000_0000, "TDX_INVALID_WBINVD_SCOPE";
    InvalidPkgId = 0xc000_0906_0000_0000, "TDX_INVALID_PKG_ID";
    EnableMonitorFsmNotSet = 0xc000_0907_0000_0000, "TDX_ENABLE_MONITOR_FSM_NOT_SET";
    CpuidLeafNotSupported = 0xc000_0908_0000_0000, "TDX_CPUID_LEAF_NOT_SUPPORTED";
    SmrrNotLocked = 0xc000_0910_0000_0000, "TDX_SMRR_NOT_LOCKED";
    InvalidSmrrConfiguration = 0xc000_0911_0000_0000, "TDX_INVALID_SMRR_CONFIGURATION";
    SmrrOverlapsCmr = 0xc000_0912_0000_0000, "TDX_SMRR_OVERLAPS_CMR";
    SmrrLockNotSupported = 0xc000_0913_0000_0000, "TDX_SMRR_LOCK_NOT_SUPPORTED";
    SmrrNotSupported = 0xc000_0914_0000_0000, "TDX_SMRR_NOT_SUPPORTED";
    /// An MSR of this processor differs from what it was when the module was initialised; the lower half is its
    /// number.
    InconsistentMsr = 0xc000_0920_0000_0000, "TDX_INCONSISTENT_MSR";
    IncorrectMsrValue = 0xc000_0921_0000_0000, "TDX_INCORRECT_MSR_VALUE";
    InvalidTdmr = 0xc000_0a00_0000_0000, "TDX_INVALID_TDMR";
    NonOrderedTdmr = 0xc000_0a01_0000_0000, "TDX_NON_ORDERED_TDMR";
    TdmrOutsideCmrs = 0xc000_0a02_0000_0000, "TDX_TDMR_OUTSIDE_CMRS";
    /// The region is initialised already.
    TdmrAlreadyInitialized = 0x0000_0a03_0000_0000, "TDX_TDMR_ALREADY_INITIALIZED";
    InvalidPamt = 0xc000_0a10_0000_0000, "TDX_INVALID_PAMT";
    PamtOutsideCmrs = 0xc000_0a11_0000_0000, "TDX_PAMT_OUTSIDE_CMRS";
    PamtOverlap = 0xc000_0a12_0000_0000, "TDX_PAMT_OVERLAP";
    InvalidReservedInTdmr = 0xc000_0a20_0000_0000, "TDX_INVALID_RESERVED_IN_TDMR";
    NonOrderedReservedInTdmr = 0xc000_0a21_0000_0000, "TDX_NON_ORDERED_RESERVED_IN_TDMR";
    CmrListInvalid = 0xc000_0a22_0000_0000, "TDX_CMR_LIST_INVALID";
    /// The walk ended above the level that was asked for, at the entry that is shown.
    EptWalkFailed = 0xc000_0b00_0000_0000, "TDX_EPT_WALK_FAILED";
    EptEntryFree = 0xc000_0b01_0000_0000, "TDX_EPT_ENTRY_FREE";
    EptEntryNotFree = 0xc000_0b02_0000_0000, "TDX_EPT_ENTRY_NOT_FREE";
    /// The walk met no leaf that the guest could use.
    EptEntryNotPresent = 0xc000_0b03_0000_0000, "TDX_EPT_ENTRY_NOT_PRESENT";
    EptEntryNotLeaf = 0xc000_0b04_0000_0000, "TDX_EPT_ENTRY_NOT_LEAF";
    EptEntryLeaf = 0xc000_0b05_0000_0000, "TDX_EPT_ENTRY_LEAF";
    /// The entry must be blocked first.
    GpaRangeNotBlocked = 0xc000_0b06_0000_0000, "TDX_GPA_RANGE_NOT_BLOCKED";
    /// The entry was blocked before.
    GpaRangeAlreadyBlocked = 0x0000_0b07_0000_0000, "TDX_GPA_RANGE_ALREADY_BLOCKED";
    /// Translations through the entry may be cached: TDH.MEM.TRACK, and then every vCPU of the old epoch has to leave.
    TlbTrackingNotDone = 0xc000_0b08_0000_0000, "TDX_TLB_TRACKING_NOT_DONE";
    /// The entry that is shown does not continue the block, or is in another state than the first one.
    EptInvalidPromoteConditions = 0xc000_0b09_0000_0000, "TDX_EPT_INVALID_PROMOTE_CONDITIONS";
    /// The page was accepted before; the lower half is its level.
    PageAlreadyAccepted = 0x0000_0b0a_0000_0000, "TDX_PAGE_ALREADY_ACCEPTED";
    /// The page is mapped at another size; the lower half is the level of the entry.
    PageSizeMismatch = 0xc000_0b0b_0000_0000, "TDX_PAGE_SIZE_MISMATCH";
    GpaRangeBlocked = 0xc000_0b0c_0000_0000, "TDX_GPA_RANGE_BLOCKED";
    /// The entry is in a state from which the leaf does not lead.
    EptEntryStateIncorrect = 0xc000_0b0d_0000_0000, "TDX_EPT_ENTRY_STATE_INCORRECT";
    /// The table has an entry that is not free, which is shown.
    EptPageNotFree = 0xc000_0b0e_0000_0000, "TDX_EPT_PAGE_NOT_FREE";
    /// As [`EptWalkFailed`](Self::EptWalkFailed), in the table of a nested VM.
    L2SeptWalkFailed = 0xc000_0b0f_0000_0000, "TDX_L2_SEPT_WALK_FAILED";
    /// The entry of a nested VM is not free.
    L2SeptEntryNotFree = 0xc000_0b10_0000_0000, "TDX_L2_SEPT_ENTRY_NOT_FREE";
    /// The guest asked for attributes that the page cannot have.
    PageAttrInvalid = 0xc000_0b11_0000_0000, "TDX_PAGE_ATTR_INVALID";
    /// A nested VM maps the page, and no page for its table was given.
    L2SeptPageNotProvided = 0xc000_0b12_0000_0000, "TDX_L2_SEPT_PAGE_NOT_PROVIDED";
    MetadataFieldIdIncorrect = 0xc000_0c00_0000_0000, "TDX_METADATA_FIELD_ID_INCORRECT";
    MetadataFieldNotWritable = 0xc000_0c01_0000_0000, "TDX_METADATA_FIELD_NOT_WRITABLE";
    MetadataFieldNotReadable = 0xc000_0c02_0000_0000, "TDX_METADATA_FIELD_NOT_READABLE";
    MetadataFieldValueNotValid = 0xc000_0c03_0000_0000, "TDX_METADATA_FIELD_VALUE_NOT_VALID";
}

impl StatusCode {
    /// The code as a status word: the lower half is zero.
    #[inline]
    #[must_use]
    pub const fn into_bits(self) -> u64 {
        self as u64
    }
}
