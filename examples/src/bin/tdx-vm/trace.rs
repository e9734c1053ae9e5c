//! Reads what `valgrind --tool=lackey --trace-mem=yes` writes, plain or gzip, one access at a time.
//!
//! ```text
//! ==6247== Lackey, an example Valgrind tool        lines of valgrind itself are skipped
//! I  0401ab70,3                                    an instruction is fetched: address, bytes
//!  L 1ffeffe7e8,8                                  a load
//!  S 1ffeffe7e0,8                                  a store
//!  M 0403e0a8,4                                    a load, and a store at the same place
//! ```
//!
//! Any other line ends the reading with its number and what was expected of it.

use flate2::bufread::MultiGzDecoder;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The trace that is played unless another one is asked for. `traces/README.md` says where it comes from.
const BUILT_IN: &[u8] = include_bytes!("../../../traces/xz.trace.gz");
/// The most bytes of one access: a page. Vector and state-saving instructions stay far below.
pub const MOST_BYTES: u32 = 4096;
/// Longer lines can only be lines of valgrind itself.
const LONGEST_LINE: u64 = 256;

/// What an access does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Fetches an instruction.
    Fetch,
    /// Reads data.
    Load,
    /// Writes data.
    Store,
    /// Reads data, then writes data at the same place.
    Modify,
}

/// One access of the traced program.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Access {
    /// What it does.
    pub kind: Kind,
    /// The virtual address in the traced program.
    pub address: u64,
    /// How many bytes: 1 to [`MOST_BYTES`]. The last one is still an address.
    pub bytes: u32,
}

/// Where a trace comes from. It can be opened more than once.
#[derive(Clone, PartialEq, Debug)]
pub enum Source {
    /// The one in the program.
    BuiltIn,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// Starts reading.
    ///
    /// # Errors
    /// [`BadTrace`] if the file cannot be opened.
    pub fn open(&self) -> Result<Reader, BadTrace> {
        let name = self.to_string();
        let opened: io::Result<Box<dyn Read + Send>> = match self {
            Self::BuiltIn => Ok(Box::new(BUILT_IN)),
            Self::File(path) => open_file(path),
        };
        match opened.and_then(|raw| Reader::new(name.clone(), raw)) {
            Ok(reader) => Ok(reader),
            Err(error) => Err(BadTrace { name, line: None, wrong: Wrong::Io(error) }),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => write!(f, "built-in trace of xz"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

fn open_file(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    Ok(Box::new(file))
}

/// The accesses of a trace, in order. It ends after the first error.
pub struct Reader {
    name: String,
    input: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    number: u64,
    accesses: u64,
    ended: bool,
}

impl Reader {
    /// Reads from `raw`, which errors will call `name`.
    ///
    /// # Errors
    /// What the first read said.
    pub fn new(name: String, raw: impl Read + Send + 'static) -> io::Result<Self> {
        let mut raw = BufReader::with_capacity(1 << 16, raw);
        let input: Box<dyn BufRead + Send> = if raw.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(raw)))
        } else {
            Box::new(raw)
        };
        Ok(Self { name, input, line: Vec::new(), number: 0, accesses: 0, ended: false })
    }

    /// Reads the next line without its end into `self.line`. Of a line that is too long, only the beginning.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        if self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if self.line.len() as u64 == LONGEST_LINE {
            self.input.skip_until(b'\n')?;
        }
        Ok(true)
    }

    fn next_access(&mut self) -> Result<Option<Access>, Wrong> {
        while self.read_line().map_err(Wrong::Io)? {
            if is_valgrinds_own(&self.line) {
                continue;
            }
            let access = parse(&self.line).map_err(|expected| Wrong::Line {
                expected,
                found: String::from_utf8_lossy(&self.line[..self.line.len().min(40)]).into_owned(),
            })?;
            self.accesses += 1;
            return Ok(Some(access));
        }
        if self.accesses == 0 { Err(Wrong::Empty) } else { Ok(None) }
    }
}

impl Iterator for Reader {
    type Item = Result<Access, BadTrace>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_access();
        self.ended = !matches!(next, Ok(Some(_)));
        next.map_err(|wrong| {
            let line = match wrong {
                Wrong::Line { .. } => Some(self.number),
                Wrong::Io(_) => Some(self.number + 1),
                Wrong::Empty => None,
            };
            BadTrace { name: self.name.clone(), line, wrong }
        })
        .transpose()
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {}", self.name, self.number)
    }
}

/// `==PID== text`, and `--PID-- text` or `**PID** text` for its warnings.
fn is_valgrinds_own(line: &[u8]) -> bool {
    matches!(line, [b'=', b'=', ..] | [b'-', b'-', ..] | [b'*', b'*', ..])
}

fn parse(line: &[u8]) -> Result<Access, &'static str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (kind, rest) = match line {
        [b'I', b' ', b' ', rest @ ..] => (Kind::Fetch, rest),
        [b' ', b'L', b' ', rest @ ..] => (Kind::Load, rest),
        [b' ', b'S', b' ', rest @ ..] => (Kind::Store, rest),
        [b' ', b'M', b' ', rest @ ..] => (Kind::Modify, rest),
        _ => return Err("`I  ADDRESS,BYTES`, ` L …`, ` S …` or ` M …`"),
    };
    let comma = rest.iter().position(|&byte| byte == b',').ok_or("a comma between address and bytes")?;
    let address = number(&rest[..comma], 16).ok_or("a hexadecimal address of at most 64 bits")?;
    let bytes = number(&rest[comma + 1..], 10)
        .and_then(|bytes| u32::try_from(bytes).ok())
        .filter(|bytes| (1..=MOST_BYTES).contains(bytes))
        .ok_or("1 to 4096 bytes after the comma")?;
    if address.checked_add(u64::from(bytes) - 1).is_none() {
        return Err("an access that ends within 64 bits");
    }
    Ok(Access { kind, address, bytes })
}

/// Digits only: neither sign nor space, and not too many of them.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let mut value = 0_u64;
    for &digit in digits {
        let digit = char::from(digit).to_digit(radix)?;
        value = value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))?;
    }
    (!digits.is_empty()).then_some(value)
}

/// Why a trace cannot be played.
#[derive(Debug)]
pub struct BadTrace {
    name: String,
    line: Option<u64>,
    wrong: Wrong,
}

#[derive(Debug)]
enum Wrong {
    Io(io::Error),
    Line { expected: &'static str, found: String },
    Empty,
}

impl fmt::Display for BadTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        match &self.wrong {
            Wrong::Io(error) => write!(f, ": {error}"),
            Wrong::Line { expected, found } => write!(f, ": expected {expected}, found {found:?}"),
            Wrong::Empty => {
                write!(f, ": no access in it: expected lines as of `valgrind --tool=lackey --trace-mem=yes`")
            }
        }
    }
}
impl std::error::Error for BadTrace {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(text: impl Into<Vec<u8>>) -> Vec<Result<Access, String>> {
        let reader = Reader::new("t".into(), io::Cursor::new(text.into())).unwrap();
        reader.map(|access| access.map_err(|error| error.to_string())).collect()
    }

    fn only_error(text: impl Into<Vec<u8>>) -> String {
        read(text).pop().unwrap().unwrap_err()
    }

    const SAMPLE: &str = "==1== Lackey\nI  0401ab70,3\n L 1ffeffe7e8,8\n S 0,1\n M FFFFFFFFFFFFFFFF,1\n==1== \n";

    #[test]
    fn the_four_kinds_are_read_and_lines_of_valgrind_skipped() {
        let access = |kind, address, bytes| Ok(Access { kind, address, bytes });
        let expected = [
            access(Kind::Fetch, 0x0401_ab70, 3),
            access(Kind::Load, 0x1f_feff_e7e8, 8),
            access(Kind::Store, 0, 1),
            access(Kind::Modify, u64::MAX, 1),
        ];
        assert_eq!(read(SAMPLE), expected);
        assert_eq!(read(SAMPLE.trim_end()), expected);
        assert_eq!(read(SAMPLE.replace('\n', "\r\n")), expected);
    }

    #[test]
    fn gzip_is_recognised_even_in_several_members() {
        let mut packed = Vec::new();
        for part in SAMPLE.split_inclusive('\n') {
            let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
            encoder.write_all(part.as_bytes()).unwrap();
            encoder.finish().unwrap();
        }
        assert_eq!(read(packed.clone()), read(SAMPLE));
        let cut = only_error(&packed[..packed.len() - 9]);
        assert!(cut.starts_with("t:7: "), "{cut}");
    }

    #[test]
    fn a_malformed_line_is_named_by_number_and_ends_the_reading() {
        for (line, expected) in [
            ("X  0401ab70,3", "expected `I  ADDRESS,BYTES`"),
            ("I 0401ab70,3", "expected `I  ADDRESS,BYTES`"),
            ("", "expected `I  ADDRESS,BYTES`"),
            ("I  0401ab70", "a comma"),
            ("I  ,3", "a hexadecimal address"),
            ("I  0401xb70,3", "a hexadecimal address"),
            ("I  +401ab70,3", "a hexadecimal address"),
            ("I  10000000000000000,3", "a hexadecimal address"),
            (" L 10,", "1 to 4096 bytes"),
            (" L 10,0", "1 to 4096 bytes"),
            (" L 10,4097", "1 to 4096 bytes"),
            (" L 10,8 ", "1 to 4096 bytes"),
            (" L ffffffffffffffff,2", "ends within 64 bits"),
        ] {
            let answers = read(format!("==1==\n{SAMPLE}{line}\nI  0,1\n"));
            let refused = answers.last().unwrap().clone().unwrap_err();
            assert_eq!(answers.len(), 5, "{line}");
            assert!(refused.starts_with("t:8: ") && refused.contains(expected), "{line}: {refused}");
            assert_eq!(refused.lines().count(), 1, "{refused}");
        }
    }

    #[test]
    fn long_lines_take_no_memory_and_keep_the_count() {
        let long = "x".repeat(100_000);
        assert_eq!(read(format!("==1== {long}\nI  0,1\n")), read("I  0,1\n"));
        let refused = only_error(format!("==1== {long}\n{long}\n"));
        assert!(refused.starts_with("t:2: ") && refused.len() < 200, "{refused}");
        assert!(only_error(vec![0xff; 300]).starts_with("t:1: "));
    }

    #[test]
    fn a_trace_without_accesses_is_no_trace() {
        assert!(only_error("").contains("no access in it"));
        assert!(only_error("==1== Lackey\n").contains("no access in it"));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Source::File("no/such/file".into()).open().unwrap_err().to_string();
        assert!(error.starts_with("no/such/file: "), "{error}");
        assert!(Source::File(".".into()).open().is_err());
    }

    #[test]
    fn the_built_in_trace_is_whole() {
        let counted = Source::BuiltIn.open().unwrap().map(Result::unwrap).count();
        assert_eq!(counted, 1_482_333);
    }
}
