//! What the fields say that framing reads.

/// What a record is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    bitcode::Decode,
    bitcode::Encode,
    serde::Deserialize,
    serde::Serialize,
)]
pub enum RecordKind {
    /// A SIP message (`Start-Line:`).
    Protocol,
    /// `LogType: diagnostic`, or the fields of one.
    Diagnostic,
    /// `LogType: connection`.
    Connection,
    /// Anything else; its `name: value` lines stay readable.
    #[default]
    Other,
}

/// Whether the server received or sent the message.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    bitcode::Decode,
    bitcode::Encode,
    serde::Deserialize,
    serde::Serialize,
)]
pub enum Direction {
    /// `Direction: incoming`.
    Incoming,
    /// `Direction: outgoing`.
    Outgoing,
    /// The record does not say.
    #[default]
    Unknown,
}

/// Whether a terminator stands at a place, blanks before it aside.
pub(super) fn ends_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..).is_some_and(|text| text.trim_ascii_start().starts_with(b"$$end_record"))
}

/// Of a Direction field: the direction, and whether it names edges.
pub(super) fn direction(value: &[u8]) -> (Direction, bool) {
    let direction = match value.first() {
        Some(b'i' | b'I') => Direction::Incoming,
        Some(b'o' | b'O') => Direction::Outgoing,
        _ => Direction::Unknown,
    };
    // Half of all records have the one word, half the other.
    let is_usual = value.len() <= 12 || value == b"outgoing;source=\"local\"";
    (direction, !is_usual && crate::text::contains_ignore_case(value, b"edge"))
}

/// Of a `LogType` field.
pub(super) fn log_type(value: &[u8]) -> RecordKind {
    if value.eq_ignore_ascii_case(b"diagnostic") {
        RecordKind::Diagnostic
    } else if value.eq_ignore_ascii_case(b"connection") {
        RecordKind::Connection
    } else {
        RecordKind::Other
    }
}

/// The value of a digit to the base of sixteen; 16 for any other byte.
pub(super) const NIBBLES: [u8; 256] = {
    let mut nibbles = [16; 256];
    let mut i = 0;
    while i < 16 {
        nibbles[b"0123456789abcdef"[i as usize] as usize] = i;
        nibbles[b"0123456789ABCDEF"[i as usize] as usize] = i;
        i += 1;
    }
    nibbles
};

/// Up to eight digits to the base of sixteen.
pub(super) fn hex(text: &[u8]) -> u32 {
    let digits = text.iter().take(8).map(|b| NIBBLES[usize::from(*b)]).take_while(|digit| *digit < 16);
    digits.fold(0, |n, digit| (n << 4) | u32::from(digit))
}

/// The digits that a value begins with. A byte is read once: a mapped log may be written to meanwhile.
pub(super) fn decimal(text: &[u8]) -> Option<u32> {
    let mut out = None;
    for digit in text.iter().map(|b| b.wrapping_sub(b'0')).take_while(|digit| *digit < 10) {
        out = Some(out.unwrap_or(0u32).checked_mul(10)?.checked_add(u32::from(digit))?);
    }
    out
}
