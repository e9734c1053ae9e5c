//! How a run ends: a last line that says how, and the machine off.

use crate::{port, println, serial};

/// How a run ended. The numbers are what is written to QEMU's `isa-debug-exit`, whose exit status is `2 * number + 1`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Everything was as expected.
    Passed = 0x10,
    /// Something was not.
    Failed = 0x11,
    /// The machine lacks what the image needs.
    Unsupported = 0x12,
    /// The image itself is wrong, or its machine: a panic, or an exception of the CPU.
    Panicked = 0x13,
}

/// Port of QEMU's `isa-debug-exit,iobase=0xf4,iosize=4`.
const DEBUG_EXIT: u16 = 0xF4;
/// Bochs ends when the word is written here.
const SHUTDOWN: (u16, &[u8]) = (0x8900, b"Shutdown");

/// Reports `outcome` as the last line, and ends the run.
pub fn exit(outcome: Outcome) -> ! {
    let word = match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Unsupported => "unsupported",
        Outcome::Panicked => "panicked",
    };
    println!("END {word}");
    // Bochs loses what the line has not sent yet.
    serial::drain();
    port::write(DEBUG_EXIT, outcome as u8);
    for byte in SHUTDOWN.1 {
        port::write(SHUTDOWN.0, *byte);
    }
    loop {
        core::hint::spin_loop();
    }
}
