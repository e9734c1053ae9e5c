//! The guest's program: one access at the address in RAX, with the value in RBX, and a call of the host.

use pt_core::Hpa;
use pt_freestanding::guest_memory::GuestMemory;
use pt_plan::AccessKind;

/// `vmcall`.
const CALL: [u8; 3] = [0x0f, 0x01, 0xc1];
/// `mov rbx, [rax]`, then the call.
const LOAD: [u8; 6] = [0x48, 0x8b, 0x18, CALL[0], CALL[1], CALL[2]];
/// `mov [rax], rbx`, then the call.
const STORE: [u8; 6] = [0x48, 0x89, 0x18, CALL[0], CALL[1], CALL[2]];
/// `jmp rax`.
const FETCH: [u8; 2] = [0xff, 0xe0];

/// What a probe fetches, as a word in memory. It proves where it was fetched from: `mov ebx, token`, then the call.
pub const fn landing(token: u32) -> u64 {
    let [a, b, c, d] = token.to_le_bytes();
    u64::from_le_bytes([0xbb, a, b, c, d, CALL[0], CALL[1], CALL[2]])
}

/// Writes the program to the page `code`.
pub fn write(memory: GuestMemory, code: Hpa) {
    for (kind, bytes) in [(AccessKind::Load, &LOAD[..]), (AccessKind::Store, &STORE), (AccessKind::Fetch, &FETCH)] {
        memory.write(Hpa::new(code.as_u64() + offset(kind)), bytes);
    }
}

/// Where in its page the access of a kind begins.
pub const fn offset(kind: AccessKind) -> u64 {
    match kind {
        AccessKind::Load => 0x00,
        AccessKind::Store => 0x10,
        AccessKind::Fetch => 0x20,
    }
}
