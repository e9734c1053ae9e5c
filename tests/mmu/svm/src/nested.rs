//! Random nested page tables, four or five levels.

use crate::guest::{Guest, Outcome, error_bits, seen};
use crate::history::Bits;
use crate::lab::Lab;
use crate::request::map_nested;
use crate::round::{Round, Target};
use pt_freestanding::svm::{FaultCode, Vcpu};
use pt_plan::{AccessKind, Mapping, Permissions, Privilege, Random, Space, Span};

/// Trees.
const ROUNDS: u32 = 12;

const READ: Permissions = Permissions::READ.union(Permissions::USER);
const WRITE: Permissions = READ.union(Permissions::WRITE);
const EXECUTE: Permissions = Permissions::EXECUTE;
/// The last lets nothing through: no access of a guest is one of the supervisor, AMD APM volume 2, 15.25.
const PERMISSIONS: [Permissions; 5] =
    [READ, WRITE, READ.union(EXECUTE), WRITE.union(EXECUTE), WRITE.union(EXECUTE).without(Permissions::USER)];

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    // The guest's own pages lie in the first GiB.
    let inputs = [Span::new(1 << 30, (1 << lab.physical_bits) - 1)];
    let space = Space { inputs: &inputs, memory: lab.probed(), shifts: &[12, 12, 21, 30], permissions: &PERMISSIONS };
    for number in 0..ROUNDS {
        let paging = lab.random.pick(lab.guest_paging());
        let guest = Guest::new(lab, paging);
        Round::new(lab, &space, guest, number).run(lab, &space);
    }
}

/// Addresses are guest-physical.
impl Target for Guest {
    fn map(&mut self, lab: &Lab, mapping: &Mapping) {
        map_nested(lab, &mut self.nested.exclusive(lab.tables), mapping);
    }

    fn choose(&mut self, random: &mut Random) {
        self.choose_privilege(random);
    }

    fn expected(&self, mapping: Option<&Mapping>, kind: AccessKind, address: u64) -> Outcome {
        let present = match mapping {
            Some(mapping) if mapping.permissions.allow(kind, Privilege::User) => return Outcome::Done,
            Some(_) => FaultCode::PRESENT,
            None => 0,
        };
        Outcome::NestedFault(FaultCode(FaultCode::FINAL | FaultCode::USER | present | error_bits(kind)), address)
    }

    fn walk(&self, address: u64, kind: AccessKind) -> Outcome {
        self.walk(address, kind)
    }

    fn access(&mut self, lab: &mut Lab, kind: AccessKind, address: u64, value: u64) -> Outcome {
        self.access(lab, kind, address, value)
    }

    fn go_on(&mut self, lab: &mut Lab) -> Outcome {
        self.go_on(lab)
    }

    fn seen(&self, address: u64) -> u64 {
        seen(address)
    }

    fn vcpu(&self) -> &Vcpu {
        &self.vcpu
    }

    fn bits(&self, mapping: &Mapping) -> Option<Bits> {
        self.nested_bits(mapping.input)
    }

    fn free(self, lab: &Lab) {
        self.free(lab);
    }
}
