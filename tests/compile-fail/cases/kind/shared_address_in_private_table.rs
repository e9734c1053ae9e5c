//! The private tree is asked about an address of the shared half. In KVM both are `gpa_t`, and a patch of a
//! maintainer's own picked the wrong root.

use pt_core::{Gpa, Memory, Private, Shared, Tree};
use pt_tdx::PrivateEpt;

fn is_mapped<M: Memory>(private: &Tree<PrivateEpt, M>, address: Gpa<Shared>) -> bool {
    private.reader().translate(address).is_some()
}

fn main() {
    let _ = is_mapped::<pt_core::arena::Arena>;
    let _: Option<(Gpa<Private>, Gpa<Shared>)> = None;
}
