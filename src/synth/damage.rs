//! What copying, pasting and cutting do to records (all of it was seen in published logs).

use super::rng::Rng;

/// One kind of damage to one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// No `$$end_record`.
    NoEnd,
    /// The first field stands behind `$$begin_record`.
    Glued,
    /// Blanks at the ends of lines.
    Trailing,
    /// A blank before every line but the first.
    Leading,
    /// An empty line after every line.
    Doubled,
    /// Curly quotes.
    Curly,
    /// The end is missing.
    Cut,
    /// The prefix line is missing, and with it time and number.
    NoPrefix,
}

impl Damage {
    const ALL: [Damage; 8] = [
        Damage::NoEnd,
        Damage::Glued,
        Damage::Trailing,
        Damage::Leading,
        Damage::Doubled,
        Damage::Curly,
        Damage::Cut,
        Damage::NoPrefix,
    ];

    pub(super) fn draw(rng: &mut Rng) -> Damage {
        Damage::ALL[rng.below(8) as usize & 7]
    }

    /// Everything that the record says can still be read.
    pub(super) fn is_harmless(self) -> bool {
        !matches!(self, Damage::Cut | Damage::NoPrefix)
    }

    pub(super) fn hides_time(self) -> bool {
        self == Damage::NoPrefix
    }
}

/// Appends a damaged copy of a record.
pub(super) fn apply(damage: Damage, record: &[u8], out: &mut Vec<u8>, rng: &mut Rng) {
    let lines = || record.split_inclusive(|b| *b == b'\n');
    let text = |line: &[u8]| line.strip_suffix(b"\r\n").map_or(line.len(), <[u8]>::len);
    match damage {
        Damage::NoEnd => out.extend_from_slice(record.strip_suffix(b"$$end_record\r\n").unwrap_or(record)),
        Damage::Glued => {
            for (number, line) in lines().enumerate() {
                if number == 0 {
                    out.extend_from_slice(&line[..text(line)]);
                    out.push(b' ');
                } else {
                    out.extend_from_slice(line);
                }
            }
        }
        Damage::Trailing => {
            for line in lines() {
                out.extend_from_slice(&line[..text(line)]);
                out.extend_from_slice(b"  \r\n");
            }
        }
        Damage::Leading => {
            for (number, line) in lines().enumerate() {
                if number > 0 {
                    out.push(b' ');
                }
                out.extend_from_slice(line);
            }
        }
        Damage::Doubled => {
            for line in lines() {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
        }
        Damage::Curly => {
            for byte in record {
                if *byte == b'"' { out.extend_from_slice("\u{201d}".as_bytes()) } else { out.push(*byte) }
            }
        }
        Damage::Cut => {
            // Behind the identity: a cut name would be the name of another call.
            let via = memchr::memmem::find(record, b"\r\nVia: ").unwrap_or(record.len() / 2);
            let named = memchr::memmem::find(&record[via + 2..], b"\r\n").map_or(via, |at| via + 2 + at) + 2;
            let keep = named + rng.below(u32::try_from(record.len() - named).unwrap_or(0)) as usize;
            out.extend_from_slice(&record[..keep]);
            out.extend_from_slice(b"\r\n");
        }
        Damage::NoPrefix => {
            let first = lines().next().map_or(0, <[u8]>::len);
            out.extend_from_slice(&record[first..]);
        }
    }
}
