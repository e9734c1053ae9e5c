//! From nothing to a TD that is being built: TDH.MNG.CREATE, KEY.CONFIG, ADDCX, INIT.

use super::failure::{Cause, Failed, settle};
use super::hooks::ModuleHooks;
use super::host::Host;
use super::pages::Pages;
use super::stage::{Complete, Created, Keyed, Td, VmOf};
use crate::Gpaw;
use crate::host::{Hkid, Tdr, mng};
use crate::operand::TdParams;
use core::ops::ControlFlow;
use pt_core::pair::Build;
use pt_core::{Hpa, TableAllocator};

impl<H: Host> Td<Created, H> {
    /// Creates a TD with a key identifier that nobody uses.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.CREATE leaf.
    ///
    /// # Errors
    /// The key identifier, and why there is no TD. No page stays taken.
    pub fn create(host: H, key: Hkid) -> Result<Self, Failed<Hkid>> {
        let Some(page) = host.allocator().allocate(0) else { return Err(Failed::new(key, Cause::OutOfPages)) };
        let created = Tdr::new(page).map_err(Cause::from).and_then(|tdr| {
            settle(mng::create(host.module(), tdr, key))?;
            Ok(tdr)
        });
        match created {
            Ok(tdr) => Ok(Self { tdr, key, host, control: Pages::new(), stage: 0 }),
            Err(cause) => {
                host.allocator().free(page, 0);
                Err(Failed::new(key, cause))
            }
        }
    }

    /// Gives each package the TD's key. Those that got it by an earlier attempt are passed over.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.KEY.CONFIG leaf.
    ///
    /// # Errors
    /// The TD, and what stood in the way on the first package that refused.
    pub fn configure_key(mut self) -> Result<Td<Keyed, H>, Failed<Self>> {
        let (mut package, mut refused) = (0, None);
        self.host.on_each_package(&mut || {
            if package == self.stage {
                match settle(mng::key_config(self.host.module(), self.tdr)) {
                    Ok(()) => self.stage += 1,
                    Err(cause) => {
                        refused = Some(cause);
                        return ControlFlow::Break(());
                    }
                }
            }
            package += 1;
            ControlFlow::Continue(())
        });
        match refused {
            None => Ok(self.into_stage(|_| ())),
            Some(cause) => {
                let configured = self.stage as usize;
                Err(Failed::after(self, cause, configured))
            }
        }
    }
}

impl<H: Host> Td<Keyed, H> {
    /// Gives the module the pages of the control structure, the root of the Secure EPT among them.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.ADDCX leaf.
    ///
    /// # Errors
    /// The TD with the pages that it has by now, and why there are no more.
    pub fn add_control_pages(mut self) -> Result<Td<Complete, H>, Failed<Self>> {
        let (host, tdr) = (&self.host, self.tdr);
        let filled = self.control.fill(host, host.info().control_pages, |page| mng::add_cx(host.module(), tdr, page));
        match filled {
            Ok(()) => Ok(self.into_stage(|()| ())),
            Err(cause) => {
                let pages = self.control.len();
                Err(Failed::after(self, cause, pages))
            }
        }
    }
}

impl<H: Host> Td<Complete, H> {
    /// Tells the module what the TD is to be, and begins an empty VM of the engine's with the same geometry.
    ///
    /// TDX module 1.5 ABI specification, TDH.MNG.INIT leaf.
    ///
    /// # Errors
    /// The TD, and why it is not initialised: `TDX_OPERAND_INVALID` names the field that the module refuses.
    pub fn init(self, params: &TdParams) -> Result<Td<Build, H>, Failed<Self>> {
        let Some(gpaw) = geometry(params) else { return Err(Failed::new(self, Cause::NoGeometry)) };
        let hooks = ModuleHooks::new(self.host.clone(), self.tdr, self.key);
        let vm = VmOf::<Build, H>::build(gpaw, self.host.memory(), self.host.allocator(), hooks);
        let vm = match vm {
            Ok(vm) => vm,
            Err(out) => return Err(Failed::new(self, out.into())),
        };
        match with_page(&self.host, |page| {
            self.host.write(page, &params.to_bytes());
            settle(mng::init(self.host.module(), self.tdr, page))
        }) {
            Ok(()) => Ok(self.into_stage(|()| vm)),
            Err(cause) => {
                // Nothing is mapped: only the two roots go back.
                let _ = vm.teardown().dissolve();
                Err(Failed::new(self, cause))
            }
        }
    }
}

/// The geometry that the levels and the width of a TD make. The module refuses other pairs.
const fn geometry(params: &TdParams) -> Option<Gpaw> {
    match (params.eptp_controls.walk_length().get(), params.config_flags.gpaw()) {
        (3, false) => Some(Gpaw::Bits48),
        (4, false) => Some(Gpaw::Bits48FiveLevels),
        (4, true) => Some(Gpaw::Bits52),
        _ => None,
    }
}

/// Works with a page of the host's that is needed no longer than that.
fn with_page<H: Host>(host: &H, work: impl FnOnce(Hpa) -> Result<(), Cause>) -> Result<(), Cause> {
    let page = host.allocator().allocate(0).ok_or(Cause::OutOfPages)?;
    let result = work(page);
    host.allocator().free(page, 0);
    result
}
