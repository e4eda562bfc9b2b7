//! The one source of chance: a published generator whose numbers never change, so that a seed always gives the same bytes.

use rand_pcg::Lcg64Xsh32;
use rand_pcg::rand_core::Rng as _;

use super::text::scale;

/// Draws for the model. Only the bits come from the library; ranges are made here, so that they stay the same too.
#[derive(Clone, Debug)]
pub(super) struct Rng(Lcg64Xsh32);

impl Rng {
    /// Streams of one seed do not depend on each other.
    pub(super) fn new(seed: u64, stream: u64) -> Rng {
        Rng(Lcg64Xsh32::new(seed, stream))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `0..limit`; 0 when `limit` is 0.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        scale(self.next(), limit)
    }

    /// A number in `low..=high`.
    pub(super) fn range(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True `percent` times in a hundred.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// True `millionths` times in a million.
    pub(super) fn rare(&mut self, millionths: u32) -> bool {
        self.below(1_000_000) < millionths
    }

    /// The index of a weight, drawn in proportion to the weights.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that the authors of PCG publish for this seed and stream: "same seed, same bytes" needs them to stay.
    #[test]
    fn the_stream_is_the_published_one() {
        let mut rng = Rng::new(42, 54);
        assert_eq!([rng.next(), rng.next()], [0x7b47_f409_a15c_02b7, 0x83d2_f293_ba1d_3330]);
    }
}
