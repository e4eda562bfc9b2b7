//! What a line is, and what may be changed in it.

use crate::text::contains_ignore_case;

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Section {
    #[default]
    Lines,
    /// A body that people wrote.
    Prose,
    /// A body of tags; `true` inside of one.
    Tags(bool),
    /// A body of several parts.
    Parts,
    /// A session description.
    Body,
}

/// Where a line stands, and what its message's body will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) place: Section,
    pub(super) content: Section,
}

impl Default for State {
    fn default() -> State {
        State { place: Section::Lines, content: Section::Prose }
    }
}

/// What a header's line may be changed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// Numbers of the protocol stay, however long.
    Numbers,
    /// Versions look like addresses.
    Product,
    Usual,
    /// Hosts with numbers: no telephone is among them.
    Hops,
    /// `"display name" <uri>`
    Address,
    /// All of it is a name.
    Name,
    /// What a person wrote.
    Prose,
}

/// How the value of a header, its name in lower case, is treated.
pub(super) fn policy(name: &[u8]) -> Policy {
    match name {
        b"instance-id"
        | b"trace-correlation-id"
        | b"cseq"
        | b"content-length"
        | b"l"
        | b"max-forwards"
        | b"expires"
        | b"session-expires"
        | b"x"
        | b"min-se"
        | b"min-expires"
        | b"retry-after"
        | b"rseq"
        | b"rack"
        | b"date"
        | b"result-code"
        | b"sip-cseq" => Policy::Numbers,
        b"via" | b"v" | b"record-route" | b"route" | b"peer" => Policy::Hops,
        b"user-agent" | b"server" => Policy::Product,
        b"subject"
        | b"s"
        | b"organization"
        | b"content-description"
        | b"thread-topic"
        | b"topic"
        | b"comment"
        | b"comments" => Policy::Prose,
        _ if super::people::holds_addresses(name) => Policy::Address,
        _ if super::fields::is_name(name) => Policy::Name,
        _ => Policy::Usual,
    }
}

/// Whether a body was empty, or deleted before it was logged; the dashes may be typographic.
pub(super) fn is_no_body(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    matches!(value, b"" | b"-" | [0xe2, 0x80, 0x93 | 0x94] | [0x96 | 0x97])
        || value.len() < 60 && memchr::memmem::find(value, b"****MESSAGE BODY DELETED****").is_some()
}

/// What kind of body a content type announces.
pub(super) fn kind_of(content_type: &[u8]) -> Section {
    let has = |part: &[u8]| contains_ignore_case(content_type, part);
    if has(b"multipart/") {
        Section::Parts
    } else if has(b"html") {
        Section::Prose
    } else if has(b"xml") {
        Section::Tags(false)
    } else if has(b"sdp") {
        Section::Body
    } else {
        Section::Prose
    }
}

/// Whether a line is a header of every record whose value is a number of the frame or the protocol: it stays as it is.
pub(super) fn is_count(line: &[u8]) -> bool {
    let name: &[u8] = match line.first() {
        Some(b'T') => b"Trace-Correlation-Id: ",
        Some(b'I') => b"Instance-Id: ",
        Some(b'C') => b"Content-Length: ",
        Some(b'M') => b"Max-Forwards: ",
        _ => return false,
    };
    let value = line.strip_prefix(name).map(<[u8]>::trim_ascii_end);
    value.is_some_and(|v| {
        (1..=10).contains(&v.len()) && v.iter().all(u8::is_ascii_digit)
            || (4..=8).contains(&v.len()) && v.iter().all(u8::is_ascii_hexdigit)
    })
}
