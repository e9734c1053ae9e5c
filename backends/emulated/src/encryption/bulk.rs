//! Many data units at once, for whole pages.
//!
//! With data units of one block, XTS is `E(p ^ t) ^ t`, where the tweak `t` is the encrypted number of the unit.
//! All tweaks and all blocks are independent of each other, so that the cipher works on several at a time.

use super::Key;
use aes::Block;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};

/// Units that are worked on at a time.
pub const BATCH: usize = 64;

impl Key {
    /// Encrypts up to [`BATCH`] units in place, the first of which has this number.
    pub(super) fn encrypt_units(&self, first: u64, units: &mut [Block]) {
        self.between_tweaks(first, units, |units| self.data.encrypt_blocks(units));
    }

    /// Decrypts up to [`BATCH`] units in place, the first of which has this number.
    pub(super) fn decrypt_units(&self, first: u64, units: &mut [Block]) {
        self.between_tweaks(first, units, |units| self.data.decrypt_blocks(units));
    }

    fn between_tweaks(&self, first: u64, units: &mut [Block], cipher: impl FnOnce(&mut [Block])) {
        let mut tweaks = [Block::default(); BATCH];
        let tweaks = &mut tweaks[..units.len()];
        for (number, tweak) in (first..).zip(tweaks.iter_mut()) {
            *tweak = u128::from(number).to_le_bytes().into();
        }
        self.tweak.encrypt_blocks(tweaks);
        xor(units, tweaks);
        cipher(units);
        xor(units, tweaks);
    }
}

fn xor(units: &mut [Block], tweaks: &[Block]) {
    for (unit, tweak) in units.iter_mut().zip(tweaks) {
        let mixed = u128::from_ne_bytes((*unit).into()) ^ u128::from_ne_bytes((*tweak).into());
        *unit = mixed.to_ne_bytes().into();
    }
}
