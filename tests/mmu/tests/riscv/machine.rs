//! QEMU's `virt` machine with the executor: where things are, and how it is run.

use pt_core::{Arena, Hpa};
use pt_mmu::machine::{Emulator, Executor, GuestRam, Toolchain, assemble, missing};
use pt_mmu::skip;
use pt_plan::Span;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

const QEMU: &str = "qemu-system-riscv64";
const TOOLCHAIN: Toolchain = Toolchain {
    assembler: &["riscv64-linux-gnu-as", "-march=rv64iah_zicsr"],
    linker: "riscv64-linux-gnu-ld",
    objcopy: "riscv64-linux-gnu-objcopy",
};
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// RAM begins here, with the executor.
const BASE: u64 = 0x8000_0000;
const BYTES: u64 = 256 << 20;
/// The code of the executor. QEMU 7.2 keeps the translations of its fetches where it looks for those of MPRV, so that
/// loads and stores at these virtual addresses are not translated as they should be.
pub const CODE: Span = Span::new(BASE, BASE + 0xfff);
/// What is shared with the executor: `SHARED` there.
const EXECUTOR: Executor = Executor { shared: 0x8010_0000, end: 0x8100_0000 };
/// Tables.
pub const TABLES: Span = Span::new(0x8100_0000, 0x8280_0000 - 1);
/// The memory that probes may touch. QEMU puts a device tree into the last 2 MiB of RAM.
pub const DATA: Span = Span::new(0x8800_0000, 0x8eff_ffff);
/// `ecall`, which ends a fetch that is let through.
pub const ECALL: u32 = 0x0000_0073;

/// What a run takes, unless something is wrong: less than a second.
const LIMIT: Duration = Duration::from_mins(1);

/// Memory for tables.
pub fn arena() -> Arena {
    Arena::new(Hpa::new(TABLES.first), (TABLES.last + 1 - TABLES.first) as usize)
}

/// Whether a program is missing. It says so.
pub fn is_missing(what: &str) -> bool {
    let [assembler, linker, objcopy] = TOOLCHAIN.programs();
    let missing = missing(&[QEMU, assembler, linker, objcopy]);
    if let Some(missing) = &missing {
        skip(what, missing);
    }
    missing.is_some()
}

/// The memory of a machine, with the executor in it.
pub fn ram(name: &str) -> GuestRam {
    static ASSEMBLED: OnceLock<Vec<u8>> = OnceLock::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/riscv/executor.S");
    let code = ASSEMBLED.get_or_init(|| assemble(TOOLCHAIN, &source, BASE, Path::new(FOLDER)));
    assert!(code.len() as u64 <= CODE.last - CODE.first, "the executor has one page");
    let ram = GuestRam::new(Path::new(FOLDER), name, BASE, BYTES);
    ram.write(BASE, code);
    ram
}

/// The executor, and the emulator that runs it in this memory.
pub fn machine(ram: &GuestRam) -> (Executor, Emulator) {
    let memory = format!("memory-backend-file,id=ram,size={BYTES},mem-path={},share=on", ram.path().display());
    let emulator = Emulator::new(QEMU, LIMIT)
        .arguments(&["-machine", "virt,memory-backend=ram", "-object", &memory, "-m", &format!("{BYTES}B")])
        .arguments(&["-cpu", "rv64,h=true,svnapot=true,svpbmt=true", "-bios", "none"])
        .arguments(&["-display", "none", "-serial", "none", "-monitor", "none"]);
    (EXECUTOR, emulator)
}
