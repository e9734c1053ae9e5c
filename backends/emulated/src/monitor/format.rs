//! What the monitor has to know of an entry beside its state.

use pt_core::Hpa;
use pt_core::states::{PhaseName, States};

/// The format of the entries of a protected table.
///
/// The states and their bits come from the declaration; this adds what hardware wants around them.
pub trait ProtectedFormat: Send + Sync + 'static {
    /// The declared life of an entry.
    type States: States<Phase = PhaseName>;

    /// A bit that hardware ignores, by which the monitor locks an entry.
    const LOCK: u64;

    /// The entry of this state, its state bits and its lock bit left zero: permissions, memory type, frame.
    fn entry(state: Self::States, frame: Hpa, level: LevelsOf<Self>) -> u64;

    /// The frame of an entry that has one.
    fn frame(entry: u64) -> Hpa;

    /// What the monitor tells the VMM of an entry that it refused to change.
    fn disclose(entry: u64, level: LevelsOf<Self>) -> u64;

    /// Whether the method can be called at this level.
    fn serves(method: MethodOf<Self>, level: LevelsOf<Self>) -> bool;

    /// Whether the method can be interrupted half-way, so that it has to be called again.
    fn interruptible(method: MethodOf<Self>) -> bool;
}

/// The methods of the hooks of `F`.
pub type MethodOf<F> = <<F as ProtectedFormat>::States as States>::Method;
/// The levels of the protected table of `F`.
pub type LevelsOf<F> = <<F as ProtectedFormat>::States as States>::Levels;
