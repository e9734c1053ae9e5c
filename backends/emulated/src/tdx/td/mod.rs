//! The control structures of a TD and of its vCPUs.
//!
//! All fields are atomic: several leaves work on a TD at a time, and what they may change is ruled by the locks that
//! they hold. TDR fields belong to whoever has the TDR page's PAMT record exclusively, or are counters. TDCS fields
//! that leaves change under the shared lock are the counters, the epoch and the operation state, each with its lock.
//!
//! TDX module 1.5 base specification, TD-scope control structures (TDR, TDCS) and TDVPS.

mod epoch;
mod lifecycle;
mod params;
mod slots;
mod vcpu;

pub use epoch::{Epoch, NotBegun};
pub use lifecycle::Lifecycle;
pub(crate) use params::{Configuration, TdParams};
pub(crate) use slots::Slots;
pub use vcpu::{TDVPS_PAGES, Vcpu, VcpuState};

use super::lock::{HostPriorityLock, Sharex};
use super::refusal::Result;
use super::sept::Tree;
use super::{KeyId, Measurement, Place};
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};
use pt_core::Hpa;
use pt_tdx::SeptLevel;
pub use pt_tdx::module::OpState;
use std::sync::Mutex;

/// How many TDCX pages make a TDCS without L2 VMs.
pub const TDCX_PAGES: u16 = 6;
/// Which of the TDCX pages is the root of the Secure EPT.
pub const ROOT_PAGE: usize = 3;

/// One TD.
#[derive(Debug, Default)]
pub struct Td {
    // TDR
    lifecycle: AtomicU8,
    /// A memory integrity violation has ended the TD.
    pub fatal: AtomicBool,
    key: AtomicU16,
    /// The packages that the key is configured on, a bit each.
    pub packages: AtomicU32,
    /// How many TDCX pages it has.
    pub tdcx_count: AtomicU16,
    /// The TDCX pages, without key identifiers.
    pub tdcx: [AtomicU64; 9],
    /// How many 4 KiB pages belong to it, without the TDR page: `CHLDCNT`.
    pub children: AtomicU64,
    // TDCS
    op_state: AtomicU8,
    /// Host-priority lock of the operation state.
    pub op_state_lock: HostPriorityLock,
    /// Lock of the Secure EPT tree.
    pub tree_lock: Sharex,
    /// TLB tracking.
    pub epoch: Epoch,
    /// Level of the root's entries, as EPTP has it.
    top: AtomicU8,
    /// Whether guest-physical addresses have 52 bits, not 48.
    pub wide: AtomicBool,
    /// `ATTRIBUTES`.
    pub attributes: AtomicU64,
    /// `XFAM`.
    pub xfam: AtomicU64,
    /// `CONFIG_FLAGS`.
    pub config_flags: AtomicU64,
    /// The most vCPUs it may have.
    pub max_vcpus: AtomicU32,
    /// How many vCPUs are initialised.
    pub vcpus: AtomicU32,
    /// How many vCPUs are associated with a logical processor.
    pub associated: AtomicU32,
    /// How many L2 VMs it may have.
    pub l2_vms: AtomicU8,
    /// `MRTD`.
    pub measurement: Mutex<Measurement>,
}

/// Attribute bit 0: the host may read and write the TD's memory.
const DEBUG: u64 = 1;
/// Attribute bit 28: an access to a pending page leaves the TD instead of raising #VE.
const SEPT_VE_DISABLE: u64 = 1 << 28;

impl Td {
    /// Where its key is in its life.
    #[inline]
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        Lifecycle::from_bits(self.lifecycle.load(Ordering::Acquire))
    }

    pub(crate) fn set_lifecycle(&self, lifecycle: Lifecycle) {
        self.lifecycle.store(lifecycle as u8, Ordering::Release);
    }

    /// Its key.
    #[inline]
    #[must_use]
    pub fn key(&self) -> KeyId {
        KeyId(self.key.load(Ordering::Acquire))
    }

    /// The operation state.
    #[inline]
    #[must_use]
    pub fn op_state(&self) -> OpState {
        OpState::from_bits(self.op_state.load(Ordering::Acquire).into()).unwrap_or(OpState::Uninitialized)
    }

    pub(crate) fn set_op_state(&self, state: OpState) {
        self.op_state.store(state.into_bits() as u8, Ordering::Release);
    }

    /// Begins the life of a TD: no pages, no vCPUs, a key identifier.
    pub(crate) fn create(&self, key: KeyId) {
        self.set_lifecycle(Lifecycle::KeyIdAssigned);
        self.fatal.store(false, Ordering::Release);
        self.key.store(key.0, Ordering::Release);
        self.packages.store(0, Ordering::Release);
        self.tdcx_count.store(0, Ordering::Release);
        self.children.store(0, Ordering::Release);
        self.vcpus.store(0, Ordering::Release);
        self.associated.store(0, Ordering::Release);
        self.set_op_state(OpState::Uninitialized);
        *self.measurement.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Measurement::default();
    }

    /// Makes it what TDH.MNG.INIT was asked for.
    pub(crate) fn configure(&self, configuration: &Configuration) {
        self.attributes.store(configuration.attributes.bits(), Ordering::Release);
        self.xfam.store(configuration.xfam, Ordering::Release);
        self.config_flags.store(configuration.flags.bits(), Ordering::Release);
        self.max_vcpus.store(u32::from(configuration.max_vcpus), Ordering::Release);
        self.set_address_space(configuration.top(), configuration.flags.gpaw());
    }

    /// Fixes the address space, which TDH.MNG.INIT does once, and begins the first epoch.
    pub(crate) fn set_address_space(&self, top: SeptLevel, wide: bool) {
        self.top.store(top.into_bits() as u8, Ordering::Release);
        self.wide.store(wide, Ordering::Release);
        self.epoch.reset();
    }

    /// The level of the root's entries.
    #[inline]
    #[must_use]
    pub fn top(&self) -> SeptLevel {
        SeptLevel::from_bits(u64::from(self.top.load(Ordering::Acquire))).unwrap_or(SeptLevel::Pml4)
    }

    /// The root table of the Secure EPT, without a key identifier.
    #[inline]
    #[must_use]
    pub fn root(&self) -> Hpa {
        Hpa::new(self.tdcx[ROOT_PAGE].load(Ordering::Acquire))
    }

    /// The tree.
    #[inline]
    pub(crate) fn tree(&self) -> Tree {
        Tree { root: self.root(), top: self.top(), key: self.key() }
    }

    /// Whether the address is private and within the width of the TD's addresses.
    #[inline]
    #[must_use]
    pub fn is_private(&self, gpa: u64) -> bool {
        gpa >> self.shared_bit() == 0
    }

    /// The address bit that tells shared addresses from private ones: the highest of the guest's width.
    #[inline]
    #[must_use]
    pub fn shared_bit(&self) -> u32 {
        if self.wide.load(Ordering::Acquire) { 51 } else { 47 }
    }

    /// Whether the host may look into it.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        self.attributes.load(Ordering::Acquire) & DEBUG != 0
    }

    /// Whether an access of the guest to a pending page leaves the TD instead of raising #VE.
    #[must_use]
    pub fn pending_leaves(&self) -> bool {
        self.attributes.load(Ordering::Acquire) & SEPT_VE_DISABLE != 0
    }

    /// Associates one of its vCPUs with the processor that a call comes from, unless it is with another.
    pub(crate) fn associate(&self, vcpu: &Vcpu, from: Option<Place>) -> Result<()> {
        if vcpu.associate(from)? {
            self.associated.fetch_add(1, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Ends the association of one of its vCPUs.
    pub(crate) fn dissociate(&self, vcpu: &Vcpu, from: Option<Place>) -> Result<()> {
        vcpu.dissociate(from)?;
        self.associated.fetch_sub(1, Ordering::AcqRel);
        Ok(())
    }

    /// Counts pages of 4 KiB that now belong to the TD.
    #[inline]
    pub(crate) fn add_children(&self, pages: u64) {
        self.children.fetch_add(pages, Ordering::AcqRel);
    }

    /// Counts pages of 4 KiB that no longer belong to the TD.
    #[inline]
    pub(crate) fn remove_children(&self, pages: u64) {
        self.children.fetch_sub(pages, Ordering::AcqRel);
    }
}
