//! The software CPU against tables that are written by hand.

mod stale;
mod td;
mod walks;
