//! Builds the hypervisor in `examples/npt-hypervisor`, and runs it on a machine of QEMU's that has nothing else.
//!
//! The machine's CPU is an AMD one with SVM, emulated: any computer will do. What the hypervisor says comes from the
//! machine's serial line.
#![forbid(unsafe_code)]

use pt_mmu::image::{Image, qemu};
use pt_mmu::machine::missing;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, process};

const IMAGE: Image = Image { package: "npt-hypervisor", binary: "npt-hypervisor-image" };

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(why) = missing(&[qemu::PROGRAM]) {
        eprintln!("{why}. On Debian and Ubuntu: apt-get install --no-install-recommends qemu-system-x86");
        return Ok(ExitCode::from(2));
    }
    let image = IMAGE.build()?;
    let folder = env::temp_dir().join(format!("npt-hypervisor-{}", process::id()));
    let transcript = qemu::run(&image, "max", "", &folder, Duration::from_mins(1));
    fs::remove_dir_all(&folder)?;
    let transcript = transcript?;
    print!("{}", transcript.text());
    Ok(if transcript.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
