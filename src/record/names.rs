//! Which line of a record is which: field and header names that framing needs, and what a header looks like.

/// A field line of a record, before its message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field {
    /// `Trace-Correlation-Id`: the first field of a record.
    CorrelationId,
    /// `Instance-Id`: likewise.
    InstanceId,
    LogType,
    Direction,
    StartLine,
    Diagnostic,
    DiagnosticCallId,
    DiagnosticCSeq,
    Peer,
}

const FIELDS: [(&[u8], Field); 11] = [
    (b"trace-correlation-id", Field::CorrelationId),
    (b"instance-id", Field::InstanceId),
    (b"direction", Field::Direction),
    (b"start-line", Field::StartLine),
    (b"logtype", Field::LogType),
    (b"severity", Field::Diagnostic),
    (b"result-code", Field::Diagnostic),
    (b"sip-start-line", Field::Diagnostic),
    (b"sip-call-id", Field::DiagnosticCallId),
    (b"sip-cseq", Field::DiagnosticCSeq),
    (b"peer", Field::Peer),
];

/// The field of a line and the offset of its value.
pub(super) fn field(text: &[u8]) -> Option<(Field, usize)> {
    let first = text.first().filter(|b| b.is_ascii_alphabetic())?;
    let mut candidates = FIELD_LETTERS[usize::from(first & 0x1f)];
    while candidates != 0 {
        let at = candidates.trailing_zeros() as usize;
        candidates &= candidates - 1;
        let ((name, field), words) = (FIELDS.get(at)?, FIELD_WORDS.get(at)?);
        if let Some(value) = words.find(text, name) {
            return Some((*field, value));
        }
    }
    None
}

/// By first letter, which names of [`FIELDS`] begin with it, one bit each.
const FIELD_LETTERS: [u16; 32] = {
    let mut letters = [0; 32];
    let mut i = 0;
    while i < FIELDS.len() {
        letters[(FIELDS[i].0[0] & 0x1f) as usize] |= 1 << i;
        i += 1;
    }
    letters
};

/// Of each name in [`FIELDS`].
const FIELD_WORDS: [Words; FIELDS.len()] = words_of(&FIELDS);

/// A line of a message whose place framing keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Line {
    Other,
    /// None of these, but one of the headers whose [signs](super::signs) are kept, by its first letters.
    Rare,
    CallId,
    CSeq,
    From,
    To,
    ContentLength,
    Server,
    UserAgent,
    ContentType,
    Contact,
    Via,
    MessageBody,
    /// A field that only starts a record: the one at hand has lost its end.
    Opener,
}

/// Kinds of lines of which only the place is kept; see [`Line`].
pub(super) const PLACES: usize = Line::Via as usize;

/// Names in lower case, with their compact forms (RFC 3261 section 7.3.3).
const LINES: [(&[u8], Line); 20] = [
    (b"call-id", Line::CallId),
    (b"i", Line::CallId),
    (b"cseq", Line::CSeq),
    (b"from", Line::From),
    (b"f", Line::From),
    (b"to", Line::To),
    (b"t", Line::To),
    (b"content-length", Line::ContentLength),
    (b"l", Line::ContentLength),
    (b"server", Line::Server),
    (b"user-agent", Line::UserAgent),
    (b"c", Line::ContentType),
    (b"m", Line::Contact),
    (b"via", Line::Via),
    (b"v", Line::Via),
    (b"message-body", Line::MessageBody),
    (b"start-line", Line::Opener),
    (b"trace-correlation-id", Line::Opener),
    (b"instance-id", Line::Opener),
    (b"logtype", Line::Opener),
];

/// Names that start with the two letters of content-length.
const ALIKE: [(&[u8], Line); 2] = [(b"content-type", Line::ContentType), (b"contact", Line::Contact)];

/// By the first two letters of a line: the number of the one name it can have, counted from 1. Two looks at a
/// table decide about most lines without a jump that the processor would have to guess.
const TABLE: [u8; 1024] = {
    let mut table = [0; 1024];
    let mut i = 0;
    while i < LINES.len() {
        let name = LINES[i].0;
        let seconds: &[u8] = if name.len() > 1 { &[name[1]] } else { b": " };
        let mut j = 0;
        while j < seconds.len() {
            let slot = key(name[0], seconds[j]);
            assert!(table[slot] == 0, "two names share their first letters");
            table[slot] = NUMBERS[i];
            j += 1;
        }
        i += 1;
    }
    let mut i = 0;
    while i < RARE_LETTERS.len() {
        let slot = key(RARE_LETTERS[i][0], RARE_LETTERS[i][1]);
        assert!(table[slot] == 0, "a rare name and another share their first letters");
        table[slot] = RARE;
        i += 1;
    }
    table
};

/// The first letters of headers that have signs.
const RARE_LETTERS: [&[u8; 2]; 4] = [b"re", b"wa", b"ms", b"p-"];
/// Stands for them in the table.
const RARE: u8 = u8::MAX;

/// The numbers from 1 on, as the table holds them.
const NUMBERS: [u8; LINES.len()] = {
    let mut numbers = [1; LINES.len()];
    let mut i = 1;
    while i < LINES.len() {
        numbers[i] = numbers[i - 1] + 1;
        i += 1;
    }
    numbers
};

const fn key(first: u8, second: u8) -> usize {
    ((first & 0x1f) as usize) << 5 | (second & 0x1f) as usize
}

/// Whether a line may be one of those that [`line()`] knows: two looks tell of most that they are not.
#[inline]
pub(super) fn may_be_known(text: &[u8]) -> bool {
    matches!(text, [first, second, ..] if TABLE[key(*first, *second)] != 0 || *first < b' ')
}

/// What a line of a message is, and the offset of its value.
#[inline]
pub(super) fn line(text: &[u8]) -> (Line, usize) {
    let &[first, second, ..] = text else { return (Line::Other, 0) };
    let candidate = TABLE[key(first, second)];
    // What begins with a control character is looked at, too.
    if candidate == RARE || first < b' ' {
        return (Line::Rare, 0);
    }
    match usize::from(candidate).checked_sub(1).and_then(|i| Some((WORDS.get(i)?, LINES.get(i)?))) {
        Some((words, (name, kind))) => match words.find(text, name) {
            Some(value) => (*kind, value),
            None if *kind == Line::ContentLength => alike(text),
            // Its first letters are those of a header that has a sign.
            None if *kind == Line::Server && text.get(..4).is_some_and(|t| t.eq_ignore_ascii_case(b"sess")) => {
                (Line::Rare, 0)
            }
            None => (Line::Other, 0),
        },
        None => (Line::Other, 0),
    }
}

/// The same of a line that starts as content-length does, and is none.
fn alike(text: &[u8]) -> (Line, usize) {
    const WORDS: [Words; 2] = [Words::of(ALIKE[0].0), Words::of(ALIKE[1].0)];
    let mut all = ALIKE.iter().zip(&WORDS);
    all.find_map(|((name, kind), words)| Some((*kind, words.find(text, name)?))).unwrap_or((Line::Other, 0))
}

/// A name of up to sixteen letters as two numbers, so that it is compared at once.
#[derive(Clone, Copy)]
struct Words {
    /// The bits that tell the cases of its letters apart.
    case: u128,
    /// The bytes that count.
    mask: u128,
    name: u128,
    len: usize,
}

/// Of each name in [`LINES`].
const WORDS: [Words; LINES.len()] = words_of(&LINES);

/// Of each name of a table.
const fn words_of<T: Copy, const N: usize>(table: &[(&[u8], T); N]) -> [Words; N] {
    let mut all = [Words::NONE; N];
    let mut i = 0;
    while i < N {
        all[i] = Words::of(table[i].0);
        i += 1;
    }
    all
}

impl Words {
    const NONE: Words = Words { case: 0, mask: 0, name: 0, len: 0 };

    const fn of(name: &[u8]) -> Words {
        let mut out = Words { len: name.len(), ..Words::NONE };
        let mut i = 0;
        while i < name.len() && i < 16 {
            if name[i].is_ascii_alphabetic() {
                out.case |= 0x20 << (8 * i);
            }
            out.mask |= 0xff << (8 * i);
            out.name |= (name[i] as u128) << (8 * i);
            i += 1;
        }
        out
    }

    /// What [`value_of`] says. The quick way: where the name would end, a colon, one blank and a value stand, so that all
    /// of the line up to there is compared at once, or the first sixteen letters of it.
    #[inline]
    fn find(&self, text: &[u8], name: &[u8]) -> Option<usize> {
        if !matches!(text.get(self.len..self.len + 3), Some([b':', b' ', b'!'..=0xff])) {
            return value_of(text, name);
        }
        let begins = (head(text) | self.case) & self.mask == self.name;
        let is_name = begins && (self.len <= 16 || text.get(16..self.len)?.eq_ignore_ascii_case(name.get(16..)?));
        is_name.then_some(self.len + 2)
    }
}

/// The first sixteen bytes of a text as one number, zeros behind a shorter one.
#[inline]
fn head(text: &[u8]) -> u128 {
    if let Some(head) = text.first_chunk::<16>() {
        return u128::from_le_bytes(*head);
    }
    match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        // Where both hold the same bytes, they say the same.
        (Some(first), Some(last)) => {
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (text.len() - 8))
        }
        _ => text.iter().rev().fold(0, |all, byte| all << 8 | u128::from(*byte)),
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Offset of the value when the line has that name (given in lower case).
#[inline]
fn value_of(text: &[u8], name: &[u8]) -> Option<usize> {
    let &after = text.get(name.len())?;
    if (after != b':' && !is_blank(after)) || !text[..name.len()].eq_ignore_ascii_case(name) {
        return None;
    }
    let skip = |from: usize| from + text[from..].iter().take_while(|b| is_blank(**b)).count();
    let colon = skip(name.len());
    (text.get(colon) == Some(&b':')).then(|| skip(colon + 1))
}

/// Field names that open a record where `$$begin_record` is missing.
const OPENERS: [&[u8]; 7] =
    [b"trace-correlation-id:", b"instance-id:", b"direction:", b"peer:", b"message-type:", b"start-line:", b"logtype:"];

/// Whether a line outside records is the first field of a record without opener.
pub(super) fn opens_record(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    // The usual line out here is a trace line (`TL_...`).
    match line.get(..2) {
        Some(b"TL" | b"\t") | None => false,
        Some([b'T' | b'I' | b'D' | b'P' | b'M' | b'S' | b'L', _]) => {
            OPENERS.iter().any(|name| line.len() >= name.len() && line[..name.len()].eq_ignore_ascii_case(name))
        }
        _ => false,
    }
}

/// Whether the first line of a text is sure to start a header: a token, a colon and a blank. The quick way of
/// [`is_header`], which knows all other forms.
#[inline]
pub(crate) fn starts_header(text: &[u8]) -> bool {
    let name = text.iter().position(|b| !IN_NAME[usize::from(*b)]).unwrap_or(text.len());
    matches!(text.get(name..name + 2), Some(b": ")) && text[0].is_ascii_alphabetic()
}

/// The bytes of the name of a header.
const IN_NAME: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        all[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'-';
        byte += 1;
    }
    all
};

/// Whether a line starts a header: a token, a colon, and a blank or nothing after it; without the blank
/// only when the token cannot be a URI scheme or a word of a body (FORMAT.md section 7).
pub(crate) fn is_header(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    if name == 0 || !line[0].is_ascii_alphabetic() {
        return false;
    }
    let blanks = line[name..].iter().take_while(|b| **b == b' ').count();
    if line.get(name + blanks) != Some(&b':') {
        return false;
    }
    match line.get(name + blanks + 1) {
        None | Some(b' ' | b'\t') => true,
        Some(_) => {
            let token = &line[..name];
            let scheme = [&b"sip"[..], b"sips", b"tel", b"http", b"https", b"urn", b"mailto"];
            (token[0].is_ascii_uppercase() || token.contains(&b'-'))
                && !scheme.iter().any(|s| token.eq_ignore_ascii_case(s))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::signs;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// The quick ways say what the careful ones say.
        #[test]
        fn names_are_the_same_both_ways(
            which in 0..LINES.len() + FIELDS.len() + ALIKE.len(), upper in any::<u32>(), cut in 0usize..3, behind in "[:! \tsr\r\n-]{0,5}[a-z]{0,18}",
        ) {
            let name = LINES.iter().chain(&ALIKE).map(|(name, _)| *name).chain(FIELDS.iter().map(|(name, _)| *name)).nth(which).unwrap();
            let cased = name.iter().enumerate().map(|(i, b)| if upper >> (i % 32) & 1 == 1 { b.to_ascii_uppercase() } else { *b });
            let text: Vec<u8> = cased.take(name.len().saturating_sub(cut)).chain(behind.bytes()).collect();
            let slow = text.first_chunk::<2>().and_then(|[a, b]| {
                let (name, kind) = LINES.get(usize::from(TABLE[key(*a, *b)]).checked_sub(1)?).filter(|_| *a >= b' ')?;
                Some((*kind, value_of(&text, name)?))
            });
            let slow = slow.or_else(|| ALIKE.iter().find_map(|(name, kind)| Some((*kind, value_of(&text, name)?))));
            let quick = line(&text);
            prop_assert!(may_be_known(&text) || quick == (Line::Other, 0));
            let is_rare = text.len() > 1 && signs::of_line(&text) != 0;
            prop_assert!(!is_rare || quick.0 == Line::Rare);
            prop_assert_eq!(if quick.0 == Line::Rare { (Line::Other, 0) } else { quick }, slow.unwrap_or((Line::Other, 0)));
            let mut fields = FIELDS.iter().filter_map(|(name, field)| Some((*field, value_of(&text, name)?)));
            prop_assert_eq!(field(&text), fields.next());
            let first = text.split(|b| *b == b'\n').next().unwrap_or_default();
            prop_assert!(!starts_header(&text) || is_header(first.trim_ascii()));
        }
    }
}
