//! The memory of an emulated machine: a file that the emulator maps (`memory-backend-file`, `share=on`), so that what
//! is written before a run is there, and what the machine wrote can be read after it.

use pt_core::{Arena, Hpa, Memory as _};
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Bytes in a page of the arena, and the 64-bit words in it.
const PAGE: u64 = 4096;
const WORDS: usize = 512;

/// Memory from a physical address on. It is zero at first, and its file goes away with it.
#[derive(Debug)]
pub struct GuestRam {
    file: File,
    path: PathBuf,
    base: u64,
}

impl GuestRam {
    /// `bytes` of memory at the physical address `base`, in a new file in `folder`, of which `name` is a part.
    ///
    /// # Panics
    /// As do all methods, if the file cannot be made, read or written.
    #[must_use]
    pub fn new(folder: &Path, name: &str, base: u64, bytes: u64) -> Self {
        let path = folder.join(format!("{name}-{}.ram", std::process::id()));
        let options = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let file = options.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.set_len(bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { file, path, base }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `bytes` to the physical address `at`.
    ///
    /// # Panics
    /// See [`new`](Self::new).
    pub fn write(&self, at: u64, bytes: &[u8]) {
        let written = self.file.write_all_at(bytes, at - self.base);
        written.unwrap_or_else(|error| panic!("{} bytes to {at:#x}: {error}", bytes.len()));
    }

    /// Writes 64-bit words to the physical address `at`.
    ///
    /// # Panics
    /// See [`new`](Self::new).
    pub fn write_words(&self, at: u64, words: &[u64]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.write(at, &bytes);
    }

    /// The `count` 64-bit words at the physical address `at`.
    ///
    /// # Panics
    /// See [`new`](Self::new).
    #[must_use]
    pub fn read_words(&self, at: u64, count: usize) -> Vec<u64> {
        let mut bytes = vec![0; 8 * count];
        let read = self.file.read_exact_at(&mut bytes, at - self.base);
        read.unwrap_or_else(|error| panic!("{} bytes of {at:#x}: {error}", bytes.len()));
        bytes.as_chunks().0.iter().map(|&word| u64::from_le_bytes(word)).collect()
    }

    /// Writes the tables in an arena, word by word as they are, to where their frames are.
    ///
    /// # Panics
    /// See [`new`](Self::new).
    pub fn write_tables(&self, arena: &Arena) {
        for frame in tables(arena) {
            let words: Vec<u64> = (0..WORDS).map(|index| arena.word(frame, index).load(Ordering::Acquire)).collect();
            self.write_words(frame.as_u64(), &words);
        }
    }

    /// Reads the tables back, with the bits that the machine has set in them.
    ///
    /// # Panics
    /// See [`new`](Self::new).
    pub fn read_tables(&self, arena: &Arena) {
        for frame in tables(arena) {
            for (index, &word) in self.read_words(frame.as_u64(), WORDS).iter().enumerate() {
                arena.word(frame, index).store(word, Ordering::Release);
            }
        }
    }
}

/// The pages of an arena that are, or were, part of a table. All others are as they were made, full of ones, which are
/// no entry.
fn tables(arena: &Arena) -> impl Iterator<Item = Hpa> {
    let base = arena.base().as_u64();
    let pages = (0..arena.pages() as u64).map(move |page| Hpa::new(base + page * PAGE));
    pages.filter(|&frame| arena.word(frame, 0).load(Ordering::Acquire) != u64::MAX)
}

impl Drop for GuestRam {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_go_to_their_frames_and_come_back_as_the_machine_left_them() {
        let arena = Arena::new(Hpa::new(0x8000_2000), 0x2000);
        let ram = GuestRam::new(&std::env::temp_dir(), "tables", 0x8000_0000, 0x4000);
        let table = Hpa::new(0x8000_3000);
        arena.word(table, 0).store(0, Ordering::Release);
        arena.word(table, 7).store(0x1234, Ordering::Release);
        ram.write_tables(&arena);
        assert_eq!(ram.read_words(0x8000_3038, 1), [0x1234]);
        ram.write_words(0x8000_3038, &[0x1274]);
        ram.read_tables(&arena);
        assert_eq!(arena.read(Hpa::new(0x8000_3038)), Some(0x1274));
        assert_eq!(ram.read_words(0x8000_0000, 2), [0, 0], "what is no table is left alone");
    }
}
