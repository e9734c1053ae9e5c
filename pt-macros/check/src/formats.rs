//! Formats: they occur at levels that exist and that can hold their shapes.

use super::level_lists;
use super::levels::should_hold;
use super::report::Report;
use pt_model::{Format, LevelName, Module};

pub(super) fn check(module: &Module, report: &mut Report) {
    for format in &module.formats {
        if format.levels.names.is_empty() && format.head.broken {
            continue;
        }
        level_lists::known(module, &format.levels, report);
        for name in &format.levels.names {
            shift(module, name, report);
            holds(module, format, name, report);
        }
    }
}

/// A format that stands alone says where its levels begin; in a declaration, the levels say so.
fn shift(module: &Module, name: &LevelName, report: &mut Report) {
    let level = &name.ident;
    if module.head.is_none() && name.shift.is_none() {
        let message = format!(
            "where does level `{level}` begin? A format outside of a declaration says it: write `{level} = 12` for \
             pages of 4 KiB"
        );
        report.error(level.span(), message);
    } else if module.head.is_none() && name.shift.is_some_and(|shift| shift > 63) {
        report.error(level.span(), format!("an address has 64 bits: `{level}` begins at bit 63 or below"));
    } else if module.head.is_some() && name.shift.is_some() {
        let message = format!("write `{level}` alone: `#[level]` says where the level begins");
        report.error(level.span(), message);
    }
}

/// The level holds a shape of this format.
fn holds(module: &Module, format: &Format, name: &LevelName, report: &mut Report) {
    let Some(all) = module.levels.as_ref().filter(|levels| !levels.head.broken) else { return };
    let Some(level) = all.get(&name.ident) else { return };
    let holds = |shape| level.holds(shape) || should_hold(all, level, shape);
    if format.shapes.is_empty() || format.shapes.iter().any(|shape| holds(**shape)) {
        return;
    }
    let words: Vec<_> = format.shapes.iter().map(|shape| shape.word()).collect();
    let what = match words[..] {
        ["leaf"] => "leaves",
        ["table"] => "tables",
        _ => "leaves or tables",
    };
    let message = format!(
        "level `{0}` has no {what}, which `{1}` describes: remove `{0}` here, or add `{2}` to its `#[level]`",
        level.ident,
        format.head.ident,
        words.join("` or `")
    );
    report.error(name.ident.span(), message);
}
