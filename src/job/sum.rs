//! Sums by which a part that was cut or changed is known.

use std::io::Write;

use sha2::{Digest, Sha256};

/// SHA-256 as manifests have it, in lower case.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(sum: &[u8]) -> String {
    sum.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat()
}

/// Counts and hashes what is written to another.
pub(super) struct Hashing<W> {
    to: W,
    sum: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    pub(super) fn new(to: W) -> Hashing<W> {
        Hashing { to, sum: Sha256::new(), bytes: 0 }
    }

    /// How much was written.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn into_inner(self) -> W {
        self.to
    }

    /// Of all that was written so far.
    pub(super) fn hash(&self) -> String {
        hex(&self.sum.clone().finalize())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.sum.update(bytes.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}
