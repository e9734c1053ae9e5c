//! What state a guest begins in: the supervisor of 64-bit mode, on page tables of its own.

use super::field::{Field, Segment};
use super::vmcs::Vmcs;

/// CR0: paging, write protection, numeric errors, extension type, protection. VMX needs the third (24.8).
const CR0_PG_WP_NE_ET_PE: u64 = 1 << 31 | 1 << 16 | 1 << 5 | 1 << 4 | 1 << 0;
/// CR4: physical address extension, and VMX, which VMX needs (24.8).
const CR4_PAE_VMXE: u64 = 1 << 5 | 1 << 13;
/// EFER: long mode, enabled and active; no-execute.
const EFER_LME_LMA_NXE: u64 = 1 << 8 | 1 << 10 | 1 << 11;

/// Access rights of segments, 25.4.1: code of 64 bits, data, a task state that is in use, and nothing.
const CODE: u64 = 0xa09b;
const DATA: u64 = 0xc093;
const TASK: u64 = 0x008b;
const UNUSABLE: u64 = 1 << 16;

/// A guest in 64-bit mode.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Mode {
    /// The root of its page tables, a guest-physical address. They have four levels.
    pub root: u64,
}

impl Mode {
    /// Writes the state, as the checks of 27.3.1 want it. Instruction pointer and general registers stay.
    pub(super) fn apply(self, vmcs: &mut Vmcs) {
        for (field, value) in [
            (Field::GUEST_CR0, CR0_PG_WP_NE_ET_PE),
            (Field::GUEST_CR3, self.root),
            (Field::GUEST_CR4, CR4_PAE_VMXE),
            (Field::GUEST_EFER, EFER_LME_LMA_NXE),
            (Field::GUEST_RFLAGS, 1 << 1),
            (Field::GUEST_RSP, 0),
            (Field::GUEST_DR7, 0x400),
            (Field::GUEST_GDTR_BASE, 0),
            (Field::GUEST_GDTR_LIMIT, 0xffff),
            (Field::GUEST_IDTR_BASE, 0),
            (Field::GUEST_IDTR_LIMIT, 0),
            (Field::GUEST_INTERRUPTIBILITY, 0),
            (Field::GUEST_ACTIVITY, 0),
            (Field::GUEST_PENDING_DEBUG, 0),
            (Field::GUEST_DEBUG_CONTROL, 0),
            (Field::GUEST_SYSENTER_CS, 0),
            (Field::GUEST_SYSENTER_ESP, 0),
            (Field::GUEST_SYSENTER_EIP, 0),
        ] {
            vmcs.write(field, value);
        }
        for segment in Segment::ALL {
            let (selector, access_rights, limit) = match segment {
                Segment::Cs => (0x08, CODE, 0xffff_ffff),
                Segment::Ldtr => (0, UNUSABLE, 0),
                Segment::Tr => (0x18, TASK, 0x67),
                Segment::Es | Segment::Ss | Segment::Ds | Segment::Fs | Segment::Gs => (0x10, DATA, 0xffff_ffff),
            };
            vmcs.write(segment.selector(), selector);
            vmcs.write(segment.access_rights(), access_rights);
            vmcs.write(segment.limit(), limit);
            vmcs.write(segment.base(), 0);
        }
    }
}
