//! The results as Markdown.

use crate::goals::{Bound, Check, Measured};
use crate::hooks;
use crate::peer::Size;
use crate::report::Cells;
use crate::workload::{Order, Workload};
use std::fmt::Write as _;

/// The whole page.
#[must_use]
pub fn page(measured: &Measured, checks: &[Check], machine: &str, command: &str) -> String {
    let mut page = format!(
        "# Results\n\nWritten by `{command}` on {machine}. How it is measured: [README.md](README.md); why a\n\
         bound is missed: [there](README.md#bounds-that-are-missed), and by taking parts out and counting again in\n\
         [codegen](../codegen/README.md#goals-that-are-missed-by-measurement).\n\n\
         ![Instructions an operation](results.svg)\n\n"
    );
    let _ = write!(page, "## Goals\n\n{}\n", goals(checks));
    let hooked: Vec<&str> =
        measured.instructions.rows().iter().map(String::as_str).filter(|&row| row != hooks::ROW).collect();
    let columns: Vec<&str> =
        measured.ratios.columns().iter().map(String::as_str).filter(|name| !is_hook(name)).collect();
    let _ = write!(
        page,
        "## Instructions\n\nPer lookup or leaf, and as a multiple of ours. Exact.\n\n{}\n",
        compared(&measured.instructions, &hooked, &columns)
    );
    let timed: Vec<&str> =
        measured.nanoseconds.rows().iter().map(String::as_str).filter(|&row| row != hooks::ROW).collect();
    let _ = write!(
        page,
        "## Time\n\nNanoseconds per lookup or leaf, and the median of the ratios to ours. The machine is shared: read the \
         ratios.\n\n{}\n",
        timed_table(measured, &timed, &columns)
    );
    let _ = write!(page, "## One private map through the freeze protocol\n\n{}\n", private_maps(measured));
    let _ = write!(
        page,
        "## Faults of two threads\n\nNanoseconds of wall time per page that ends up mapped. The last two columns have no \
         tables: both threads exchange the same words; or they calculate and share nothing, in nanoseconds for a page of \
         one's own, which tells whether each had a core, and so which runs count. A word went from one CPU to the other in {:.0} ns.\n\n{}\n",
        measured.handover,
        plain(&measured.faults)
    );
    let _ =
        write!(page, "## Code size\n\nOf a translation that is compiled as a function.\n\n{}\n", plain(&measured.code));
    let _ = write!(
        page,
        "## Builds\n\nSeconds of a cold release build of a crate that names the library in one line. `pt-x86-64` has the \
         macro and all that it needs; of these, a macro that does nothing with `syn`, `quote` and `darling` takes what stands \
         beside it. The macro expands the TDX declaration in {:.0} ms.\n\n{}",
        measured.expansion,
        plain(&measured.builds)
    );
    page
}

/// The figures that matter to a user, as a table: ours, the best other library's, and how many times ours that is.
#[must_use]
pub fn figures(measured: &Measured) -> String {
    let others = ["x86_64 Mapped", "x86_64 Offset", "multiarch", "pt-generic", "patina", "aarch64-paging"];
    let rows = [
        ("translate an address", Workload::Translate(Order::Random, 64)),
        ("map a page, next to the one before", Workload::Map(Order::Sequential)),
        ("map a range, per page", Workload::MapRange(Size::Page)),
        ("protect a range, per page", Workload::ProtectRange),
        ("unmap a range, per page", Workload::ClearTables),
    ];
    let mut text =
        "| instructions to … | pt | by hand | best other library | its time / ours |\n|---|--:|--:|---|--:|\n"
            .to_owned();
    for (what, workload) in rows {
        let row = workload.name();
        let count = |column: &str| measured.instructions.get(&row, column);
        let best = others.iter().filter_map(|&other| Some((other, count(other)?))).min_by(|a, b| a.1.total_cmp(&b.1));
        let time =
            |other| measured.ratios.get(&row, other).map_or("–".to_owned(), |ratio| format!("{}×", digits(ratio)));
        let (name, best, ratio) = best.map_or((String::new(), String::new(), String::new()), |(other, best)| {
            (other.to_owned(), digits(best), time(other))
        });
        let number = |column| count(column).map_or("–".to_owned(), digits);
        let _ = writeln!(text, "| {what} | **{}** | {} | {best} ({name}) | {ratio} |", number("pt"), number("hand"));
    }
    text
}

fn goals(checks: &[Check]) -> String {
    let mut text = "| goal | | ours | bound | met |\n|--:|---|--:|--:|---|\n".to_owned();
    for check in checks {
        let bound = match check.bound {
            Bound::AtMost(bound) => format!("≤ {bound}"),
            Bound::AtLeast(bound) => format!("≥ {bound}"),
        };
        let met = check.is_met().map_or("not measured", |met| if met { "yes" } else { "**no**" });
        let value = check.value.map_or("–".to_owned(), digits);
        let _ = writeln!(text, "| {} | {} | {value} | {bound} | {met} |", check.goal, check.what);
    }
    text
}

/// Counts beside multiples of the first column.
fn compared(cells: &Cells, rows: &[&str], columns: &[&str]) -> String {
    table(rows, columns, |row, column| {
        let value = cells.get(row, column)?;
        let ours = cells.get(row, columns.first()?)?;
        Some(if column == columns[0] {
            digits(value)
        } else {
            format!("{} ({}×)", digits(value), digits(value / ours))
        })
    })
}

fn timed_table(measured: &Measured, rows: &[&str], columns: &[&str]) -> String {
    table(rows, columns, |row, column| {
        let time = digits(measured.nanoseconds.get(row, column)?);
        let ratio = digits(measured.ratios.get(row, column)?);
        Some(if column == columns[0] { time } else { format!("{time} ({ratio}×)") })
    })
}

fn private_maps(measured: &Measured) -> String {
    table(&["instructions", "nanoseconds"], &hooks::COLUMNS, |row, column| {
        let cells = if row == "instructions" { &measured.instructions } else { &measured.nanoseconds };
        cells.get(hooks::ROW, column).map(digits)
    })
}

/// The numbers of a table, as they are.
#[must_use]
pub fn plain(cells: &Cells) -> String {
    let rows: Vec<&str> = cells.rows().iter().map(String::as_str).collect();
    let columns: Vec<&str> = cells.columns().iter().map(String::as_str).collect();
    table(&rows, &columns, |row, column| cells.get(row, column).map(digits))
}

fn table(rows: &[&str], columns: &[&str], cell: impl Fn(&str, &str) -> Option<String>) -> String {
    if columns.is_empty() {
        return "Not measured.\n".to_owned();
    }
    let mut text = format!("| | {} |\n|---|{}\n", columns.join(" | "), "--:|".repeat(columns.len()));
    for row in rows {
        let cells: Vec<_> = columns.iter().map(|column| cell(row, column).unwrap_or("–".to_owned())).collect();
        let _ = writeln!(text, "| {row} | {} |", cells.join(" | "));
    }
    text
}

fn is_hook(column: &str) -> bool {
    hooks::COLUMNS.contains(&column)
}

/// Three digits.
#[must_use]
pub fn digits(value: f64) -> String {
    match value.abs() {
        large if large >= 99.95 => format!("{value:.0}"),
        middle if middle >= 9.995 => format!("{value:.1}"),
        small if small >= 0.0995 || small == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let texts = [0.0, 0.0123, 0.45, 9.996, 45.01, 99.96, 2081.0].map(digits);
        assert_eq!(texts, ["0.00", "0.012", "0.45", "10.0", "45.0", "100", "2081"]);
    }

    #[test]
    fn a_goal_that_was_not_measured_is_neither_met_nor_missed() {
        let checks = crate::goals::checks(&Measured::default());
        assert!(checks.iter().all(|check| check.is_met().is_none()), "{checks:?}");
        assert_eq!(checks.iter().map(|check| check.goal).max(), Some(12));
        assert!(!goals(&checks).contains("yes"));
    }
}
