//! `TD_PARAMS`: what TDH.MNG.INIT makes a TD from.

use crate::{Gpaw, MemoryType};
use pt_core::{Bits, Hpa};
use pt_macros::register;

/// `ATTRIBUTES`: what a TD may do, which its measurement tells.
///
/// TDX module 1.5 ABI specification, `TD_PARAMS` structure.
#[register(reserved(1..=27, 32..=62))]
pub struct TdAttributes {
    /// The host may read and write the TD's memory and registers.
    #[bits(0)]
    pub debug: bool,
    /// An access to a page that is not accepted exits to the host, and is no #VE in the guest.
    #[bits(28)]
    pub sept_ve_disable: bool,
    /// The TD may be migrated.
    #[bits(29)]
    pub migratable: bool,
    /// Supervisor protection keys.
    #[bits(30)]
    pub pks: bool,
    /// Key locker.
    #[bits(31)]
    pub key_locker: bool,
    /// Performance monitoring.
    #[bits(63)]
    pub perfmon: bool,
}

/// `CONFIG_FLAGS`: what is not measured.
///
/// TDX module 1.5 ABI specification, `TD_PARAMS` structure.
#[register(reserved(3..=63))]
pub struct ConfigFlags {
    /// Guest-physical addresses have 52 bits, and the SHARED bit is bit 51; else 48 bits, and bit 47.
    #[bits(0)]
    pub gpaw: bool,
    /// The guest may change what [`TdAttributes::sept_ve_disable`] says.
    #[bits(1)]
    pub flexible_pending_ve: bool,
    /// RBP is passed neither by TDG.VP.VMCALL nor by TDH.VP.ENTER.
    #[bits(2)]
    pub no_rbp_mod: bool,
}

/// The EPTP of a TD. In `TD_PARAMS` it has no address: the root is a page of the control structure.
///
/// Intel SDM volume 3C, extended-page-table pointer; TDX module 1.5 ABI specification, `TD_PARAMS` structure.
#[register(reserved(8..=11, 52..=63))]
pub struct EptpControls {
    /// The memory type of the tables; the module takes write-back only.
    #[bits(0..=2, values, default = WriteBack)]
    pub memory_type: MemoryType,
    /// Levels of tables, less one: 3 or 4.
    #[bits(3..=5)]
    pub walk_length: Bits<3>,
    /// Accessed and dirty flags, which a TD does not have.
    #[bits(6)]
    pub accessed_dirty: bool,
    /// Supervisor shadow-stack control, which a TD does not have.
    #[bits(7)]
    pub supervisor_shadow_stack: bool,
    /// The root table.
    #[bits(12..=51, address)]
    pub root: Hpa,
}

/// What TDH.MNG.INIT makes a TD from, field by field.
///
/// ```
/// use pt_tdx::Gpaw;
/// use pt_tdx::operand::TdParams;
///
/// let params = TdParams { max_vcpus: 4, ..TdParams::new(Gpaw::Bits52) };
/// let bytes = params.to_bytes();
/// assert_eq!((bytes[16], bytes[24], bytes[32]), (4, 0x26, 1));
/// ```
///
/// TDX module 1.5 ABI specification, `TD_PARAMS` structure.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TdParams {
    /// `ATTRIBUTES`.
    pub attributes: TdAttributes,
    /// `XFAM`: the extended states that the TD may use, as XCR0 and `IA32_XSS` name them. x87 and SSE are always in it.
    pub xfam: u64,
    /// `MAX_VCPUS`.
    pub max_vcpus: u16,
    /// `NUM_L2_VMS`: nested VMs, up to 3.
    pub num_l2_vms: u8,
    /// `MSR_CONFIG_CTLS`: bit 0 says that [`arch_capabilities`](Self::arch_capabilities) counts.
    pub msr_config_ctls: u8,
    /// `EPTP_CONTROLS`.
    pub eptp_controls: EptpControls,
    /// `CONFIG_FLAGS`.
    pub config_flags: ConfigFlags,
    /// `TSC_FREQUENCY`: of the virtual TSC, in units of 25 MHz; 4 to 400.
    pub tsc_frequency: u16,
    /// `MRCONFIGID`: the software's own identifier of the configuration.
    pub mr_config_id: [u8; 48],
    /// `MROWNER`: of the owner.
    pub mr_owner: [u8; 48],
    /// `MROWNERCONFIG`: of the owner's configuration.
    pub mr_owner_config: [u8; 48],
    /// `IA32_ARCH_CAPABILITIES_CONFIG`.
    pub arch_capabilities: u64,
    /// `CPUID_CONFIG`: EAX, EBX, ECX and EDX of the leaves that the module lets the host choose, in its order.
    pub cpuid_config: [[u32; 4]; 48],
}

impl TdParams {
    /// Bytes of the structure, which is also its alignment.
    pub const SIZE: usize = 1024;

    /// One vCPU, x87 and SSE, a TSC of 1 GHz, and nothing else; the width and the levels are those of `gpaw`.
    #[must_use]
    pub const fn new(gpaw: Gpaw) -> Self {
        let (levels, wide) = match gpaw {
            Gpaw::Bits48 => (4, false),
            Gpaw::Bits48FiveLevels => (5, false),
            Gpaw::Bits52 => (5, true),
        };
        Self {
            attributes: TdAttributes::new(),
            xfam: 3,
            max_vcpus: 1,
            num_l2_vms: 0,
            msr_config_ctls: 0,
            eptp_controls: EptpControls::new().with_walk_length(Bits::from_bits(levels - 1)),
            config_flags: ConfigFlags::new().with_gpaw(wide),
            tsc_frequency: 40,
            mr_config_id: [0; 48],
            mr_owner: [0; 48],
            mr_owner_config: [0; 48],
            arch_capabilities: 0,
            cpuid_config: [[0; 4]; 48],
        }
    }

    /// The structure as it lies in memory. Reserved bytes are zero.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
        put(0, &self.attributes.bits().to_le_bytes());
        put(8, &self.xfam.to_le_bytes());
        put(16, &self.max_vcpus.to_le_bytes());
        put(18, &[self.num_l2_vms, self.msr_config_ctls]);
        put(24, &self.eptp_controls.bits().to_le_bytes());
        put(32, &self.config_flags.bits().to_le_bytes());
        put(40, &self.tsc_frequency.to_le_bytes());
        put(80, &self.mr_config_id);
        put(128, &self.mr_owner);
        put(176, &self.mr_owner_config);
        put(224, &self.arch_capabilities.to_le_bytes());
        for (index, register) in self.cpuid_config.as_flattened().iter().enumerate() {
            put(256 + 4 * index, &register.to_le_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_levels_follow_the_geometry() {
        for (gpaw, eptp, wide) in [(Gpaw::Bits48, 0x1e, 0), (Gpaw::Bits48FiveLevels, 0x26, 0), (Gpaw::Bits52, 0x26, 1)]
        {
            let params = TdParams::new(gpaw);
            assert_eq!((params.eptp_controls.bits(), params.config_flags.bits()), (eptp, wide), "{gpaw:?}");
        }
    }

    #[test]
    fn fields_lie_where_the_structure_has_them() {
        let params = TdParams {
            attributes: TdAttributes::new().with_sept_ve_disable(true),
            mr_owner: [7; 48],
            mr_owner_config: [8; 48],
            arch_capabilities: 9,
            cpuid_config: [[0, 0, 0, 0x0102_0304]; 48],
            ..TdParams::new(Gpaw::Bits48)
        };
        let bytes = params.to_bytes();
        assert_eq!(bytes[..20], [0, 0, 0, 0x10, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!((bytes[24], bytes[40], bytes[127], bytes[128]), (0x1e, 40, 0, 7));
        assert_eq!((bytes[175], bytes[176], bytes[224], bytes[1020]), (7, 8, 9, 4));
        assert_eq!(bytes.iter().filter(|&&byte| byte != 0).count(), 5 + 96 + 1 + 4 * 48);
    }
}
