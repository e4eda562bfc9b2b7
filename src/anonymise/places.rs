//! What a line is, and what may be changed in it.

use crate::text::contains_ignore_case;

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
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

/// What a header's line may be changed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// Numbers and words of the protocol: nothing.
    Keep,
    /// Versions look like addresses and tokens: only known names.
    Known,
    /// Names and tokens.
    Usual,
    /// Credentials: every word that is not the log's own.
    Secret,
    /// What a person wrote.
    Prose,
}

/// How the value of a header is treated.
pub(super) fn care(name: &[u8]) -> Care {
    match name {
        b"instance-id"
        | b"trace-correlation-id"
        | b"cseq"
        | b"content-length"
        | b"max-forwards"
        | b"expires"
        | b"date"
        | b"content-type"
        | b"direction"
        | b"message-type"
        | b"logtype"
        | b"severity"
        | b"result-code"
        | b"sip-cseq"
        | b"supported"
        | b"require"
        | b"allow"
        | b"allow-events"
        | b"accept"
        | b"accept-language" => Care::Keep,
        b"user-agent" | b"server" => Care::Known,
        b"subject" | b"organization" => Care::Prose,
        b"authorization"
        | b"proxy-authorization"
        | b"www-authenticate"
        | b"proxy-authenticate"
        | b"authentication-info"
        | b"proxy-authentication-info" => Care::Secret,
        _ => Care::Usual,
    }
}

/// Whether a body was empty, or deleted before it was logged; the dashes may be typographic.
pub(super) fn is_no_body(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    matches!(value, b"" | b"-" | [0xe2, 0x80, 0x93 | 0x94] | [0x96 | 0x97])
        || value.len() < 60 && memchr::memmem::find(value, b"****MESSAGE BODY DELETED****").is_some()
}

/// What kind of body a content type announces.
pub(super) fn kind_of(content_type: &[u8]) -> Place {
    let has = |part: &[u8]| contains_ignore_case(content_type, part);
    if has(b"xml") || has(b"html") {
        Place::Tags(false)
    } else if has(b"multipart/") {
        Place::Parts
    } else if has(b"sdp") {
        Place::Body
    } else {
        Place::Prose
    }
}
