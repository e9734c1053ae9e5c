//! Random numbers that a seed determines, so that a failed run can be played again.

/// A generator of 64-bit numbers: `SplitMix64`. It is not for secrets outside an emulator.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The sequence of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next sixteen bytes.
    pub fn bytes(&mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_le_bytes()
    }

    /// Whether an event of the probability `rate` (0 never, 1 always) happens this time.
    pub fn happens(&mut self, rate: f64) -> bool {
        // 53 bits are what an f64 holds exactly.
        #[expect(clippy::cast_precision_loss)]
        let fraction = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        fraction < rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_of_seed_zero_are_those_of_the_reference_implementation() {
        let mut random = Random::new(0);
        assert_eq!([random.next(), random.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn events_happen_at_their_rate() {
        let mut random = Random::new(7);
        let mut count = |rate| (0..10_000).filter(|_| random.happens(rate)).count();
        assert_eq!((count(0.0), count(1.0)), (0, 10_000));
        assert!((2_300..2_700).contains(&count(0.25)));
    }
}
