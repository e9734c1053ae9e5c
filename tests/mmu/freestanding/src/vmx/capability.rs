//! What the CPU can do in VMX operation, as its capability MSRs say: SDM 3D appendix A.

use crate::missing::Missing;
use crate::register::read_msr;
use core::fmt;

/// `IA32_VMX_BASIC`, A.1.
const MSR_BASIC: u32 = 0x480;
/// `IA32_VMX_PROCBASED_CTLS2`, A.3.3.
const MSR_SECONDARY: u32 = 0x48b;
/// `IA32_VMX_EPT_VPID_CAP`, A.10.
const MSR_EPT: u32 = 0x48c;

/// A kind of controls, by the MSR that says which may be set, and the one that says so where bit 55 of
/// `IA32_VMX_BASIC` is set: A.2 to A.5.
#[derive(Copy, Clone, Debug)]
pub struct Controls(u32, u32);

impl Controls {
    /// Pin-based VM-execution controls.
    pub const PIN_BASED: Self = Self(0x481, 0x48d);
    /// Primary processor-based VM-execution controls.
    pub const PRIMARY: Self = Self(0x482, 0x48e);
    /// Primary VM-exit controls.
    pub const EXIT: Self = Self(0x483, 0x48f);
    /// VM-entry controls.
    pub const ENTRY: Self = Self(0x484, 0x490);
    /// Secondary processor-based VM-execution controls.
    pub const SECONDARY: Self = Self(MSR_SECONDARY, MSR_SECONDARY);
}

/// What a CPU in VMX operation can do. There is one only if the CPU has VMX.
#[derive(Debug)]
pub struct Capabilities(());

#[allow(unsafe_code, reason = "model-specific registers")]
impl Capabilities {
    /// Those of this CPU.
    ///
    /// # Safety
    /// The CPU has VMX, with secondary controls and EPT.
    pub(super) const unsafe fn new() -> Self {
        Self(())
    }

    /// The value of controls: `wanted`, and what the CPU does not do without.
    ///
    /// # Errors
    /// [`Missing`], with `name`, if the CPU cannot do one of those that are wanted.
    pub fn controls(&self, controls: Controls, wanted: u32, name: &'static str) -> Result<u32, Missing> {
        // SAFETY: the register exists with VMX.
        let basic = unsafe { read_msr(MSR_BASIC) };
        let number = if basic & 1 << 55 == 0 { controls.0 } else { controls.1 };
        // SAFETY: each of the former exists with VMX, and each of the latter where that bit says so.
        let allowed = unsafe { read_msr(number) };
        let (always, may) = (allowed as u32, (allowed >> 32) as u32);
        if wanted & !may == 0 { Ok(wanted | always) } else { Err(Missing(name)) }
    }

    /// The identifier that a VMCS and the VMXON region begin with, A.1.
    #[must_use]
    pub fn revision(&self) -> u32 {
        // SAFETY: the register exists with VMX.
        unsafe { read_msr(MSR_BASIC) as u32 & 0x7fff_ffff }
    }

    /// What EPT can do.
    #[must_use]
    pub fn ept(&self) -> EptCapabilities {
        // SAFETY: the register exists with EPT.
        EptCapabilities(unsafe { read_msr(MSR_EPT) })
    }
}

/// `IA32_VMX_EPT_VPID_CAP`, A.10.
#[derive(Copy, Clone)]
pub struct EptCapabilities(u64);

impl EptCapabilities {
    const fn has(self, bit: u32) -> bool {
        self.0 & 1 << bit != 0
    }

    /// Pages that can be executed, and neither read nor written.
    #[must_use]
    pub const fn execute_only(self) -> bool {
        self.has(0)
    }

    /// A walk of five levels.
    #[must_use]
    pub const fn five_levels(self) -> bool {
        self.has(7)
    }

    /// Pages of 1 GiB.
    #[must_use]
    pub const fn gigabyte_pages(self) -> bool {
        self.has(17)
    }

    /// Accessed and dirty bits.
    #[must_use]
    pub const fn accessed_and_dirty(self) -> bool {
        self.has(21)
    }

    /// Exits say more about the guest's own translation of the address that they are for: 28.2.1.
    #[must_use]
    pub const fn advanced_information(self) -> bool {
        self.has(22)
    }
}

impl fmt::Debug for EptCapabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}
