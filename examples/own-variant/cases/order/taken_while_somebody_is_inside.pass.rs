//! A page is taken out of the safe as soon as it is shut: somebody who came in before still writes to it.

use pt_core::hook::{Frozen, Outcome, Tracked};
use pt_own_variant::{Keeper, Ledger, Take};

fn take(keeper: &impl Keeper, page: &Tracked<Ledger>) -> Outcome<Take> {
    keeper.take(page)
}

fn main() {
    let _: Option<(Frozen<Ledger>, Tracked<Ledger>)> = None;
}
