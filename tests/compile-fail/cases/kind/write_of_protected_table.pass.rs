//! The VMM writes the protected table with a store. Only the monitor changes it, through the declared hooks.
//!
//! Seen: KVM tdp_mmu.c, `is_mirror_sptep` decides at run time who writes [kvm-5]

use pt_core::access::Exclusive;
use pt_core::{Arena, Cursor};
use pt_tdx::{SecureEpt, SharedEpt};

/// What a zap writes.
struct Zap<'vm> {
    writer: Cursor<'vm, SharedEpt, Arena, &'vm Arena, Exclusive>,
    bytes: u64,
}

fn report(zap: &Zap<'_>) -> String {
    format!("{} bytes are gone", zap.bytes)
}

fn main() {
    let _ = report;
    let _: (SharedEpt, SecureEpt) = (SharedEpt, SecureEpt);
}
