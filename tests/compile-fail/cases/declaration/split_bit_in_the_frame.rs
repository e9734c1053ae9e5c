//! The address of an entry still has the bit that says shared: two accessors strip one bit each, and neither both.
//!
//! Seen: openvmm openhcl_boot, bit 51 set for private and bit 47 set for shared in one entry type, and `get_addr`
//! strips bit 51 alone [peer-8]

use pt_macros::entry;
use pt_core::Hpa;

#[derive(Copy, Clone, Debug)]
pub enum Pt {}

#[rustfmt::skip] // one field a line
#[entry(leaf, levels(Pt = 12), present = present, ignored(3..=11, 48..=63))]
pub struct Leaf {
    #[bits(0)]                        present: bool,
    #[bits(1, allows = write)]        write: bool,
    #[bits(2, allows = user)]         user: bool,
    #[bits(12..=47, frame)]      frame: Hpa,
    #[bits(47)]                       shared: bool,
}

fn main() {}
