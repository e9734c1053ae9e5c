//! Measures the engine against its peers, prints the goals, and writes `RESULTS.md`, `results.svg` and the figures of
//! the project's README.
//!
//! ```text
//! compare [--quick]
//!   --quick   small sizes, few rounds, no builds; writes nothing
//! ```

use pt_benches::goals::{Measured, checks};
use pt_benches::instructions::{self, CHILD, each_row};
use pt_benches::report::Cells;
use pt_benches::workload::Scale;
use pt_benches::{faults, locked, machine, markdown, measure, plot, program};
use std::path::Path;
use std::{env, fs, io};

const COMMAND: &str = "cargo run --release --bin compare";

fn main() -> io::Result<()> {
    let mut quick = false;
    for argument in env::args().skip(1) {
        match argument.as_str() {
            CHILD => {
                instructions::child();
                return Ok(());
            }
            "--quick" => quick = true,
            _ => return Err(io::Error::other(format!("usage: {COMMAND} [-- --quick]"))),
        }
    }
    let machine = machine::name();
    let measured = measure(quick)?;
    let checks = checks(&measured);
    let page = markdown::page(&measured, &checks, &machine, COMMAND);
    println!("{page}");
    let met = checks.iter().filter(|check| check.is_met() == Some(true)).count();
    println!("\n{met} of {} bounds are met.\n\n{}", checks.len(), markdown::figures(&measured));
    if quick {
        return Ok(());
    }
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::write(package.join("RESULTS.md"), page)?;
    fs::write(package.join("results.svg"), plot::draw(&measured.instructions))?;
    figures_in(&package.join("../../README.md"), &markdown::figures(&measured))
}

fn measure(quick: bool) -> io::Result<Measured> {
    let (scale, rounds) = if quick { (Scale::QUICK, 5) } else { (Scale::LARGE, 15) };
    let own = env::current_exe()?;
    let mut measured = Measured { translated: scale.translated.to_vec(), ..Measured::default() };
    step("instructions");
    measured.instructions = instructions::count(&own)?.unwrap_or_else(|| skipped("no valgrind: nothing is counted"));
    step("times");
    each_row(&scale, |mut row| {
        step(&row.name);
        let times = measure::time(&mut row, rounds);
        for (contender, time) in row.contenders.iter().zip(times) {
            if let Some(time) = time {
                measured.nanoseconds.insert(&row.name, contender.name(), time.nanoseconds);
                measured.ratios.insert(&row.name, contender.name(), time.ratio);
            }
        }
    });
    step("two threads");
    let pages = if quick { 4096 } else { 65_536 };
    let arena = faults::arena(pages);
    measured.faults = faults::time(&arena, pages, 5 * rounds);
    measured.handover = faults::handover(5 * rounds);
    measured.locked = locked::beyond_one_a_page(4096);
    step("code");
    measured.code = program::code(&own).unwrap_or_else(|| skipped("no nm and objdump: code has no size"));
    measured.expansion = program::expansion();
    if !quick {
        // What was measured is worth writing down, even where cargo cannot build.
        step("cold builds");
        measured.builds = program::cold_builds().unwrap_or_else(|error| skipped(&error.to_string()));
        step("a build with LTO");
        let counted = program::with_lto().and_then(|program| instructions::count(&program));
        measured.with_lto = counted.unwrap_or_else(|error| Some(skipped(&error.to_string()))).unwrap_or_default();
    }
    Ok(measured)
}

fn step(what: &str) {
    eprintln!("… {what}");
}

fn skipped(why: &str) -> Cells {
    eprintln!("SKIPPED: {why}");
    Cells::default()
}

/// Puts the figures between the two markers of a page.
fn figures_in(page: &Path, figures: &str) -> io::Result<()> {
    const BEGIN: &str = "<!-- figures: written by compare -->\n";
    const END: &str = "<!-- end of figures -->";
    let text = fs::read_to_string(page)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else { return Err(io::Error::other("the README has no place for the figures")) };
    fs::write(page, format!("{before}{BEGIN}{figures}{END}{after}"))
}
