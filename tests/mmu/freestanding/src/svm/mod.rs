//! SVM, AMD's virtual machines: a guest is a [`Vcpu`], which runs until something that the host intercepts happens.
//!
//! | | AMD APM volume 2 |
//! |---|---|
//! | [`Svm`] | 15.4, enabling SVM |
//! | [`Vmcb`] | appendix B, the state of a guest and what is intercepted |
//! | [`Mode`] | 15.5.1, the state that a guest begins in |
//! | [`Vcpu`] | 15.5, `VMRUN` |
//! | [`Exit`] | appendix C, why it came back; 15.25.6, nested page faults |

mod exit;
mod mode;
mod vcpu;
mod vmcb;

pub use exit::{Exit, ExitCode, FaultCode};
pub use mode::{Mode, Paging, Privilege};
pub use vcpu::Vcpu;
pub use vmcb::{ControlArea, SaveArea, Segment, TlbControl, Vmcb};

use crate::missing::Missing;
use crate::register::{MSR_EFER, read_msr, write_msr};
use crate::tables::Tables;
use core::arch::x86_64::__cpuid;

/// SVM is enabled on this CPU.
#[derive(Debug)]
pub struct Svm(());

/// EFER: SVM is enabled.
const EFER_SVME: u64 = 1 << 12;
/// Where the CPU keeps the host's state while a guest runs.
const MSR_HOST_SAVE_AREA: u32 = 0xC001_0117;
/// CPUID `8000_0001`, ECX: there is SVM.
const HAS_SVM: u32 = 1 << 2;
/// CPUID `8000_000A`, EDX: there is nested paging.
const HAS_NESTED_PAGING: u32 = 1 << 0;

impl Svm {
    /// Enables SVM, 15.4.
    ///
    /// # Errors
    /// [`Missing`] if the CPU has no SVM, or no nested paging.
    #[allow(unsafe_code, reason = "model-specific registers")]
    pub fn enable(tables: &Tables) -> Result<Self, Missing> {
        if __cpuid(0x8000_0000).eax < 0x8000_000A || __cpuid(0x8000_0001).ecx & HAS_SVM == 0 {
            return Err(Missing("SVM"));
        }
        if __cpuid(0x8000_000A).edx & HAS_NESTED_PAGING == 0 {
            return Err(Missing("nested paging"));
        }
        // SAFETY: every CPU with long mode has EFER.
        let efer = unsafe { read_msr(MSR_EFER) };
        // SAFETY: the CPU has SVM, and the bit only enables its instructions.
        unsafe { write_msr(MSR_EFER, efer | EFER_SVME) };
        // SAFETY: the register exists with SVM. The page is the CPU's from now on: it is never given back.
        unsafe { write_msr(MSR_HOST_SAVE_AREA, tables.structure().as_u64()) };
        Ok(Self(()))
    }
}
