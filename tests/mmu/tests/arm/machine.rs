//! QEMU's `virt` machine with the executor: where things are, and how it is run.

use pt_core::{Arena, Hpa};
use pt_mmu::machine::{Emulator, Executor, GuestRam, Toolchain, assemble, missing};
use pt_mmu::skip;
use pt_plan::{Mapping, Permissions, Span};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

const QEMU: &str = "qemu-system-aarch64";
const TOOLCHAIN: Toolchain = Toolchain {
    assembler: &["aarch64-linux-gnu-as"],
    linker: "aarch64-linux-gnu-ld",
    objcopy: "aarch64-linux-gnu-objcopy",
};
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// RAM begins here, with a device tree.
const BASE: u64 = 0x4000_0000;
const BYTES: u64 = 512 << 20;
/// What is there.
pub const RAM: Span = Span::new(BASE, BASE + BYTES - 1);
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

/// What a run takes, unless something is wrong: a second.
const LIMIT: Duration = Duration::from_mins(1);

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
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/arm/executor.S");
    let code = ASSEMBLED.get_or_init(|| assemble(TOOLCHAIN, &source, CODE, Path::new(FOLDER)));
    let ram = GuestRam::new(Path::new(FOLDER), name, BASE, BYTES);
    ram.write(CODE, code);
    ram
}

/// The executor, and the emulator that runs it in this memory.
pub fn machine(ram: &GuestRam) -> (Executor, Emulator) {
    let memory = format!("memory-backend-file,id=ram,size={BYTES},mem-path={},share=on", ram.path().display());
    let entry = format!("loader,addr={CODE:#x},cpu-num=0");
    let emulator = Emulator::new(QEMU, LIMIT)
        .arguments(&["-machine", "virt,virtualization=on,gic-version=3,memory-backend=ram", "-cpu", "max"])
        .arguments(&["-object", &memory, "-m", &format!("{BYTES}B"), "-device", &entry])
        .arguments(&["-display", "none", "-serial", "none", "-monitor", "none", "-net", "none"]);
    (EXECUTOR, emulator)
}
