//! TDH.PHYMEM.CACHE.WB: the caches of a package are written back, so that flushed keys are in none of them.

use crate::tdx::lock::Mode;
use crate::tdx::refusal::{Result, busy, require};
use crate::tdx::{Memory, Module, Place};
use pt_tdx::{Operand, Registers, StatusCode};

/// The parts that a package's caches are written back in; interrupts are looked for between them.
const PARTS: u32 = 16;
const RESUME: u64 = 1;

impl<M: Memory> Module<M> {
    /// RCX: 0 to begin, 1 to go on after an interrupt.
    ///
    /// A call from nowhere is for the first package that has something to write back.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.CACHE.WB leaf.
    pub(super) fn phymem_cache_wb(&self, registers: &mut Registers, from: Option<Place>) -> Result<()> {
        require(registers.rcx <= RESUME, StatusCode::OperandInvalid, Operand::Rcx)?;
        let package = from.map_or_else(|| self.keys.package_to_write_back(), |place| place.package);
        let writeback = &self.keys.writebacks[package as usize];
        let _held = writeback.lock().map_err(busy(Operand::Wbcache))?;
        let keys = self.keys.lock(Mode::Shared).map_err(busy(Operand::Kot))?;
        let mut part = 0;
        if registers.rcx == RESUME {
            part = writeback.interrupted_at();
            if part == 0 {
                return Err(StatusCode::WbcacheResumeError.into());
            }
        } else {
            writeback.set_next(0);
            if keys.flushed().next().is_none() {
                return Err(StatusCode::NoHkidReadyToWbcache.into());
            }
            writeback.begin(&keys);
        }
        while part < PARTS {
            part += 1;
            if part < PARTS && self.interrupt.poll() {
                writeback.set_next(part);
                return Err(StatusCode::InterruptedResumable.into());
            }
        }
        writeback.set_next(0);
        keys.clean(writeback.covered(&keys), package);
        Ok(())
    }
}
