//! An entry that the monitor returned is looked at with the masks of another format: what it says of permissions is
//! nonsense.
//!
//! Seen: KVM tdx.c, `tdx_is_sept_zap_err_due_to_premap`: masks of EPT on an entry of the TDX module [kvm-15]

use pt_core::hook::Stopped;
use pt_core::{Entry, LevelOf};
use pt_tdx::{Level, PrivateEpt, Pt};

/// Whether the monitor refused because the page was mapped before the VM was finalised.
fn was_premapped(stopped: Stopped<Level>, private: u64) -> bool {
    let Stopped { level, entry } = stopped;
    println!("the monitor stopped at level {level:?} with {entry:?}, the private table has {private:#x}");
    let leaf = <Pt as LevelOf<PrivateEpt>>::decode(private);
    matches!(leaf, Entry::Leaf(_))
}

fn main() {
    let _ = was_premapped;
}
