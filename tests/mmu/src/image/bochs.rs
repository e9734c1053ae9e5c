//! Images in Bochs, which has what QEMU's emulation of Intel CPUs lacks: VMX with EPT.

use super::reset_rom::reset_rom;
use super::{Transcript, flat};
use crate::machine::{Emulator, Failure};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

/// The program.
pub const PROGRAM: &str = "bochs";

/// MiB of memory.
const MEMORY: u32 = 512;

/// What Bochs loads of an image at once: it keeps memory in blocks of this size, and a file that is larger goes beyond
/// its block.
const PIECE: usize = 128 << 10;
/// How many files it loads.
const PIECES: usize = 4;

/// Runs the ELF file `image` on the CPU model `cpu`, with `options` on its command line. What Bochs needs is written
/// to `folder`, which stays there with its log.
///
/// # Errors
/// Why there is no result. An image that does not come to its end is a result: see [`Transcript::outcome`].
pub fn run(image: &Path, cpu: &str, options: &str, folder: &Path, limit: Duration) -> Result<Transcript, Failure> {
    prepare(image, cpu, options, folder).map_err(Failure::NotStarted)?;
    // Its display is a terminal, which need not exist. Its debugger waits for commands.
    let emulator = Emulator::new(PROGRAM, limit).arguments(&["-q", "-f", "bochsrc", "-rc", "commands"]);
    // An image ends by "Shutdown", which Bochs answers with status 1: what counts is what the image said.
    emulator.environment("TERM", "vt100").folder(folder).finish()?;
    fs::read_to_string(folder.join("serial.txt")).map(Transcript::new).map_err(Failure::NotStarted)
}

/// Writes the files.
fn prepare(image: &Path, cpu: &str, options: &str, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("serial.txt"), "")?;
    let image = fs::read(image)?;
    let pieces = flat(&image).map_err(io::Error::other)?.chunks(PIECE);
    if pieces.len() > PIECES {
        return Err(io::Error::other(format!("the image is larger than {PIECES} pieces of {PIECE} bytes")));
    }
    let mut configuration = configuration(cpu);
    for (index, piece) in pieces.enumerate() {
        let (file, address) = (format!("image{index}.bin"), 0x20_0000 + index * PIECE);
        fs::write(folder.join(&file), piece)?;
        writeln!(configuration, "optramimage{}: file={file}, address={address:#x}", index + 1)
            .map_err(io::Error::other)?;
    }
    fs::write(folder.join("reset.bin"), reset_rom(options, MEMORY))?;
    fs::write(folder.join("video.bin"), video_rom())?;
    fs::write(folder.join("commands"), "c\nq\n")?;
    fs::write(folder.join("bochsrc"), configuration)
}

fn configuration(cpu: &str) -> String {
    format!(
        "plugin_ctrl: unmapped=1, biosdev=0, speaker=0, extfpuirq=1, parallel=0, serial=1, iodebug=0
config_interface: textconfig
display_library: term
memory: guest={MEMORY}, host={MEMORY}
romimage: file=reset.bin, address=0xffff0000
vgaromimage: file=video.bin
cpu: model={cpu}, count=1, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=1
com1: enabled=1, mode=file, dev=serial.txt
boot: disk
clock: sync=none
log: log.txt
panic: action=fatal
error: action=report
info: action=report
mouse: enabled=0
"
    )
}

/// An option ROM that does nothing: Bochs does not start without one. Its signature, its size in units of 512 bytes,
/// a return, and the byte that makes the sum 0.
fn video_rom() -> [u8; 512] {
    let mut rom = [0; 512];
    rom[..4].copy_from_slice(&[0x55, 0xAA, 1, 0xCB]);
    rom[511] = rom.iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
    rom
}
