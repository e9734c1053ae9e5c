//! How many operations of recorded traces are played a second, reading and comparing included.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::GzDecoder;
use pt_emulated::tdx::trace::{Answer, Line, Lines, Malformed, Misplaced, Operation, Script, Session, play};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

struct Checker<'a> {
    lines: Lines<'a>,
    line: Option<Line<'a>>,
    buffer: Vec<u8>,
    agreeing: u64,
}

impl Script for Checker<'_> {
    type Error = Malformed;

    fn next(&mut self) -> Result<Option<Operation>, Malformed> {
        self.line = self.lines.next().transpose()?;
        Ok(self.line.as_ref().map(|line| line.operation))
    }

    fn answered(&mut self, _: Operation, answer: Answer, _: &Session<'_>) -> Result<(), Malformed> {
        let recorded = self.line.as_ref().and_then(|line| line.answer);
        self.agreeing += u64::from(recorded.is_some_and(|(_, text)| answer.is_written_as(text, &mut self.buffer)));
        Ok(())
    }

    fn refused(&mut self, _: Operation, _: Misplaced) -> Result<(), Malformed> {
        Ok(())
    }
}

fn check(text: &[u8]) -> u64 {
    let mut checker = Checker { lines: Lines::new(text), line: None, buffer: Vec::new(), agreeing: 0 };
    play(&mut checker).expect("the recordings are well-formed");
    checker.agreeing
}

/// All recorded traces, one behind the other.
fn recordings() -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let mut text = Vec::new();
    for file in fs::read_dir(directory).expect("the recordings are there") {
        let path = file.expect("the recordings can be listed").path();
        if path.to_str().is_some_and(|path| path.ends_with(".trace.gz")) {
            let packed = File::open(path).expect("a recording can be opened");
            GzDecoder::new(packed).read_to_end(&mut text).expect("a recording can be unpacked");
        }
    }
    text
}

fn replay(criterion: &mut Criterion) {
    let text = recordings();
    let operations = Lines::new(&text).count() as u64;
    assert_eq!(check(&text), operations);
    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(operations));
    group.bench_function("recorded traces", |bencher| bencher.iter(|| check(&text)));
    group.finish();
}

criterion_group!(benches, replay);
criterion_main!(benches);
