//! One access, as the executor makes it, and what must come of it.

use pt_mmu::machine::{ANYTHING, Wanted, exactly};
use pt_plan::{AccessKind, Permissions, Privilege};

/// Bits of the operation, as in `executor.S`.
const USER: u64 = 1 << 2;
const GUEST: u64 = 1 << 3;

/// Bits of mstatus, privileged 3.1.6.3: the supervisor may load from and store to pages of the user; a page that can be
/// executed can be read.
pub const SUM: u64 = 1 << 18;
pub const MXR: u64 = 1 << 19;

/// What translates.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Regime {
    /// satp.
    Supervisor,
    /// hgatp, behind vsatp if that translates.
    Guest,
}

/// An access.
#[derive(Copy, Clone, Debug)]
pub struct Access {
    /// What is done.
    pub kind: AccessKind,
    /// By whom.
    pub privilege: Privilege,
    /// Through what.
    pub regime: Regime,
    /// Bits of mstatus that are set.
    pub status: u64,
}

impl Access {
    /// The number of the operation.
    pub const fn operation(self) -> u64 {
        let kind = match self.kind {
            AccessKind::Load => 0,
            AccessKind::Store => 1,
            AccessKind::Fetch => 2,
        };
        let user = if matches!(self.privilege, Privilege::User) { USER } else { 0 };
        let guest = if matches!(self.regime, Regime::Guest) { GUEST } else { 0 };
        kind | user | guest
    }

    /// Whether a leaf with these permissions lets it through: privileged 12.3.2, steps 6 and 7.
    pub fn is_allowed(self, permissions: Permissions) -> bool {
        let kind = permissions.contains(self.kind.needs())
            || self.kind == AccessKind::Load && self.status & MXR != 0 && permissions.contains(Permissions::EXECUTE);
        let privilege = match (self.regime, self.privilege) {
            // To the second stage every access is one of the user (18.5.1).
            (Regime::Guest, _) | (_, Privilege::User) => permissions.contains(Permissions::USER),
            (Regime::Supervisor, Privilege::Supervisor) => {
                !permissions.contains(Permissions::USER) || self.status & SUM != 0 && self.kind != AccessKind::Fetch
            }
        };
        kind && privilege
    }

    /// The answer if it is let through and the word there holds `value`.
    pub const fn let_through(self, address: u64, value: u64) -> Wanted {
        let [mut cause, mut loaded, mut stopped] = [exactly(u64::MAX), ANYTHING, ANYTHING];
        match self.kind {
            AccessKind::Load => loaded = exactly(value),
            AccessKind::Store => {}
            // The fetch finds an ecall. Its cause says from which mode (3.1.15).
            AccessKind::Fetch => {
                stopped = exactly(address);
                cause = exactly(match (self.privilege, self.regime) {
                    (Privilege::User, _) => 8,
                    (Privilege::Supervisor, Regime::Supervisor) => 9,
                    (Privilege::Supervisor, Regime::Guest) => 10,
                });
            }
        }
        [cause, ANYTHING, ANYTHING, loaded, stopped, ANYTHING, ANYTHING, ANYTHING]
    }

    /// The answer if it faults.
    pub const fn faults(self, address: u64) -> Wanted {
        self.faults_at(address, address)
    }

    /// The answer if it faults, in the regime of a guest at `guest` in its physical memory: privileged 3.1.15, 3.1.16 and
    /// 18.3.1.
    pub const fn faults_at(self, address: u64, guest: u64) -> Wanted {
        let [load, store, fetch] = match self.regime {
            Regime::Supervisor => [13, 15, 12],
            Regime::Guest => [21, 23, 20],
        };
        let cause = match self.kind {
            AccessKind::Load => load,
            AccessKind::Store => store,
            AccessKind::Fetch => fetch,
        };
        let guest_address = match self.regime {
            Regime::Supervisor => ANYTHING,
            Regime::Guest => exactly(guest >> 2),
        };
        let stopped = if matches!(self.kind, AccessKind::Fetch) { exactly(address) } else { ANYTHING };
        [exactly(cause), exactly(address), guest_address, ANYTHING, stopped, ANYTHING, ANYTHING, ANYTHING]
    }
}
