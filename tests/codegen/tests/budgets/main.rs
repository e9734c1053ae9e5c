//! How many instructions the engine runs for one page, held to the budgets in `budgets.md`: counted one by one by
//! callgrind, and therefore the same on every run and every machine. Time plays no part in it.
//!
//! The program `workloads` of this package, with cargo's default release profile, runs each workload once by the engine
//! and once by hand.
//!
//! - `COUNTS=1 cargo test -p pt-assembly --test budgets` prints all counts.
//! - `BLESS=1` writes the counts into the file as the new budgets; the difference is then for a person to read.
#![cfg(target_arch = "x86_64")]
#![forbid(unsafe_code)]

mod counts;
mod table;

use counts::{Count, count};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use table::{DESIGNS, Row};

/// Writes to standard error, also when the harness holds back what passing tests print.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether valgrind can be run.
fn has_valgrind() -> bool {
    match Command::new("valgrind").arg("--version").output() {
        Ok(output) => output.status.success(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => panic!("valgrind is there and cannot be run: {error}"),
    }
}

/// Compiles `workloads` with the release profile, without any setting of the user's.
fn program() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let status = Command::new(env::var_os("CARGO").expect("cargo runs the tests"))
        .args(["build", "--quiet", "--release", "--bin", "workloads", "--package", env!("CARGO_PKG_NAME")])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "`workloads` does not compile with the release profile");
    target.join("release/workloads")
}

/// The count of one workload of one design, by the engine and by hand.
fn find<'c>(counts: &'c [Count], design: &str, workload: &str, who: &str) -> Option<&'c Count> {
    counts.iter().find(|count| (&*count.design, &*count.workload, &*count.who) == (design, workload, who))
}

fn print(rows: &[Row], counts: &[Count]) {
    say(&format!("instructions a page          {:>10} {:>8} {:>12} {:>8}", "engine", "budget", "goal", "by hand"));
    for row in rows {
        for (design, budget) in DESIGNS.iter().zip(row.budgets) {
            let Some(engine) = find(counts, design, &row.workload, "engine") else { continue };
            let hand = find(counts, design, &row.workload, "hand");
            let hand = hand.map_or("-".to_owned(), |hand| format!("{:.2}", hand.per_operation()));
            let budget = budget.map_or("-".to_owned(), |budget| format!("{budget:.1}"));
            let (workload, each) = (&row.workload, engine.per_operation());
            say(&format!("{design:<7}{workload:<22}{each:>10.2} {budget:>8} {:>12} {hand:>8}", row.goal));
        }
    }
}

#[test]
fn the_engine_keeps_to_its_budgets() {
    if !has_valgrind() {
        say("SKIPPED: instructions are not counted, because there is no valgrind on this machine");
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("budgets.md");
    let text = fs::read_to_string(&path).expect("the budgets can be read");
    let counts = count(&program());
    if env::var_os("BLESS").is_some() {
        let blessed = table::blessed(&text, |design, workload| {
            find(&counts, design, workload, "engine").map(Count::per_operation)
        });
        fs::write(&path, blessed).expect("the budgets can be written");
        return;
    }
    let rows = table::rows(&text);
    if env::var_os("COUNTS").is_some() {
        print(&rows, &counts);
    }
    let mut problems = Vec::new();
    for count in counts.iter().filter(|count| count.who == "engine") {
        let row = rows.iter().find(|row| row.workload == count.workload);
        let budget = row.and_then(|row| row.budget(&count.design));
        let (design, workload, each) = (&count.design, &count.workload, count.per_operation());
        match budget {
            None => problems.push(format!("{design}, {workload}: {each:.2} instructions, and no budget")),
            Some(budget) if each > budget => {
                problems.push(format!("{design}, {workload}: {each:.2} instructions, the budget is {budget:.1}"));
            }
            Some(_) => {}
        }
    }
    for row in &rows {
        for design in DESIGNS.iter().filter(|design| row.budget(design).is_some()) {
            if find(&counts, design, &row.workload, "engine").is_none() {
                problems.push(format!("{design}, {}: a budget, and nothing that is counted", row.workload));
            }
        }
    }
    assert!(problems.is_empty(), "{}\nBLESS=1 accepts new budgets", problems.join("\n"));
}
