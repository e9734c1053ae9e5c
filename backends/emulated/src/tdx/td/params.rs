//! `TD_PARAMS`: what the host asks a TD to be, and what of it the module accepts.
//!
//! TDX module 1.5 ABI specification, `TD_PARAMS` structure and the TDH.MNG.INIT leaf.

use crate::tdx::Platform;
use core::ops::Range;
use pt_tdx::operand::{ConfigFlags, EptpControls, TdAttributes};
use pt_tdx::{Operand, SeptLevel, Status, StatusCode};

/// Bytes of the structure.
const SIZE: usize = 1024;

const ATTRIBUTES: usize = 0;
const XFAM: usize = 8;
const MAX_VCPUS: usize = 16;
const NUM_L2_VMS: usize = 18;
const MSR_CONFIG_CTLS: usize = 19;
const EPTP_CONTROLS: usize = 24;
const CONFIG_FLAGS: usize = 32;
const TSC_FREQUENCY: usize = 40;
const ARCH_CAPABILITIES: Range<usize> = 224..232;
const CPUID_CONFIG: Range<usize> = 256..SIZE;
/// Reserved bytes, in the order in which they are looked at.
const RESERVED: [Range<usize>; 3] = [20..24, 42..80, 232..256];

/// Extended features that the module knows, and those that every TD has: x87 and SSE.
const KNOWN_XFAM: u64 = 0x6_dbe7;
const FIXED_XFAM: u64 = 0x3;
/// Features that come together: AVX-512, CET, AMX.
const XFAM_GROUPS: [u64; 3] = [7 << 5, 3 << 11, 3 << 17];
const XFAM_AVX: u64 = 1 << 2;
const XFAM_AVX512: u64 = 7 << 5;

/// Frequencies of the virtual TSC, in 25 MHz.
const TSC_FREQUENCIES: core::ops::RangeInclusive<u16> = 4..=400;
/// The physical address width from which five levels are accepted.
const WIDTH_FOR_FIVE_LEVELS: u32 = 49;

/// What a TD was configured to be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Configuration {
    /// `ATTRIBUTES`.
    pub attributes: TdAttributes,
    /// `XFAM`.
    pub xfam: u64,
    /// vCPUs at most.
    pub max_vcpus: u16,
    /// `EPTP_CONTROLS`, without an address.
    pub eptp_controls: EptpControls,
    /// `CONFIG_FLAGS`.
    pub flags: ConfigFlags,
    /// The frequency of the virtual TSC, in 25 MHz.
    pub tsc_frequency: u16,
}

impl Configuration {
    /// The level of the root's entries.
    #[must_use]
    pub const fn top(&self) -> SeptLevel {
        if self.eptp_controls.walk_length().into_bits() == WALK_OF_FOUR { SeptLevel::Pml4 } else { SeptLevel::Pml5 }
    }
}

/// The page walk lengths of four and of five levels.
const WALK_OF_FOUR: u64 = 3;
const WALK_OF_FIVE: u64 = 4;

/// The bytes as TDH.MNG.INIT reads them.
pub struct TdParams<'a>(pub &'a [u8; SIZE]);

impl TdParams<'_> {
    /// Bytes of the structure, which is aligned to its size.
    pub const SIZE: usize = SIZE;

    /// Checks everything in the module's order.
    ///
    /// # Errors
    /// The status that TDH.MNG.INIT answers.
    pub fn check(&self, platform: &Platform) -> Result<Configuration, Status> {
        let attributes = TdAttributes::from_bits(self.qword(ATTRIBUTES));
        accept(attributes_are_valid(attributes), Operand::Attributes)?;
        let xfam = self.qword(XFAM);
        accept(xfam_is_valid(xfam), Operand::Xfam)?;
        let max_vcpus = self.word(MAX_VCPUS);
        accept(max_vcpus != 0, Operand::MaxVcpus)?;
        // The emulated module has no nested VMs.
        accept(self.0[NUM_L2_VMS] == 0, Operand::NumL2Vms)?;
        accept(self.is_zero(RESERVED[0].clone()), Operand::Rdx)?;
        let flags = ConfigFlags::from_bits(self.qword(CONFIG_FLAGS));
        accept(flags.bits() & ConfigFlags::RESERVED == 0, Operand::ExecControls)?;
        let eptp_controls = EptpControls::from_bits(self.qword(EPTP_CONTROLS));
        accept(eptp_controls_are_valid(eptp_controls, flags.gpaw(), platform), Operand::EptpControls)?;
        let tsc_frequency = self.word(TSC_FREQUENCY);
        accept(TSC_FREQUENCIES.contains(&tsc_frequency), Operand::TscFrequency)?;
        accept(self.is_zero(RESERVED[1].clone()), Operand::Rdx)?;
        // Bit 0 says that IA32_ARCH_CAPABILITIES is configured.
        accept(self.0[MSR_CONFIG_CTLS] & !1 == 0, Operand::Rdx)?;
        accept(self.is_zero(RESERVED[2].clone()), Operand::Rdx)?;
        // The emulated CPU has no CPUID bit and no architectural capability that a host could choose.
        accept(self.is_zero(CPUID_CONFIG), Operand::CpuidConfig)?;
        accept(self.is_zero(ARCH_CAPABILITIES), Operand::Ia32ArchCapabilitiesConfig)?;
        Ok(Configuration { attributes, xfam, max_vcpus, eptp_controls, flags, tsc_frequency })
    }

    fn word(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    fn qword(&self, at: usize) -> u64 {
        self.0[at..at + 8].iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
    }

    fn is_zero(&self, bytes: Range<usize>) -> bool {
        self.0[bytes].iter().all(|&byte| byte == 0)
    }
}

fn accept(valid: bool, operand: Operand) -> Result<(), Status> {
    if valid { Ok(()) } else { Err(StatusCode::OperandInvalid | operand) }
}

/// A TD that can be migrated has no debugger and no performance counters. No TD has key locker.
fn attributes_are_valid(attributes: TdAttributes) -> bool {
    attributes.bits() & TdAttributes::RESERVED == 0
        && !attributes.key_locker()
        && !(attributes.migratable() && (attributes.debug() || attributes.perfmon()))
}

fn xfam_is_valid(xfam: u64) -> bool {
    xfam & !KNOWN_XFAM == 0
        && xfam & FIXED_XFAM == FIXED_XFAM
        && (xfam & XFAM_AVX512 == 0 || xfam & XFAM_AVX != 0)
        && XFAM_GROUPS.iter().all(|&group| xfam & group == 0 || xfam & group == group)
}

/// Everything but the walk length is as in a new value: write-back, no accessed and dirty flags, no address.
fn eptp_controls_are_valid(controls: EptpControls, wide_gpas: bool, platform: &Platform) -> bool {
    let length = controls.walk_length();
    let length_is_valid = match length.into_bits() {
        WALK_OF_FOUR => !wide_gpas,
        WALK_OF_FIVE => platform.five_level_paging && platform.physical_width >= WIDTH_FOR_FIVE_LEVELS,
        _ => false,
    };
    length_is_valid && controls.bits() == EptpControls::new().with_walk_length(length).bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimal() -> [u8; SIZE] {
        let mut params = [0; SIZE];
        params[XFAM] = 3;
        params[MAX_VCPUS] = 1;
        params[EPTP_CONTROLS] = 0x1e;
        params[TSC_FREQUENCY] = 100;
        params
    }

    fn check(params: &[u8; SIZE]) -> Result<Configuration, Status> {
        TdParams(params).check(&Platform::reference())
    }

    fn refused(change: impl FnOnce(&mut [u8; SIZE])) -> Option<Operand> {
        let mut params = minimal();
        change(&mut params);
        let status = check(&params).unwrap_err();
        assert!(status.is(StatusCode::OperandInvalid), "{status}");
        status.operand()
    }

    #[test]
    fn the_least_that_is_accepted() {
        let accepted = check(&minimal()).unwrap();
        assert_eq!((accepted.top(), accepted.flags.gpaw(), accepted.max_vcpus), (SeptLevel::Pml4, false, 1));
        let mut wide = minimal();
        (wide[EPTP_CONTROLS], wide[CONFIG_FLAGS]) = (0x26, 1);
        let accepted = check(&wide).unwrap();
        assert_eq!((accepted.top(), accepted.flags.gpaw()), (SeptLevel::Pml5, true));
    }

    #[test]
    fn each_field_is_refused_by_its_name() {
        assert_eq!(refused(|params| params[ATTRIBUTES] = 2), Some(Operand::Attributes));
        assert_eq!(refused(|params| (params[0], params[3]) = (1, 0x20)), Some(Operand::Attributes));
        assert_eq!(refused(|params| params[3] = 0x80), Some(Operand::Attributes), "key locker");
        assert_eq!(refused(|params| params[XFAM] = 1), Some(Operand::Xfam));
        assert_eq!(refused(|params| params[XFAM] = 0x23), Some(Operand::Xfam), "one third of AVX-512");
        assert_eq!(refused(|params| params[XFAM] = 0xe3), Some(Operand::Xfam), "AVX-512 without AVX");
        assert_eq!(refused(|params| params[MAX_VCPUS] = 0), Some(Operand::MaxVcpus));
        assert_eq!(refused(|params| params[NUM_L2_VMS] = 1), Some(Operand::NumL2Vms));
        assert_eq!(refused(|params| params[20] = 1), Some(Operand::Rdx));
        assert_eq!(refused(|params| params[CONFIG_FLAGS] = 8), Some(Operand::ExecControls));
        assert_eq!(refused(|params| params[CONFIG_FLAGS] = 1), Some(Operand::EptpControls), "52 bits need 5 levels");
        for controls in [0x18, 0x16, 0x2e, 0x5e, 0x9e] {
            assert_eq!(refused(|params| params[EPTP_CONTROLS] = controls), Some(Operand::EptpControls));
        }
        assert_eq!(refused(|params| params[EPTP_CONTROLS + 2] = 1), Some(Operand::EptpControls), "an address");
        assert_eq!(refused(|params| params[TSC_FREQUENCY] = 3), Some(Operand::TscFrequency));
        assert_eq!(refused(|params| params[79] = 1), Some(Operand::Rdx));
        assert_eq!(refused(|params| params[MSR_CONFIG_CTLS] = 2), Some(Operand::Rdx));
        assert_eq!(refused(|params| params[SIZE - 1] = 1), Some(Operand::CpuidConfig));
        assert_eq!(refused(|params| params[224] = 1), Some(Operand::Ia32ArchCapabilitiesConfig));
    }

    #[test]
    fn five_levels_need_a_cpu_that_has_them() {
        let mut params = minimal();
        params[EPTP_CONTROLS] = 0x26;
        let platform = Platform { five_level_paging: false, ..Platform::reference() };
        assert_eq!(TdParams(&params).check(&platform).unwrap_err().operand(), Some(Operand::EptpControls));
        let narrow = Platform { physical_width: 48, ..Platform::reference() };
        assert_eq!(TdParams(&params).check(&narrow).unwrap_err().operand(), Some(Operand::EptpControls));
    }
}
