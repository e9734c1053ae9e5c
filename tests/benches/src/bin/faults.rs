//! Takes the faults of two threads apart: the walker by hand with one part of the engine after the other, and the
//! exchanges alone. Prints nanoseconds a page, and writes nothing.
//!
//! ```text
//! faults [ROUNDS]
//! ```

use pt_benches::{faults, machine, markdown};
use std::{env, io};

const PAGES: u64 = 65_536;

fn main() -> io::Result<()> {
    let rounds = env::args().nth(1).map_or(Ok(75), |rounds| rounds.parse()).map_err(io::Error::other)?;
    println!("{}, medians of {rounds} rounds", machine::name());
    let arena = faults::arena(PAGES);
    for measure in [faults::time, faults::take_apart] {
        println!("\nA word goes from one CPU to the other in {:.0} ns.\n", faults::handover(rounds));
        print!("{}", markdown::plain(&measure(&arena, PAGES, rounds)));
    }
    println!("\nA word goes from one CPU to the other in {:.0} ns.", faults::handover(rounds));
    Ok(())
}
