//! Faults on purpose: a plan that makes chosen calls of the monitor fail.
//!
//! ```
//! use pt_emulated::monitor::{Fault, Faults};
//! # #[derive(Copy, Clone, PartialEq, Eq)] enum Method { Map, Remove }
//! # let plan: Faults<Method, u8> =
//! Faults::none()
//!     .nth(Some(Method::Map), 3, Fault::Busy)                        // the third call of map
//!     .at_rate(Some(Method::Remove), 0.01, 7, Fault::Fail(0xbad))    // one remove in a hundred, by seed 7
//!     .when(|call| (call.address == 0x1000).then_some(Fault::Busy))  // whatever a closure says
//! # ;
//! ```
//!
//! The first rule that says something about a call decides.

use super::counters::Tally;
use crate::random::Random;
use core::fmt;

/// What a call is made to answer. In no case does it change an entry.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A lock is held.
    Busy,
    /// The monitor refuses for good, with this status.
    Fail(u64),
    /// The operation is interrupted, and has to be called again. A method that cannot be interrupted is busy.
    Interrupt,
}

/// A call of the monitor, as a plan sees it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Call<M, V> {
    /// The method.
    pub method: M,
    /// The guest address; 0 for an operation that has none.
    pub address: u64,
    /// The level, for an operation that has one.
    pub level: Option<V>,
    /// How many calls of this method there have been under this plan, this one included.
    pub of_method: u64,
    /// How many calls there have been under this plan, this one included.
    pub number: u64,
}

type Rule<M, V> = Box<dyn FnMut(&Call<M, V>) -> Option<Fault> + Send>;

/// A plan of faults.
pub struct Faults<M, V> {
    rules: Vec<Rule<M, V>>,
    /// Whether a call passes that is made again.
    repeats_pass: bool,
    /// The method and the address of the last call, if it was made to fail.
    failed: Option<(M, u64)>,
    calls: Tally<M>,
    number: u64,
}

impl<M: Copy + PartialEq + Send + 'static, V: Copy + 'static> Faults<M, V> {
    /// No faults.
    #[must_use]
    pub const fn none() -> Self {
        Self { rules: Vec::new(), repeats_pass: false, failed: None, calls: Tally::new(), number: 0 }
    }

    /// Adds a fault of the call with this number, counted from 1: among those of `method`, or among all.
    #[must_use]
    pub fn nth(self, method: Option<M>, number: u64, fault: Fault) -> Self {
        self.when(move |call| {
            let counted = if method.is_some() { call.of_method } else { call.number };
            (counted == number && method.is_none_or(|method| method == call.method)).then_some(fault)
        })
    }

    /// Adds faults at random, of `method` or of all: with the probability `rate` for each call, 0 for never and 1
    /// for always.
    #[must_use]
    pub fn at_rate(self, method: Option<M>, rate: f64, seed: u64, fault: Fault) -> Self {
        let mut random = Random::new(seed);
        self.when(move |call| {
            (method.is_none_or(|method| method == call.method) && random.happens(rate)).then_some(fault)
        })
    }

    /// Adds whatever a closure says.
    #[must_use]
    pub fn when(mut self, rule: impl FnMut(&Call<M, V>) -> Option<Fault> + Send + 'static) -> Self {
        self.rules.push(Box::new(rule));
        self
    }

    /// Lets a call pass that is made again, with the same method and address, right after it was made to fail: as
    /// when whoever held the lock has left.
    #[must_use]
    pub fn without_repeats(self) -> Self {
        Self { repeats_pass: true, ..self }
    }

    /// What happens to the next call.
    pub(crate) fn next(&mut self, method: M, address: u64, level: Option<V>) -> Option<Fault> {
        if self.rules.is_empty() {
            return None;
        }
        self.number += 1;
        let of_method = self.calls.add(method);
        let call = Call { method, address, level, of_method, number: self.number };
        let fault = self.rules.iter_mut().find_map(|rule| rule(&call));
        let passes = self.repeats_pass && self.failed == Some((method, address));
        let fault = fault.filter(|_| !passes);
        self.failed = fault.map(|_| (method, address));
        fault
    }
}

impl<M, V> fmt::Debug for Faults<M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faults({} rules, {} calls)", self.rules.len(), self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(mut plan: Faults<char, u8>, calls: &str) -> Vec<Option<Fault>> {
        calls.chars().map(|method| plan.next(method, 0, None)).collect()
    }

    #[test]
    fn the_nth_call_is_counted_by_method_or_over_all() {
        let busy = Some(Fault::Busy);
        let plan = Faults::none().nth(Some('a'), 2, Fault::Busy);
        assert_eq!(answers(plan, "abbaba"), [None, None, None, busy, None, None]);
        let plan = Faults::none().nth(None, 2, Fault::Busy);
        assert_eq!(answers(plan, "abba"), [None, busy, None, None]);
    }

    #[test]
    fn a_seed_fails_the_same_calls_again() {
        let run = || answers(Faults::none().at_rate(Some('a'), 0.5, 3, Fault::Fail(1)), "ababababababab");
        assert_eq!(run(), run());
        assert!(run().contains(&Some(Fault::Fail(1))));
        assert!(run().iter().skip(1).step_by(2).all(Option::is_none), "only the calls of one method fail");
    }

    #[test]
    fn a_call_that_is_made_again_passes() {
        let plan = Faults::none().when(|_| Some(Fault::Busy)).without_repeats();
        let busy = Some(Fault::Busy);
        assert_eq!(answers(plan, "aabaa"), [busy, None, busy, busy, None]);
    }

    #[test]
    fn the_first_rule_that_says_something_decides() {
        let plan = Faults::none().nth(None, 1, Fault::Interrupt).when(|_| Some(Fault::Busy));
        assert_eq!(answers(plan, "aa"), [Some(Fault::Interrupt), Some(Fault::Busy)]);
    }
}
