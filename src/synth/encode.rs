//! Bytes of a log in the encoding that it is to have.

use std::borrow::Cow;

use super::Encoding;

/// What a file starts with.
pub(super) fn mark(encoding: Encoding) -> &'static [u8] {
    match encoding {
        Encoding::Utf8 | Encoding::Ansi => b"",
        Encoding::Utf8Bom => b"\xEF\xBB\xBF",
        Encoding::Utf16 => b"\xFF\xFE",
    }
}

/// Whole records, in the encoding wanted.
pub(super) fn encode(encoding: Encoding, text: &[u8]) -> Cow<'_, [u8]> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => Cow::Borrowed(text),
        Encoding::Utf16 => {
            let text = String::from_utf8_lossy(text);
            Cow::Owned(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
        }
        Encoding::Ansi => {
            let text = String::from_utf8_lossy(text);
            Cow::Owned(encoding_rs::WINDOWS_1252.encode(&text).0.into_owned())
        }
    }
}
