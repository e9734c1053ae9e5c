//! The TD in the hands of the module: its control pages and its key, from TDH.MNG.CREATE to the reclaim of the TDR page.
//!
//! What the guest's memory needs goes through the engine; here is the rest of a TD's life, leaf by leaf, in the order
//! that the module wants.

use super::GPAW;
use super::hooks::Hooks;
use crate::failure::{Checked, Failure};
use pt_core::{Gpa, Hpa, Private, RawGpa, Route, Split, TableAllocator};
use pt_emulated::seamcall::{Counted, Faulty};
use pt_emulated::tdx::{EncryptedMemory, KeyId, Platform, Tdmr};
use pt_emulated::{Machine, tdx};
use pt_tdx::host::{Answer, Hkid, Tdr, Tdvpr, mng, mr, phymem, vp};
use pt_tdx::operand::TdParams;
use pt_tdx::{StatusCode, Unavailable};
use std::sync::Arc;

/// The module, its calls counted and made to fail on purpose.
pub type Module = Counted<Faulty<tdx::Module<EncryptedMemory>>>;

/// Bits of a physical address that hold a key identifier.
const KEY_ID_BITS: u32 = 6;
/// Pages of a TD's control structure (TDCS).
const TDCX_PAGES: usize = 6;
/// Pages of a vCPU's control structure (TDVPS), the TDVPR page included.
const TDVPS_PAGES: usize = 6;
/// Bytes that TDH.MR.EXTEND measures at a time.
const CHUNK: u64 = 256;
/// How often a leaf is called again that is interrupted.
const PATIENCE: usize = 1_000;

/// The module of a machine whose whole memory may be given to TDs.
pub fn module(machine: &Arc<Machine>, seed: u64) -> Module {
    let (base, bytes) = (machine.arena().base(), (machine.arena().pages() as u64) << 12);
    let size = bytes.next_multiple_of(1 << 30);
    let platform = Platform {
        // The module wants whole gigabytes; what is not there is reserved.
        tdmrs: vec![Tdmr { base, size, reserved: std::iter::once(bytes..size).collect() }],
        key_id_bits: KEY_ID_BITS,
        ..Platform::reference()
    };
    let memory = EncryptedMemory::new(machine.clone(), 1 << KEY_ID_BITS, seed);
    Counted::new(Faulty::new(tdx::Module::new(platform, memory)))
}

/// A TD, as far as the module has it.
pub struct Td<'h> {
    module: &'h Module,
    machine: &'h Machine,
    tdr: Tdr,
    /// Control pages, the TDR page first.
    pages: Vec<Hpa>,
    vcpus: Vec<Tdvpr>,
}

impl<'h> Td<'h> {
    /// Creates a TD with its key and its control structure, and gives it parameters and vCPUs.
    ///
    /// # Errors
    /// If there is no memory for its control pages, or the module refuses one.
    pub fn create(machine: &'h Machine, module: &'h Module, vcpus: usize) -> Checked<Self> {
        let page = || machine.allocate(0).ok_or_else(|| Failure::new("no frame for a control page of the TD"));
        let KeyId(first) = KeyId(*module.inner().inner().platform().private_key_ids.start());
        let tdr = Tdr::new(page()?).map_err(Failure::new)?;
        let mut td = Self { module, machine, tdr, pages: vec![tdr.page()], vcpus: Vec::new() };
        done(mng::create(module, tdr, Hkid(first + 1)))?;
        for _ in 0..module.inner().inner().platform().packages {
            done(mng::key_config(module, tdr))?;
        }
        for _ in 0..TDCX_PAGES {
            td.pages.push(page()?);
            done(mng::add_cx(module, tdr, td.pages[td.pages.len() - 1]))?;
        }
        let params = page()?;
        td.write_params(params, vcpus)?;
        done(mng::init(module, tdr, params))?;
        machine.free(params, 0);
        for _ in 0..vcpus {
            td.pages.push(page()?);
            let vcpu = Tdvpr::new(td.pages[td.pages.len() - 1]).map_err(Failure::new)?;
            done(vp::create(module, tdr, vcpu))?;
            for _ in 1..TDVPS_PAGES {
                td.pages.push(page()?);
                done(vp::add_cx(module, vcpu, td.pages[td.pages.len() - 1]))?;
            }
            done(vp::init(module, vcpu, 0))?;
            td.vcpus.push(vcpu);
        }
        Ok(td)
    }

    fn write_params(&self, params: Hpa, vcpus: usize) -> Checked<()> {
        let wanted = TdParams { max_vcpus: vcpus as u16, ..TdParams::new(GPAW) };
        let bytes = wanted.to_bytes();
        self.machine.write(params, &bytes).map_err(Failure::new)
    }

    /// The module that has it, for a look inside.
    pub fn module(&self) -> &'h tdx::Module<EncryptedMemory> {
        self.module.inner().inner()
    }

    /// The root page of the TD.
    pub const fn tdr(&self) -> Tdr {
        self.tdr
    }

    /// Its vCPUs.
    pub fn vcpus(&self) -> &[Tdvpr] {
        &self.vcpus
    }

    /// What the engine calls the module by.
    pub fn hooks(&self) -> Hooks<&'h Module> {
        Hooks { seamcall: self.module, tdr: self.tdr }
    }

    /// Measures what a page holds that was just added.
    ///
    /// # Errors
    /// If the module refuses.
    pub fn measure(&self, page: Gpa<Private>) -> Checked<()> {
        for offset in (0..4096).step_by(CHUNK as usize) {
            let Ok(Route::Private(chunk)) = GPAW.route(RawGpa::new(page.as_u64() + offset)) else {
                return Err(Failure::new(format!("{page:?} is no private page")));
            };
            done(mr::extend(self.module, self.tdr, chunk))?;
        }
        Ok(())
    }

    /// Ends the measurement: vCPUs can enter.
    ///
    /// # Errors
    /// If the module refuses.
    pub fn finalise(&self) -> Checked<()> {
        done(mr::finalize(self.module, self.tdr))
    }

    /// Takes the vCPUs off their processors, and the key away. No vCPU is inside.
    ///
    /// # Errors
    /// If the module refuses.
    pub fn destroy_key(&self) -> Checked<()> {
        for &vcpu in &self.vcpus {
            let flushed = vp::flush(self.module, vcpu).map_err(Failure::new)?;
            // A vCPU that never ran is associated with no processor.
            if flushed.is_error() && !flushed.status().is(StatusCode::VcpuNotAssociated) {
                return Err(Failure::new(flushed));
            }
        }
        done(mng::vp_flush_done(self.module, self.tdr))?;
        let mut command = phymem::WriteBack::Start;
        for _ in 0..PATIENCE {
            let written = phymem::cache_wb(self.module, command).map_err(Failure::new)?;
            if !written.status().is(StatusCode::InterruptedResumable) {
                done(Ok(written))?;
                return done(mng::key_free_id(self.module, self.tdr));
            }
            command = phymem::WriteBack::Resume;
        }
        Err(Failure::new("the caches are not written back: interrupted again and again"))
    }

    /// Takes the control pages back, the TDR page last, when all memory of the guest is back. Returns how many.
    ///
    /// # Errors
    /// If the module keeps one.
    pub fn reclaim(self) -> Checked<u64> {
        for &page in self.pages.iter().rev() {
            let mut answer = phymem::page_reclaim(self.module, page);
            for _ in 0..PATIENCE {
                match &answer {
                    Ok(refused) if refused.is_error() => answer = phymem::page_reclaim(self.module, page),
                    _ => break,
                }
            }
            done(answer)?;
            self.machine.write(page, &[0; 4096]).map_err(Failure::new)?;
            self.machine.free(page, 0);
        }
        Ok(self.pages.len() as u64)
    }
}

/// An answer that is no error.
fn done<A: Answer + std::fmt::Display>(answer: Result<A, Unavailable>) -> Checked<()> {
    let answer = answer.map_err(Failure::new)?;
    if answer.is_error() { Err(Failure::new(answer)) } else { Ok(()) }
}
