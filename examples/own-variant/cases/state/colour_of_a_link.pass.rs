//! The colour of an entry is read without a look at what the entry is: a link has none, and its bits say something else.

use pt_core::{Bits, Entry, LevelOf};
use pt_own_variant::{Directory, Lobby};

fn colour(raw: u64) -> Option<Bits<2>> {
    match <Directory as LevelOf<Lobby>>::decode(raw) {
        Entry::Leaf(entry) => Some(entry.colour()),
        _ => None,
    }
}

fn main() {
    let _ = colour(0);
}
