//! Which signs a text holds and where, found in one pass: most rules look at what stands around a sign, and most lines have
//! not the sign of most rules.

/// The signs of a text.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// All kinds that are in it.
    kinds: u16,
    /// The first `len` are those of the text.
    places: Vec<(u32, u16)>,
    len: usize,
}

/// A kind of signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Sign {
    Dot = 1,
    Colon = 1 << 1,
    Dash = 1 << 2,
    Equals = 1 << 3,
    At = 1 << 4,
    Backslash = 1 << 5,
    Slash = 1 << 6,
    Quote = 1 << 7,
    Less = 1 << 8,
    /// An apostrophe, or the first byte of a typographic one.
    Apostrophe = 1 << 9,
    /// Not a sign that has a place.
    Digit = 1 << 10,
    /// The end of a line, an escape, or half a character of UTF-16; no sign that has a place either.
    Wrap = 1 << 11,
}

/// Those that have places.
const PLACED: u16 = Sign::Digit as u16 - 1;

/// Bytes of which the signs are found at a time.
const CHUNK: usize = 256;

impl Signs {
    /// Finds those of a text.
    pub(super) fn find(&mut self, text: &[u8]) {
        let (mut kinds, mut len, mut at) = (0, 0, 0u32);
        for chunk in text.chunks(CHUNK) {
            if self.places.len() < len + CHUNK {
                self.places.resize(len + CHUNK, (0, 0));
            }
            let room = &mut self.places[len..];
            let mut used = 0;
            for byte in chunk {
                let kind = KINDS[usize::from(*byte)];
                kinds |= kind;
                // Each is written and few are kept: nothing here hangs on what the byte is, which nobody can foresee.
                if let Some(place) = room.get_mut(used) {
                    *place = (at, kind);
                }
                used += usize::from(kind & PLACED != 0);
                at = at.saturating_add(1);
            }
            len += used;
        }
        (self.kinds, self.len) = (kinds, len);
    }

    /// Whether one of a kind is in the text.
    pub(super) fn has(&self, sign: Sign) -> bool {
        self.kinds & sign as u16 != 0
    }

    /// The places of a kind, in their order.
    pub(super) fn places(&self, sign: Sign) -> impl Iterator<Item = usize> + '_ {
        let all = if self.has(sign) { &self.places[..self.len] } else { &[] };
        all.iter().filter(move |(_, kind)| *kind == sign as u16).map(|(at, _)| *at as usize)
    }
}

static KINDS: [u16; 256] = {
    let mut out = [0; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        out[digit as usize] = Sign::Digit as u16;
        digit += 1;
    }
    let signs = [
        (b'.', Sign::Dot),
        (b':', Sign::Colon),
        (b'-', Sign::Dash),
        (b'=', Sign::Equals),
        (b'@', Sign::At),
        (b'\\', Sign::Backslash),
        (b'/', Sign::Slash),
        (b'"', Sign::Quote),
        (b'<', Sign::Less),
        (b'\'', Sign::Apostrophe),
        (0xe2, Sign::Apostrophe),
        (b'\n', Sign::Wrap),
        (b'%', Sign::Wrap),
        (0, Sign::Wrap),
    ];
    let mut at = 0;
    while at < signs.len() {
        out[signs[at].0 as usize] = signs[at].1 as u16;
        at += 1;
    }
    out
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_found_where_they_stand() {
        let mut signs = Signs::default();
        for text in [&b"a.b:c=d@e.f"[..], b"", b"sip:1.2", b"\x80\xff"] {
            signs.find(text);
            for (byte, sign) in [(b'.', Sign::Dot), (b':', Sign::Colon), (b'=', Sign::Equals), (b'@', Sign::At)] {
                let there: Vec<usize> = memchr::memchr_iter(byte, text).collect();
                assert_eq!(signs.places(sign).collect::<Vec<_>>(), there);
                assert_eq!(signs.has(sign), !there.is_empty());
            }
            assert_eq!(signs.has(Sign::Digit), text.iter().any(u8::is_ascii_digit));
        }
    }
}
