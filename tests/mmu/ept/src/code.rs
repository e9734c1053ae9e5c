//! The guest's program, which calls the host by `vmcall`.

use pt_plan::AccessCode;

/// One access, and the call.
pub const CODE: AccessCode = AccessCode { hand_over: [0x0f, 0x01, 0xc1] };
