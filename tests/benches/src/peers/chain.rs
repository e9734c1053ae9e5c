//! The four loads of a translation and nothing else: no present bit, no block, no error. Nobody could use it; it is
//! the limit of the hardware.

use super::hand::{FRAME, Hand};
use crate::memory::Slot;
use crate::peer::{PAGE, Peer, Size};
use std::sync::atomic::Ordering::Relaxed;

/// The loads.
pub struct Chain(Hand);

impl Peer for Chain {
    const NAME: &'static str = "4 loads";
    const ONLY_TRANSLATES: bool = true;
    type Address = u64;

    fn new(memory: &Slot) -> Self {
        Self(Hand::new(memory))
    }

    fn address(at: u64) -> u64 {
        at
    }

    #[inline(always)]
    fn translate(&self, at: u64) -> u64 {
        let table = |table, level| self.0.entry(table, at, level).load(Relaxed) & FRAME;
        (0..4).rev().fold(self.0.root(), table) | at & (PAGE - 1)
    }

    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        self.0.map_range(size, bytes)
    }
}
