//! A TD that is being built: pages with content, measured, until it is finalised.

use super::failure::{Failed, settle};
use super::host::Host;
use super::stage::Td;
use crate::host::mr;
use crate::{Level, PrivateEpt, Pt};
use pt_core::pair::{Build, PageError, Run};
use pt_core::{AddressOf, Gpa, Page, PageOf, Private, RawGpa, Route, Shared, Split};

/// What one call of TDH.MR.EXTEND measures.
const MEASURED: usize = 256;

impl<H: Host> Td<Build, H> {
    /// Adds a page: the module copies `source` into it, maps it at `address`, and measures the address. The content
    /// is measured by [`measure_page`](Self::measure_page).
    ///
    /// TDX module 1.5 ABI specification, TDH.MEM.PAGE.ADD leaf.
    ///
    /// # Errors
    /// The page, and why it is not mapped.
    pub fn add_page<G: PageOf<PrivateEpt, Pt>>(
        &mut self,
        address: impl AddressOf<PrivateEpt>,
        page: G,
        source: Page<Shared, Pt>,
    ) -> Result<(), PageError<Pt, Level>> {
        self.stage.add_page::<Pt, G>(address, page, source)
    }

    /// Measures the content of the page that was added at `page`.
    ///
    /// TDX module 1.5 ABI specification, TDH.MR.EXTEND leaf.
    ///
    /// # Errors
    /// The first address that is not measured, and why. What was measured stays so: go on from there with
    /// [`measure`](Self::measure), not from the beginning.
    pub fn measure_page(&mut self, page: Gpa<Private>) -> Result<(), Failed<Gpa<Private>>> {
        let start = page.align_down(12).as_u64();
        for (done, offset) in (0..1 << 12).step_by(MEASURED).enumerate() {
            // Every part of a private page is private.
            let Ok(Route::Private(at)) = self.geometry().route(RawGpa::new(start + offset)) else { break };
            self.measure(at).map_err(|Failed { value, cause, .. }| Failed::after(value, cause, done))?;
        }
        Ok(())
    }

    /// Measures 256 bytes, aligned to 256.
    ///
    /// TDX module 1.5 ABI specification, TDH.MR.EXTEND leaf.
    ///
    /// # Errors
    /// The address, and why it is not measured.
    pub fn measure(&mut self, at: Gpa<Private>) -> Result<(), Failed<Gpa<Private>>> {
        settle(mr::extend(self.host.module(), self.tdr, at)).map_err(|cause| Failed::new(at, cause))
    }

    /// Ends the building: the measurement is complete, and the TD can run. It has a vCPU by now.
    ///
    /// TDX module 1.5 ABI specification, TDH.MR.FINALIZE leaf.
    ///
    /// # Errors
    /// The TD, which is still being built, and why.
    pub fn finalize(self) -> Result<Td<Run, H>, Failed<Self>> {
        match settle(mr::finalize(self.host.module(), self.tdr)) {
            Ok(()) => Ok(self.into_stage(pt_core::pair::Vm::finalise)),
            Err(cause) => Err(Failed::new(self, cause)),
        }
    }
}
