//! What the values of headers say, remembered for a while: a message is logged when it comes in and when it goes out, its
//! answers have the same From, To and Vias, and so have all messages of a dialog.

use std::hash::BuildHasher;

use super::hasher::Seeded;

/// Values that are remembered, each in the place that the end of its hash gives.
const PLACES: usize = 512;
/// Entries of a Via line that are remembered; a line with more is read again.
const VIAS: usize = 3;

/// Values that one worker has met last. The hash of a value stands for its text, as everywhere.
#[derive(Debug)]
pub(super) struct Memo {
    tags: Vec<(u64, u64)>,
    vias: Vec<Entries>,
}

/// The entries of a Via line, as hashes.
#[derive(Clone, Copy, Debug, Default)]
struct Entries {
    line: u64,
    count: usize,
    hashes: [u64; VIAS],
}

impl Default for Memo {
    fn default() -> Memo {
        Memo { tags: vec![(0, 0); PLACES], vias: vec![Entries::default(); PLACES] }
    }
}

impl Memo {
    /// Forgets all, and gives its memory back.
    pub(super) fn clear(&mut self) {
        *self = Memo { tags: Vec::new(), vias: Vec::new() };
    }

    /// What `read` makes of the value of a From or To header, which depends on nothing else.
    #[inline]
    pub(super) fn tag(&mut self, hasher: &Seeded, value: &[u8], read: impl FnOnce() -> u64) -> u64 {
        let (key, at) = place(hasher, value);
        match self.tags.get_mut(at) {
            Some((known, tag)) if *known == key => *tag,
            Some(slot) => {
                *slot = (key, read());
                slot.1
            }
            None => read(),
        }
    }

    /// Adds what `read` adds for the value of a Via line, which depends on nothing else.
    #[inline]
    pub(super) fn vias(&mut self, hasher: &Seeded, value: &[u8], out: &mut Vec<u64>, read: impl FnOnce(&mut Vec<u64>)) {
        let (key, at) = place(hasher, value);
        let Some(slot) = self.vias.get_mut(at) else { return read(out) };
        if slot.line == key {
            out.extend_from_slice(slot.hashes.get(..slot.count).unwrap_or_default());
            return;
        }
        let from = out.len();
        read(out);
        let own = out.get(from..).unwrap_or_default();
        if let Some(kept) = slot.hashes.get_mut(..own.len()) {
            kept.copy_from_slice(own);
            (slot.line, slot.count) = (key, own.len());
        }
    }
}

/// The hash of a value, which is never 0, and its place.
#[inline]
fn place(hasher: &Seeded, value: &[u8]) -> (u64, usize) {
    let key = hasher.hash_one(value).max(1);
    (key, usize::try_from(key >> 16).unwrap_or(0) % PLACES)
}

#[cfg(test)]
mod tests {
    use crate::input::Input;
    use crate::trace::{LoadOptions, Trace};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        /// What is remembered of a value is what it says, whatever other values were read before.
        #[test]
        fn what_is_remembered_is_what_the_text_says(
            messages in prop::collection::vec((
                prop::sample::select(vec![
                    "<sip:a@contoso.com>;tag=1", "\"a;tag=2\" <sip:a@contoso.com>;tag=1;epid=3", "<sip:a@contoso.com>", "sip:b@contoso.com;tag=\"4\"", "<sip:a@contoso.com>; tag = 5", "\u{fc} <sip:a@b>;tag=1",
                ]),
                prop::sample::select(vec!["<sip:b@contoso.com>", "<sip:b@contoso.com>;tag=1", "<sip:a@contoso.com>;tag=1"]),
                prop::collection::vec(prop::sample::select(vec![
                    "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1;ms-received-port=5", "SIP/2.0/TLS a;branch=1,SIP/2.0/TCP b;branch=2",
                    "SIP/2.0/TLS a;branch=1,SIP/2.0/TLS b;branch=2, SIP/2.0/TLS c;branch=3,SIP/2.0/TLS d;branch=4", "SIP/2.0/TLS a;branch=1;ms-internal-info=\"a,b;c\"", "junk", "SIP/2.0/TLS e",
                ]), 0..4),
                prop::sample::select(vec!["", "  folded\n", "words\n"]),
            ), 1..12),
        ) {
            let message = |(from, to, vias, odd): &(&str, &str, Vec<&str>, &str)| {
                let vias: String = vias.iter().flat_map(|via| ["Via: ", via, "\n"]).collect();
                format!("$$begin_record\nStart-Line: BYE sip:a SIP/2.0\nFrom: {from}\n{odd}To: {to}\nCall-ID: 1\nCSeq: 1 BYE\n{vias}Max-Forwards: 70\nMessage-Body: -\n$$end_record\n")
            };
            let log: String = messages.iter().map(message).collect();
            let load = |for_analysis| {
                Trace::load(vec![Input::from_bytes("log", log.as_bytes())], &LoadOptions { for_analysis, ..LoadOptions::default() })
            };
            let (kept, read) = (load(true), load(false));
            for (a, b) in kept.events().iter().zip(read.events()) {
                let of = |trace: &Trace, event| {
                    let own = trace.identity(event);
                    (own.from_tag, own.to_tag, own.vias.into_owned())
                };
                prop_assert_eq!(of(&kept, a), of(&read, b));
            }
        }
    }
}
