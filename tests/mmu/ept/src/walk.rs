//! The walk in two dimensions: the guest's own tables are translated by the EPT as well, so that each of their pages
//! faults where it is reached first.

use crate::lab::{EptTree, Lab};
use crate::request;
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_ept::MemoryType;
use pt_freestanding::vmx::{Exit, Qualification};
use pt_plan::{AccessKind, Mapping, Permissions};

const ALL: Permissions = Permissions::READ.union(Permissions::WRITE).union(Permissions::EXECUTE);

/// How often the guest begins on an empty EPT.
const ROUNDS: u32 = 16;

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    for _ in 0..ROUNDS {
        let ept = lab.empty_ept();
        let mut walk = Walk { ept, mapped: [u64::MAX; 12], count: 0 };
        walk.load(lab);
        lab.free(walk.ept);
    }
}

/// One EPT, which maps nothing at first.
struct Walk {
    ept: EptTree,
    /// The guest-physical pages that it maps.
    mapped: [u64; 12],
    count: usize,
}

impl Walk {
    /// A load. What is missing on the way is mapped, page by page.
    fn load(&mut self, lab: &mut Lab) {
        let above = 1 << 30;
        let address = (above + lab.random.below((1 << lab.guest.address_bits) - above)) & !7;
        let (page, token) = (lab.probed().first, lab.random.bits());
        lab.memory.word64(Hpa::new(page | address & 0xfff)).store(token, Ordering::Relaxed);
        let program = lab.guest.program(AccessKind::Load);
        // With accessed and dirty bits, each access to the guest's tables counts as a write (29.3.5).
        let walk = if lab.capabilities.accessed_and_dirty() { Qualification::WRITE } else { Qualification::READ };

        let mut exit = lab.guest.access(AccessKind::Load, address, 0);
        for (linear, access, output) in [(program, Qualification::FETCH, program), (address, Qualification::READ, page)]
        {
            for entry in lab.guest.entries_on_the_way_to(linear).into_iter().flatten() {
                self.expect(lab, &mut exit, (entry, walk | Qualification::LINEAR, linear), entry);
            }
            let last = access | Qualification::LINEAR | Qualification::FINAL;
            self.expect(lab, &mut exit, (linear, last, linear), output);
        }
        lab.report.probes += 1;
        lab.report.compare("a load in two dimensions", (Exit::Vmcall, token), (exit, lab.guest.vcpu.registers.rbx));
    }

    /// Compares the violation at an address, unless its page is mapped by now, and maps it to that of `output`.
    fn expect(
        &mut self,
        lab: &mut Lab,
        exit: &mut Exit,
        (address, qualification, linear): (u64, u64, u64),
        output: u64,
    ) {
        let input = address & !0xfff;
        if self.mapped.contains(&input) {
            return;
        }
        let expected = Exit::EptViolation {
            qualification: Qualification(qualification),
            guest_physical: address,
            linear: Some(linear),
        };
        lab.report.compare("a violation on the way", expected, without_read_of_a_write(*exit));
        let mapping = Mapping { input, output: output & !0xfff, shift: 12, permissions: ALL };
        request::map(&mut self.ept, lab.tables, &mapping, MemoryType::WriteBack);
        self.mapped[self.count] = input;
        self.count += 1;
        lab.report.resolved += 1;
        *exit = lab.guest.go_on();
    }
}

/// Where an access to the guest's tables counts as a write, the manual says that it is a read too (table 28-7, footnote);
/// Bochs does not.
fn without_read_of_a_write(exit: Exit) -> Exit {
    match exit {
        Exit::EptViolation { qualification, guest_physical, linear } if qualification.has(Qualification::WRITE) => {
            let qualification = Qualification(qualification.0 & !Qualification::READ);
            Exit::EptViolation { qualification, guest_physical, linear }
        }
        exit => exit,
    }
}
