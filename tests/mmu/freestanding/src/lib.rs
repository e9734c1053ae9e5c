//! What an x86-64 program needs to run on a bare machine, built for the ordinary Linux target of the host.
//!
//! An *image* is such a program: it is loaded by QEMU's `-kernel`, or by a reset ROM, enters 64-bit mode, runs with
//! interrupts off on one CPU, reports on the serial line, and ends with [`exit`](exit::exit). Its package has a
//! library with all that it does, and a binary of three lines:
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//! pt_freestanding::image!(my_image::run);
//! ```
//!
//! The binary is only built with `panic = "abort"`, with the feature `image` and the layout of `image.ld`, so that
//! it is no part of an ordinary build of the workspace; the library is. How it is built, and put into an emulator,
//! is in the crate `pt-mmu`.
#![cfg_attr(not(test), no_std)]
#![deny(unsafe_code)]
#![cfg(target_arch = "x86_64")]

pub mod boot;
pub mod exception;
pub mod exit;
pub mod guest_memory;
#[cfg(feature = "image")]
mod libc;
pub mod missing;
pub mod options;
pub mod port;
pub mod register;
pub mod report;
pub mod serial;
pub mod svm;
pub mod tables;
pub mod vmx;
pub mod world_switch;

use crate::exit::{Outcome, exit};
use crate::options::Options;
use core::panic::PanicInfo;

// So that a change of the layout links anew.
#[cfg(feature = "image")]
const _: &str = include_str!("../image.ld");

/// Runs `main` with the options of the command line, reports, and ends the run. This is what the entry calls.
pub fn start(main: fn(Options<'static>) -> Outcome) -> ! {
    serial::initialise();
    exception::initialise();
    exit(main(Options::new(boot::command_line())))
}

/// Reports a panic, and ends the run.
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    exit(Outcome::Panicked)
}

/// Makes the binary of an image: the function that the entry calls, and the panic handler.
#[macro_export]
macro_rules! image {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn image_main() -> ! {
            $crate::start($main)
        }

        #[panic_handler]
        fn panicked(info: &::core::panic::PanicInfo<'_>) -> ! {
            $crate::panicked(info)
        }
    };
}
