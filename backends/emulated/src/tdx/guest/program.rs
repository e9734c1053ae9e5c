//! What guests do when the host enters them by SEAMCALL.

use super::{Exit, Inside};
use crate::tdx::{Memory, Module, Place};
use core::fmt;
use pt_core::Hpa;
use pt_tdx::Registers;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The program of a vCPU.
pub trait Program<M: Memory>: Send + Sync {
    /// Runs from an entry to the next exit. `host` is what the host passed.
    fn run(&self, inside: &mut Inside<'_, M>, host: &Registers) -> Exit;
}

/// The programs of all vCPUs, by TDVPR page. A vCPU without one calls TDG.VP.VMCALL at once.
pub struct Programs<M> {
    installed: RwLock<HashMap<Hpa, Arc<dyn Program<M>>>>,
}

impl<M> Programs<M> {
    pub(crate) fn new() -> Self {
        Self { installed: RwLock::default() }
    }
}

impl<M: Memory> Module<M> {
    /// Gives the vCPU with this TDVPR page a program, or takes it away.
    pub fn install(&self, tdvpr: Hpa, program: Option<Arc<dyn Program<M>>>) {
        let mut installed = self.programs.installed.write().unwrap_or_else(PoisonError::into_inner);
        match program {
            Some(program) => _ = installed.insert(tdvpr, program),
            None => _ = installed.remove(&tdvpr),
        }
    }

    /// TDH.VP.ENTER as a SEAMCALL: enters, runs the program, and returns the host's registers.
    pub(in crate::tdx) fn vp_enter(&self, registers: &mut Registers, from: Option<Place>) {
        let mut inside = match self.enter_from(registers, from) {
            Ok(inside) => inside,
            Err(refused) => return *registers = refused,
        };
        let program = {
            let installed = self.programs.installed.read().unwrap_or_else(PoisonError::into_inner);
            installed.get(&inside.tdvpr()).cloned()
        };
        let exit = match program {
            Some(program) => program.run(&mut inside, registers),
            None => match inside.vmcall(&Registers::default()) {
                Ok(exit) => exit,
                Err(_) => return,
            },
        };
        drop(inside);
        *registers = *exit.registers();
    }
}

impl<M> fmt::Debug for Programs<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Programs").finish_non_exhaustive()
    }
}
