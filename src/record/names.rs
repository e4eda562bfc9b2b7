//! Which line of a record is which: field and header names that framing needs, and what a header looks like.

/// A line whose value is located while the record is framed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Name {
    /// `Trace-Correlation-Id`: the first field of a record.
    CorrelationId,
    /// `Instance-Id`: likewise.
    InstanceId,
    LogType,
    Direction,
    Peer,
    StartLine,
    CallId,
    CSeq,
    ContentLength,
    MessageBody,
    From,
    To,
    Via,
    /// `Server` or `User-Agent`.
    Product,
    DiagnosticField,
    DiagnosticCallId,
    DiagnosticCSeq,
}

/// A name in lower case and what it is.
type Known = (&'static [u8], Name);

const CONTENT_LENGTH: &[Known] = &[(b"content-length", Name::ContentLength)];
const S_I: &[Known] = &[
    (b"sip-call-id", Name::DiagnosticCallId),
    (b"sip-cseq", Name::DiagnosticCSeq),
    (b"sip-start-line", Name::DiagnosticField),
];
const S_E: &[Known] = &[(b"server", Name::Product), (b"severity", Name::DiagnosticField)];

/// The names that start with these two letters (in lower case): most header lines are left after this look.
fn candidates(first: u8, second: u8) -> &'static [Known] {
    match (first | 0x20, second | 0x20) {
        (b'c', b'a') => &[(b"call-id", Name::CallId)],
        (b'c', b's') => &[(b"cseq", Name::CSeq)],
        (b'c', b'o') => CONTENT_LENGTH,
        (b'd', b'i') => &[(b"direction", Name::Direction)],
        (b'f', b'r') => &[(b"from", Name::From)],
        (b'i', b'n') => &[(b"instance-id", Name::InstanceId)],
        (b'l', b'o') => &[(b"logtype", Name::LogType)],
        (b'm', b'e') => &[(b"message-body", Name::MessageBody)],
        (b'p', b'e') => &[(b"peer", Name::Peer)],
        (b'r', b'e') => &[(b"result-code", Name::DiagnosticField)],
        (b's', b't') => &[(b"start-line", Name::StartLine)],
        (b's', b'i') => S_I,
        (b's', b'e') => S_E,
        (b't', b'o') => &[(b"to", Name::To)],
        (b't', b'r') => &[(b"trace-correlation-id", Name::CorrelationId)],
        (b'u', b's') => &[(b"user-agent", Name::Product)],
        (b'v', b'i') => &[(b"via", Name::Via)],
        // Compact forms (RFC 3261 section 7.3.3).
        (b'f', b':' | b' ' | b'\t') => &[(b"f", Name::From)],
        (b'i', b':' | b' ' | b'\t') => &[(b"i", Name::CallId)],
        (b'l', b':' | b' ' | b'\t') => &[(b"l", Name::ContentLength)],
        (b't', b':' | b' ' | b'\t') => &[(b"t", Name::To)],
        (b'v', b':' | b' ' | b'\t') => &[(b"v", Name::Via)],
        _ => &[],
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The name of a line and the offset of its value, if it is one that framing needs.
#[inline]
pub(super) fn known(text: &[u8]) -> Option<(Name, usize)> {
    let &[first, second, ..] = text else { return None };
    candidates(first, second).iter().find_map(|(name, kind)| {
        let &after = text.get(name.len())?;
        if (after != b':' && !is_blank(after)) || !text[..name.len()].eq_ignore_ascii_case(name) {
            return None;
        }
        let mut colon = name.len();
        while text.get(colon).copied().is_some_and(is_blank) {
            colon += 1;
        }
        (text.get(colon) == Some(&b':')).then(|| {
            let mut value = colon + 1;
            while text.get(value).copied().is_some_and(is_blank) {
                value += 1;
            }
            (*kind, value)
        })
    })
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
