//! Packed words: their entries fill a word, and hold each value.

use super::report::Report;
use pt_model::{Module, Packed};

/// Takes out words whose entries have no place in them: nothing can be emitted for those.
pub(super) fn take_out(module: &mut Module, report: &mut Report) {
    module.packed.retain(|packed| {
        let fills = packed.bits.is_power_of_two() && *packed.bits <= 32;
        if !fills {
            report.error(packed.bits.span(), "entries fill a word of 64 bits: write 1, 2, 4, 8, 16 or 32");
        }
        fills
    });
}

pub(super) fn check(module: &Module, report: &mut Report) {
    for packed in &module.packed {
        has_room(module, packed, report);
    }
}

/// Every value of the enum fits into an entry, if the enum is declared here.
fn has_room(module: &Module, packed: &Packed, report: &mut Report) {
    let Some(path) = packed.ty.path() else {
        return report.error(packed.ty.span, "the entries are values: write the name of a `#[values]` enum");
    };
    let Some(values) = path.as_ident().and_then(|name| module.values(name)) else { return };
    for value in &values.values {
        let Some(number) = value.number.filter(|number| **number >> *packed.bits != 0) else { continue };
        let (name, word, bits) = (&value.ident, &packed.head.ident, *packed.bits);
        report.both(
            (number.span(), format!("`{name}` does not fit into an entry of `{word}`, which has {bits} bits")),
            (packed.bits.span(), format!("`{name}` is {}", *number)),
        );
        return;
    }
}
