use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Random numbers for jitter and names, not for secrets: SplitMix64.
#[derive(Debug)]
pub(crate) struct Dice(AtomicU64);

impl Dice {
    /// Numbers that differ from run to run.
    pub(crate) fn new() -> Self {
        Self::seeded(RandomState::new().hash_one(()))
    }

    /// The same numbers for the same seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Any number.
    pub(crate) fn roll(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed);
        let mut number = state.wrapping_add(STEP);
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    }

    /// A number from 0 to 1, 1 left out.
    pub(crate) fn part(&self) -> f64 {
        const BITS: u32 = 32;
        let high = u32::try_from(self.roll() >> BITS).unwrap_or_default();
        f64::from(high) / 2_f64.powi(32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_numbers() {
        let dice = Dice::seeded(1_234_567);
        let rolls = [(); 3].map(|()| dice.roll());
        assert_eq!(
            rolls,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
            ]
        );
    }

    #[test]
    fn parts_spread_over_the_whole_and_seeds_differ() {
        let dice = Dice::new();
        let parts: Vec<f64> = (0..1000).map(|_| dice.part()).collect();
        assert!(parts.iter().all(|part| (0.0..1.0).contains(part)));
        assert!((0.4..0.6).contains(&(parts.iter().sum::<f64>() / 1000.0)));
        assert_ne!(Dice::new().roll(), Dice::new().roll());
    }
}
