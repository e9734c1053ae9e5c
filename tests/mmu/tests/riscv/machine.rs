//! QEMU's `virt` machine with the executor: where things are, and how it is run.

use pt_core::{Arena, Hpa};
use pt_mmu::machine::{Board, Executor, Program, Toolchain};
use pt_plan::Span;

const TOOLCHAIN: Toolchain = Toolchain {
    assembler: &["riscv64-linux-gnu-as", "-march=rv64iah_zicsr"],
    linker: "riscv64-linux-gnu-ld",
    objcopy: "riscv64-linux-gnu-objcopy",
};

/// RAM. It begins with the executor.
const RAM: Span = Span::new(0x8000_0000, 0x8fff_ffff);
/// The code of the executor, one page. QEMU 7.2 keeps the translations of its fetches where it looks for those of MPRV, so that
/// loads and stores at these virtual addresses are not translated as they should be.
pub const CODE: Span = Span::new(RAM.first, RAM.first + 0xfff);
/// What is shared with the executor: `SHARED` there.
const EXECUTOR: Executor = Executor { shared: 0x8010_0000, end: 0x8100_0000 };
/// Tables.
pub const TABLES: Span = Span::new(0x8100_0000, 0x8280_0000 - 1);
/// The memory that probes may touch. QEMU puts a device tree into the last 2 MiB of RAM.
pub const DATA: Span = Span::new(0x8800_0000, 0x8eff_ffff);
/// `ecall`, which ends a fetch that is let through.
pub const ECALL: u32 = 0x0000_0073;

/// The machine.
pub static BOARD: Board = Board {
    name: "riscv",
    emulator: "qemu-system-riscv64",
    arguments: &[
        "-machine",
        "virt,memory-backend=ram",
        "-cpu",
        "rv64,h=true,svnapot=true,svpbmt=true",
        "-bios",
        "none",
    ],
    entry: None,
    ram: RAM,
    program: Program::new(
        TOOLCHAIN,
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/riscv/executor.S"),
        CODE.first,
        CODE.last + 1 - CODE.first,
    ),
    executor: EXECUTOR,
    folder: env!("CARGO_TARGET_TMPDIR"),
};

/// Memory for tables.
pub fn arena() -> Arena {
    Arena::new(Hpa::new(TABLES.first), (TABLES.last + 1 - TABLES.first) as usize)
}
