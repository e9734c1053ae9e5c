//! The compare-exchange was lost, and the monitor is called all the same: another thread is changing the same entry.
//!
//! Seen: KVM, commit 02eaaffdd865: the old value of the loop was not what the lost exchange had found [kvm-23]

use pt_core::pair::EntryError;
use pt_core::{Arena, Gpa, Page, Private, Tree};
use pt_tdx::{Level, PrivateEpt, Pt, SeptHooks};

fn install<H: SeptHooks>(
    private: &Tree<PrivateEpt, &Arena>,
    hooks: &H,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
) -> Result<bool, EntryError<Level>> {
    let freeze = private.freeze::<Pt>(at);
    let answer = hooks.page_aug(freeze.frozen(), page.frame());
    println!("the monitor answered {answer:?}");
    Ok(answer.into_result().is_ok())
}

fn main() {}
