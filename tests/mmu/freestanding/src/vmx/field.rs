//! The fields of a VMCS, by their encodings: SDM 3D appendix B.

use core::fmt;

/// A field.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Field(
    /// Its encoding.
    pub u32,
);

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VMCS field {:#x}", self.0)
    }
}

/// A segment register of the guest. Its fields lie next to those of the others, in this order.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "their names say it all")]
pub enum Segment {
    Es,
    Cs,
    Ss,
    Ds,
    Fs,
    Gs,
    Ldtr,
    Tr,
}

impl Segment {
    /// All of them.
    pub const ALL: [Self; 8] = [Self::Es, Self::Cs, Self::Ss, Self::Ds, Self::Fs, Self::Gs, Self::Ldtr, Self::Tr];

    const fn next_to(self, first: u32) -> Field {
        Field(first + 2 * self as u32)
    }

    /// The selector, 25.4.1.
    #[must_use]
    pub const fn selector(self) -> Field {
        self.next_to(0x0800)
    }

    /// The limit.
    #[must_use]
    pub const fn limit(self) -> Field {
        self.next_to(0x4800)
    }

    /// The access rights.
    #[must_use]
    pub const fn access_rights(self) -> Field {
        self.next_to(0x4814)
    }

    /// The base.
    #[must_use]
    pub const fn base(self) -> Field {
        self.next_to(0x6806)
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $encoding:literal;)*) => {
        #[allow(missing_docs, reason = "the names are those of the manual")]
        impl Field {
            $($(#[$doc])* pub const $name: Self = Self($encoding);)*
        }
    };
}

fields! {
    // Controls, 25.6 to 25.8.
    PIN_BASED_CONTROLS = 0x4000;
    PRIMARY_CONTROLS = 0x4002;
    EXCEPTION_BITMAP = 0x4004;
    PAGE_FAULT_ERROR_MASK = 0x4006;
    PAGE_FAULT_ERROR_MATCH = 0x4008;
    CR3_TARGET_COUNT = 0x400a;
    EXIT_CONTROLS = 0x400c;
    EXIT_MSR_STORE_COUNT = 0x400e;
    EXIT_MSR_LOAD_COUNT = 0x4010;
    ENTRY_CONTROLS = 0x4012;
    ENTRY_MSR_LOAD_COUNT = 0x4014;
    ENTRY_INTERRUPTION = 0x4016;
    SECONDARY_CONTROLS = 0x401e;
    EPT_POINTER = 0x201a;
    CR0_MASK = 0x6000;
    CR4_MASK = 0x6002;

    // The state of the guest, 25.4.
    GUEST_VMCS_LINK = 0x2800;
    GUEST_DEBUG_CONTROL = 0x2802;
    GUEST_EFER = 0x2806;
    GUEST_GDTR_LIMIT = 0x4810;
    GUEST_IDTR_LIMIT = 0x4812;
    GUEST_INTERRUPTIBILITY = 0x4824;
    GUEST_ACTIVITY = 0x4826;
    GUEST_SYSENTER_CS = 0x482a;
    GUEST_CR0 = 0x6800;
    GUEST_CR3 = 0x6802;
    GUEST_CR4 = 0x6804;
    GUEST_GDTR_BASE = 0x6816;
    GUEST_IDTR_BASE = 0x6818;
    GUEST_DR7 = 0x681a;
    GUEST_RSP = 0x681c;
    GUEST_RIP = 0x681e;
    GUEST_RFLAGS = 0x6820;
    GUEST_PENDING_DEBUG = 0x6822;
    GUEST_SYSENTER_ESP = 0x6824;
    GUEST_SYSENTER_EIP = 0x6826;

    // The state of the host, 25.5.
    HOST_ES = 0x0c00;
    HOST_CS = 0x0c02;
    HOST_SS = 0x0c04;
    HOST_DS = 0x0c06;
    HOST_FS = 0x0c08;
    HOST_GS = 0x0c0a;
    HOST_TR = 0x0c0c;
    HOST_EFER = 0x2c02;
    HOST_SYSENTER_CS = 0x4c00;
    HOST_CR0 = 0x6c00;
    HOST_CR3 = 0x6c02;
    HOST_CR4 = 0x6c04;
    HOST_FS_BASE = 0x6c06;
    HOST_GS_BASE = 0x6c08;
    HOST_TR_BASE = 0x6c0a;
    HOST_GDTR_BASE = 0x6c0c;
    HOST_IDTR_BASE = 0x6c0e;
    HOST_SYSENTER_ESP = 0x6c10;
    HOST_SYSENTER_EIP = 0x6c12;
    HOST_RSP = 0x6c14;
    HOST_RIP = 0x6c16;

    // What an exit leaves, 25.9.
    GUEST_PHYSICAL_ADDRESS = 0x2400;
    INSTRUCTION_ERROR = 0x4400;
    EXIT_REASON = 0x4402;
    EXIT_INTERRUPTION = 0x4404;
    EXIT_QUALIFICATION = 0x6400;
    GUEST_LINEAR_ADDRESS = 0x640a;
}
