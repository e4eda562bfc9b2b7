//! Charts as inline SVG: rectangles and words; what they show stands in the words too.

mod bars;
mod spans;
mod timeline;

pub(super) use bars::{Bars, Judgement};
pub(super) use spans::Spans;
pub(super) use timeline::Timeline;

/// Part of a whole, in whole units of a picture.
fn scaled(n: u64, most: u64, size: u32) -> u32 {
    let scaled = u128::from(n) * u128::from(size) / u128::from(most.max(1));
    u32::try_from(scaled).unwrap_or(size).max(u32::from(n > 0))
}
