//! The rows as a picture: three columns, and an arrow wherever a private entry stands for a protected one.
//!
//! The file needs nothing else: no style sheet, no script, no font of its own.

use super::{Cell, Forest, Row, Run, by_state, size};
use std::fmt::Write;

const ROW: usize = 24;
const TOP: usize = 92;
const LABEL: usize = 190;
/// The left edge of each column.
const COLUMNS: [usize; 3] = [LABEL, LABEL + 330, LABEL + 720];
const INDENT: usize = 18;
/// The bar that stands for the 512 pages behind a table, or for one block.
const BAR: usize = 150;
const BAR_HEIGHT: usize = 14;
const WIDTH: usize = COLUMNS[2] + 450;
/// Where the arrows between the last two columns begin and end.
const ARROW: [usize; 2] = [COLUMNS[2] - 96, COLUMNS[2] - 12];
/// Rows beyond this are counted only.
const MOST_ROWS: usize = 600;
/// Fill of the states in the order of the legend.
const PALETTE: [&str; 8] = ["#4c78a8", "#e45756", "#9ecae9", "#f2a6a6", "#72b7b2", "#b279a2", "#eeca3b", "#9d755d"];
/// Fill of pages without a state: those of the VMM's own tables.
const PLAIN: [&str; 3] = ["#59a14f", "#f2b64c", "#8c8c8c"];

/// Draws the trees. `states` are the states that a page of the protected table can be in, for the legend.
pub fn draw(forest: &Forest, states: &[&'static str]) -> String {
    let rows = forest.rows();
    let shown = &rows[..rows.len().min(MOST_ROWS)];
    let height = TOP + ROW * (shown.len() + 3);
    let mut svg = String::new();
    head(&mut svg, forest, height);
    for (index, row) in shown.iter().enumerate() {
        draw_row(&mut svg, row, middle(index), states);
    }
    for column in 0..3 {
        branches(&mut svg, shown, column);
    }
    let foot = middle(shown.len() + 1);
    if shown.len() < rows.len() {
        text(&mut svg, 12, foot - ROW, "note", &format!("… and {} rows more", rows.len() - shown.len()));
    }
    legend(&mut svg, foot, states);
    svg.push_str("</svg>\n");
    svg
}

/// The vertical middle of a row.
const fn middle(row: usize) -> usize {
    TOP + ROW * row + ROW / 2
}

fn head(svg: &mut String, forest: &Forest, height: usize) {
    let _ = write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">
<style>
text {{ font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #222; }}
.name {{ font-size: 17px; font-weight: bold; }}
.note {{ fill: #666; }}
.line {{ stroke: #b0b0b0; fill: none; }}
.frame {{ stroke: #555; fill: #fff; }}
.arrow {{ stroke: #c2410c; stroke-width: 1.2; marker-end: url(#head); }}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 L8 4 L0 8 z" fill="#c2410c"/></marker></defs>
<rect width="{WIDTH}" height="{height}" fill="#fff"/>
"##
    );
    text(svg, 12, 30, "name", "Guest-physical");
    text(svg, 12, 50, "note", "without the split bit");
    for (tree, x) in forest.trees.iter().zip(COLUMNS) {
        text(svg, x, 30, "name", tree.name);
        text(svg, x, 50, "note", tree.caption);
    }
    text(svg, ARROW[0], 30, "note", "propagates");
    arrow(svg, 42);
    let _ = writeln!(svg, r#"<path class="line" d="M12 66 H{}"/>"#, WIDTH - 12);
}

fn draw_row(svg: &mut String, row: &Row, y: usize, states: &[&'static str]) {
    let repeated = if row.repeated > 1 { format!("{} × ", row.repeated) } else { String::new() };
    text(svg, 12, y + 4, "", &format!("{:#x}", row.address));
    let label = format!("{} {repeated}{}", row.level, size(row.bytes));
    let _ = writeln!(svg, r#"<text class="note" x="{}" y="{}" text-anchor="end">{label}</text>"#, LABEL - 16, y + 4);
    for (column, cell) in row.cells.iter().enumerate() {
        if let Some(cell) = cell {
            draw_cell(svg, cell, column, COLUMNS[column] + INDENT * row.depth, y, states);
        }
    }
    if row.cells[1].is_some() && row.cells[2].is_some() {
        arrow(svg, y);
    }
}

fn arrow(svg: &mut String, y: usize) {
    let [from, to] = ARROW;
    let _ = writeln!(svg, r#"<path class="arrow" d="M{from} {y} H{to}"/>"#);
}

fn draw_cell(svg: &mut String, cell: &Cell, column: usize, x: usize, y: usize, states: &[&'static str]) {
    let top = y - BAR_HEIGHT / 2;
    let bar = |svg: &mut String, x: usize, width: usize, fill: &str| {
        let _ = writeln!(svg, r#"<rect x="{x}" y="{top}" width="{width}" height="{BAR_HEIGHT}" fill="{fill}"/>"#);
    };
    let outline = |svg: &mut String, width: usize| {
        let _ =
            writeln!(svg, r#"<rect class="frame" x="{x}" y="{top}" width="{width}" height="{BAR_HEIGHT}" rx="2"/>"#);
    };
    match cell {
        Cell::Table { frame, used } => {
            outline(svg, 30);
            text(svg, x + 38, y + 4, "", &format!("{frame:#x}, {used} used"));
        }
        Cell::Block { state } => {
            bar(svg, x, BAR, fill(column, state, states));
            text(svg, x + BAR + 8, y + 4, "", state);
        }
        Cell::Pages { runs, .. } => {
            outline(svg, BAR);
            for Run { first, pages, state } in runs {
                // At least a pixel, so that a single page can be seen.
                let (from, to) = (first * BAR / 512, (first + pages) * BAR / 512);
                bar(svg, x + from.min(BAR - 1), (to - from).max(1), fill(column, state, states));
            }
            let sums: Vec<_> =
                by_state(runs).into_iter().map(|(state, pages)| format!("{pages} × 4K {state}")).collect();
            text(svg, x + BAR + 8, y + 4, "", sums.join(", ").trim_end());
        }
    }
}

fn fill(column: usize, state: &str, states: &[&'static str]) -> &'static str {
    match states.iter().position(|known| *known == state) {
        Some(index) if column == 2 => PALETTE[index % PALETTE.len()],
        _ => PLAIN[column],
    }
}

/// The lines from each table of a column to what hangs at it.
fn branches(svg: &mut String, rows: &[Row], column: usize) {
    // The last row of the column at each depth: the parent of what comes next below it.
    let mut parents: Vec<usize> = Vec::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.cells[column].is_some()) {
        parents.truncate(row.depth);
        if let Some(&parent) = parents.last() {
            let x = COLUMNS[column] + INDENT * (row.depth - 1) + 7;
            let (from, to) = (middle(parent) + BAR_HEIGHT / 2, middle(index));
            let _ = writeln!(svg, r#"<path class="line" d="M{x} {from} V{to} H{}"/>"#, x + INDENT - 8);
        }
        parents.push(index);
    }
}

fn legend(svg: &mut String, y: usize, states: &[&'static str]) {
    let known = states.iter().enumerate().map(|(index, state)| (PALETTE[index % PALETTE.len()], *state));
    let mut x = 12;
    for (fill, name) in [(PLAIN[0], "shared page"), (PLAIN[1], "private page")].into_iter().chain(known) {
        let _ =
            writeln!(svg, r#"<rect x="{x}" y="{}" width="{BAR_HEIGHT}" height="{BAR_HEIGHT}" fill="{fill}"/>"#, y - 11);
        text(svg, x + BAR_HEIGHT + 6, y, "note", name);
        x += BAR_HEIGHT + 30 + 8 * name.len();
    }
}

fn text(svg: &mut String, x: usize, y: usize, class: &str, content: &str) {
    let content = content.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(svg, r#"<text class="{class}" x="{x}" y="{y}">{content}</text>"#);
}

#[cfg(test)]
mod tests {
    use super::super::tests::forest;
    use super::*;

    #[test]
    fn every_private_cell_has_its_arrow_and_the_heading_one_more() {
        let svg = draw(&forest(), &["Mapped", "Pending"]);
        let arrows = svg.matches("class=\"arrow\"").count();
        assert_eq!(arrows, 1 + forest().rows().len());
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn states_have_the_colour_of_the_legend() {
        let svg = draw(&forest(), &["Mapped", "Pending"]);
        // Two runs of pages and one block are pending; the legend shows each once.
        assert_eq!(svg.matches(PALETTE[1]).count(), 3 + 1);
        assert_eq!(svg.matches(PALETTE[0]).count(), 2 + 1);
    }

    #[test]
    fn text_is_escaped() {
        let mut svg = String::new();
        text(&mut svg, 0, 0, "", "a<b&c");
        assert!(svg.contains("a&lt;b&amp;c"));
    }
}
