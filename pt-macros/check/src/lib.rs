//! The checks: what a declaration behind `#[page_tables]` may not say.
//!
//! Each takes the whole [`Module`] and adds to the report, so that one compile shows every error. An error
//! stands under the token that is guilty and says how to mend it; where two places contradict each other, there
//! is an error at each. Items marked [`broken`](pt_model::Head::broken) have gaps that were reported already,
//! and a name that was misspelt is reported once, not again by what is missing for it.
#![forbid(unsafe_code)]

mod bits;
mod codes;
mod config;
mod decoding;
mod defaults;
mod duplicates;
mod effects;
mod encodings;
mod fields;
mod formats;
mod frames;
mod geometry;
mod halves;
mod hooks;
mod illegal;
mod initiators;
mod items;
mod level_lists;
mod levels;
mod linking;
mod operations;
mod packed;
mod parties;
mod phases;
mod presence;
mod propagation;
mod report;
mod roles;
mod shapes;
mod spaces;
mod spans;
mod states;
mod tables;
mod values;
mod writers;
mod written;

pub use report::Finding;

use pt_model::Module;
use report::Report;

/// Reports everything that is wrong with the declaration. What the compiler behind it would report a second time, such
/// as a name that is declared twice, is taken out.
#[must_use]
pub fn check(module: &mut Module) -> Vec<Finding> {
    let mut report = Report::new(module.lost);
    for take_out in [duplicates::take_out, codes::take_out, defaults::take_out, roles::take_out, packed::take_out] {
        take_out(module, &mut report);
    }
    let checks = [
        items::check,
        levels::check,
        geometry::check,
        config::check,
        values::check,
        packed::check,
        formats::check,
        level_lists::check,
        bits::check,
        fields::check,
        frames::check,
        spans::check,
        presence::check,
        illegal::check,
        writers::check,
        tables::check,
        parties::check,
        spaces::check,
        decoding::check,
        shapes_and_links,
        propagation::check,
        halves::check,
        phases::check,
        states::check,
        initiators::check,
        encodings::check,
        hooks::check,
        operations::check,
        effects::check,
    ];
    for check in checks {
        check(module, &mut report);
    }
    report.into_findings()
}

/// A wrong tag makes two shapes look alike, and links differ; it is one mistake.
fn shapes_and_links(module: &Module, report: &mut Report) {
    let before = report.count();
    shapes::check(module, report);
    if report.count() == before {
        linking::check(module, report);
    }
}
