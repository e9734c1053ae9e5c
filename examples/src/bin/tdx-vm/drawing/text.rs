//! The rows in a terminal, in about a hundred columns.

use super::{Cell, Forest, Row, Run, by_state, size};
use std::fmt::Write;

/// How many characters show the 512 pages behind a table.
const STRIP: usize = 16;
/// The columns of the label and of the first two trees.
const WIDTHS: [usize; 3] = [27, 23, 23];

/// Draws at most `most` rows.
pub fn draw(forest: &Forest, most: usize) -> String {
    let mut text = String::new();
    let [shared, private, protected] = &forest.trees;
    line(&mut text, "guest-physical", [shared.name, private.name, protected.name], true);
    line(&mut text, "", [shared.caption, private.caption, protected.caption], true);
    let rows = forest.rows();
    for (index, row) in rows.iter().take(most).enumerate() {
        let cells: [String; 3] = std::array::from_fn(|column| row.cells[column].as_ref().map(cell).unwrap_or_default());
        let propagates = row.cells[1].is_some() && row.cells[2].is_some();
        line(&mut text, &label(row, is_last(&rows, index)), cells.each_ref().map(String::as_str), propagates);
    }
    if rows.len() > most {
        let _ = writeln!(text, "… and {} rows more: --svg draws them", rows.len() - most);
    }
    text
}

fn line(text: &mut String, label: &str, cells: [&str; 3], propagates: bool) {
    let arrow = if propagates && !label.is_empty() { "─►" } else { "  " };
    let [shared, private, protected] = cells;
    let [a, b, c] = WIDTHS;
    let row = format!("{label:<a$} {shared:<b$} {private:<c$} {arrow} {protected}");
    let _ = writeln!(text, "{}", row.trim_end());
}

/// Whether no later row hangs at the same table.
fn is_last(rows: &[Row], index: usize) -> bool {
    let depth = rows[index].depth;
    rows[index + 1..].iter().take_while(|row| row.depth >= depth).all(|row| row.depth > depth)
}

fn label(row: &Row, last: bool) -> String {
    let branch = match (row.depth, last) {
        (0, _) => String::new(),
        (depth, true) => format!("{}└ ", "  ".repeat(depth - 1)),
        (depth, false) => format!("{}├ ", "  ".repeat(depth - 1)),
    };
    let repeated = if row.repeated > 1 { format!("{}×", row.repeated) } else { String::new() };
    format!("{branch}{} {:#x} {repeated}{}", row.level, row.address, size(row.bytes))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Table { frame, used } => format!("{frame:#x}, {used} used"),
        Cell::Block { state } => format!("▕{}▏{state}", "█".repeat(STRIP)),
        Cell::Pages { runs, .. } => {
            let states: Vec<_> = by_state(runs)
                .into_iter()
                .map(|(state, pages)| if state.is_empty() { pages.to_string() } else { format!("{pages} {state}") })
                .collect();
            format!("▕{}▏{}", strip(runs), states.join(", "))
        }
    }
}

/// The pages behind a table, 32 a character: none, some, half of them or more, all.
fn strip(runs: &[Run]) -> String {
    const EACH: usize = 512 / STRIP;
    let mut mapped = [0_usize; STRIP];
    for run in runs {
        for page in run.first..run.first + run.pages {
            mapped[(page / EACH).min(STRIP - 1)] += 1;
        }
    }
    let shade = |pages| match pages {
        0 => ' ',
        EACH.. => '█',
        _ if pages >= EACH / 2 => '▒',
        _ => '░',
    };
    mapped.into_iter().map(shade).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::forest;
    use super::*;

    #[test]
    fn the_drawing_shows_every_row_with_its_propagation() {
        let text = draw(&forest(), 100);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8, "{text}");
        assert!(lines[0].contains("SharedEpt") && lines[0].contains("PrivateEpt") && lines[0].contains("─► SecureEpt"));
        assert!(lines[2].starts_with("Pml4 0x0 128T"), "{text}");
        assert!(lines[5].starts_with("    ├ Pt 0x0 2M"), "{text}");
        assert!(lines[5].ends_with("─► ▕░               ▏2 Mapped, 2 Pending"), "{text}");
        assert!(lines[6].starts_with("    ├ Pd 0x400000 2×2M"), "{text}");
        assert!(lines[7].starts_with("    └ Pd 0x800000 2M") && lines[7].ends_with("█▏Pending"), "{text}");
        assert!(lines.iter().all(|line| line.chars().count() <= 120), "{text}");
    }

    #[test]
    fn rows_beyond_the_limit_are_counted() {
        let text = draw(&forest(), 4);
        assert!(text.ends_with("… and 2 rows more: --svg draws them\n"), "{text}");
    }

    #[test]
    fn a_strip_tells_none_some_half_and_all_apart() {
        let run = |first, pages| Run { first, pages, state: "" };
        assert_eq!(strip(&[run(0, 32), run(32, 16), run(64, 15), run(500, 12)]), "█▒░            ░");
    }
}
