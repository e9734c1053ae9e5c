//! The guest's program, which calls the host by `vmmcall`.

use pt_plan::AccessCode;

/// `vmmcall`.
const CALL: [u8; 3] = [0x0f, 0x01, 0xd9];
/// One access, and the call.
pub const CODE: AccessCode = AccessCode { hand_over: CALL };
/// What a probe fetches, as a word in memory: `vmmcall`, and `hlt` behind it. RIP says then where it was fetched from.
pub const CALL_WORD: u64 = u64::from_le_bytes([CALL[0], CALL[1], CALL[2], 0xf4, 0xf4, 0xf4, 0xf4, 0xf4]);
