//! An entry that the monitor returned is looked at with the masks of another format: what it says of permissions is
//! nonsense.
//!
//! Seen: KVM tdx.c, `tdx_is_sept_zap_err_due_to_premap`: masks of EPT on an entry of the TDX module [kvm-15]

use pt_tdx::{EptLeaf, Pt, SeptEntry};

/// Whether the CPU could read and write through this entry.
fn is_writable(entry: EptLeaf<Pt>) -> bool {
    entry.read() && entry.write()
}

fn explain_refusal(monitor: u64, mirror: u64) -> bool {
    let theirs = SeptEntry::<Pt>::from_bits(monitor);
    let ours = EptLeaf::<Pt>::from_bits(mirror);
    println!("the module has {theirs:?}, the VMM {ours:?}");
    is_writable(theirs)
}

fn main() {
    let _ = (explain_refusal(0, 0), EptLeaf::<Pt>::from_bits(0).bits());
}
