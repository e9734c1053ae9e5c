//! The hooks take table pages from the cache of the vCPU that happens to run them. The other vCPUs call the same hooks.
//!
//! Seen: KVM tdx.c, `kvm_get_running_vcpu` and `KVM_BUG_ON(!vcpu)` in the hooks that map [kvm-39]

use pt_core::pair::{Run, Vm};
use pt_core::{Arena, Hpa};
use pt_tdx::Tdx;
use std::cell::RefCell;
use std::sync::Mutex;
use std::thread;

struct Seamcalls {
    cache: RefCell<Vec<Hpa>>,
}

type Guest<'a> = Vm<Tdx, Run, &'a Arena, &'a Arena, Seamcalls>;

/// Runs a vCPU on a thread of its own.
fn on_a_thread(vcpu: impl FnOnce() + Send) {
    thread::scope(|threads| {
        threads.spawn(vcpu);
    });
}

fn run(vm: &Guest<'_>, vcpu: impl Fn(&Guest<'_>) + Sync) {
    on_a_thread(|| vcpu(vm));
}

fn main() {
    let _ = Seamcalls { cache: Default::default() };
    let _: Option<(RefCell<()>, Mutex<()>)> = None;
}
