//! A page cannot be added, and the error path gives back the page that the call has taken, instead of the one that came
//! back: with a guard around the pair it is given back twice.
//!
//! Seen: KVM tdx.c: `tdx_pamt_put` on error paths, corrected in review [kvm-51]

use pt_core::pair::{PageError, Build, Vm};
use pt_core::{Arena, Gpa, Page, Private, Shared};
use pt_tdx::{Pt, SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Build, &'a Arena, &'a Arena, H>;

fn load<H: SeptHooks>(
    vm: &mut Guest<'_, H>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
    firmware: Page<Shared, Pt>,
    free: &mut Vec<Page<Private, Pt>>,
) {
    if let Err(PageError { page: unused, error }) = vm.add_page(at, page, firmware) {
        println!("{unused:?} is not mapped: {error}");
        free.push(unused);
    }
}

fn main() {}

