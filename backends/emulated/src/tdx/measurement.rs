//! MRTD: the running SHA-384 measurement of what a TD was built from.
//!
//! TDX module 1.5 base specification, measurement and attestation: MRTD; blocks as the TDH.MEM.PAGE.ADD and
//! TDH.MR.EXTEND leaves describe them.

use sha2::{Digest, Sha384};

/// Bytes of one block, and of the pieces of memory that TDH.MR.EXTEND measures.
const BLOCK: usize = 128;

/// A measurement that can still be extended.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    state: Sha384,
}

impl Measurement {
    /// Measures that a page was added at `gpa`.
    pub(crate) fn add_page(&mut self, gpa: u64) {
        self.describe(b"MEM.PAGE.ADD", gpa);
    }

    /// Measures 256 bytes of the TD's memory at `gpa`.
    pub(crate) fn extend(&mut self, gpa: u64, content: &[u8; 2 * BLOCK]) {
        self.describe(b"MR.EXTEND", gpa);
        self.state.update(content);
    }

    /// A block with the name of the event in its first 16 bytes, and the address behind.
    fn describe(&mut self, event: &[u8], gpa: u64) {
        let mut block = [0; BLOCK];
        block[..event.len()].copy_from_slice(event);
        block[16..24].copy_from_slice(&gpa.to_le_bytes());
        self.state.update(block);
    }

    /// The digest of what was measured so far.
    #[must_use]
    pub fn digest(&self) -> [u8; 48] {
        self.state.clone().finalize().into()
    }
}
