//! Standard output, which may be a pipe that nobody reads any more.

use std::io::{self, Write};

/// Bytes that are collected before they are written.
const BLOCK: usize = 64 << 10;

/// Collects text and writes it in blocks.
///
/// Once the reader is gone, everything is dropped in silence: whoever piped the output into `head` has seen enough.
pub struct Output<W: Write> {
    /// Text that is not written yet.
    pub text: Vec<u8>,
    to: W,
    closed: bool,
}

impl<W: Write> Output<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Self { text: Vec::with_capacity(2 * BLOCK), to, closed: false }
    }

    /// Whether nobody reads any more.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes what has been collected, if it is a block.
    ///
    /// # Errors
    /// If it cannot be written, unless the reader is gone.
    #[inline]
    pub fn pass(&mut self) -> io::Result<()> {
        if self.text.len() < BLOCK { Ok(()) } else { self.flush() }
    }

    /// Writes what has been collected.
    ///
    /// # Errors
    /// If it cannot be written, unless the reader is gone.
    pub fn flush(&mut self) -> io::Result<()> {
        if !self.closed {
            match self.to.write_all(&self.text).and_then(|()| self.to.flush()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
                other => other?,
            }
        }
        self.text.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn text_is_written_in_blocks() {
        let mut written = Vec::new();
        let mut output = Output::new(&mut written);
        output.text.extend_from_slice(b"one");
        output.pass().unwrap();
        assert_eq!(output.text, b"one");
        output.flush().unwrap();
        assert!(output.text.is_empty());
        assert_eq!(written, b"one");
    }

    #[test]
    fn a_reader_that_is_gone_is_no_error() {
        let mut output = Output::new(Gone);
        output.text.extend_from_slice(b"one");
        output.flush().unwrap();
        assert!(output.is_closed() && output.text.is_empty());
    }
}
