//! The Secure EPT: entries in memory under the key of the TD, walks, and the lock of one entry.
//!
//! A leaf walks to an entry under the tree lock, takes the entry's own lock (bit 11, by one atomic operation), reads
//! the entry again, and replaces it by one store. A guest's walk takes no tree lock: what it stands on cannot go away
//! before the vCPU leaves, because taking it away needs tracking.

mod entry;

mod walk;

pub use entry::{Entry, Permissions};

pub(crate) use walk::{ENTRIES, LockedEntry, Place, Tree, below};
