//! The four loads of a translation and nothing else: no present bit, no block, no error. Nobody could use it; it is
//! the limit of the hardware.

use super::entry::{FRAME, index};
use super::hand::Hand;
use crate::memory::{Slot, Words};
use crate::peer::{PAGE, Peer, Size, chain, sum};
use std::sync::atomic::Ordering::Relaxed;

/// The loads.
pub struct Chain(Hand);

#[inline(always)]
fn loads(root: u64, words: Words, at: u64) -> u64 {
    let table = |table, level| words.at(table, index(at, level)).load(Relaxed) & FRAME;
    (0..4).rev().fold(root, table) | at & (PAGE - 1)
}

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
        loads(self.0.root(), *self.0.words(), at)
    }

    #[inline(always)]
    fn translate_all(&self, addresses: &[u64]) -> u64 {
        let (root, words) = (self.0.root(), *self.0.words());
        sum(addresses, |at| loads(root, words, at))
    }

    #[inline(always)]
    fn translate_chain(&self, addresses: &[u64]) -> u64 {
        let (root, words) = (self.0.root(), *self.0.words());
        chain(addresses, |at| loads(root, words, at))
    }

    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        self.0.map_range(size, bytes)
    }
}
