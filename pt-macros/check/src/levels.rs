//! Levels: root first, each with its own index bits. They tile the address from the root to the page: no bit is
//! left out, none indexes twice.

use super::bits;
use super::report::Report;
use pt_model::{Level, Levels, Module, PAGE_SHIFT, Shape};

pub(super) fn check(module: &Module, report: &mut Report) {
    let Some(levels) = &module.levels else { return };
    for level in &levels.levels {
        bits::range(&level.index, 64, "an address", report);
    }
    if !levels.head.broken && levels.levels.iter().all(|level| bits::is_range(&level.index, 64)) {
        let pairs = || levels.levels.iter().zip(levels.levels.iter().skip(1));
        let disordered = pairs().find(|(above, below)| below.index.low > above.index.high);
        if let Some((above, below)) = disordered {
            let (name, next) = (&below.ident, &above.ident);
            report.error(name.span(), format!("levels are declared root first: `{name}` lies above `{next}`"));
        } else {
            pairs().for_each(|(above, below)| neighbours(above, below, report));
        }
    }
    if !levels.head.broken {
        kinds(levels, report);
    }
}

/// Whether the index ranges tile, so that what follows from them means something.
pub(super) fn tile(levels: &Levels) -> bool {
    let mut neighbours = levels.levels.iter().zip(levels.levels.iter().skip(1));
    !levels.head.broken
        && levels.levels.iter().all(|level| bits::is_range(&level.index, 64))
        && neighbours.all(|(above, below)| below.index.high + 1 == above.index.low)
}

/// Whether the level can hold this shape. What is wrong with the level itself is taken as right: an inner level holds
/// tables, the last one leaves and no tables.
pub(super) fn should_hold(levels: &Levels, level: &Level, shape: Shape) -> bool {
    let is_last = levels.below(&level.ident).is_none();
    match shape {
        Shape::Leaf => is_last || level.leaf.is_some(),
        Shape::Table => !is_last,
        Shape::Absent => true,
    }
}

fn neighbours(above: &Level, below: &Level, report: &mut Report) {
    let (name, next) = (&below.ident, &above.ident);
    if above.index.mask() & below.index.mask() != 0 {
        let mend = if below.index.low < above.index.low {
            format!(": let `{name}` end at bit {}", above.index.low - 1)
        } else {
            String::new()
        };
        report.both(
            (below.index.high_span, format!("these index bits overlap those of `{next}`{mend}")),
            (above.index.span, format!("`{next}` is indexed by these bits")),
        );
    } else if below.index.high + 1 != above.index.low {
        let (high, low) = (above.index.low - 1, below.index.high + 1);
        let gap = if high == low { format!("bit {low} indexes") } else { format!("bits {high}:{low} index") };
        report.error(below.index.high_span, format!("{gap} no level: let `{name}` end at bit {high}"));
    }
}

/// Every level but the last may point to tables, and the last has leaves.
fn kinds(levels: &Levels, report: &mut Report) {
    let Some((last, inner)) = levels.levels.split_last() else {
        let message = "a declaration has at least one level: add `#[level(index = 12..=20, leaf)] Pt`";
        return report.error(levels.head.ident.span(), message);
    };
    for (level, below) in inner.iter().zip(levels.levels.iter().skip(1)) {
        if level.table.is_none() {
            let message =
                format!("nothing leads from `{}` to `{}`: add `table` to its `#[level]`", level.ident, below.ident);
            report.error(level.ident.span(), message);
        }
    }
    let name = &last.ident;
    if let Some(table) = last.table {
        let message = format!("`{name}` is the last level, and there is none below it for its tables: remove `table`");
        report.error(table, message);
    }
    if last.leaf.is_none() {
        let message = format!("`{name}` is the last level, and maps nothing: add `leaf` to its `#[level]`");
        report.error(name.span(), message);
    }
    if last.index.low < PAGE_SHIFT && last.index.low <= last.index.high {
        let bytes = 1_u32 << last.index.low;
        let message = format!(
            "a page of `{name}` would have {bytes} {}, and a page has at least 4096: begin at bit {PAGE_SHIFT}",
            super::report::plural(bytes as usize, "byte")
        );
        report.error(last.index.span, message);
    }
}
