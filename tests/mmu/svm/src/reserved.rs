//! Frames beyond the CPU's physical addresses: their bits are reserved in an entry, and every access faults for that.

use crate::guest::{Guest, Outcome};
use crate::lab::Lab;
use crate::paging::Virtual;
use crate::report::Shown;
use crate::round::Target;
use pt_freestanding::svm::FaultCode;
use pt_plan::{AccessKind, Mapping, Permissions};

/// A frame has so many bits in the format. A CPU may have fewer.
const FRAME_BITS: u32 = 52;
const ALL: Permissions =
    Permissions::READ.union(Permissions::WRITE).union(Permissions::EXECUTE).union(Permissions::USER);

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    for &paging in lab.guest_paging() {
        let guest = Guest::new(lab, paging);
        try_all(lab, guest);
        let guest = Virtual::new(lab, paging);
        try_all(lab, guest);
    }
}

/// Maps and accesses pages of each size, with each of the bits.
fn try_all(lab: &mut Lab, mut target: impl Target) {
    let mut input = 32 << 30;
    for bit in lab.physical_bits..FRAME_BITS {
        for shift in [12, 21, 30] {
            input += 1 << 30;
            let mapping = Mapping { input, output: 1 << bit, shift, permissions: ALL };
            target.map(lab, &mapping);
            lab.report.mappings += 1;
            for kind in AccessKind::ALL {
                target.choose(&mut lab.random);
                let outcome = target.access(lab, kind, input, 0);
                // As if nothing were mapped, but for the reason.
                let expected = reserved(target.expected(None, kind, input));
                let what = format_args!("{kind:?} at {input:#x}{}", Shown(Some(mapping)));
                lab.report.compare(what, expected, outcome.with_code(FaultCode::PRESENT));
                lab.report.probes += 1;
            }
        }
    }
    target.free(lab);
}

/// The fault of a reserved bit. An entry that has one is present, which Bochs says and QEMU does not.
fn reserved(outcome: Outcome) -> Outcome {
    outcome.with_code(FaultCode::RESERVED | FaultCode::PRESENT)
}
