//! QEMU's `virt` machine with the executor: where things are, and how it is run.

use pt_core::{Arena, Hpa};
use pt_mmu::machine::{Board, Executor, Program, Toolchain};
use pt_plan::{Mapping, Permissions, Span};

const TOOLCHAIN: Toolchain = Toolchain {
    assembler: &["aarch64-linux-gnu-as"],
    linker: "aarch64-linux-gnu-ld",
    objcopy: "aarch64-linux-gnu-objcopy",
};

/// What is there. It begins with a device tree.
pub const RAM: Span = Span::new(0x4000_0000, 0x5fff_ffff);
/// The executor, and in it the stub page: as in `executor.S`.
const CODE: u64 = 0x4020_0000;
const STUB: u64 = CODE + 0x1_1000;
const STUB_INPUT: u64 = 0x1000;
/// What is shared with the executor: `SHARED` there.
const EXECUTOR: Executor = Executor { shared: 0x4030_0000, end: 0x4100_0000 };
/// Tables.
const TABLES: Hpa = Hpa::new(0x4100_0000);
/// The memory that probes may touch.
pub const DATA: Span = Span::new(0x5000_0000, 0x5fff_ffff);
/// `hvc #0`, which ends a fetch that is let through.
pub const HVC: u32 = 0xd400_0002;

/// The machine.
pub static BOARD: Board = Board {
    name: "arm",
    emulator: "qemu-system-aarch64",
    arguments: &["-machine", "virt,virtualization=on,gic-version=3,memory-backend=ram", "-cpu", "max"],
    entry: Some(CODE),
    ram: RAM,
    program: Program::new(
        TOOLCHAIN,
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/arm/executor.S"),
        CODE,
        EXECUTOR.shared - CODE,
    ),
    executor: EXECUTOR,
    folder: env!("CARGO_TARGET_TMPDIR"),
};

/// The stub page, which every tree maps, with a granule of `1 << shift` bytes. It can be read and executed at EL1 and
/// EL0. It lies in the first 64 KiB: other mappings must not.
pub const fn stub(shift: u32) -> Mapping {
    let permissions =
        Permissions::READ.union(Permissions::EXECUTE).union(Permissions::USER).union(Permissions::USER_EXECUTE);
    Mapping { input: STUB_INPUT >> shift << shift, output: STUB >> shift << shift, shift, permissions }
}

/// The first address behind what a stub page can take, for blocks of any size to begin at.
pub const FREE: u64 = 0x1_0000;

/// Memory for tables.
pub fn arena(bytes: usize) -> Arena {
    assert!(TABLES.as_u64() + bytes as u64 <= DATA.first, "tables end before the data");
    Arena::new(TABLES, bytes)
}
