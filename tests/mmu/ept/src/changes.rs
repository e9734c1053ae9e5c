//! Mappings that are taken away, protected, split into smaller pages and merged again, while the CPU may have cached
//! them.
//!
//! Bochs forgets everything at each VM entry, so that a flush that is left out does not show there. That there is one for
//! each change is counted.

use crate::lab::{Lab, Requests, probe};
use crate::request::{Owner, at_level_of, attributes, guest_physical};
use pt_core::flush::Scope;
use pt_core::level::{LeafLevelOf, TableLevelOf};
use pt_core::{Gpa, Guest, Invalidate};
use pt_ept::{Ept, MemoryType, Pd, Pdpt, Pt};
use pt_freestanding::vmx::{Exit, Vcpu};
use pt_plan::{AccessKind, Permissions};

/// EPTs that are changed.
const ROUNDS: u32 = 8;

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    (0..ROUNDS).for_each(|_| change(lab));
}

fn change(lab: &mut Lab) {
    let mut requested = lab.with_space(|lab, space| Requests::random(space, &mut lab.random));
    let mut ept = lab.new_ept();
    for mapping in requested.mappings() {
        lab.map(&mut ept, mapping);
    }
    probe_each(lab, &requested);

    // From the last to the first, so that a removal moves none of those that are still to be changed.
    for index in (0..requested.mappings().len()).rev() {
        let mapping = requested.mappings()[index];
        let at = guest_physical(ept.geometry(), mapping.input);
        let mut flush = Flush { vcpu: &mut lab.guest.vcpu, flushes: &mut lab.report.flushes };
        let mut cursor = ept.exclusive(lab.tables);
        match lab.random.below(4) {
            0 => {
                at_level_of!(mapping, Level => {
                    cursor.unmap::<Level>(at).unwrap_or_else(|obstacle| panic!("{obstacle}")).flush(&mut flush);
                });
                requested.remove(index);
            }
            1 => {
                let permissions = lab.random.pick(&[Permissions::READ, Permissions::READ | Permissions::EXECUTE]);
                let attributes = attributes(permissions, MemoryType::WriteBack);
                at_level_of!(mapping, Level => {
                    let stale = cursor.protect::<Level>(at, attributes);
                    stale.unwrap_or_else(|obstacle| panic!("{obstacle}")).flush(&mut flush);
                });
                requested.protect(index, permissions);
            }
            choice => match mapping.shift {
                30 => split::<Pdpt>(&mut cursor, at, choice == 2, &mut flush),
                21 => split::<Pd>(&mut cursor, at, choice == 2, &mut flush),
                _ => (),
            },
        }
    }
    probe_each(lab, &requested);
    lab.free(ept);
}

/// Splits a large page into those of the next size, and may merge them again. The guest sees nothing of it.
fn split<L>(cursor: &mut Owner<'_>, at: Gpa<Guest>, merge: bool, flush: &mut Flush<'_>)
where
    L: LeafLevelOf<Ept> + TableLevelOf<Ept, Below: LeafLevelOf<Ept>>,
{
    cursor.split::<L>(at, flush).unwrap_or_else(|obstacle| panic!("{obstacle}")).flush(flush);
    if merge {
        cursor.merge::<L>(at, flush).unwrap_or_else(|obstacle| panic!("{obstacle}"));
    }
}

/// Probes a word of each mapping, and one beside it.
fn probe_each(lab: &mut Lab, requested: &Requests) {
    lab.with_space(|lab, space| {
        for mapping in requested.mappings() {
            let words = [space.word_of(mapping, &mut lab.random), space.word_beside(mapping, &mut lab.random)];
            for (address, kind) in words.into_iter().flat_map(|word| AccessKind::ALL.map(|kind| (word, kind))) {
                let expected = requested.expect(probe(address, kind));
                if lab.is_harmless(expected) {
                    lab.probe((address, kind), expected, |_, _: Exit| false);
                }
            }
        }
    });
}

/// The guest's CPU, and how often it was flushed.
struct Flush<'a> {
    vcpu: &'a mut Vcpu,
    flushes: &'a mut u64,
}

impl Invalidate<Ept> for Flush<'_> {
    fn invalidate(&mut self, scope: Scope<Guest>) {
        *self.flushes += 1;
        Invalidate::<Ept>::invalidate(self.vcpu, scope);
    }
}
