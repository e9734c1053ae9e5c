//! A TD without a key: everything it has comes back, the TDR last.

use super::clean::{Cleaner, write_back};
use super::failure::{Failed, settle};
use super::host::Host;
use super::stage::Td;
use crate::Level;
use crate::host::phymem;
use pt_core::TableAllocator;
use pt_core::pair::{Leaked, PageSink, Reclaimed, Teardown};

/// What a TD that is no more has lost on purpose.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Ended {
    /// Guest memory and tables.
    pub memory: Leaked,
    /// Pages of control structures, the TDR among them. Those of vCPUs that were not given back are not known here.
    pub control_pages: usize,
}

impl<H: Host> Td<Teardown, H> {
    /// Cleans pages that this TD had: no cache has lines of them any more.
    pub fn cleaner(&self) -> Cleaner<H> {
        Cleaner::new(self.host.clone(), None)
    }

    /// Takes guest memory and tables back: [`Vm::reclaim`](pt_core::pair::Vm::reclaim). What is refused stays, and can
    /// be asked for again.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RECLAIM leaf.
    pub fn reclaim<S: PageSink>(&mut self, sink: &mut S) -> Reclaimed<Level> {
        match &mut self.stage {
            Some(vm) => vm.reclaim(sink),
            None => Reclaimed { pages: 0, bytes: 0, tables: 0, refused: 0, first_refused: None },
        }
    }

    /// Ends the TD: takes the control structure back, and the TDR last.
    ///
    /// TDX module 1.5 ABI specification, TDH.PHYMEM.PAGE.RECLAIM leaf.
    ///
    /// # Errors
    /// The TD with the pages that the module still has, and why: `TDX_TD_ASSOCIATED_PAGES_EXIST` if memory or vCPUs
    /// were not reclaimed.
    pub fn close(mut self) -> Result<Ended, Failed<Self>> {
        let before = self.control.len();
        let reclaimed = self.control.reclaim(&self.host);
        let control = before - self.control.len();
        if let Err(cause) = reclaimed.and_then(|()| settle(phymem::page_reclaim(self.host.module(), self.tdr.page()))) {
            return Err(Failed::after(self, cause, control));
        }
        let Self { tdr, host, stage, .. } = self;
        // The module has seen the TDR through its own key, which no TDH.PHYMEM.CACHE.WB was about.
        let control_pages = match write_back(&host, tdr.page(), host.info().module_key) {
            Ok(()) => {
                host.clear(tdr.page());
                host.allocator().free(tdr.page(), 0);
                0
            }
            Err(_) => 1,
        };
        let memory = stage.map_or_else(Leaked::default, |vm| vm.dissolve().1);
        Ok(Ended { memory, control_pages })
    }

    /// Gives the TD up: what the module still has is lost, and counted.
    pub fn abandon(self) -> Ended {
        let Self { control, stage, .. } = self;
        let memory = stage.map_or_else(Leaked::default, |vm| vm.dissolve().1);
        Ended { memory, control_pages: control.len() + 1 }
    }
}
