//! What the guest wrote: the model that every byte read is compared with.
//!
//! A page that nobody has written is zero: the monitor clears a private page when the guest accepts it, the host a
//! shared one before it is mapped.

use std::fmt;

/// Bytes in a page.
pub const PAGE: usize = 4096;

/// The content of one page.
pub type Content = Box<[u8; PAGE]>;

/// The pages of some run of guest memory.
#[derive(Clone, Default, Debug)]
pub struct Shadow {
    pages: Vec<Option<Content>>,
}

impl Shadow {
    /// `pages` pages of zeros.
    pub fn new(pages: usize) -> Self {
        Self { pages: vec![None; pages] }
    }

    /// What the page holds; `None` for zeros.
    pub fn page(&self, page: usize) -> Option<&[u8; PAGE]> {
        self.pages[page].as_deref()
    }

    /// Notes what was written.
    ///
    /// # Panics
    /// If the bytes do not lie in the page.
    pub fn write(&mut self, page: usize, offset: usize, bytes: &[u8]) {
        self.pages[page].get_or_insert_with(|| Box::new([0; PAGE]))[offset..offset + bytes.len()]
            .copy_from_slice(bytes);
    }

    /// Compares what was read with what was written.
    ///
    /// # Errors
    /// [`Mismatch`] at the first byte that differs.
    pub fn check(&self, page: usize, offset: usize, read: &[u8]) -> Result<(), Mismatch> {
        let differs = |at: usize, found: u8, written: u8| Mismatch { page, offset: offset + at, found, written };
        match self.page(page).map(|content| &content[offset..offset + read.len()]) {
            Some(written) if written == read => Ok(()),
            Some(written) => {
                let at = read.iter().zip(written).position(|(found, written)| found != written).unwrap_or(0);
                Err(differs(at, read[at], written[at]))
            }
            None => match read.iter().position(|&found| found != 0) {
                Some(at) => Err(differs(at, read[at], 0)),
                None => Ok(()),
            },
        }
    }
}

/// A byte was read that nobody wrote there.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// The page, as the shadow counts.
    pub page: usize,
    /// The byte in the page.
    pub offset: usize,
    /// What was read.
    pub found: u8,
    /// What was written.
    pub written: u8,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { page, offset, found, written } = self;
        write!(f, "byte {offset:#x} of page {page} reads {found:#04x}, but {written:#04x} was written")
    }
}
impl std::error::Error for Mismatch {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_expected_and_zero_elsewhere() {
        let mut shadow = Shadow::new(2);
        assert_eq!(shadow.check(1, 100, &[0, 0]), Ok(()));
        assert_eq!(shadow.page(1), None);
        shadow.write(1, 100, &[1, 2]);
        assert_eq!(shadow.check(1, 99, &[0, 1, 2, 0]), Ok(()));
        assert_eq!(shadow.check(0, 4095, &[0]), Ok(()));
    }

    #[test]
    fn the_first_wrong_byte_is_named() {
        let mut shadow = Shadow::new(1);
        let wrong = |offset, found, written| Err(Mismatch { page: 0, offset, found, written });
        assert_eq!(shadow.check(0, 8, &[0, 0, 7]), wrong(10, 7, 0));
        shadow.write(0, 8, &[1, 2, 3]);
        assert_eq!(shadow.check(0, 8, &[1, 9, 9]), wrong(9, 9, 2));
    }
}
