//! What the checks say about wrong declarations: how many errors, under which tokens, in which words.
//!
//! Each case is a declaration of a backend with one slip in it, so that whatever else is reported for the slip shows.

mod alone;
mod bits;
mod config;
mod decoding;
mod encodings;
mod fields;
mod formats;
mod frames;
mod geometry;
mod harness;
mod hooks;
mod illegal;
mod items;
mod levels;
mod linking;
mod many;
mod names;
mod operations;
mod packed;
mod parties;
mod phases;
mod presence;
mod propagation;
mod registers;
mod shapes;
mod spaces;
mod spans;
mod states;
mod tables;
mod valid;
mod variants;
mod writers;
