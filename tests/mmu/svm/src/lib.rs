//! Nested page tables and guest page tables, checked with the MMU of an AMD CPU.
#![no_std]
#![forbid(unsafe_code)]

use pt_freestanding::exit::Outcome;
use pt_freestanding::options::Options;
use pt_freestanding::{println, register};

/// Runs all checks.
pub fn run(options: Options<'_>) -> Outcome {
    println!("levels: {}", if register::five_level_paging() { 5 } else { 4 });
    println!("seed: {}", options.number("seed", 1).unwrap_or(0));
    println!("memory: {:?}", pt_freestanding::guest_memory::GuestMemory::get());
    Outcome::Passed
}
