//! Files, plain or gzip.

use flate2::read::MultiGzDecoder;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

const GZIP: &[u8] = &[0x1f, 0x8b];

/// The text of the file.
///
/// # Errors
/// If it cannot be read, or is damaged gzip.
pub fn load(path: &Path) -> io::Result<Vec<u8>> {
    let stored = fs::read(path)?;
    if !stored.starts_with(GZIP) {
        return Ok(stored);
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(&stored[..]).read_to_end(&mut text)?;
    Ok(text)
}
