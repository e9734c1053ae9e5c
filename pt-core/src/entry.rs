//! An entry, read once.
//!
//! An entry in memory is one atomic word that others may change at any time. It is loaded once and decoded once,
//! into one of four things; what follows works on that value and cannot read a field that its shape lacks.

/// What one entry is.
///
/// `Leaf` and `Subtable` are the declaration's own formats at this level. At a level without leaves (or without
/// tables) the type is uninhabited, and `match` needs no arm for it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Entry<Leaf, Subtable> {
    /// Nothing is mapped here.
    Absent(Absent),
    /// A page is mapped here.
    Leaf(Leaf),
    /// A table of the level below hangs here.
    Subtable(Subtable),
    /// Another thread is changing this entry, or its table is being taken apart. Neither descend nor write: come
    /// back later.
    Frozen,
}

impl<Leaf, Subtable> Entry<Leaf, Subtable> {
    /// What an entry is that is not present: frozen if it has that value, else absent.
    #[inline(always)]
    #[must_use]
    pub const fn vacant(raw: u64, frozen: u64) -> Self {
        if raw == frozen { Self::Frozen } else { Self::Absent(Absent::new(raw)) }
    }
}

/// An entry that maps nothing. Its other bits may carry a payload of the software's.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Absent(u64);

impl Absent {
    /// Takes a raw word as an absent entry. The caller has decoded it.
    #[inline]
    #[must_use]
    pub const fn new(raw: u64) -> Self {
        Self(raw)
    }

    /// The raw word, payload included.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }
}
