//! The VMM walks the protected table. It cannot: the monitor owns it, and each read would be a call of more than a
//! microsecond. The private table exists to be walked instead.
//!
//! Seen: KVM tdx.c: TDH.MEM.SEPT.RD would be one SEAMCALL an entry, which is why the mirror exists [kvm-5]

use pt_core::{Gpa, Memory, Private, Tree};
use pt_tdx::{PrivateEpt, SecureEpt};

fn is_mapped<M: Memory>(tree: &Tree<SecureEpt, M>, at: Gpa<Private>) -> bool {
    tree.reader().translate(at).is_some()
}

fn main() {
    let _ = is_mapped::<pt_core::arena::Arena>;
    let _: (PrivateEpt, SecureEpt) = (PrivateEpt, SecureEpt);
}
