//! Exact counts: all rows once under callgrind, which writes one file for each run of [`measured`].
//!
//! The parent starts this program anew under valgrind; the child prints what it runs, in order, and the files are
//! numbered in the same order. Sizes are small where counts of an operation do not depend on them.
//!
//! callgrind counts each step of `rep stosb` as an instruction: for the C library's `memset` that is switched off, or
//! each new table would count some 4000.
//!
//! [`measured`]: crate::measure::measured

use crate::contender::{LIBRARIES, Row, row};
use crate::hooks;
use crate::measure::measured;
use crate::memory::Arena;
use crate::report::Cells;
use crate::workload::{Scale, Workload};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// What the child is called with.
pub const CHILD: &str = "--under-callgrind";

/// Calls `visit` with every row on a scale, one after the other.
pub fn each_row(scale: &Scale, mut visit: impl FnMut(Row<'_>)) {
    let arena = Arena::new(LIBRARIES, scale.table_pages());
    for workload in Workload::all(scale) {
        visit(row(&arena, workload, scale));
    }
    visit(hooks::row(&arena, scale));
}

/// Runs everything once and prints what, in order.
///
/// # Panics
/// If a result is wrong.
pub fn child() {
    each_row(&Scale::COUNTED, |mut row| {
        for contender in &mut row.contenders {
            contender.prepare();
            let offered = measured(&mut **contender);
            assert!(!offered || contender.digest() == row.expected, "{}: {} is wrong", row.name, contender.name());
            let operations = if offered { row.operations } else { 0 };
            println!("{}\t{}\t{operations}", row.name, contender.name());
        }
    });
}

/// Counts the instructions of `program`, which is this one or another build of it. `None` without valgrind.
///
/// # Errors
/// Files cannot be read or written, or valgrind fails.
pub fn count(program: &Path) -> io::Result<Option<Cells>> {
    let folder = env::temp_dir().join(format!("pt-benches-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let output = Command::new("valgrind")
        // One pattern for two options would set only one of them.
        .args(["--tool=callgrind", "--toggle-collect=*measure::measured*", "--dump-line=no"])
        .arg("--dump-after=pt_benches::measure::measured*")
        .arg(format!("--callgrind-out-file={}", folder.join("count").display()))
        .arg(program)
        .arg(CHILD)
        .env("GLIBC_TUNABLES", "glibc.cpu.x86_rep_stosb_threshold=0x10000000")
        .output();
    let output = match output {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        output => output?,
    };
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let mut cells = Cells::default();
    for (number, line) in String::from_utf8_lossy(&output.stdout).lines().enumerate() {
        let fields: Vec<_> = line.split('\t').collect();
        let [row, column, operations] = fields.as_slice() else { return Err(io::Error::other(line)) };
        let report = fs::read_to_string(folder.join(format!("count.{}", number + 1)))?;
        let total = report.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse::<f64>().ok());
        match (operations.parse::<f64>(), total) {
            (Ok(operations), Some(total)) if operations > 0.0 => cells.insert(row, column, total / operations),
            _ => {}
        }
    }
    fs::remove_dir_all(&folder)?;
    Ok(Some(cells))
}
