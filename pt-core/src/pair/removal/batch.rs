//! Batches: what a session has blocked, and what it has tracked, as values that cannot be mixed up.

use crate::address::AddressRange;
use crate::space::Private;
use core::fmt;
use core::marker::PhantomData;

/// Ties a token to the session it comes from: two sessions never have the same `'id`.
pub(super) type Brand<'id> = PhantomData<fn(&'id ()) -> &'id ()>;

/// A range in which everything that was mapped is blocked. CPUs may still hold translations of it.
#[must_use = "what is blocked stays so: track the batch, then remove or unblock it"]
pub struct BlockedBatch<'id> {
    pub(super) range: AddressRange<Private>,
    pub(super) leaves: u64,
    pub(super) brand: Brand<'id>,
}

/// A range in which everything that was mapped is blocked, and that no CPU translates any more.
#[must_use = "what is blocked stays so: remove the batch or unblock it"]
pub struct TrackedBatch<'id> {
    pub(super) range: AddressRange<Private>,
    pub(super) leaves: u64,
    pub(super) unblocked: u64,
    pub(super) brand: Brand<'id>,
}

macro_rules! batch {
    ($($name:ident)*) => {$(
        impl $name<'_> {
            /// The range.
            #[must_use]
            pub const fn range(&self) -> AddressRange<Private> {
                self.range
            }

            /// How many leaves are blocked in it.
            #[must_use]
            pub const fn leaves(&self) -> u64 {
                self.leaves
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} leaves in {:?})", stringify!($name), self.leaves, self.range)
            }
        }
    )*};
}
batch!(BlockedBatch TrackedBatch);

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::BlockedBatch<'_> {}
    impl Sealed for super::TrackedBatch<'_> {}
}

/// What can be tracked: a [`BlockedBatch`].
#[diagnostic::on_unimplemented(
    message = "what is not blocked cannot be tracked: new translations can be made behind the track",
    label = "`{Self}` is no blocked batch",
    note = "`block` the range first: it splits what sticks out of it, and gives the batch"
)]
pub trait IsBlocked<'id>: sealed::Sealed {
    /// The batch.
    fn into_batch(self) -> BlockedBatch<'id>;
}

/// What can be removed: a [`TrackedBatch`].
#[diagnostic::on_unimplemented(
    message = "what is not tracked cannot be removed: a CPU may still translate through it",
    label = "`{Self}` is no tracked batch",
    note = "`block` the range, then `track` the batch: one track and one kick do for many batches"
)]
pub trait IsTracked<'id>: sealed::Sealed {
    /// The batch.
    fn into_batch(self) -> TrackedBatch<'id>;
}

impl<'id> IsBlocked<'id> for BlockedBatch<'id> {
    #[inline]
    fn into_batch(self) -> Self {
        self
    }
}

impl<'id> IsTracked<'id> for TrackedBatch<'id> {
    #[inline]
    fn into_batch(self) -> Self {
        self
    }
}
