//! Every row of the matrix has the recorded outcome.

use super::recordings;
use pt_emulated::tdx::trace::matrix::{Row, Rows, play};

fn differences(text: &[u8]) -> (usize, Vec<String>) {
    let rows: Vec<Row> = Rows::new(text).map(Result::unwrap).collect();
    let differs = |row: &Row| {
        let found = play(row).unwrap();
        (!found.agrees_with(&row.expected)).then(|| format!("{row:x?}\n  now {found:x?}"))
    };
    (rows.len(), rows.iter().filter_map(differs).collect())
}

#[test]
fn every_row_has_the_recorded_outcome() {
    let (_, text) = recordings("sept-matrix.txt").pop().unwrap();
    let (rows, differences) = differences(&text);
    assert!(differences.is_empty(), "{} of {rows}:\n{}", differences.len(), differences.join("\n"));
    assert_eq!(rows, 1_984);
}

#[test]
fn a_planted_difference_is_found() {
    let (_, text) = recordings("sept-matrix.txt").pop().unwrap();
    let text = String::from_utf8(text).unwrap();
    for (from, to) in
        [("dchld=-1 ", "dchld=0 "), ("rdx=8401", "rdx=8400"), ("EEQ=1", "EEQ=2"), ("raw=80c0", "raw=80e0")]
    {
        let planted = text.replacen(from, to, 1);
        assert_ne!(planted, text);
        assert_eq!(differences(planted.as_bytes()).1.len(), 1, "{from}");
    }
}
