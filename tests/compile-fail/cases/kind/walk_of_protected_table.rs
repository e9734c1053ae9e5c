//! The VMM walks the protected table. It cannot: the monitor owns it, and each read would be a call of more than a
//! microsecond. The private table exists to be walked instead.
//!
//! Seen: KVM tdx.c: TDH.MEM.SEPT.RD would be one SEAMCALL an entry, which is why the mirror exists [kvm-5]

use pt_core::{Gpa, Memory, Shared, Tree};
use pt_tdx::{PrivateEpt, SecureEpt, SharedEpt};

/// What a fault handler walks.
struct Roots<'vm, M: Memory> {
    shared: &'vm Tree<SharedEpt, M>,
    guests_own: &'vm Tree<SecureEpt, M>,
}

fn is_mapped<M: Memory>(roots: &Roots<'_, M>, at: Gpa<Shared>) -> bool {
    roots.shared.reader().translate(at).is_some()
}

fn main() {
    let _ = is_mapped::<pt_core::Arena>;
    let _: (PrivateEpt, SecureEpt) = (PrivateEpt, SecureEpt);
}
