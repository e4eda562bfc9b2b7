//! Openers that say nothing behind their prefix: in a log all look alike but for their numbers, so few are read with care.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;

use crate::record::prefix;

const BEGIN: &[u8] = b"$$begin_record";
/// Forms of openers that a thread remembers.
const FORMS: usize = 64;

/// What may stand in a place of an opener of the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Allowed {
    Same,
    Digit,
    /// Process, thread and sequence number.
    Hex,
}

/// An opener that was read with care.
#[derive(Debug, Default)]
struct Form {
    text: Vec<u8>,
    places: Vec<Allowed>,
    opener: Opener,
}

/// What is known of an opener.
#[derive(Clone, Debug, Default)]
pub(super) struct Opener {
    /// Whether nothing stands behind its prefix.
    pub(super) bare: bool,
    /// Where the machine is named.
    pub(super) machine: Option<Range<usize>>,
}

/// The forms of openers that were met lately.
#[derive(Debug)]
pub(super) struct Openers {
    forms: Vec<Form>,
    hasher: RandomState,
}

impl Default for Openers {
    fn default() -> Openers {
        Openers { forms: (0..FORMS).map(|_| Form::default()).collect(), hasher: RandomState::default() }
    }
}

impl Openers {
    /// Reads a line that starts with a prefix.
    pub(super) fn read(&mut self, line: &[u8]) -> Opener {
        if !line.trim_ascii_end().ends_with(BEGIN) {
            return Opener::default();
        }
        // Up to the machine all is the same.
        let head = memchr::memchr(b']', line).and_then(|end| line.get(..=end)).unwrap_or_default();
        let h = self.hasher.hash_one((head, line.len()));
        let Some(form) = usize::try_from(h).ok().and_then(|h| self.forms.get_mut(h % FORMS)) else {
            return Opener::default();
        };
        if form.is_of(line, head) {
            return form.opener.clone();
        }
        let frame = prefix::frame(line);
        let behind = line.get(frame.end..).unwrap_or_default();
        let bare = frame.end > 0 && behind.trim_ascii() == BEGIN && memchr::memchr(b'\n', line).is_none();
        let opener = Opener { bare, machine: frame.machine };
        if bare {
            form.take(line, head.len(), frame.stamp, opener.clone());
        }
        opener
    }
}

impl Form {
    fn is_of(&self, line: &[u8], head: &[u8]) -> bool {
        let same = |((old, new), place): ((&u8, &u8), &Allowed)| {
            let place = *place as u8;
            let digit = u8::from(new.is_ascii_digit()) & u8::from(place >= Allowed::Digit as u8);
            let hex = u8::from(new.is_ascii_hexdigit()) & u8::from(place >= Allowed::Hex as u8);
            (u8::from(old == new) | digit | hex) != 0
        };
        self.text.len() == line.len()
            && !line.is_empty()
            && self.text.starts_with(head)
            // Without a way out in between, so that many places are compared at a time.
            && self.text.iter().zip(line).zip(&self.places).fold(true, |all, one| all & same(one))
    }

    /// A bare opener whose date and sequence number end at `stamp`.
    fn take(&mut self, line: &[u8], head: usize, stamp: usize, opener: Opener) {
        self.text = line.to_vec();
        let colons = memchr::memmem::find(line, b"::").unwrap_or(head);
        let dot = memchr::memrchr(b'.', &line[..stamp]).unwrap_or(stamp);
        let place = |(at, byte): (usize, &u8)| match byte {
            _ if at < head => Allowed::Same,
            b if b.is_ascii_hexdigit() && (at < colons || (dot..stamp).contains(&at)) => Allowed::Hex,
            b if b.is_ascii_digit() => Allowed::Digit,
            _ => Allowed::Same,
        };
        self.places = line.iter().enumerate().map(place).collect();
        self.opener = opener;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "TL_INFO(TF_PROTOCOL) [pool01\\fe01]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(122)) [490733871] $$begin_record";

    /// An opener is what it is by itself, whatever stood ahead of it.
    #[test]
    fn an_opener_is_read_alike_after_others() {
        let swaps = [
            ("0F14.1A2C", "ABCD.0123", true),
            ("09:01:45.669.000d0b31", "10:59:59.001.FFFFFFFF", true),
            ("490733871", "123456789", true),
            ("fe01", "fe02", true),
            ("[490733871] $$begin", "[490733871]X$$begin", false),
            ("TF_PROTOCOL", "TF_BobSmith", true),
            ("SIPStack,SIP", "BobS@ith,SIP", false),
            ("[490733871] ", "[BobSmith1] ", false),
            ("::TraceProtocolRecord:SIPAdminLog.cpp(122)", "::TraceProtocolRecord:SIPAdminLog.cpp(Bob)", false),
            ("10/15/2013", "Bob5/2013a", false),
            ("0F14", "Bob4", false),
        ];
        let mut openers = Openers::default();
        for (old, new, bare) in swaps {
            let other = LINE.replace(old, new);
            assert_eq!(other.len(), LINE.len());
            for line in [LINE, &other, LINE] {
                let (read, alone) = (openers.read(line.as_bytes()), Openers::default().read(line.as_bytes()));
                assert_eq!((read.bare, read.machine), (alone.bare, alone.machine), "{line}");
            }
            assert_eq!(openers.read(other.as_bytes()).bare, bare, "{other}");
        }
    }
}
