//! What decides which pseudonym a name gets.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What the pseudonyms hang on. The same key gives the same pseudonyms; who has it can try out names.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    /// From any bytes that nobody can guess.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Key {
        Key(bytes.into())
    }

    /// The two halves of the key of a pseudo-random function.
    pub(super) fn halves(&self) -> (u64, u64) {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return (0, 0) };
        mac.update(b"pseudonyms of words");
        let bytes = mac.finalize().into_bytes();
        let half = |at: usize| bytes.iter().skip(at).take(8).fold(0, |n, b| n << 8 | u64::from(*b));
        (half(0), half(8))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}
