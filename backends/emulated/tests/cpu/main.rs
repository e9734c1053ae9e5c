//! The software CPU against tables that are written by hand.

#[path = "../modelled/mod.rs"]
mod modelled;
mod stale;
mod td;
mod walks;
