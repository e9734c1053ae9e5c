//! Images in QEMU, with its own emulation of the CPU: SVM with nested paging, and every mode of the guest's paging.

use super::Transcript;
use crate::machine::{Emulator, Failure};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The program.
pub const PROGRAM: &str = "qemu-system-x86_64";

/// The arguments of a machine with one CPU of the model `cpu` and 2 GiB, which starts the ELF file `image` with
/// `options` on its command line. Where the serial line goes is left to say, by `-serial`.
#[must_use]
pub fn arguments<'a>(image: &'a str, cpu: &'a str, options: &'a str) -> Vec<&'a str> {
    let mut arguments = vec!["-machine", "microvm", "-accel", "tcg", "-m", "2G", "-cpu", cpu];
    arguments.extend(["-kernel", image, "-append", options]);
    arguments.extend(["-display", "none", "-monitor", "none", "-no-reboot"]);
    // Where an image writes its outcome to end the run.
    arguments.extend(["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]);
    arguments
}

/// Runs the ELF file `image` on the CPU model `cpu`, with `options` on its command line. Its serial line goes to a
/// file in `folder`.
///
/// # Errors
/// Why there is no result. An image that does not come to its end is a result: see [`Transcript::outcome`].
pub fn run(image: &Path, cpu: &str, options: &str, folder: &Path, limit: Duration) -> Result<Transcript, Failure> {
    fs::create_dir_all(folder).map_err(Failure::NotStarted)?;
    let emulator = Emulator::new(PROGRAM, limit)
        .arguments(&arguments(&image.to_string_lossy(), cpu, options))
        .arguments(&["-serial", "file:serial.txt"])
        .folder(folder);
    let (status, said) = emulator.finish()?;
    // The exit status is that of the image. An emulator that refuses its arguments says so.
    if !said.is_empty() {
        return Err(Failure::Failed { status, said });
    }
    fs::read_to_string(folder.join("serial.txt")).map(Transcript::new).map_err(Failure::NotStarted)
}
