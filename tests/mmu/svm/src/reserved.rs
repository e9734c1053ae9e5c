//! Frames beyond the CPU's physical addresses: their bits are reserved in an entry, and every access faults for that.

use crate::guest::{Guest, Outcome};
use crate::lab::Lab;
use crate::paging::Virtual;
use crate::request::nested_fields;
use crate::round::Target;
use crate::shown::Shown;
use pt_core::{Hpa, MapError, Obstacle, Page, Shared};
use pt_freestanding::svm::FaultCode;
use pt_npt::{Host, Pt};
use pt_plan::{AccessKind, Mapping, Permissions};
use pt_x86_64::Features;

/// A frame has so many bits in the format. A CPU may have fewer.
const FRAME_BITS: u32 = 52;
const ALL: Permissions =
    Permissions::READ.union(Permissions::WRITE).union(Permissions::EXECUTE).union(Permissions::USER);

/// Runs the experiment: with tables for a CPU that has wider addresses than this one. For this one, the engine does not
/// make such entries.
pub fn run(lab: &mut Lab) {
    refuse_all(lab);
    let (host, features) = (lab.host, lab.features);
    (lab.host, lab.features) = (Host::all(), Features::all());
    for &paging in lab.guest_paging() {
        let guest = Guest::new(lab, paging);
        try_all(lab, guest);
        let guest = Virtual::new(lab, paging);
        try_all(lab, guest);
    }
    (lab.host, lab.features) = (host, features);
}

/// Asks for pages with each of the bits, in tables for this CPU.
fn refuse_all(lab: &mut Lab) {
    let mut nested = lab.nested_tree();
    let at = lab.guest_physical(32 << 30);
    for bit in lab.physical_bits..FRAME_BITS {
        let frame = Hpa::new(1 << bit);
        let mut cursor = nested.exclusive(lab.tables);
        let page = Page::<Shared, Pt>::new(frame).expect("aligned");
        let mapped = cursor.map::<Pt, _>(at, page, nested_fields(ALL));
        let refused = matches!(mapped, Err(MapError { obstacle: Obstacle::NotAllowed { .. }, .. }));
        drop(cursor);
        lab.report.compare(format_args!("a page at {frame} is refused"), true, refused);
    }
    nested.invalidate().free(lab.tables);
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
