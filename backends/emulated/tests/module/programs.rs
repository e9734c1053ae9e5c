//! Entering by SEAMCALL: the guest runs until it leaves.

use crate::td::{TDVPR, Td, page_of};
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Hpa;
use pt_emulated::tdx::SparseMemory;
use pt_emulated::tdx::guest::{Accepted, Access, Exit, Inside, Program, Touched};
use pt_tdx::{Leaf, Registers, Seamcall, Status};
use std::sync::Arc;

/// Accepts the page at the address that the host passes in R12, writes to it, and counts its runs.
#[derive(Default)]
struct Accepting(AtomicU64);

impl Program<SparseMemory> for Accepting {
    fn run(&self, inside: &mut Inside<'_, SparseMemory>, host: &Registers) -> Exit {
        self.0.fetch_add(1, Ordering::Relaxed);
        match inside.accept(host.r12) {
            Accepted::Returned(Status::SUCCESS) => {}
            Accepted::Exit(exit) => return exit,
            other => panic!("{other:?}"),
        }
        assert!(matches!(inside.access(host.r12, Access::Write), Touched::Private(_)));
        inside.vmcall(&Registers { rcx: 1 << 10, r10: 7, ..Registers::default() }).unwrap()
    }
}

fn enter(td: &Td, r12: u64) -> Registers {
    let mut registers = Registers { rcx: TDVPR, r12, ..Registers::call(Leaf::VpEnter) };
    let status = td.module.seamcall(&mut registers).unwrap();
    assert_eq!(status.bits(), registers.rax);
    registers
}

#[test]
fn a_vcpu_without_a_program_calls_the_host_at_once() {
    let td = Td::runnable();
    assert_eq!(enter(&td, 5), Registers { rax: 77, ..Registers::default() }, "no register of the guest is left");
    assert_eq!((td.structure().epoch.inside(0), td.structure().epoch.inside(1)), (0, 0));
}

#[test]
fn a_program_runs_from_entry_to_exit() {
    let td = Td::runnable();
    let program = Arc::new(Accepting::default());
    td.module.install(Hpa::new(TDVPR), Some(program.clone()));
    let absent = enter(&td, 0x1000);
    assert_eq!((absent.rax, absent.r8), (48, 0x1000), "the host is asked for the page");
    td.must(Leaf::MemPageAug, 0x1000, page_of(9));
    let called = enter(&td, 0x1000);
    assert_eq!((called.rax, called.rcx, called.r10, called.r12), (77, 1 << 10, 7, 0));
    assert_eq!(program.0.load(Ordering::Relaxed), 2);
    td.module.install(Hpa::new(TDVPR), None);
    assert_eq!(enter(&td, 0).rax, 77);
    let mut refused = Registers { rcx: 7, ..Registers::call(Leaf::VpEnter) };
    assert!(td.module.seamcall(&mut refused).unwrap().is_error());
    assert_eq!(refused.rcx, 7);
}
