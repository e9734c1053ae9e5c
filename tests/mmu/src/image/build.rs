//! Building an image, and taking it out of its ELF file.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An image, by its package and the name of its binary.
#[derive(Copy, Clone, Debug)]
pub struct Image {
    /// The package.
    pub package: &'static str,
    /// The binary.
    pub binary: &'static str,
}

/// The host's own target, which images are built for.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What makes a program of that target one that needs nothing below it.
const LINK_ARGUMENTS: [&str; 7] = [
    "-nostartfiles",
    "-nostdlib",
    "-static",
    "-no-pie",
    "-Wl,--build-id=none",
    "-Wl,-z,norelro",
    "-Wl,-z,max-page-size=4096",
];

impl Image {
    /// Builds the image with the release profile, and returns the path of the ELF file.
    ///
    /// What is built goes to the target folder that this program lies in, so that the macros, which run on the host,
    /// are shared with it.
    ///
    /// # Errors
    /// What cargo says, or why it cannot be run.
    pub fn build(self) -> Result<PathBuf, String> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let target = target_folder().unwrap_or_else(|| workspace.join("target"));
        let built = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
            .args(["rustc", "--quiet", "--release", "--features", "image", "--target", TARGET])
            .args(["--package", self.package, "--bin", self.binary])
            // Without a standard library there is nothing that could unwind.
            .args(["--config", "profile.release.panic = 'abort'"])
            .arg("--target-dir")
            .arg(&target)
            .arg("--")
            .args(LINK_ARGUMENTS.map(|argument| format!("-Clink-arg={argument}")))
            .arg(format!("-Clink-arg=-Wl,-T,{}/freestanding/image.ld", env!("CARGO_MANIFEST_DIR")))
            .current_dir(workspace)
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .output()
            .map_err(|error| format!("cargo does not run: {error}"))?;
        if !built.status.success() {
            return Err(format!("`{}` does not build:\n{}", self.binary, String::from_utf8_lossy(&built.stderr)));
        }
        Ok(target.join(TARGET).join("release").join(self.binary))
    }
}

/// The folder of cargo's that this program was built in: cargo marks it by a file.
fn target_folder() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map(Path::to_path_buf)
}

/// The bytes of an image as they lie in memory from 2 MiB on: the one segment of the ELF file that is loaded.
///
/// # Errors
/// Why this is no such file.
pub fn flat(elf: &[u8]) -> Result<&[u8], String> {
    // ELF-64 specification 1.5, figures 2 and 6: offsets in the file header and in the first program header.
    let word = |at: usize| elf.get(at..)?.first_chunk().copied().map(u64::from_le_bytes);
    if elf.get(..4) != Some(b"\x7fELF") {
        return Err("it is no ELF file".into());
    }
    let header = word(32).ok_or("the file header is cut off")? as usize;
    let (offset, size) = (word(header + 8), word(header + 32));
    let (Some(offset), Some(size)) = (offset, size) else { return Err("the program header is cut off".into()) };
    elf.get(offset as usize..(offset + size) as usize).ok_or_else(|| "the segment is cut off".into())
}
