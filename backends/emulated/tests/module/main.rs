//! The emulated TDX module, rule by rule: what recorded traces seldom reach.

mod accept;
mod blocks;
mod debug;
mod locks;
mod programs;
mod refusals;
mod td;
mod threads;
mod tracking;
