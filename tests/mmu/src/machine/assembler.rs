//! Making the executor: assembled and linked for the address that it runs at, as plain bytes.

use std::fs;
use std::path::Path;
use std::process::Command;

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

/// The bytes of `source`, an assembly file, linked for the physical address `base`. `folder` takes what is made on
/// the way.
///
/// # Panics
/// With what a program of the toolchain said, if it refuses.
#[must_use]
pub fn assemble(toolchain: Toolchain, source: &Path, base: u64, folder: &Path) -> Vec<u8> {
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
