//! The checks: what a declaration may not say.
//!
//! Each takes the whole [`Module`] and adds to the accumulator, so that one compile shows every error. An error
//! stands under the token that is guilty and says how to mend it; where two places contradict each other, there
//! is an error at each. Items marked [`broken`](crate::model::Head::broken) have gaps that were reported already.

mod levels;

use crate::model::Module;
use darling::error::Accumulator;

/// Reports everything that is wrong with the declaration.
pub fn check(model: &Module, errors: &mut Accumulator) {
    levels::check(model, errors);
}
