//! The defence against a host that lets a guest fault at one instruction again and again, to watch what it touches.
//!
//! A vCPU that has left six times for a private EPT violation without having advanced has the further addresses noted.
//! When it is entered again, they must all be mapped.
//!
//! TDX module 1.5 base specification, single-stepping and zero-stepping attacks mitigation.

use crate::tdx::Memory;
use crate::tdx::sept::Tree;

/// Violations at one instruction that are not suspicious yet.
const THRESHOLD: u32 = 6;
/// Read, write and execute.
const ALL: u64 = 7;
/// How many addresses are noted.
const ADDRESSES: usize = 32;

/// The violations of one vCPU since it last advanced.
#[derive(Debug, Default)]
pub(crate) struct Stepping {
    /// Counts the instructions that the guest has completed: its RIP.
    instructions: u64,
    at_entry: u64,
    violations: u32,
    addresses: Vec<u64>,
}

impl Stepping {
    /// The guest completes an instruction.
    pub fn advance(&mut self) {
        self.instructions = self.instructions.wrapping_add(1);
    }

    /// The vCPU enters.
    pub fn enter(&mut self) {
        self.at_entry = self.instructions;
    }

    /// The processor leaves the guest for the module. If the guest has advanced since it was entered, nothing is
    /// suspicious.
    pub fn exit(&mut self) {
        if self.instructions != self.at_entry {
            self.violations = 0;
            self.addresses.clear();
        }
    }

    /// The module does something for the guest, which then goes on elsewhere.
    pub fn complete(&mut self) {
        self.exit();
        self.advance();
    }

    /// The vCPU leaves for a call of the guest, which is complete when it is entered again. The call alone does not show
    /// that the host lets the guest advance.
    pub fn leave_by_call(&mut self) {
        self.complete();
        self.enter();
    }

    /// Whether there is an address to look at before the vCPU may enter.
    pub fn is_suspicious(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// The first noted address that the guest could still not use in every way: a pending page is none of those.
    pub fn still_faulting(&self, memory: &impl Memory, tree: Tree) -> Option<u64> {
        self.addresses.iter().copied().find(|&gpa| tree.translate(memory, gpa, ALL).is_err())
    }

    /// The vCPU leaves for a violation at a private address.
    pub fn violation(&mut self, gpa: u64) {
        self.exit();
        if self.violations < THRESHOLD {
            self.violations += 1;
        } else if self.addresses.len() < ADDRESSES && !self.addresses.contains(&gpa) {
            self.addresses.push(gpa);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_noted_from_the_seventh_violation_at_one_instruction() {
        let mut stepping = Stepping::default();
        for violation in 0..7 {
            assert!(!stepping.is_suspicious(), "{violation}");
            stepping.enter();
            stepping.violation(0x1000);
        }
        assert!(stepping.is_suspicious());
        stepping.enter();
        stepping.advance();
        stepping.violation(0x1000);
        assert!(!stepping.is_suspicious(), "the guest has advanced");
    }

    type Step = fn(&mut Stepping);

    #[test]
    fn an_exit_shows_what_the_guest_has_advanced_before_it() {
        let suspicious = || {
            let mut stepping = Stepping::default();
            (0..7).for_each(|_| stepping.violation(0x1000));
            stepping.enter();
            stepping
        };
        for (what, step, remains) in [
            ("an interrupt at the same instruction", Stepping::exit as Step, true),
            ("a call, which leaves", Stepping::leave_by_call, true),
            ("an instruction and then a call", |stepping| (stepping.advance(), stepping.leave_by_call()).1, false),
            ("a call that returns, and an exit", |stepping| (stepping.complete(), stepping.exit()).1, false),
        ] {
            let mut stepping = suspicious();
            step(&mut stepping);
            stepping.enter();
            assert_eq!(stepping.is_suspicious(), remains, "{what}");
        }
    }
}
