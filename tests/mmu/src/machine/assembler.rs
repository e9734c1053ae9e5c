//! Making the executor: assembled and linked for the address that it runs at, as plain bytes.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// The GNU binutils of one architecture.
#[derive(Copy, Clone, Debug)]
pub struct Toolchain {
    /// The assembler, and what it is told.
    pub assembler: &'static [&'static str],
    /// The linker.
    pub linker: &'static str,
    /// What takes the sections out of an object file.
    pub objcopy: &'static str,
}

impl Toolchain {
    /// The programs that it needs.
    #[must_use]
    pub const fn programs(&self) -> [&'static str; 3] {
        [self.assembler[0], self.linker, self.objcopy]
    }
}

/// An assembly file, and what becomes of it.
#[derive(Debug)]
pub struct Program {
    toolchain: Toolchain,
    source: &'static str,
    address: u64,
    room: u64,
    /// It is made once for all tests of a process.
    code: OnceLock<Vec<u8>>,
}

impl Program {
    /// The program in the file `source`, for the physical address `address`, where there is room for `room` bytes.
    #[must_use]
    pub const fn new(toolchain: Toolchain, source: &'static str, address: u64, room: u64) -> Self {
        Self { toolchain, source, address, room, code: OnceLock::new() }
    }

    /// What makes it.
    #[must_use]
    pub const fn toolchain(&self) -> Toolchain {
        self.toolchain
    }

    /// Where it runs.
    #[must_use]
    pub const fn address(&self) -> u64 {
        self.address
    }

    /// Its bytes. `folder` takes what is made on the way.
    ///
    /// # Panics
    /// With what a program of the toolchain said, if it refuses, or if there is no room for it.
    pub fn code(&self, folder: &Path) -> &[u8] {
        self.code.get_or_init(|| {
            let code = assemble(self.toolchain, Path::new(self.source), self.address, folder);
            assert!(code.len() as u64 <= self.room, "{}: {} bytes for {}", self.source, self.room, code.len());
            code
        })
    }
}

/// The bytes of `source`, an assembly file, linked for the physical address `base`.
fn assemble(toolchain: Toolchain, source: &Path, base: u64, folder: &Path) -> Vec<u8> {
    let name = format!("{}-{base:x}-{}", toolchain.linker, std::process::id());
    let [object, linked, plain] = ["o", "elf", "bin"].map(|kind| folder.join(&name).with_extension(kind));
    run(Command::new(toolchain.assembler[0]).args(&toolchain.assembler[1..]).arg(source).arg("-o").arg(&object));
    let text = format!("-Ttext={base:#x}");
    run(Command::new(toolchain.linker).args([&text, "--build-id=none"]).arg(&object).arg("-o").arg(&linked));
    run(Command::new(toolchain.objcopy).args(["-O", "binary", "-j", ".text"]).arg(&linked).arg(&plain));
    let bytes = fs::read(&plain).unwrap_or_else(|error| panic!("{}: {error}", plain.display()));
    for file in [object, linked, plain] {
        let _ = fs::remove_file(file);
    }
    bytes
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
