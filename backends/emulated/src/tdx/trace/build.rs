//! Building the TD of a trace, by the leaves that a host would call.

use super::layout::{self, KEY, TD_PARAMS, TDCX_PAGES, TDR, behind, tdvpr};
use super::{Misplaced, Settings};
use crate::tdx::td::TDVPS_PAGES;
use crate::tdx::{KeyId, Memory, Module};
use pt_core::Bits;
use pt_tdx::operand::{ConfigFlags, EptpControls, TdParams};
use pt_tdx::{Gpaw, Leaf, Registers, Seamcall, Status};

/// Calls a leaf with two operands, as the leaves that build TDs have them.
pub(super) fn call<M: Memory>(module: &Module<M>, leaf: Leaf, rcx: u64, rdx: u64) -> Status {
    let mut registers = Registers { rcx, rdx, ..Registers::call(leaf) };
    module.seamcall(&mut registers).unwrap_or_else(|_| Status::from_bits(registers.rax))
}

/// Creates and initialises the TD and its vCPUs.
///
/// # Errors
/// [`Misplaced::Leaf`] if a leaf refuses.
pub(super) fn build<M: Memory>(module: &Module<M>, settings: Settings) -> Result<(), Misplaced> {
    let must = |leaf, rcx, rdx| match call(module, leaf, rcx, rdx) {
        Status::SUCCESS => Ok(()),
        status => Err(Misplaced::Leaf { leaf, status }),
    };
    let tdr = TDR.as_u64();
    must(Leaf::MngCreate, tdr, KEY)?;
    for _ in 0..module.platform().packages {
        must(Leaf::MngKeyConfig, tdr, 0)?;
    }
    for page in 1..=TDCX_PAGES {
        must(Leaf::MngAddcx, behind(TDR, page), tdr)?;
    }
    module.memory().write(TD_PARAMS, KeyId::default(), &params(settings));
    must(Leaf::MngInit, tdr, TD_PARAMS.as_u64())?;
    for vcpu in 0..settings.vcpus {
        let tdvpr = tdvpr(vcpu);
        must(Leaf::VpCreate, tdvpr.as_u64(), tdr)?;
        for page in 1..u64::from(TDVPS_PAGES) {
            must(Leaf::VpAddcx, behind(tdvpr, page), tdvpr.as_u64())?;
        }
        must(Leaf::VpInit, tdvpr.as_u64(), 0)?;
    }
    Ok(())
}

/// Takes the key of the TD away. What a leaf answers does not matter: the next one will tell.
pub(super) fn tear_down<M: Memory>(module: &Module<M>, settings: Settings) {
    for vcpu in 0..settings.vcpus {
        call(module, Leaf::VpFlush, tdvpr(vcpu).as_u64(), 0);
    }
    call(module, Leaf::MngVpflushdone, layout::TDR.as_u64(), 0);
    call(module, Leaf::PhymemCacheWb, 0, 0);
    call(module, Leaf::MngKeyFreeid, layout::TDR.as_u64(), 0);
}

/// No attributes, the features that every TD has.
fn params(settings: Settings) -> [u8; TdParams::SIZE] {
    let eptp_controls = EptpControls::new().with_walk_length(Bits::from_bits(u64::from(settings.levels) - 1));
    let config_flags = ConfigFlags::new().with_gpaw(settings.gpaw);
    let max_vcpus = settings.vcpus.max(1).into();
    TdParams { eptp_controls, config_flags, max_vcpus, ..TdParams::new(Gpaw::Bits48) }.to_bytes()
}
