//! The instructions of each operation as a drawing: a row for each operation, a dot for each library, on a scale in
//! which each step is a factor of ten. Left is better.

use crate::markdown::digits;
use crate::peer::Size;
use crate::report::Cells;
use crate::workload::{Order, Workload};
use std::fmt::Write as _;

/// The libraries: column, and colour. Ours is drawn last, on top.
const SERIES: &[(&str, &str)] = &[
    ("aarch64-paging", "#8d6bbf"),
    ("patina", "#b0703c"),
    ("pt-generic", "#c2577f"),
    ("multiarch", "#3d9970"),
    ("x86_64 Offset", "#6ea8dc"),
    ("x86_64 Mapped", "#2f6fb3"),
    ("hand", "#8a8f98"),
    (OURS, "#e4572e"),
];
const OURS: &str = "pt";

const WIDTH: f64 = 860.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 74.0;
const TOP: f64 = 92.0;
const STEP: f64 = 34.0;
/// The scale begins at 10 to the power of this, and ends at that of the other.
const FIRST: f64 = -2.0;
const LAST: f64 = 3.5;

fn operations() -> Vec<(&'static str, Workload)> {
    vec![
        ("translate", Workload::Translate(Order::Random, 64)),
        ("map 4K, in order", Workload::Map(Order::Sequential)),
        ("map 4K, random", Workload::Map(Order::Random)),
        ("map a range, 4K", Workload::MapRange(Size::Page)),
        ("map a range, 2M", Workload::MapRange(Size::Block)),
        ("unmap 4K, in order", Workload::Unmap(Order::Sequential)),
        ("unmap a range, whole tables", Workload::ClearTables),
        ("protect a range", Workload::ProtectRange),
        ("walk, sparse", Workload::WalkSparse),
    ]
}

/// Draws the counts.
#[must_use]
pub fn draw(instructions: &Cells) -> String {
    let operations = operations();
    let bottom = TOP + STEP * operations.len() as f64;
    let height = bottom + 46.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Instructions of each operation, for each library</title>\n\
         <style>\n\
         text {{ fill: #24292f }} .quiet {{ fill: #57606a }} .ours {{ fill: #e4572e; font-weight: 600 }} .grid {{ stroke: #d0d7de }} .ground {{ fill: #ffffff }}\n\
         @media (prefers-color-scheme: dark) {{\n\
         text {{ fill: #e6edf3 }} .quiet {{ fill: #9da7b3 }} .grid {{ stroke: #30363d }} .ground {{ fill: #0d1117 }} }}\n\
         </style>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\">Instructions per lookup or page</text>\n\
         <text x=\"16\" y=\"45\" class=\"quiet\">exact counts, cargo's release profile; each step is a factor of ten, left is better</text>\n"
    );
    legend(&mut svg);
    for power in FIRST as i32..=LAST as i32 {
        let x = place(10_f64.powi(power));
        let _ = writeln!(svg, "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>");
        let _ = writeln!(
            svg,
            "<text class=\"quiet\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 20.0,
            10_f64.powi(power)
        );
    }
    for (number, (label, workload)) in operations.iter().enumerate() {
        let y = TOP + STEP * (number as f64 + 0.5);
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>", LEFT - 14.0, y + 4.5);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/>",
            WIDTH - RIGHT
        );
        if let Some(ours) = instructions.get(&workload.name(), OURS) {
            let x = WIDTH - 16.0;
            let ours = digits(ours);
            let _ =
                writeln!(svg, "<text class=\"ours\" x=\"{x}\" y=\"{:.1}\" text-anchor=\"end\">{ours}</text>", y + 4.5);
        }
        for &(column, colour) in SERIES {
            if let Some(value) = instructions.get(&workload.name(), column) {
                dot(&mut svg, column, colour, place(value), y);
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend(svg: &mut String) {
    let mut x = 20.0;
    for &(column, colour) in SERIES.iter().rev() {
        dot(svg, column, colour, x, 70.0);
        let label = if column == "hand" { "by hand" } else { column };
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"74.5\">{label}</text>", x + 11.0);
        x += 32.0 + 7.1 * label.len() as f64;
    }
}

/// Ours is large, what is written by hand is a ring.
fn dot(svg: &mut String, column: &str, colour: &str, x: f64, y: f64) {
    let _ = match column {
        OURS => writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"7\" fill=\"{colour}\"/>"),
        "hand" => {
            writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"8.5\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
            )
        }
        _ => writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{colour}\" fill-opacity=\"0.9\"/>"),
    };
}

/// Where a value is on the scale.
fn place(value: f64) -> f64 {
    let power = value.max(1e-9).log10().clamp(FIRST, LAST);
    LEFT + (power - FIRST) / (LAST - FIRST) * (WIDTH - LEFT - RIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_instructions_is_one_step_to_the_left() {
        let step = place(1000.0) - place(100.0);
        assert!((place(100.0) - place(10.0) - step).abs() < 1e-9);
        assert!(step > 0.0);
    }

    #[test]
    fn each_value_is_a_dot() {
        let mut cells = Cells::default();
        let empty = draw(&cells).matches("<circle").count();
        cells.insert(&Workload::WalkSparse.name(), "patina", 295.0);
        assert_eq!(draw(&cells).matches("<circle").count(), empty + 1);
    }
}
