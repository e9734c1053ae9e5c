//! One case: a file that commits a mistake, its header, its twin and the compiler's answer.

use crate::answer::{self, Problem};
use std::path::{Path, PathBuf};

/// A file that must not compile.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Case {
    /// The file, relative to the package.
    pub path: PathBuf,
    /// The folder that it lies in, below the folder of all cases; empty where there is none.
    pub class: String,
    /// What goes wrong in practice: the first paragraph of its documentation.
    pub mistake: String,
    /// Where it was seen, one a line that begins with `Seen:`.
    pub seen: Vec<Sighting>,
}

/// Where a mistake was seen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Sighting {
    /// The project and the function, commit or report.
    pub place: String,
    /// What a catalogue calls it: the names in brackets at the end of the line.
    pub names: Vec<String>,
}

impl Case {
    /// Every case in `folder` and in the folders right below it, in order of the path.
    ///
    /// # Panics
    /// If the folder, or a file in it, cannot be read.
    pub(crate) fn all(folder: &Path) -> Vec<Self> {
        let mut cases = Vec::new();
        for entry in entries(folder) {
            if entry.is_dir() {
                let class = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
                cases.extend(
                    entries(&entry).into_iter().filter(|path| is_case(path)).map(|path| Self::read(path, &class)),
                );
            } else if is_case(&entry) {
                cases.push(Self::read(entry, ""));
            }
        }
        cases.sort();
        cases
    }

    fn read(path: PathBuf, class: &str) -> Self {
        let text = read(&path);
        let header: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let (mistake, rest) = header.split_at(header.iter().position(|line| line.is_empty()).unwrap_or(header.len()));
        let mut seen: Vec<String> = Vec::new();
        for line in rest {
            match (line.strip_prefix("Seen:"), seen.last_mut()) {
                (Some(place), _) => seen.push(place.trim().to_owned()),
                (None, Some(last)) if !line.is_empty() => *last = format!("{last} {line}"),
                _ => {}
            }
        }
        let seen = seen.iter().map(|line| Sighting::parse(line)).collect();
        Self { path, class: class.to_owned(), mistake: mistake.join(" "), seen }
    }

    /// The twin: the same code with one token changed, which compiles.
    #[must_use]
    pub fn twin(&self) -> PathBuf {
        self.path.with_extension("pass.rs")
    }

    /// The compiler's answer on the pinned toolchain.
    #[must_use]
    pub fn answer(&self) -> PathBuf {
        self.path.with_extension("stderr")
    }

    /// The errors of the compiler's answer.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        answer::recorded(&read(&self.answer()))
    }

    /// The name of the file, without its extension.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn quotes_the_standard_library(&self) -> bool {
        std::fs::read_to_string(self.answer()).is_ok_and(|answer| answer.contains("$RUST"))
    }

    /// What is wrong with the header, or with the answer.
    pub(crate) fn complaint(&self) -> Option<String> {
        let path = self.path.display();
        match () {
            () if self.mistake.is_empty() => {
                Some(format!("{path} does not open with `//! what goes wrong in practice`"))
            }
            () if !self.mistake.ends_with('.') => Some(format!("{path} does not open with a sentence")),
            () if self.seen.iter().any(|sighting| sighting.place.is_empty()) => Some(format!("{path}: seen where?")),
            () if self.seen.iter().any(|sighting| sighting.place.ends_with(']')) => {
                Some(format!("{path}: the names of a `Seen:` line stand in one pair of brackets"))
            }
            // The compiler quotes the standard library only where its source is installed.
            () if self.quotes_the_standard_library() => Some(format!(
                "{path}: the answer depends on whether the component `rust-src` is installed: make the mistake in a \
                 call of a function of the case"
            )),
            () => None,
        }
    }
}

impl Sighting {
    /// `place [name, name]`.
    fn parse(line: &str) -> Self {
        let bracketed = line.strip_suffix(']').and_then(|line| line.rsplit_once('['));
        let (place, names) = bracketed.unwrap_or((line, ""));
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Self { place: place.trim().to_owned(), names }
    }
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry of a folder").path()).collect()
}

/// A Rust file that is not a twin.
fn is_case(path: &Path) -> bool {
    let is = |name: Option<&std::ffi::OsStr>, wanted| name.is_some_and(|name| name == wanted);
    is(path.extension(), "rs") && !is(path.file_stem().and_then(|stem| Path::new(stem).extension()), "pass")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sighting_ends_with_its_names() {
        let seen = Sighting::parse("KVM tdp_mmu.c, `tdp_mmu_zap_leafs` [kvm-46, peer-7]");
        assert_eq!(seen.place, "KVM tdp_mmu.c, `tdp_mmu_zap_leafs`");
        assert_eq!(seen.names, ["kvm-46", "peer-7"]);
        assert_eq!(Sighting::parse("nowhere").names, [""; 0]);
    }

    #[test]
    fn twins_and_answers_are_no_cases() {
        assert!(is_case(Path::new("cases/kind/a.rs")));
        assert!(!is_case(Path::new("cases/kind/a.pass.rs")));
        assert!(!is_case(Path::new("cases/kind/a.stderr")));
    }
}
