//! The module answers as the recorded one did: `tests/traces` holds the recordings.

mod matrix;
mod traces;

use flate2::read::GzDecoder;
use std::fs;
use std::io::Read;
use std::path::Path;

/// The recordings whose names end in `.extension.gz`, by name.
fn recordings(extension: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let mut found = Vec::new();
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if let Some(name) = name.strip_suffix(".gz").filter(|name| name.ends_with(extension)) {
            let mut text = Vec::new();
            GzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut text).unwrap();
            found.push((name.to_owned(), text));
        }
    }
    found.sort();
    found
}
