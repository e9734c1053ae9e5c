//! One TD on one machine, and the operations of a trace on them.

use super::answer::{Answer, Printed, Returned};
use super::layout::{TDR, tdvpr};
use super::operation::{Operation, Settings};
use super::{Misplaced, build};
use crate::tdx::guest::{Accepted, Access, Exception, Exit, Inside, Touched};
use crate::tdx::lock::Mode;
use crate::tdx::{Lock, Memory, Module, SparseMemory};
use pt_tdx::{Leaf, Registers, Seamcall, Status};

/// The module of traces.
pub type TraceModule = Module<SparseMemory>;

/// A TD that operations are played on.
#[derive(Debug)]
pub struct Session<'m> {
    module: &'m TraceModule,
    settings: Settings,
    /// The vCPUs that are inside.
    inside: Vec<Option<Inside<'m, SparseMemory>>>,
    /// The locks that another agent holds.
    held: Vec<(Lock, Mode)>,
}

impl<'m> Session<'m> {
    /// Builds a TD on a module that has none yet.
    ///
    /// # Errors
    /// [`Misplaced::Leaf`] if there can be no such TD.
    pub fn begin(module: &'m TraceModule, settings: Settings) -> Result<Self, Misplaced> {
        build::build(module, settings)?;
        let inside = (0..settings.vcpus).map(|_| None).collect();
        Ok(Self { module, settings, inside, held: Vec::new() })
    }

    /// The module.
    #[must_use]
    pub const fn module(&self) -> &'m TraceModule {
        self.module
    }

    /// What the TD was built with.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        self.settings
    }

    /// The vCPUs that are inside, by number.
    pub fn inside(&self) -> impl Iterator<Item = usize> + '_ {
        self.inside.iter().enumerate().filter(|(_, inside)| inside.is_some()).map(|(vcpu, _)| vcpu)
    }

    /// The locks that another agent holds.
    #[must_use]
    pub fn held(&self) -> &[(Lock, Mode)] {
        &self.held
    }

    /// Plays an operation. Operations that look at the module, and `reset`, change nothing here.
    ///
    /// # Errors
    /// [`Misplaced`] if it cannot be played on this TD; nothing has then changed.
    #[inline]
    pub fn play(&mut self, operation: Operation) -> Result<Answer, Misplaced> {
        if let Some((registers, printed)) = seamcall(operation) {
            return Ok(Answer::Registers(self.call(registers, printed)));
        }
        match operation {
            Operation::Enter { vcpu } => return self.enter(vcpu),
            Operation::Exit { vcpu } => return self.exit(vcpu),
            Operation::Accept { vcpu, at } => return self.accept(vcpu, at.register()),
            Operation::Touch { vcpu, gpa, access } => return self.touch(vcpu, gpa, access),
            Operation::Teardown => build::tear_down(self.module, self.settings),
            // An agent that comes too late goes without.
            Operation::Hold { lock, mode } if self.module.hold(TDR, lock, mode).is_ok() => self.held.push((lock, mode)),
            Operation::Drop { lock, mode } => {
                if let Some(held) = self.held.iter().position(|&held| held == (lock, mode)) {
                    self.held.swap_remove(held);
                    self.module.release(TDR, lock, mode);
                }
            }
            Operation::Interrupt { polls } => self.module.set_interrupt(Some(polls)),
            Operation::NoInterrupt => self.module.set_interrupt(None),
            _ => {}
        }
        Ok(Answer::Done)
    }

    fn call(&self, mut registers: Registers, printed: Printed) -> Returned {
        // Nothing but an emulated module is behind it, which is always there.
        let _ = self.module.seamcall(&mut registers);
        returned(&registers, printed)
    }

    fn guest(&mut self, vcpu: u64) -> Result<&mut Option<Inside<'m, SparseMemory>>, Misplaced> {
        let vcpus = self.settings.vcpus;
        let place = usize::try_from(vcpu).ok().and_then(|vcpu| self.inside.get_mut(vcpu));
        place.ok_or(Misplaced::NoVcpu { vcpu, vcpus })
    }

    fn enter(&mut self, vcpu: u64) -> Result<Answer, Misplaced> {
        let module = self.module;
        let place = self.guest(vcpu)?;
        let registers = Registers { rcx: tdvpr(vcpu as u8).as_u64(), ..Registers::call(Leaf::VpEnter) };
        Ok(match module.enter(&registers) {
            Ok(inside) => {
                *place = Some(inside);
                Answer::Entered
            }
            // The module can make a TD exit up before the guest has run.
            Err(registers) if registers.rax != 0 && !Status::from_bits(registers.rax).is_error() => {
                Answer::Exited(returned(&registers, Printed::TO_R8))
            }
            Err(registers) => Answer::Registers(returned(&registers, Printed::TO_RDX)),
        })
    }

    fn exit(&mut self, vcpu: u64) -> Result<Answer, Misplaced> {
        let place = self.guest(vcpu)?;
        let Some(inside) = place else { return Ok(Answer::NotInGuest) };
        // The guest passes no register, which it always may.
        Ok(inside.vmcall(&Registers::default()).map_or(Answer::Done, |exit| leave(place, &exit)))
    }

    fn accept(&mut self, vcpu: u64, page_info: u64) -> Result<Answer, Misplaced> {
        let place = self.guest(vcpu)?;
        let Some(inside) = place else { return Ok(Answer::NotInGuest) };
        let status = match inside.accept(page_info) {
            Accepted::Returned(status) => status,
            // So far nothing is wrong. The guest will call again.
            Accepted::Interrupted => Status::SUCCESS,
            Accepted::Exit(exit) => return Ok(leave(place, &exit)),
        };
        let registers = Registers { rax: status.bits(), ..Registers::default() };
        Ok(Answer::Registers(returned(&registers, Printed::RAX)))
    }

    fn touch(&mut self, vcpu: u64, gpa: u64, access: u64) -> Result<Answer, Misplaced> {
        let place = self.guest(vcpu)?;
        let Some((inside, access)) = place.as_mut().zip(Access::from_bits(access)) else {
            return Ok(Answer::NotInGuest);
        };
        Ok(match inside.access(gpa, access) {
            Touched::Private(byte) => Answer::Reached { hpa: byte.as_u64() },
            Touched::Shared => Answer::Done,
            Touched::Exception(exception) => {
                // The guest's handler asks what happened, so that it can be told of the next one.
                inside.exception_information();
                match exception {
                    Exception::Virtualization { qualification, gpa } => Answer::Exception { qualification, gpa },
                    Exception::PageFault | Exception::DoubleFault => Answer::Fault,
                }
            }
            Touched::Exit(exit) => leave(place, &exit),
        })
    }
}

/// The vCPU leaves.
fn leave<M: Memory>(place: &mut Option<Inside<'_, M>>, exit: &Exit) -> Answer {
    *place = None;
    Answer::Exited(returned(exit.registers(), Printed::TO_R8))
}

fn returned(registers: &Registers, printed: Printed) -> Returned {
    let Registers { rax, rcx, rdx, r8, r9, .. } = *registers;
    Returned { values: [rax, rcx, rdx, r8, r9], printed }
}

impl Operation {
    /// The registers of the call that it stands for, on the machine of [`layout`](super::layout); `None` for what is no
    /// single call of the host.
    #[must_use]
    pub fn registers(self) -> Option<Registers> {
        seamcall(self).map(|(registers, _)| registers)
    }
}

/// The call that an operation stands for, and the registers that its answer prints; `None` for what is no single call
/// of the host.
#[inline]
fn seamcall(operation: Operation) -> Option<(Registers, Printed)> {
    let tdr = TDR.as_u64();
    let on_td = |leaf, rcx, r8| (Registers { rcx, rdx: tdr, r8, ..Registers::call(leaf) }, Printed::TO_RDX);
    let on_page = |leaf, rcx, printed| (Registers { rcx, ..Registers::call(leaf) }, printed);
    Some(match operation {
        Operation::SeptAdd { at, hpa } => on_td(Leaf::MemSeptAdd, at.register(), hpa),
        Operation::SeptRd { at } => on_td(Leaf::MemSeptRd, at.register(), 0),
        Operation::SeptRemove { at } => on_td(Leaf::MemSeptRemove, at.register(), 0),
        Operation::PageAdd { gpa, hpa, src } => {
            let (registers, printed) = on_td(Leaf::MemPageAdd, gpa, hpa);
            (Registers { r9: src, ..registers }, printed)
        }
        Operation::PageAug { at, hpa } => on_td(Leaf::MemPageAug, at.register(), hpa),
        Operation::PageRemove { at } => on_td(Leaf::MemPageRemove, at.register(), 0),
        Operation::PageRelocate { gpa, hpa } => on_td(Leaf::MemPageRelocate, gpa, hpa),
        Operation::Block { at } => on_td(Leaf::MemRangeBlock, at.register(), 0),
        Operation::Unblock { at } => on_td(Leaf::MemRangeUnblock, at.register(), 0),
        Operation::Demote { at, hpa } => on_td(Leaf::MemPageDemote, at.register(), hpa),
        Operation::Promote { at } => on_td(Leaf::MemPagePromote, at.register(), 0),
        Operation::Track => on_page(Leaf::MemTrack, tdr, Printed::RAX),
        Operation::Finalize => on_page(Leaf::MrFinalize, tdr, Printed::RAX),
        Operation::Rdmd { hpa } => on_page(Leaf::PhymemPageRdmd, hpa, Printed::TO_R9),
        Operation::Reclaim { hpa } => on_page(Leaf::PhymemPageReclaim, hpa, Printed::TO_R8),
        Operation::Seamcall { leaf, rcx, rdx, r8 } => {
            let registers = Registers { rax: leaf, rcx, rdx, r8, ..Registers::default() };
            (registers, printed_of(leaf))
        }
        _ => return None,
    })
}

/// What the answer to a raw call prints: RCX and RDX always, and further registers where the leaf returns them.
fn printed_of(rax: u64) -> Printed {
    match Leaf::from_number(rax as u16) {
        Some(Leaf::PhymemPageReclaim) => Printed::TO_R8,
        Some(Leaf::PhymemPageRdmd) => Printed::TO_R9,
        _ => Printed::TO_RDX,
    }
}
