//! Writers: who chooses which bits of an entry.
//!
//! Where two parties make an entry together, each fills in bits of its own: the host of a realm passes a descriptor with
//! the frame and a few attributes, and the monitor adds the rest. A declaration says so by `written_by(…)`, and
//! [`HasLayout::WRITERS`](crate::HasLayout::WRITERS) has the masks. Whoever takes a word from another party checks it
//! before anything in it is used.

use core::fmt;

/// Who writes to tables.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Party {
    /// The VMM, or what else is on the host's side.
    Vmm,
    /// The guest, or the monitor where it acts for the guest.
    Guest,
    /// The monitor.
    Monitor,
}

/// The bits that each party writes, in place. Bits may have several writers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Writers {
    /// Those of the VMM.
    pub vmm: u64,
    /// Those of the guest.
    pub guest: u64,
    /// Those of the monitor.
    pub monitor: u64,
}

impl Writers {
    /// No declared writers.
    pub const NONE: Self = Self { vmm: 0, guest: 0, monitor: 0 };

    /// The bits that `party` writes.
    #[inline]
    #[must_use]
    pub const fn mask(self, party: Party) -> u64 {
        match party {
            Party::Vmm => self.vmm,
            Party::Guest => self.guest,
            Party::Monitor => self.monitor,
        }
    }

    /// Checks a word that `party` passed: it sets no bits but its own.
    ///
    /// # Errors
    /// The bits that are set and not its own.
    #[inline]
    pub const fn check(self, party: Party, word: u64) -> Result<(), ForeignBits> {
        self.check_change(party, 0, word)
    }

    /// Checks that `party` changed no bits but its own.
    ///
    /// # Errors
    /// The bits that differ and are not its own.
    #[inline]
    pub const fn check_change(self, party: Party, before: u64, after: u64) -> Result<(), ForeignBits> {
        let bits = (before ^ after) & !self.mask(party);
        if bits == 0 { Ok(()) } else { Err(ForeignBits { party, bits }) }
    }
}

/// A party wrote bits that are not its own.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ForeignBits {
    /// Who.
    pub party: Party,
    /// Which bits, in place.
    pub bits: u64,
}

impl fmt::Display for ForeignBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let party = match self.party {
            Party::Vmm => "VMM",
            Party::Guest => "guest",
            Party::Monitor => "monitor",
        };
        write!(f, "the {party} does not write these bits: {:#x}", self.bits)
    }
}
impl core::error::Error for ForeignBits {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    const WRITERS: Writers = Writers { vmm: 0xf0, guest: 0x18, monitor: 0x3 };

    #[test]
    fn a_word_holds_bits_of_its_writer() {
        assert_eq!(WRITERS.check(Party::Vmm, 0xf0), Ok(()));
        assert_eq!(WRITERS.check(Party::Vmm, 0xf4), Err(ForeignBits { party: Party::Vmm, bits: 4 }));
        let error = WRITERS.check(Party::Guest, u64::MAX).unwrap_err();
        assert_eq!(error.bits, !0x18);
        assert_eq!(error.to_string(), "the guest does not write these bits: 0xffffffffffffffe7");
        assert_eq!(Writers::NONE.check(Party::Monitor, 1), Err(ForeignBits { party: Party::Monitor, bits: 1 }));
    }

    #[test]
    fn a_change_may_leave_the_bits_of_others() {
        assert_eq!(WRITERS.check_change(Party::Monitor, 0xff, 0xfc), Ok(()));
        let wrong = WRITERS.check_change(Party::Monitor, 0xff, 0x7c);
        assert_eq!(wrong, Err(ForeignBits { party: Party::Monitor, bits: 0x80 }));
    }
}
