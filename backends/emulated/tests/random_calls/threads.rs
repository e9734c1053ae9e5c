//! Random calls of several threads at a time.

use crate::books::{check_books, check_locks};
use crate::chaos::{Chaos, PAGES};
use pt_emulated::tdx::trace::{At, Operation, Session, Settings};
use pt_emulated::tdx::{Module, Platform, SparseMemory};
use pt_tdx::{Leaf, Seamcall};

/// What threads do at a time leaves no lock taken, and books that agree.
#[test]
fn threads_do_not_get_in_each_others_way() {
    for seed in 0..40_u64 {
        let module = Module::new(Platform::reference(), SparseMemory::new(4 << 30));
        let settings = Settings { gpaw: false, levels: 4, vcpus: 2 };
        let session = Session::begin(&module, settings).unwrap();
        let chaos = |thread: u64| {
            let mut chaos = Chaos::new(seed * 8 + thread, 0);
            (chaos.settings, chaos.bases) = (settings, [0; 2]);
            chaos
        };
        for level in (1..4).rev() {
            call(&module, Operation::SeptAdd { at: At { gpa: 0, level }, hpa: PAGES + ((600 + level) << 12) });
        }
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (mut chaos, module) = (chaos(thread), &module);
                scope.spawn(move || (0..1_500).for_each(|_| call(module, chaos.operation())));
            }
        });
        check_locks(None, &session).and(check_books(&session)).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
    }
}

/// Makes the call of an operation, unless it would end the TD.
fn call(module: &Module<SparseMemory>, operation: Operation) {
    let ends = |leaf: u64| matches!(Leaf::from_number(leaf as u16), Some(Leaf::MngVpflushdone | Leaf::VpFlush));
    match operation {
        Operation::Seamcall { leaf, .. } if ends(leaf) => {}
        operation => {
            if let Some(mut registers) = operation.registers() {
                module.seamcall(&mut registers).unwrap();
            }
        }
    }
}
