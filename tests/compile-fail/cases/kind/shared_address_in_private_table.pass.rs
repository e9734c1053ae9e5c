//! The private tree is asked about an address of the shared half. In KVM both are `gpa_t`, and a patch of a
//! maintainer's own picked the wrong root.
//!
//! Seen: KVM, RFC v5 of "TDX: Dynamic PAMT + S-EPT Hugepage", patch 41: corrected by its author the next day [kvm-3]

use pt_core::{Gpa, Memory, Private, Shared, Tree};
use pt_tdx::PrivateEpt;

fn is_mapped<M: Memory>(private: &Tree<PrivateEpt, M>, address: Gpa<Private>) -> bool {
    private.reader().translate(address).is_some()
}

fn main() {
    let _ = is_mapped::<pt_core::arena::Arena>;
    let _: Option<(Gpa<Private>, Gpa<Shared>)> = None;
}
