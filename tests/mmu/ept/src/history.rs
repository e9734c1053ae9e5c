//! Accessed and dirty bits: what the guest has touched is what the engine collects, SDM 3C 29.3.5.

use crate::lab::{EptTree, Lab, Requests, probe};
use pt_core::Whole;
use pt_ept::{Ept, WalkLength};
use pt_freestanding::println;
use pt_plan::{AccessKind, Expected, Mapping};

/// Runs the experiment, if the CPU keeps such bits.
pub fn run(lab: &mut Lab) {
    if !lab.capabilities.accessed_and_dirty() {
        println!("no accessed and dirty bits");
        return;
    }
    let requested = lab.with_space(|lab, space| Requests::random(space, &mut lab.random));
    let mut ept = lab.new_ept();
    for mapping in requested.mappings() {
        lab.map(&mut ept, mapping);
    }
    // Twice: the bits are cleared in between, and have to be set again.
    for _ in 0..2 {
        for mapping in requested.mappings() {
            touch(lab, &ept, &requested, mapping);
        }
    }
    lab.free(ept);
}

/// Makes one access to a page, or none, and compares what the engine finds.
fn touch(lab: &mut Lab, ept: &EptTree, requested: &Requests, mapping: &Mapping) {
    let kind = lab.random.pick(&[None, Some(AccessKind::Load), Some(AccessKind::Store), Some(AccessKind::Fetch)]);
    let (mut accessed, mut written) = (false, false);
    if let Some(kind) = kind {
        let address = lab.with_space(|lab, space| space.word_of(mapping, &mut lab.random));
        let expected = requested.expect(probe(address, kind));
        accessed = matches!(expected, Expected::Reaches(_));
        written = accessed && kind == AccessKind::Store;
        lab.probe((address, kind), expected, |_, _| false);
    }
    let start = WalkLength::FourLevels.address(mapping.input).expect("an address of the guest");
    let page = WalkLength::FourLevels.range(start, mapping.bytes()).expect("a page");
    let mut logged = 0;
    let stale = ept.collect_dirty::<Ept, _>(page, |_, _| logged += 1).unwrap_or_else(|obstacle| panic!("{obstacle}"));
    stale.flush(&mut lab.guest.vcpu);
    let young = ept.age::<Ept>(page).unwrap_or_else(|obstacle| panic!("{obstacle}"));
    // The engine leaves it at that, because a page may look older than it is. Here it may not.
    lab.guest.set_ept(ept, lab.capabilities);
    let what = format_args!("accessed and dirty pages after {kind:?} in {mapping:x?}");
    lab.report.compare(what, (u64::from(accessed), u64::from(written)), (young, logged));
}
