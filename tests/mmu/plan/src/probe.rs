//! One probe, and what it must come to.

use crate::mapping::Permissions;

/// What a probe does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum AccessKind {
    /// It reads a word.
    Load,
    /// It writes a word.
    Store,
    /// It jumps.
    Fetch,
}

impl AccessKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Load, Self::Store, Self::Fetch];

    /// What a mapping has to let through.
    #[must_use]
    pub const fn needs(self) -> Permissions {
        match self {
            Self::Load => Permissions::READ,
            Self::Store => Permissions::WRITE,
            Self::Fetch => Permissions::EXECUTE,
        }
    }
}

/// Who does it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Privilege {
    /// The operating system.
    Supervisor,
    /// A program.
    User,
}

/// One access of a machine to memory.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Probe {
    /// The input address, a multiple of 8.
    pub address: u64,
    /// What is done there.
    pub kind: AccessKind,
    /// By whom.
    pub privilege: Privilege,
}

/// What a probe must come to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// It is done, at this output address.
    Reaches(u64),
    /// The address is mapped, with these permissions, and they do not suffice.
    Denied(Permissions),
    /// Nothing is mapped there.
    Unmapped,
}
