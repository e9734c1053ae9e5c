//! The life of TDs, as types, on the emulated module.

mod life;
mod machine;
mod refusals;
