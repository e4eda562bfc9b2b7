//! Headers that few messages have: a bit for each tells that it is not there, without reading the message again.

/// Bits of [`Layout::signs`](super::Layout); a header may be missing though its bit is set, never the other way round.
pub(crate) mod sign {
    /// `Reason`.
    pub(crate) const REASON: u16 = 1;
    /// `Warning`.
    pub(crate) const WARNING: u16 = 2;
    /// Any of the ms-diagnostics family.
    pub(crate) const DIAGNOSTICS: u16 = 4;
    /// `Ms-Text-Format`.
    pub(crate) const TEXT_FORMAT: u16 = 8;
    /// `P-Asserted-Identity`.
    pub(crate) const ASSERTED: u16 = 16;
    /// The same name twice: [`ASSERTED`], or one of which framing keeps the place.
    pub(crate) const REPEATED: u16 = 32;
    /// What may tell to which conversation a message belongs: `Ms-Conversation-ID`, `ms-correlation-id`, `Session-ID`,
    /// `Replaces`, `Refer-To`, `Referred-By`.
    pub(crate) const CONVERSATION: u16 = 64;
    /// Several of these.
    pub(crate) const CONVERSATIONS: u16 = 128;
    /// Nothing is known.
    pub(crate) const ANY: u16 = 0xff;
}

/// The signs of a line, by the first four letters of the names.
#[inline]
pub(super) fn of_line(text: &[u8]) -> u16 {
    let Some(head) = text.first_chunk::<4>() else {
        return if text.len() > 1 && text[0] < b' ' { sign::ANY } else { 0 };
    };
    match u32::from_le_bytes(*head) | 0x2020_2020 {
        word if word == letters(*b"reas") => sign::REASON,
        word if word == letters(*b"warn") => sign::WARNING,
        // A minus has the bit that tells cases apart set already.
        word if word == letters(*b"ms-d") || word == letters(*b"ms-c") => {
            let Some(head) = text.first_chunk::<8>() else { return sign::DIAGNOSTICS };
            match &(u64::from_le_bytes(*head) | 0x2020_2020_2020_2020).to_le_bytes() {
                b"ms-diagn" | b"ms-clien" => sign::DIAGNOSTICS,
                b"ms-conve" | b"ms-corre" => sign::CONVERSATION,
                _ => 0,
            }
        }
        word if word == letters(*b"repl") || word == letters(*b"refe") => sign::CONVERSATION,
        // Many have a Session-Expires.
        word if word == letters(*b"sess") => {
            if matches!(text.get(8), Some(b'i' | b'I')) {
                sign::CONVERSATION
            } else {
                0
            }
        }
        word if word == letters(*b"ms-t") => sign::TEXT_FORMAT,
        word if word == letters(*b"p-as") => sign::ASSERTED,
        // Control characters before a name.
        _ if head[0] < b' ' => sign::ANY,
        _ => 0,
    }
}

const fn letters(name: [u8; 4]) -> u32 {
    u32::from_le_bytes(name)
}

#[cfg(test)]
mod tests {
    use crate::record::{Scanner, sign};
    use crate::sip::{HeaderName, Headers};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]
        /// A header that is read has its sign, however it is written.
        #[test]
        fn no_header_is_without_its_sign(lines in prop::collection::vec(
            ("[ \\t\\r\\x0c]{0,2}(Reason|WARNING|ms-Diagnostics|Ms-client-diagnostics|ms-diagnostics-public|MS-Text-Format|P-Asserted-Identity|Ms-Conversation-ID|ms-CORRELATION-id|Session-ID|session-expires|Replaces|Reply-To|REFER-TO|Referred-By|Require|Max-Forwards)[ \\t]{0,2}:?[ \\t]?", "[a-z\\r\\n;:]{0,6}"), 0..6)) {
            let headers: String = lines.iter().flat_map(|(name, value)| [name, value.as_str(), "\r\n"]).collect();
            let log = format!("$$begin_record\r\nStart-Line: BYE sip:a SIP/2.0\r\nCall-ID: 1\r\n{headers}Message-Body: -\r\n$$end_record\r\n");
            let raw = Scanner::new(log.as_bytes(), 0, (0, 0), 0).next_before(log.len()).unwrap();
            let layout = raw.layout;
            for header in Headers::new(&log.as_bytes()[layout.headers.start as usize..layout.headers.end as usize]) {
                let sign = match HeaderName::from_token(header.name) {
                    HeaderName::Reason => sign::REASON,
                    HeaderName::Warning => sign::WARNING,
                    HeaderName::MsDiagnostics | HeaderName::MsDiagnosticsPublic | HeaderName::MsClientDiagnostics => sign::DIAGNOSTICS,
                    HeaderName::MsTextFormat => sign::TEXT_FORMAT,
                    _ => match &header.name.to_ascii_lowercase()[..] {
                        b"p-asserted-identity" => sign::ASSERTED,
                        b"ms-conversation-id" | b"ms-correlation-id" | b"session-id" | b"replaces" | b"refer-to" | b"referred-by" => sign::CONVERSATION,
                        _ => continue,
                    },
                };
                prop_assert!(layout.signs & sign != 0, "{:?}", String::from_utf8_lossy(header.name));
            }
        }
    }
}
