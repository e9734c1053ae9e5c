//! The engine's log of written pages, and the age of pages, while a guest runs: what the CPU marks in the leaves is
//! collected, cleared, and marked again.

use crate::guest::{Guest, Outcome};
use crate::history::History;
use crate::lab::Lab;
use crate::request::map_nested;
use crate::shown::Shown;
use pt_core::Whole;
use pt_freestanding::svm::TlbControl;
use pt_plan::{AccessKind, Permissions, Plan, Space, Span};

/// Mappings.
const MAPPINGS: usize = 32;
/// How often the log is collected.
const EPOCHS: u32 = 8;
/// Accesses in between.
const ACCESSES: u32 = 32;

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    let all = Permissions::READ | Permissions::WRITE | Permissions::EXECUTE | Permissions::USER;
    // The guest's own pages lie in the first GiB.
    let (first, end) = (1 << 30, 1 << lab.physical_bits);
    let inputs = [Span::new(first, end - 1)];
    let space = Space { inputs: &inputs, memory: lab.probed(), shifts: &[12, 12, 21, 30], permissions: &[all] };
    let plan = Plan::<MAPPINGS>::random(&space, &mut lab.random);
    let mut guest = Guest::new(lab, pt_x86_64::Paging::FourLevels);
    for mapping in plan.mappings() {
        map_nested(lab, &mut guest.nested.exclusive(lab.tables), mapping);
        lab.report.mappings += 1;
    }
    let range = lab.nested_paging.range(lab.guest_physical(first), end - first).expect("whole pages");
    for _ in 0..EPOCHS {
        let mut history = History::<MAPPINGS>::new();
        for _ in 0..ACCESSES {
            let index = lab.random.below(plan.mappings().len() as u64) as usize;
            let kind = lab.random.pick(&[AccessKind::Load, AccessKind::Store]);
            let address = space.word_of(&plan.mappings()[index], &mut lab.random);
            let outcome = guest.access(lab, kind, address, 0);
            lab.report.probes += 1;
            lab.report.compare(format_args!("{kind:?} at {address:#x}"), Outcome::Done, outcome);
            history.record(index, kind);
        }
        let mut written = [false; MAPPINGS];
        let log = guest.nested.collect_dirty(range, |at, _| {
            if let Some(index) = plan.mappings().iter().position(|mapping| mapping.input == at.as_u64()) {
                written[index] = true;
            }
        });
        log.expect("it lies in the tree").flush(&mut guest.vcpu);
        lab.report.flushes += 1;
        for (index, mapping) in plan.mappings().iter().enumerate() {
            lab.report.compare(
                format_args!("in the log of writes{}", Shown(Some(*mapping))),
                history.of(index).dirty,
                written[index],
            );
        }
        let used = (0..MAPPINGS).filter(|&index| history.of(index).accessed).count() as u64;
        let young = guest.nested.age(range).expect("it lies in the tree");
        lab.report.compare("pages that were used", used, young);
        // An accessed bit that is cleared needs no flush: the page only looks older than it is. Here it must not.
        guest.vcpu.vmcb.control.tlb_control = TlbControl::FlushAll;
    }
    guest.free(lab);
}
