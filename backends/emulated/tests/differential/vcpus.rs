//! The vCPUs: which are inside, and what each of them may still translate.

use pt_core::Shared as SharedSpace;
use pt_core::flush::{Invalidate, Scope};
use pt_core::pair::Kick;
use pt_emulated::tdx::SparseMemory;
use pt_emulated::tdx::guest::Inside;
use pt_tdx::SharedEpt;
use std::collections::BTreeMap;

/// One vCPU.
#[derive(Default)]
pub struct Vcpu<'b> {
    pub inside: Option<Inside<'b, SparseMemory>>,
    /// The epoch of its translations.
    pub epoch: u64,
    /// Translations, from guest frames to frames. None leaves because the tables changed.
    pub tlb: BTreeMap<u64, u64>,
}

impl<'b> Vcpu<'b> {
    /// The vCPU is inside: translations of another epoch are dropped.
    pub fn enter(&mut self, inside: Inside<'b, SparseMemory>) {
        if self.epoch != inside.epoch() {
            self.tlb.clear();
            self.epoch = inside.epoch();
        }
        self.inside = Some(inside);
    }

    /// Whether the vCPU can use its translations now, or when it enters in the epoch `next`.
    pub fn can_use(&self, next: u64) -> bool {
        self.inside.is_some() || self.epoch == next
    }
}

/// All of them, as the host makes them leave.
pub struct Vcpus<'v, 'b>(pub &'v mut [Vcpu<'b>]);

impl Kick for Vcpus<'_, '_> {
    fn kick(&mut self) {
        for vcpu in self.0.iter_mut() {
            vcpu.inside = None;
        }
    }
    fn keep_out<R>(&mut self, work: impl FnOnce() -> R) -> R {
        self.kick();
        work()
    }
}

/// Shared translations are not modelled.
pub struct NoTranslations;

impl Invalidate<SharedEpt> for NoTranslations {
    fn invalidate(&mut self, _scope: Scope<SharedSpace>) {}
}
