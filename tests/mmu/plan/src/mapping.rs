//! One requested mapping.

use crate::probe::{AccessKind, Privilege};
use core::fmt::{self, Write as _};
use core::ops::BitOr;

/// What a mapping lets through, joined by `|`. It is shown as `rwxu`, with `-` for what it does not.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// Loads.
    pub const READ: Self = Self(1);
    /// Stores.
    pub const WRITE: Self = Self(1 << 1);
    /// Fetches.
    pub const EXECUTE: Self = Self(1 << 2);
    /// Accesses of the user as well as of the supervisor.
    pub const USER: Self = Self(1 << 3);
    /// Fetches of the user, where the machine has a permission of its own for them. [`allow`](Self::allow) knows none.
    pub const USER_EXECUTE: Self = Self(1 << 4);

    /// All that an entry of x86 can say in a page table: a page that is present can be read. Those of the supervisor
    /// come first.
    pub const X86: [Self; 8] = {
        let user = Self::USER;
        let (r, rw, rx) = (Self::READ, Self::READ.union(Self::WRITE), Self::READ.union(Self::EXECUTE));
        let rwx = rw.union(rx);
        [r, rw, rx, rwx, r.union(user), rw.union(user), rx.union(user), rwx.union(user)]
    };

    /// Whether all of `others` are among these.
    #[must_use]
    pub const fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// These and `others`.
    #[must_use]
    pub const fn union(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These without `others`.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether an access is let through. A page of the user is open to the supervisor.
    #[must_use]
    pub const fn allow(self, kind: AccessKind, privilege: Privilege) -> bool {
        self.contains(kind.needs()) && (matches!(privilege, Privilege::Supervisor) || self.contains(Self::USER))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = [(Self::READ, 'r'), (Self::WRITE, 'w'), (Self::EXECUTE, 'x'), (Self::USER, 'u')];
        letters.into_iter().try_for_each(|(one, letter)| f.write_char(if self.contains(one) { letter } else { '-' }))
    }
}

impl BitOr for Permissions {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

/// A block of input addresses, and what it leads to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Mapping {
    /// The first input address, aligned to the size.
    pub input: u64,
    /// The first output address, aligned to the size.
    pub output: u64,
    /// The size in bytes, as a power of two.
    pub shift: u32,
    /// What it lets through.
    pub permissions: Permissions,
}

impl Mapping {
    /// Its size in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        1 << self.shift
    }

    /// Its last input address.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.input + (self.bytes() - 1)
    }

    /// Whether it covers an input address.
    #[must_use]
    pub const fn covers(&self, address: u64) -> bool {
        address >> self.shift == self.input >> self.shift
    }

    /// Whether both cover some address.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.covers(other.input) || other.covers(self.input)
    }

    /// What an input address that it covers leads to.
    #[must_use]
    pub const fn translate(&self, address: u64) -> u64 {
        self.output | (address & (self.bytes() - 1))
    }
}
