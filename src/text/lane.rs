//! Sixty-four bytes at once: which of them are something, one bit each.

#[cfg(target_arch = "x86_64")]
mod avx2;

use wide::u8x32;

/// Bytes that are looked at together.
pub(crate) type Lane = [u8; 64];

/// Which bytes are the wanted one, the first in the lowest bit.
#[inline]
pub(crate) fn equal(lane: &Lane, wanted: u8) -> u64 {
    let wanted = u8x32::splat(wanted);
    halves(lane, |half| half.simd_eq(wanted))
}

/// Which bytes of a lane are the one and which the other of two, the first of the lane in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) one: u64,
    pub(crate) other: u64,
    /// How many are the one: counted here, for only the processors that have the wide instructions can count in one.
    pub(crate) ones: u32,
}

/// Looks for two bytes in lanes, as many as there is room for.
pub(crate) fn pairs(lanes: &[Lane], wanted: (u8, u8), out: &mut [Pair]) {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_there() {
        return avx2::pairs(lanes, wanted, out);
    }
    portable_pairs(lanes, wanted, out);
}

fn portable_pairs(lanes: &[Lane], (a, b): (u8, u8), out: &mut [Pair]) {
    for (lane, slot) in lanes.iter().zip(out) {
        let one = equal(lane, a);
        *slot = Pair { one, other: equal(lane, b), ones: one.count_ones() };
    }
}

/// Tells the processor that something will be read soon, so that nobody waits for it then. Only the time that it takes
/// depends on it.
#[inline]
pub(crate) fn prefetch<T>(what: &[T]) {
    #[cfg(target_arch = "x86_64")]
    avx2::prefetch(what);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}

/// Which bytes are no greater than a limit.
#[inline]
pub(crate) fn at_most(lane: &Lane, limit: u8) -> u64 {
    let limit = u8x32::splat(limit);
    halves(lane, |half| half.min(limit).simd_eq(half))
}

#[inline]
fn halves(lane: &Lane, is: impl Fn(u8x32) -> u8x32) -> u64 {
    let half = |half: &[u8]| half.first_chunk::<32>().map_or(0, |h| is(u8x32::new(*h)).to_bitmask());
    u64::from(half(&lane[..32])) | u64::from(half(&lane[32..])) << 32
}

/// The bits below the first `n`; all for 64 and more.
#[inline]
pub(crate) fn first(n: usize) -> u64 {
    if n < 64 { (1 << n) - 1 } else { u64::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_the_same_on_any_processor() {
        let mut lanes = [[b'x'; 64]; 9];
        for (at, byte) in lanes.as_flattened_mut().iter_mut().enumerate() {
            *byte = if at % 7 == 3 { b'\n' } else { u8::try_from(at * at % 256).unwrap() };
        }
        let (mut portable, mut any) = ([Pair::default(); 9], [Pair::default(); 9]);
        portable_pairs(&lanes, (b'\n', b'$'), &mut portable);
        pairs(&lanes, (b'\n', b'$'), &mut any);
        assert_eq!(any, portable);
        assert!(any.iter().all(|pair| pair.ones == pair.one.count_ones()));
        let plain =
            |byte| lanes.iter().map(move |l| (0..64).filter(|i| l[*i] == byte).fold(0u64, |bits, i| bits | 1 << i));
        assert!(portable.iter().map(|pair| (pair.one, pair.other)).eq(plain(b'\n').zip(plain(b'$'))));
    }

    #[test]
    fn a_bit_for_each_byte() {
        let mut lane = [b'x'; 64];
        (lane[0], lane[31], lane[32], lane[63]) = (b';', b' ', b';', b'\xff');
        assert_eq!(equal(&lane, b';'), 1 | 1 << 32);
        assert_eq!(at_most(&lane, b' '), 1 << 31);
        assert_eq!((first(0), first(3), first(64)), (0, 7, u64::MAX));
    }
}
