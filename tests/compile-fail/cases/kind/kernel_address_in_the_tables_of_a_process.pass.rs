//! An address of the upper end, of the kernel, is looked up in the tables of the lower one, of a process: the bits above the
//! index are not looked at, and the walk finds a page of the process.
//!
//! Seen: aarch64-paging, `VaRange`: which end a table is for is a value beside it, compared when a range is mapped

use pt_arm::stage1::k4::{Stage1, Stage1Upper};
use pt_core::{Address, Arena, Hpa, Reader, Upper};

fn frame_of(tables: Reader<'_, Stage1Upper, &Arena>, of_the_kernel: Address<Upper>) -> Option<Hpa> {
    tables.translate(of_the_kernel).map(|found| found.address)
}

fn main() {
    let _ = frame_of;
    let _ = (Stage1, Stage1Upper);
}
