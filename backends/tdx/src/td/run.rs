//! A TD whose key is in use: vCPUs run, memory comes and goes.

use super::failure::Cause;
use super::hooks::ModuleHooks;
use super::host::Host;
use super::stage::Td;
use super::vcpu::Vcpu;
use crate::host::{mem, vp};
use crate::seamcall::{Registers, Unavailable};
use crate::{Level, PrivateEpt, SharedEpt, Tdx};
use pt_core::cursor::OldLeaf;
use pt_core::flush::Invalidate;
use pt_core::pair::{Build, ConvertError, Kick, PageSink, Removal, Removed, Run, ToPrivate};
use pt_core::validity::Invalid;
use pt_core::{AddressRange, Gpa, OutOfTables, Private, Shared, Tree};

impl<H: Host> Td<Run, H> {
    /// Runs a vCPU until it leaves the TD.
    ///
    /// TDX module 1.5 ABI specification, TDH.VP.ENTER leaf.
    ///
    /// # Errors
    /// [`Cause::OtherTd`], or that no module took the call. What the module answers is not an error here: only the
    /// host knows what a TD exit means to it.
    pub fn enter(&self, vcpu: &mut Vcpu, registers: &Registers) -> Result<vp::Enter, Cause> {
        vcpu.is_of(self.tdr)?;
        vp::enter(self.host.module(), vcpu.tdvpr(), registers).map_err(Cause::Unavailable)
    }
}

macro_rules! live {
    ($($stage:ident)*) => {$(
        impl<H: Host> Td<$stage, H> {
            /// Reads 8 bytes, aligned to 8, of the memory of a TD with the DEBUG attribute.
            ///
            /// TDX module 1.5 ABI specification, TDH.MEM.RD leaf.
            ///
            /// # Errors
            /// [`Unavailable`] if no module took the call.
            pub fn read(&self, at: Gpa<Private>) -> Result<mem::Read, Unavailable> {
                mem::read(self.host.module(), self.tdr, at)
            }

            /// Writes 8 bytes, aligned to 8, of the memory of a TD with the DEBUG attribute.
            ///
            /// TDX module 1.5 ABI specification, TDH.MEM.WR leaf.
            ///
            /// # Errors
            /// [`Unavailable`] if no module took the call.
            pub fn write(&mut self, at: Gpa<Private>, value: u64) -> Result<mem::Write, Unavailable> {
                mem::write(self.host.module(), self.tdr, at, value)
            }

            /// A session in which private memory is taken away: [`Vm::removal`](pt_core::pair::Vm::removal).
            pub fn removal<K: Kick, R>(
                &mut self,
                kick: &mut K,
                work: impl for<'id> FnOnce(
                    &mut Removal<'id, '_, PrivateEpt, H::Memory, H::Allocator, ModuleHooks<H>, K>,
                ) -> R,
            ) -> R {
                self.stage.removal(kick, work)
            }

            /// Private memory becomes shared: [`Vm::convert_to_shared`](pt_core::pair::Vm::convert_to_shared).
            ///
            /// # Errors
            /// What stood in the way, and what came back before.
            pub fn convert_to_shared<K: Kick, S: PageSink>(
                &mut self,
                range: AddressRange<Private>,
                kick: &mut K,
                sink: &mut S,
            ) -> Result<Removed, ConvertError<Level>> {
                self.stage.convert_to_shared(range, kick, sink)
            }

            /// Shared memory becomes private: [`Vm::convert_to_private`](pt_core::pair::Vm::convert_to_private).
            ///
            /// # Errors
            /// How far it got, what is stale because of that, and what stood in the way.
            pub fn convert_to_private<'td, I: Invalidate<SharedEpt>>(
                &'td mut self,
                range: AddressRange<Shared>,
                cpus: &mut I,
                watch: impl FnMut(OldLeaf<SharedEpt>),
            ) -> ToPrivate<'td, Tdx, H::Memory, H::Allocator> {
                self.stage.convert_to_private(range, cpus, watch)
            }

            /// The shared half, held exclusively: [`Vm::shared_mut`](pt_core::pair::Vm::shared_mut).
            pub const fn shared_mut(&mut self) -> &mut Tree<SharedEpt, H::Memory> {
                self.stage.shared_mut()
            }

            /// An empty shared half: [`Vm::renew_shared`](pt_core::pair::Vm::renew_shared).
            ///
            /// # Errors
            /// [`OutOfTables`] if there is no page for the root.
            pub fn renew_shared(&mut self) -> Result<Tree<SharedEpt, H::Memory, Invalid>, OutOfTables> {
                self.stage.renew_shared()
            }
        }
    )*};
}
live!(Build Run);
