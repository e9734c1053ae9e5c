//! The guest's program: one access at the address in RAX, with the value in RBX, and a call of the host.

use pt_core::Hpa;
use pt_freestanding::guest_memory::GuestMemory;
use pt_plan::AccessKind;

/// `vmmcall`: what the program ends with, and what it fetches.
const CALL: [u8; 3] = [0x0F, 0x01, 0xD9];
/// What a probe fetches, as a word in memory: `vmmcall`, and `hlt` behind it.
pub const CALL_WORD: u64 = u64::from_le_bytes([CALL[0], CALL[1], CALL[2], 0xF4, 0xF4, 0xF4, 0xF4, 0xF4]);

/// `mov rbx, [rax]`, then the call.
const LOAD: [u8; 6] = [0x48, 0x8B, 0x18, CALL[0], CALL[1], CALL[2]];
/// `mov [rax], rbx`, then the call.
const STORE: [u8; 6] = [0x48, 0x89, 0x18, CALL[0], CALL[1], CALL[2]];
/// `jmp rax`.
const FETCH: [u8; 2] = [0xFF, 0xE0];

/// Writes the program to the page `code`.
pub fn write(memory: GuestMemory, code: Hpa) {
    let at = |kind| Hpa::new(code.as_u64() + offset(kind));
    memory.write(at(AccessKind::Load), &LOAD);
    memory.write(at(AccessKind::Store), &STORE);
    memory.write(at(AccessKind::Fetch), &FETCH);
}

/// Where in its page the access of a kind begins.
pub const fn offset(kind: AccessKind) -> u64 {
    match kind {
        AccessKind::Load => 0x00,
        AccessKind::Store => 0x10,
        AccessKind::Fetch => 0x20,
    }
}
