//! A translation of each library as a function of its own, for its size in bytes.

use crate::peer::Peer;
use crate::peers::{aarch64, engine, generic, hand, multiarch, patina, x86_64_crate};
use std::hint::black_box;

macro_rules! translations {
    ($($name:ident: $library:ty),* $(,)?) => {
        $(
            #[doc = concat!("One translation by `", stringify!($library), "`.")]
            #[inline(never)]
            pub fn $name(tree: &$library, at: <$library as Peer>::Address) -> u64 {
                tree.translate(at)
            }
        )*

        /// The functions and the columns that they belong to. Whoever calls this keeps them in the program.
        #[must_use]
        pub fn all() -> Vec<(&'static str, &'static str)> {
            $(black_box($name as fn(&$library, <$library as Peer>::Address) -> u64);)*
            vec![$((stringify!($name), <$library as Peer>::NAME)),*]
        }
    };
}

translations! {
    x86: engine::X86,
    ept: engine::Ept,
    by_hand: hand::Hand,
    mapped: x86_64_crate::Mapped,
    offset: x86_64_crate::Offset,
    multiarch: multiarch::Multiarch,
    generic: generic::Generic,
    patina: patina::Patina,
    aarch64: aarch64::Aarch64,
}
