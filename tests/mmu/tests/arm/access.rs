//! One access, as the executor makes it, and what must come of it. Sections are those of the Arm ARM (DDI 0487).

use pt_mmu::machine::{ANYTHING, Data, Wanted, exactly};
use pt_plan::{AccessKind, Permissions, Privilege};

/// What translates.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// `TTBR0_EL1` and `TTBR1_EL1`.
    First,
    /// `VTTBR_EL2`, while the first stage is off.
    Second,
}

/// How it is done.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// By an AT instruction at EL2.
    Translate,
    /// By code at EL1 or EL0.
    Perform,
}

/// An access.
#[derive(Copy, Clone, Debug)]
pub struct Access {
    pub way: Way,
    pub kind: AccessKind,
    /// The supervisor is EL1, the user EL0.
    pub privilege: Privilege,
    pub stage: Stage,
}

/// Why the MMU refuses: bits 5:2 of the fault status, D24.2.40.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    Translation = 1,
    AccessFlag = 2,
    Permission = 3,
}

/// Exception classes, D24.2.40.
const UNKNOWN: u64 = 0;
const SVC: u64 = 0x15;
const HVC: u64 = 0x16;
const FETCH_FROM_BELOW: u64 = 0x20;
const FETCH: u64 = 0x21;
const DATA_FROM_BELOW: u64 = 0x24;
const DATA: u64 = 0x25;

/// Fields of `PAR_EL1`, D24.2.124.
const PAR_FAULT: u64 = 1;
const PAR_SECOND_STAGE: u64 = 1 << 9;
const PAR_ADDRESS: u64 = 0xf_ffff_ffff_f000;
/// ESR: the exception class, whether a data access is a store, and its fault status.
const ESR_CLASS: u64 = 0x3f << 26;
const ESR_STORE: u64 = 1 << 6;
const ESR_STATUS: u64 = 0x3f;

impl Access {
    /// The number of the operation.
    pub const fn operation(self) -> u64 {
        let user = matches!(self.privilege, Privilege::User) as u64;
        let kind = match self.kind {
            AccessKind::Load => 0,
            AccessKind::Store => 1,
            AccessKind::Fetch => 2,
        };
        match (self.way, self.stage) {
            (Way::Translate, Stage::First) => kind + 2 * user,
            (Way::Translate, Stage::Second) => 4 + kind + 2 * user,
            (Way::Perform, _) => 8 + kind + 3 * user,
        }
    }

    /// Whether a leaf with these permissions lets it through: D8.4.1 and D8.4.2.
    pub fn is_allowed(self, permissions: Permissions) -> bool {
        let has = |wanted| permissions.contains(wanted);
        let (write, user) = (has(Permissions::WRITE), has(Permissions::USER));
        match (self.stage, self.privilege, self.kind) {
            (_, Privilege::User, AccessKind::Fetch) => has(Permissions::USER_EXECUTE),
            (Stage::Second, _, kind) => has(kind.needs()),
            (Stage::First, Privilege::Supervisor, AccessKind::Load) => true,
            (Stage::First, Privilege::Supervisor, AccessKind::Store) => write,
            // What EL0 can write is never executed at EL1.
            (Stage::First, Privilege::Supervisor, AccessKind::Fetch) => has(Permissions::EXECUTE) && !(write && user),
            (Stage::First, Privilege::User, AccessKind::Load) => user,
            (Stage::First, Privilege::User, AccessKind::Store) => user && write,
        }
    }

    /// What it does to the word at a physical address. Returns what it finds there, or leaves there.
    pub fn follow(self, data: &mut Data, at: u64, value: u64) -> u64 {
        match (self.way, self.kind) {
            (Way::Translate, _) => value,
            (Way::Perform, AccessKind::Store) => {
                data.store(at, value);
                value
            }
            (Way::Perform, AccessKind::Load | AccessKind::Fetch) => data.load(at),
        }
    }

    /// The answer if it is let through to the physical address `at`, where the word is `value`. `memory` are the memory
    /// attributes and the shareability that `PAR_EL1` has to show, in place.
    pub const fn let_through(self, address: u64, at: u64, value: u64, memory: (u64, u64)) -> Wanted {
        if matches!(self.way, Way::Translate) {
            let (mask, attributes) = memory;
            let par = (PAR_FAULT | PAR_ADDRESS | mask, at & PAR_ADDRESS | attributes);
            return [par, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING];
        }
        let loaded = if matches!(self.kind, AccessKind::Load) { exactly(value) } else { ANYTHING };
        // The access is followed by HVC or SVC. A fetch finds HVC, which does not exist for EL0.
        let (class, stopped, level) = match (self.privilege, self.kind) {
            (Privilege::Supervisor, AccessKind::Fetch) => (HVC, exactly(address + 4), 2),
            (Privilege::Supervisor, _) => (HVC, ANYTHING, 2),
            (Privilege::User, AccessKind::Fetch) => (UNKNOWN, exactly(address), 1),
            (Privilege::User, _) => (SVC, ANYTHING, 1),
        };
        [(ESR_CLASS, class << 26), ANYTHING, ANYTHING, loaded, stopped, exactly(level), ANYTHING, ANYTHING]
    }

    /// The answer if its stage refuses at `level`. What the stage was asked for is `intermediate`: behind a first stage,
    /// that is another address.
    pub const fn refused(self, address: u64, intermediate: u64, why: Refusal, level: i32) -> Wanted {
        let status = match (why, level) {
            (Refusal::Translation, -1) => 0b10_1011,
            _ => (why as u64) << 2 | level.unsigned_abs() as u64,
        };
        let second = matches!(self.stage, Stage::Second);
        if matches!(self.way, Way::Translate) {
            let stage = if second { PAR_SECOND_STAGE } else { 0 };
            let par = (PAR_FAULT | PAR_SECOND_STAGE | 0x3f << 1, PAR_FAULT | stage | status << 1);
            return [par, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING];
        }
        let from_below = second || matches!(self.privilege, Privilege::User);
        let fetch = matches!(self.kind, AccessKind::Fetch);
        let class = match (fetch, from_below) {
            (true, true) => FETCH_FROM_BELOW,
            (true, false) => FETCH,
            (false, true) => DATA_FROM_BELOW,
            (false, false) => DATA,
        };
        let store = if matches!(self.kind, AccessKind::Store) { ESR_STORE } else { 0 };
        let store_mask = if fetch { 0 } else { ESR_STORE };
        let syndrome = (ESR_CLASS | ESR_STATUS | store_mask, class << 26 | status | store);
        // `HPFAR_EL2` is not written for a fault of the second stage's permissions (D24.2.58).
        let hpfar = match why {
            Refusal::Translation | Refusal::AccessFlag if second => exactly(intermediate >> 12 << 4),
            _ => ANYTHING,
        };
        let stopped = if fetch { exactly(address) } else { ANYTHING };
        let taken = exactly(if second { 2 } else { 1 });
        [syndrome, exactly(address), hpfar, ANYTHING, stopped, taken, ANYTHING, ANYTHING]
    }
}
