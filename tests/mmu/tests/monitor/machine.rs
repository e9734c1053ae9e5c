//! A machine that never runs: its MMU answers through QEMU's monitor.

use crate::gdb::Stub;
use pt_core::{Arena, Hpa};
use pt_mmu::machine::GuestRam;
use pt_plan::Permissions;
use std::io::{Error, Read as _, Result};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The emulator.
pub const QEMU: &str = "qemu-system-x86_64";

/// How long QEMU may take for one answer: far more than it does.
const LIMIT: Duration = Duration::from_secs(20);
const RAM_BYTES: u64 = 32 << 20;

/// CR0 with PE and ET, and with PG.
const PAGING_OFF: u64 = 0x11;
const PAGING_ON: u64 = 0x8000_0011;

/// The registers that choose a mode of paging, SDM 3A 4.1.1.
#[derive(Copy, Clone, Debug)]
pub struct Mode {
    pub cr4: u64,
    pub efer: u64,
}

impl Mode {
    /// CR4.PAE.
    pub const PAE: u64 = 1 << 5;
    /// CR4.LA57.
    pub const LA57: u64 = 1 << 12;
    /// EFER.LME.
    pub const LME: u64 = 1 << 8;
    /// EFER.NXE.
    pub const NXE: u64 = 1 << 11;
}

/// A leaf as `info tlb` shows it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The frame.
    pub output: u64,
    /// Whether bit 7 is set: in a page of the smallest size it is the PAT bit.
    pub large: bool,
    /// What the leaf by itself lets through.
    pub permissions: Permissions,
}

/// A paused machine.
pub struct Machine {
    qemu: Child,
    stub: Stub,
    ram: GuestRam,
}

impl Machine {
    /// A machine in real mode. `name` is its own in this process.
    pub fn start(name: &str) -> Result<Self> {
        let ram = GuestRam::new(Path::new(env!("CARGO_TARGET_TMPDIR")), name, 0, RAM_BYTES);
        let backend = format!("memory-backend-file,id=ram,size={RAM_BYTES},share=on,mem-path={}", ram.path().display());
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(LIMIT))?;
        let mut qemu = Command::new(QEMU)
            .args(["-S", "-nodefaults", "-no-user-config", "-display", "none", "-cpu", "max", "-gdb", "stdio"])
            .args(["-machine", "pc,memory-backend=ram", "-m", &format!("{RAM_BYTES}B"), "-object", &backend])
            .stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)))
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::piped())
            .spawn()?;
        match Stub::new(ours) {
            Ok(stub) => Ok(Self { qemu, stub, ram }),
            Err(error) => Err(not_started(&mut qemu, &error)),
        }
    }

    /// Turns paging on, with the tables of an arena.
    pub fn enter(&mut self, mode: Mode, tables: &Arena, root: Hpa) -> Result<()> {
        self.ram.write_tables(tables);
        // The numbers are those of QEMU's `i386-64bit.xml`: CR0, CR4, EFER, CR3, CR0.
        let order = [(27, PAGING_OFF), (30, mode.cr4), (32, mode.efer), (29, root.as_u64()), (27, PAGING_ON)];
        order.into_iter().try_for_each(|(register, value)| self.stub.set_register(register, value))
    }

    /// The physical address behind an address.
    pub fn translate(&mut self, address: u64) -> Result<Option<u64>> {
        let said = self.stub.monitor(&format!("gva2gpa {address:#x}"))?;
        Ok(said.trim().strip_prefix("gpa: 0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()))
    }

    /// Every leaf, with the address that it maps.
    pub fn leaves(&mut self) -> Result<Vec<(u64, Shown)>> {
        Ok(self.stub.monitor("info tlb")?.lines().filter_map(leaf).collect())
    }
}

/// A line of `info tlb`: `ADDRESS: FRAME XGPDACTUW`, with `-` for a bit that is clear. `X` is the bit that forbids
/// execution, and in PAE mode it is a part of the frame as well.
fn leaf(line: &str) -> Option<(u64, Shown)> {
    let (address, rest) = line.trim().split_once(": ")?;
    let (frame, flags) = rest.split_once(' ')?;
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    let mut permissions = Permissions::READ;
    let said = [('W', true, Permissions::WRITE), ('U', true, Permissions::USER), ('X', false, Permissions::EXECUTE)];
    for (_, _, permission) in said.into_iter().filter(|&(flag, allows, _)| flags.contains(flag) == allows) {
        permissions = permissions | permission;
    }
    let output = number(frame)? & 0xf_ffff_ffff_f000;
    Some((number(address)?, Shown { output, large: flags.contains('P'), permissions }))
}

/// What QEMU said before it ended, or was ended because it says nothing.
fn not_started(qemu: &mut Child, error: &Error) -> Error {
    let _ = qemu.kill();
    let _ = qemu.wait();
    let mut said = String::new();
    if let Some(mut pipe) = qemu.stderr.take() {
        let _ = pipe.read_to_string(&mut said);
    }
    Error::other(format!("QEMU does not start: {error}: {said}"))
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.stub.kill();
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_monitor_is_a_leaf() {
        let shown = Shown { output: 0x2000, large: false, permissions: Permissions::READ | Permissions::WRITE };
        assert_eq!(leaf("ffff800000001000: 0000000000002000 X------W\r"), Some((0xffff_8000_0000_1000, shown)));
        assert_eq!(leaf("PG disabled\r"), None);
    }
}
