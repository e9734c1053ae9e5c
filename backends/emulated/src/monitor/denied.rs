//! Why the monitor did not do what it was asked to.

use crate::machine::BusError;
use core::fmt;
use pt_core::Hpa;
use pt_core::states::PhaseName;

/// A refusal. Nothing has changed, except where [`Interrupted`](Self::Interrupted) says so.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Denied<V> {
    /// Somebody else holds a lock. Locks never wait.
    Busy(Lock),
    /// An operand cannot be what it stands for.
    Operand(Operand),
    /// The VM has no key any more.
    NoKey,
    /// The operation does not exist in this phase.
    Phase(PhaseName),
    /// The walk ended above the level of the operation, at this entry.
    Walk {
        /// The level of the entry.
        level: V,
        /// The entry, as far as it is disclosed.
        entry: u64,
    },
    /// No transition by this operation leads on from the state of the entry.
    State {
        /// The level of the entry.
        level: V,
        /// The entry, as far as it is disclosed.
        entry: u64,
    },
    /// The entry would have to be blocked first.
    NotBlocked {
        /// The level of the entry.
        level: V,
        /// The entry, as far as it is disclosed.
        entry: u64,
    },
    /// A vCPU may hold a translation from before the entry was blocked.
    NotTracked,
    /// The table is in use: this entry of it points to something.
    NotEmpty {
        /// The level of the entry in the table.
        level: V,
        /// The entry, as far as it is disclosed.
        entry: u64,
    },
    /// The table cannot become one leaf: this entry of it does not fit.
    NotUniform {
        /// The level of the entry in the table.
        level: V,
        /// The entry, as far as it is disclosed.
        entry: u64,
    },
    /// The frame belongs to a VM already.
    PageInUse(Hpa),
    /// The frame does not belong to this VM, or not as a page that begins here.
    NotOwned(Hpa),
    /// The operation was interrupted. Until it is called again, its entry refuses everything else.
    Interrupted {
        /// What the unfinished operation is known by.
        handle: u64,
    },
    /// Another operation on this entry is unfinished.
    Unfinished {
        /// What the unfinished operation is known by.
        handle: u64,
    },
    /// A [fault plan](super::Faults) said so.
    Injected {
        /// The status it asked for.
        status: u64,
    },
}

/// What was locked.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Lock {
    /// The phase of the VM.
    Phase,
    /// The tree.
    Tree,
    /// The entry.
    Entry,
    /// The epochs: a vCPU of the epoch before is still inside.
    Epoch,
    /// The vCPUs: one is still inside.
    Vcpus,
    /// A [fault plan](super::Faults) said so.
    Injected,
}

/// Which operand is wrong.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Operand {
    /// The guest address is not aligned to what an entry of the level maps, or not a private one.
    Address(u64),
    /// The operation does not exist at the level of this number.
    Level(u8),
    /// The page is missing, or superfluous.
    Page,
    /// The frame is not memory, or not aligned.
    Frame(Hpa),
}

/// An outcome, as it is counted.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum OutcomeKind {
    /// Done.
    Done,
    /// [`Denied::Busy`].
    Busy,
    /// The state of an entry of the protected table did not allow it.
    Stopped,
    /// [`Denied::Interrupted`].
    Interrupted,
    /// Every other refusal.
    Refused,
}

impl OutcomeKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Done, Self::Busy, Self::Stopped, Self::Interrupted, Self::Refused];
}

impl<V> Denied<V> {
    /// Under what the outcome is counted.
    #[must_use]
    pub const fn kind(&self) -> OutcomeKind {
        match self {
            Self::Busy(_) => OutcomeKind::Busy,
            Self::Walk { .. }
            | Self::State { .. }
            | Self::NotBlocked { .. }
            | Self::NotEmpty { .. }
            | Self::NotUniform { .. } => OutcomeKind::Stopped,
            Self::Interrupted { .. } => OutcomeKind::Interrupted,
            _ => OutcomeKind::Refused,
        }
    }
}

impl<V> From<BusError> for Denied<V> {
    fn from(error: BusError) -> Self {
        Self::Operand(Operand::Frame(error.address))
    }
}

impl<V: fmt::Debug> fmt::Display for Denied<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(lock) => write!(f, "busy: {lock:?}"),
            Self::Operand(Operand::Address(address)) => {
                write!(f, "{address:#x} is not a private address of this level")
            }
            Self::Operand(Operand::Level(level)) => write!(f, "the operation does not exist at level {level}"),
            Self::Operand(Operand::Page) => write!(f, "a page is missing, or superfluous"),
            Self::Operand(Operand::Frame(frame)) => write!(f, "no such page of memory: {frame}"),
            Self::NoKey => write!(f, "the key of the VM is gone"),
            Self::Phase(phase) => write!(f, "the operation does not exist in the phase {phase:?}"),
            Self::Walk { level, entry } => write!(f, "the walk ended at level {level:?}, entry {entry:#x}"),
            Self::State { level, entry } => write!(f, "not in this state: level {level:?}, entry {entry:#x}"),
            Self::NotBlocked { level, entry } => write!(f, "not blocked: level {level:?}, entry {entry:#x}"),
            Self::NotTracked => write!(f, "stale translations have not been tracked"),
            Self::NotEmpty { level, entry } => write!(f, "the table is in use: level {level:?}, entry {entry:#x}"),
            Self::NotUniform { level, entry } => {
                write!(f, "the table is not one leaf: level {level:?}, entry {entry:#x}")
            }
            Self::PageInUse(frame) => write!(f, "frame {frame} belongs to a VM already"),
            Self::NotOwned(frame) => write!(f, "frame {frame} is not a page of this VM"),
            Self::Interrupted { handle } => write!(f, "interrupted: call operation {handle:#x} again"),
            Self::Unfinished { handle } => write!(f, "operation {handle:#x} on this entry is unfinished"),
            Self::Injected { status } => write!(f, "injected failure {status:#x}"),
        }
    }
}
impl<V: fmt::Debug> core::error::Error for Denied<V> {}
