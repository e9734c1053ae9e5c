//! Changing places with a guest: its general registers, and the frame around the instruction that enters it.

/// The general registers of a guest but for RSP, which is in its control structure.
#[repr(C)]
#[derive(Copy, Clone, Debug, Default)]
#[allow(missing_docs, reason = "their names say it all")]
pub struct Registers {
    pub rax: u64,
    pub rbx: u64,
    pub rcx: u64,
    pub rdx: u64,
    pub rsi: u64,
    pub rdi: u64,
    pub rbp: u64,
    /// R8 to R15.
    pub r: [u64; 8],
}

/// The body of a naked function whose first argument is a pointer to the [`Registers`] of a guest. The host's registers are
/// kept as the System V ABI wants it.
///
/// - `prepare`: RDI is that pointer, and stays it; the other arguments are where they were, and all other registers are
///   free. What it leaves in RAX and in the flags is there when the guest is entered.
/// - `enter`: all registers but RAX are the guest's, and must be again at its end, with the stack as it was.
/// - `leave`: RDI is the pointer again, and RAX is as `enter` has left it.
/// - `finish`: RAX becomes what is returned.
macro_rules! world_switch {
    (
        prepare: [$($prepare:literal),*],
        enter: [$($enter:literal),*],
        leave: [$($leave:literal),*],
        finish: [$($finish:literal),*],
        $($operands:tt)*
    ) => {
        ::core::arch::naked_asm!(
            "push rbx",
            "push rbp",
            "push r12",
            "push r13",
            "push r14",
            "push r15",
            "push rdi",
            $($prepare,)*
            "mov rbx, [rdi + {rbx}]",
            "mov rcx, [rdi + {rcx}]",
            "mov rdx, [rdi + {rdx}]",
            "mov rsi, [rdi + {rsi}]",
            "mov rbp, [rdi + {rbp}]",
            "mov r8, [rdi + {r}]",
            "mov r9, [rdi + {r} + 8]",
            "mov r10, [rdi + {r} + 16]",
            "mov r11, [rdi + {r} + 24]",
            "mov r12, [rdi + {r} + 32]",
            "mov r13, [rdi + {r} + 40]",
            "mov r14, [rdi + {r} + 48]",
            "mov r15, [rdi + {r} + 56]",
            "mov rdi, [rdi + {rdi}]",
            $($enter,)*
            "push rdi",
            "mov rdi, [rsp + 8]",
            $($leave,)*
            "mov [rdi + {rbx}], rbx",
            "mov [rdi + {rcx}], rcx",
            "mov [rdi + {rdx}], rdx",
            "mov [rdi + {rsi}], rsi",
            "mov [rdi + {rbp}], rbp",
            "mov [rdi + {r}], r8",
            "mov [rdi + {r} + 8], r9",
            "mov [rdi + {r} + 16], r10",
            "mov [rdi + {r} + 24], r11",
            "mov [rdi + {r} + 32], r12",
            "mov [rdi + {r} + 40], r13",
            "mov [rdi + {r} + 48], r14",
            "mov [rdi + {r} + 56], r15",
            "pop rsi",
            "mov [rdi + {rdi}], rsi",
            "pop rdi",
            $($finish,)*
            "pop r15",
            "pop r14",
            "pop r13",
            "pop r12",
            "pop rbp",
            "pop rbx",
            "ret",
            rbx = const ::core::mem::offset_of!(Registers, rbx),
            rcx = const ::core::mem::offset_of!(Registers, rcx),
            rdx = const ::core::mem::offset_of!(Registers, rdx),
            rsi = const ::core::mem::offset_of!(Registers, rsi),
            rdi = const ::core::mem::offset_of!(Registers, rdi),
            rbp = const ::core::mem::offset_of!(Registers, rbp),
            r = const ::core::mem::offset_of!(Registers, r),
            $($operands)*
        )
    };
}
pub(crate) use world_switch;
