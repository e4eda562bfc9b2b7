//! The same on processors that have AVX2: half the instructions, and counting bits is one.
//!
//! # Contract
//! [`pairs`] runs the instructions only where the processor was asked whether it has them, and reads nothing but the lanes that
//! it is given, each as a whole. [`prefetch`] reads nothing: it tells every processor of this kind what will be read. All `unsafe`
//! that is not about mapped files is in this file; its twin in [`super`] does the same without, and the tests run both.

#![expect(unsafe_code, reason = "instructions that not every processor has; see the contract above")]

use std::arch::x86_64::{__m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8};
use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

use super::{Lane, Pair};

/// Bytes that a processor loads at once.
const LINE: usize = 64;

/// Whether the processor has what [`pairs`] needs.
pub(super) fn is_there() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt")
}

/// See [`super::pairs`]; nothing happens where [`is_there`] says no.
pub(super) fn pairs(lanes: &[Lane], wanted: (u8, u8), out: &mut [Pair]) {
    if is_there() {
        // SAFETY: the processor has the instructions.
        unsafe { run(lanes, wanted, out) }
    }
}

#[target_feature(enable = "avx2,bmi1,popcnt")]
fn run(lanes: &[Lane], (a, b): (u8, u8), out: &mut [Pair]) {
    let (a, b) = (_mm256_set1_epi8(a.cast_signed()), _mm256_set1_epi8(b.cast_signed()));
    for (lane, slot) in lanes.iter().zip(out) {
        let (low, high) = lane.split_at(size_of::<__m256i>());
        // SAFETY: both halves have the length of a register, and the loads ask for no alignment.
        let (low, high) =
            unsafe { (_mm256_loadu_si256(low.as_ptr().cast()), _mm256_loadu_si256(high.as_ptr().cast())) };
        let one = equal(low, a) | equal(high, a) << 32;
        *slot = Pair { one, other: equal(low, b) | equal(high, b) << 32, ones: one.count_ones() };
    }
}

/// See [`super::prefetch`].
#[inline]
pub(super) fn prefetch<T>(what: &[T]) {
    let start = what.as_ptr().cast::<i8>();
    for at in (0..size_of_val(what)).step_by(LINE) {
        // SAFETY: part of what every processor of this kind has; it reads nothing and never faults, wherever it points.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(at)) }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn equal(half: __m256i, wanted: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(half, wanted)).cast_unsigned())
}
