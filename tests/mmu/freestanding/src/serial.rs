//! The first serial line, where an image reports: a 16550 at port 0x3F8.

use crate::port;
use core::fmt;

const DATA: u16 = 0x3F8;
const INTERRUPTS: u16 = DATA + 1;
const FIFO: u16 = DATA + 2;
const LINE_CONTROL: u16 = DATA + 3;
const LINE_STATUS: u16 = DATA + 5;
/// Line status: the transmitter takes another byte.
const TAKES: u8 = 1 << 5;
/// Line status: everything was sent.
const EMPTY: u8 = 1 << 6;

/// The line, for the macros of `core::fmt`.
#[derive(Debug)]
pub struct Serial;

impl fmt::Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            while port::read(LINE_STATUS) & TAKES == 0 {}
            port::write(DATA, byte);
        }
        Ok(())
    }
}

/// 115200 baud, 8 bits, no parity, no interrupts. (Out of reset, Bochs sends 5 bits of each byte.)
pub fn initialise() {
    const DIVISOR_LATCH: u8 = 0x80;
    const EIGHT_BITS: u8 = 3;
    port::write(LINE_CONTROL, DIVISOR_LATCH | EIGHT_BITS);
    port::write(DATA, 1);
    port::write(INTERRUPTS, 0);
    port::write(LINE_CONTROL, EIGHT_BITS);
    port::write(FIFO, 7);
}

/// Waits until everything was sent.
pub fn drain() {
    while port::read(LINE_STATUS) & EMPTY == 0 {}
}

/// Writes a line to the serial line.
#[macro_export]
macro_rules! println {
    ($($argument:tt)*) => {{
        let _ = ::core::fmt::Write::write_fmt(
            &mut $crate::serial::Serial,
            ::core::format_args!("{}\n", ::core::format_args!($($argument)*)),
        );
    }};
}
