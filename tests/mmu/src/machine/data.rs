//! The words that accesses reach, as they must be: a model that follows the questions one by one.

use std::collections::BTreeMap;

/// Data memory, word by word. A word that nobody has stored to holds an instruction that ends a fetch, and above it
/// half of its own address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Data {
    instruction: u32,
    words: BTreeMap<u64, u64>,
}

impl Data {
    /// Memory whose words hold `instruction` in their lower halves.
    #[must_use]
    pub const fn new(instruction: u32) -> Self {
        Self { instruction, words: BTreeMap::new() }
    }

    /// What the word at a physical address holds at first.
    #[must_use]
    pub const fn initial(&self, at: u64) -> u64 {
        at << 29 & !0xffff_ffff | self.instruction as u64
    }

    /// A value to store that a fetch can find afterwards.
    #[must_use]
    pub const fn value(&self, random: u64) -> u64 {
        random & !0xffff_ffff | self.instruction as u64
    }

    /// A load or fetch of the word at a physical address.
    pub fn load(&mut self, at: u64) -> u64 {
        let initial = self.initial(at);
        *self.words.entry(at).or_insert(initial)
    }

    /// A store to it.
    pub fn store(&mut self, at: u64, value: u64) {
        self.words.insert(at, value);
    }

    /// Every word that was accessed, with its address: what is there in the end.
    pub fn words(&self) -> impl Iterator<Item = (u64, u64)> {
        self.words.iter().map(|(&at, &value)| (at, value))
    }
}
