//! The registers of a call.

use crate::leaf::Leaf;
use core::fmt;
use pt_macros::register;

/// RAX of a call: which leaf, in which version.
///
/// TDX module 1.5 ABI specification, RAX of the SEAMCALL leaves.
#[register(reserved(24..=63))]
pub struct Function {
    /// The number of the leaf: [`Leaf::number`].
    #[bits(0..=15)]
    pub leaf: u16,
    /// The version of the leaf.
    #[bits(16..=23)]
    pub version: u8,
}

/// The general-purpose registers that SEAMCALL passes in both directions: all but RSP.
///
/// TDX module 1.5 ABI specification, SEAMCALL interface functions.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default)]
#[repr(C)]
#[allow(missing_docs)] // the names say all there is to say
pub struct Registers {
    pub rax: u64,
    pub rbx: u64,
    pub rcx: u64,
    pub rdx: u64,
    pub rbp: u64,
    pub rsi: u64,
    pub rdi: u64,
    pub r8: u64,
    pub r9: u64,
    pub r10: u64,
    pub r11: u64,
    pub r12: u64,
    pub r13: u64,
    pub r14: u64,
    pub r15: u64,
}

impl Registers {
    /// The registers of a call of `leaf` in its version 0, all operands zero.
    #[inline]
    #[must_use]
    pub const fn call(leaf: Leaf) -> Self {
        Self::call_version(leaf, 0)
    }

    /// The registers of a call of `leaf` in `version`: RAX is a [`Function`].
    #[inline]
    #[must_use]
    pub const fn call_version(leaf: Leaf, version: u8) -> Self {
        let rax = Function::new().with_leaf(leaf.number()).with_version(version).bits();
        Self {
            rax,
            rbx: 0,
            rcx: 0,
            rdx: 0,
            rbp: 0,
            rsi: 0,
            rdi: 0,
            r8: 0,
            r9: 0,
            r10: 0,
            r11: 0,
            r12: 0,
            r13: 0,
            r14: 0,
            r15: 0,
        }
    }

    /// The leaf that RAX names before the call, if this crate knows it.
    #[inline]
    #[must_use]
    pub const fn leaf(&self) -> Option<Leaf> {
        Leaf::from_number(Function::from_bits(self.rax).leaf())
    }

    /// Names and values, in the order of the fields.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, u64); 15] {
        [
            ("rax", self.rax),
            ("rbx", self.rbx),
            ("rcx", self.rcx),
            ("rdx", self.rdx),
            ("rbp", self.rbp),
            ("rsi", self.rsi),
            ("rdi", self.rdi),
            ("r8", self.r8),
            ("r9", self.r9),
            ("r10", self.r10),
            ("r11", self.r11),
            ("r12", self.r12),
            ("r13", self.r13),
            ("r14", self.r14),
            ("r15", self.r15),
        ]
    }
}

/// RAX, and the others where they are not zero, in hexadecimal: `rax=0x6 rcx=0x1 rdx=0x40000000`.
impl fmt::Display for Registers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rax={:#x}", self.rax)?;
        let others = self.named().into_iter().skip(1).filter(|&(_, value)| value != 0);
        others.into_iter().try_for_each(|(name, value)| write!(f, " {name}={value:#x}"))
    }
}

impl fmt::Debug for Registers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registers({self})")
    }
}
