//! One private page is mapped at two addresses: the monitor keeps one owner a page, and refuses or aliases.
//!
//! Seen: KVM tdx.c: the TDX module keeps one owner a page, and TDH.MEM.PAGE.AUG fails [kvm-51]

use pt_core::{Page, Private};
use pt_tdx::Pt;

fn two_pages(page: Page<Private, Pt>, other: Page<Private, Pt>) -> (Page<Private, Pt>, Page<Private, Pt>) {
    println!("{other:?}");
    (page, other)
}

fn main() {
    let _ = two_pages;
}
