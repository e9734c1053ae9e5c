//! A range operation that did not reach its end.

use super::Stale;
use super::source::TableSource;
use crate::address::AddressRange;
use crate::error::ObstacleOf;
use crate::memory::Memory;
use crate::table::{UsedByCpu, Visible};
use core::fmt;

/// How far an operation on a range got, what is stale because of that, and why it stopped there.
///
/// To go on, do what the obstacle asks for and begin again behind `done`; to begin again at the start is right
/// too.
#[must_use = "a part of the range was changed, and must be flushed"]
pub struct Interrupted<'t, T: Visible + UsedByCpu, M: Memory, S: TableSource> {
    /// What was done; it begins with the range. `None` if nothing was.
    pub done: Option<AddressRange<T::Space>>,
    /// What stood in the way at the end of `done`.
    pub obstacle: ObstacleOf<T>,
    /// What is stale. Blocks that were split need a flush even if nothing was done after that.
    pub stale: Stale<'t, T, M, S>,
}

impl<T: Visible + UsedByCpu, M: Memory, S: TableSource> fmt::Debug for Interrupted<'_, T, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, obstacle, stale } = self;
        f.debug_struct("Interrupted").field("done", done).field("obstacle", obstacle).field("stale", stale).finish()
    }
}

impl<T: Visible + UsedByCpu, M: Memory, S: TableSource> fmt::Display for Interrupted<'_, T, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.done {
            None => write!(f, "nothing was done: {}", self.obstacle),
            Some(done) => write!(f, "only {done:?} was done: {}", self.obstacle),
        }
    }
}
impl<T: Visible + UsedByCpu, M: Memory, S: TableSource> core::error::Error for Interrupted<'_, T, M, S> {}
