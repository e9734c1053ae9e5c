//! What runs in the guest: one access, and an interrupt handler for each way that it can fail.
//!
//! The instructions end in an `OUT` that hands over to the host: to [`DONE`], or from the handler of the vector v to
//! [`FAULT`] + v with the error code on top of the stack. The `OUT`s of user code need IOPL 3.

use crate::ram;
use pt_core::GuestRam;
use pt_plan::{AccessCode, AccessKind, Mapping, Permissions, Privilege};

/// Linear address of the physical address 0: the executor is mapped in the top 2 GiB.
pub const WINDOW: u64 = 0xffff_ffff_8000_0000;

const GDT: u64 = 0x1000;
const IDT: u64 = 0x2000;
const TSS: u64 = 0x3000;
const HANDLERS: u64 = 0x4000;
const SUPERVISOR_CODE: u64 = 0x5000;
const USER_CODE: u64 = 0x6000;
const STACK: u64 = 0x7000;
const STACK_END: u64 = 0x8000;

/// The port of an access that was let through.
pub const DONE: u16 = 0x10;
/// The port of exception 0.
pub const FAULT: u16 = 0x20;

/// Selectors of the [`GDT`](write).
pub mod selector {
    pub const SUPERVISOR_CODE: u16 = 0x08;
    pub const SUPERVISOR_DATA: u16 = 0x10;
    pub const USER_DATA: u16 = 0x18 | 3;
    pub const USER_CODE: u16 = 0x20 | 3;
    pub const TASK: u16 = 0x28;
}

/// Linear base and limit of a table of descriptors.
pub type Table = (u64, u16);
/// The global descriptors.
pub const GDTR: Table = (WINDOW + GDT, 7 * 8 - 1);
/// The interrupt gates of the 32 exceptions.
pub const IDTR: Table = (WINDOW + IDT, 32 * 16 - 1);
/// The task state, for the stack of a supervisor that a user's fault enters.
pub const TASK: Table = (WINDOW + TSS, 0x67);
/// The end of the stack.
pub const STACK_TOP: u64 = WINDOW + STACK_END;

/// One access, and `out DONE, al; hlt`.
pub const CODE: AccessCode = AccessCode { hand_over: [0xe6, DONE as u8, 0xf4] };

/// The linear address of the code that does one access: of `[RAX]` with RBX, or a jump to RAX.
pub fn code(kind: AccessKind, privilege: Privilege) -> u64 {
    let page = if privilege == Privilege::User { USER_CODE } else { SUPERVISOR_CODE };
    WINDOW + page + AccessCode::offset(kind)
}

/// The pages that have to be mapped for it.
pub fn mappings() -> impl Iterator<Item = Mapping> {
    let data = Permissions::READ | Permissions::WRITE;
    let code = Permissions::READ | Permissions::EXECUTE;
    let pages = [
        (GDT, data),
        (IDT, data),
        (TSS, data),
        (HANDLERS, code),
        (SUPERVISOR_CODE, code),
        (USER_CODE, code | Permissions::USER),
        (STACK, data),
    ];
    pages.into_iter().map(|(at, permissions)| Mapping { input: WINDOW + at, output: at, shift: 12, permissions })
}

/// Writes it into the guest's memory.
pub fn write(ram: &GuestRam) {
    let flat = [0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff, 0x00cf_f300_0000_ffff, 0x00af_fb00_0000_ffff];
    for (index, descriptor) in flat.into_iter().chain(task_descriptor()).enumerate() {
        ram::write(ram, GDT + 8 * index as u64, &u64::to_le_bytes(descriptor));
    }
    ram::write(ram, TSS + 4, &STACK_TOP.to_le_bytes()); // RSP0, SDM 3A 8.7
    for vector in 0..32 {
        let handler = HANDLERS + 4 * u64::from(vector);
        ram::write(ram, handler, &[0xe6, FAULT as u8 + vector, 0xf4]); // OUT FAULT + v, AL; HLT
        let [low, high] = interrupt_gate(WINDOW + handler);
        ram::write(ram, IDT + 16 * u64::from(vector), &low.to_le_bytes());
        ram::write(ram, IDT + 16 * u64::from(vector) + 8, &high.to_le_bytes());
    }
    for page in [SUPERVISOR_CODE, USER_CODE] {
        ram::write(ram, page, &CODE.bytes());
    }
}

/// The 16 bytes of the descriptor of a task state that is in use, SDM 3A 8.2.3.
fn task_descriptor() -> [u64; 2] {
    let (base, limit) = TASK;
    [u64::from(limit) | (base & 0xff_ffff) << 16 | 0x8b << 40 | (base >> 24 & 0xff) << 56, base >> 32]
}

/// An interrupt gate of the supervisor, SDM 3A 7.14.1.
fn interrupt_gate(handler: u64) -> [u64; 2] {
    let selector = u64::from(selector::SUPERVISOR_CODE) << 16;
    [handler & 0xffff | selector | 0x8e00 << 32 | (handler >> 16 & 0xffff) << 48, handler >> 32]
}
