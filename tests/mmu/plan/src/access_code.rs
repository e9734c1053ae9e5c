//! The code of an x86-64 guest that makes one access: at the address in RAX, with the value in RBX.

use crate::probe::AccessKind;

/// Bytes from the code of one kind of access to that of the next.
const STRIDE: usize = 0x10;

/// The code for every kind of access. What is loaded is in RBX at the end.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct AccessCode {
    /// The instructions that hand over to the host, with `hlt` behind them if there is room.
    pub hand_over: [u8; 3],
}

impl AccessCode {
    /// The bytes, for any address.
    #[must_use]
    pub const fn bytes(self) -> [u8; 3 * STRIDE] {
        const HLT: u8 = 0xf4;
        let [a, b, c] = self.hand_over;
        let load = [0x48, 0x8b, 0x18, a, b, c]; // mov rbx, [rax]
        let store = [0x48, 0x89, 0x18, a, b, c]; // mov [rax], rbx
        let fetch = [0xff, 0xe0]; // jmp rax
        let mut bytes = [HLT; 3 * STRIDE];
        place(&mut bytes, AccessKind::Load, &load);
        place(&mut bytes, AccessKind::Store, &store);
        place(&mut bytes, AccessKind::Fetch, &fetch);
        bytes
    }

    /// Where in the bytes an access of this kind begins.
    #[must_use]
    pub const fn offset(kind: AccessKind) -> u64 {
        let index = match kind {
            AccessKind::Load => 0,
            AccessKind::Store => 1,
            AccessKind::Fetch => 2,
        };
        index * STRIDE as u64
    }

    /// What a fetch finds, as a word in memory. It proves where it was fetched from: `mov ebx, token`, and then it hands
    /// over.
    #[must_use]
    pub const fn landing(self, token: u32) -> u64 {
        let (token, end) = (token.to_le_bytes(), self.hand_over);
        u64::from_le_bytes([0xbb, token[0], token[1], token[2], token[3], end[0], end[1], end[2]])
    }
}

const fn place(bytes: &mut [u8], kind: AccessKind, code: &[u8]) {
    bytes.split_at_mut(AccessCode::offset(kind) as usize).1.split_at_mut(code.len()).0.copy_from_slice(code);
}
