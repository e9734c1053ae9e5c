//! VMX, Intel's virtual machines: a guest is a [`Vcpu`], which runs until it exits.
//!
//! | | SDM 3C |
//! |---|---|
//! | [`Vmx`] | 24.7, VMX operation |
//! | [`Capabilities`] | appendix A (3D), what the CPU can do |
//! | [`Vmcs`], [`Field`] | 25, what holds a virtual CPU, and appendix B (3D), its fields |
//! | [`Mode`] | 27.3.1, the state that a guest begins in |
//! | [`Vcpu`] | 27, `VMLAUNCH` and `VMRESUME` |
//! | [`Exit`], [`Qualification`] | 28.2.1, why the guest came back |

mod capability;
mod exit;
mod field;
mod instruction;
mod mode;
mod vcpu;
mod vmcs;

pub use capability::{Capabilities, Controls, EptCapabilities};
pub use exit::{Exit, Qualification};
pub use field::{Field, Segment};
pub use instruction::Failed;
pub use mode::Mode;
pub use vcpu::Vcpu;
pub use vmcs::Vmcs;

use crate::missing::Missing;
use crate::register::{read_msr, write_msr};
use crate::tables::Tables;
use core::arch::x86_64::__cpuid;
use core::sync::atomic::Ordering;
use pt_core::{Hpa, Memory};

/// CPUID leaf 1, ECX: there is VMX.
const HAS_VMX: u32 = 1 << 5;
/// `IA32_FEATURE_CONTROL`, and its bits: it is locked; VMX may be used outside of SMX. 24.7.
const MSR_FEATURE_CONTROL: u32 = 0x3a;
const LOCKED: u64 = 1 << 0;
const VMX_OUTSIDE_SMX: u64 = 1 << 2;
/// `IA32_VMX_PROCBASED_CTLS`, and the control that it allows in its upper half: there are secondary ones.
const MSR_PRIMARY: u32 = 0x482;
const SECONDARY: u64 = 1 << (32 + 31);
/// `IA32_VMX_PROCBASED_CTLS2`, and the control that it allows in its upper half: EPT.
const MSR_SECONDARY: u32 = 0x48b;
const EPT: u64 = 1 << (32 + 1);

/// This CPU is in VMX root operation.
#[derive(Debug)]
pub struct Vmx {
    capabilities: Capabilities,
}

#[allow(unsafe_code, reason = "model-specific registers, and the instructions of VMX")]
impl Vmx {
    /// Enters VMX operation, 24.7.
    ///
    /// # Errors
    /// [`Missing`] if the CPU has no VMX, or no EPT.
    pub fn enable(tables: &Tables) -> Result<Self, Missing> {
        if __cpuid(1).ecx & HAS_VMX == 0 {
            return Err(Missing("VMX"));
        }
        // SAFETY: the register exists with VMX.
        let control = unsafe { read_msr(MSR_FEATURE_CONTROL) };
        if control & LOCKED == 0 {
            // SAFETY: it is not locked, and the bit only allows VMXON.
            unsafe { write_msr(MSR_FEATURE_CONTROL, control | LOCKED | VMX_OUTSIDE_SMX) };
        } else if control & VMX_OUTSIDE_SMX == 0 {
            return Err(Missing("VMX that is not locked"));
        }
        // SAFETY: the register exists with VMX.
        if unsafe { read_msr(MSR_PRIMARY) } & SECONDARY == 0 {
            return Err(Missing("secondary VM-execution controls"));
        }
        // SAFETY: the register exists with secondary controls.
        if unsafe { read_msr(MSR_SECONDARY) } & EPT == 0 {
            return Err(Missing("EPT"));
        }
        // SAFETY: all of that was just seen.
        let capabilities = unsafe { Capabilities::new() };
        let region = region(tables, &capabilities);
        // SAFETY: the region is the CPU's from now on, and bears its identifier.
        unsafe { instruction::vmxon(region) }.map_err(|Failed| Missing("VMX operation"))?;
        Ok(Self { capabilities })
    }

    /// What the CPU can do.
    #[must_use]
    pub const fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

/// A page that the CPU uses for a VMCS, or in VMX operation: 25.2 and 25.11.5.
fn region(tables: &Tables, capabilities: &Capabilities) -> Hpa {
    let page = tables.structure();
    tables.direct_map().word(page, 0).store(capabilities.revision().into(), Ordering::Relaxed);
    page
}
