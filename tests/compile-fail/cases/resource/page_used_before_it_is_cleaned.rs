//! A page that comes back from the monitor is used at once: lines of it under the guest's key are still in the caches,
//! and are written over what the host puts there.
//!
//! Seen: KVM tdx.c: TDH.PHYMEM.PAGE.WBINVD and the reset follow each removal by hand [kvm-43]

use pt_core::pair::{DirtyPage, PageSink};
use pt_core::{Gpa, Level, Page, Private};
use pt_tdx::Pt;

#[derive(Default)]
struct Host {
    free: Vec<Page<Private, Pt>>,
    to_clean: Vec<DirtyPage<Pt>>,
}

impl Host {
    fn take(&mut self, page: DirtyPage<Pt>) {
        self.free(page);
    }

    fn free(&mut self, page: Page<Private, Pt>) {
        self.free.push(page);
    }

    fn clean_later(&mut self, page: DirtyPage<Pt>) {
        self.to_clean.push(page);
    }
}

impl PageSink for Host {
    fn take<L: Level>(&mut self, _at: Gpa<Private>, _page: DirtyPage<L>) {}
}

fn main() {
    let _ = (Host::take, Host::free, Host::clean_later);
    println!("{} of {}", Host::default().free.len(), Host::default().to_clean.len());
}

