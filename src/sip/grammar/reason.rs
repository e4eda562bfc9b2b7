//! Why a request was sent or a response given, in the words of another protocol: the `Reason` header.

/// The cause of the telephone network in a `Reason` value (RFC 3326 section 2): `Q.850;cause=34;text="no circuit"`.
/// Several reasons stand behind commas. Read as people write it, too: `Q.850 cause 34`.
pub fn q850_cause(value: &[u8]) -> Option<u32> {
    parts(value, b',').find_map(|reason| {
        let reason = reason.trim_ascii();
        let end = reason.iter().position(|b| *b == b';' || b.is_ascii_whitespace())?;
        let (protocol, params) = reason.split_at_checked(end)?;
        if !protocol.eq_ignore_ascii_case(b"Q.850") {
            return None;
        }
        parts(params, b';').find_map(cause)
    })
}

fn cause(param: &[u8]) -> Option<u32> {
    let (name, number) = param.trim_ascii().split_at_checked(5)?;
    if !name.eq_ignore_ascii_case(b"cause") {
        return None;
    }
    let number = number.trim_ascii_start();
    let number = number.strip_prefix(b"=").unwrap_or(number).trim_ascii();
    let number = number.strip_prefix(b"\"").and_then(|n| n.strip_suffix(b"\"")).unwrap_or(number);
    // ITU-T Q.850 has seven bits.
    let digits = std::str::from_utf8(number).ok().filter(|n| n.bytes().all(|b| b.is_ascii_digit()))?;
    digits.parse().ok().filter(|n| *n < 128)
}

/// What stands between separators; those inside quotes do not separate.
fn parts(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |b| {
        let is_escaped = escaped;
        escaped = quoted && *b == b'\\' && !is_escaped;
        quoted ^= *b == b'"' && !is_escaped;
        *b == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_in_every_spelling() {
        for (value, cause) in [
            ("Q.850;cause=34;text=\"no circuit\"", Some(34)),
            ("q.850 ; text=\"a;cause=1, b\" ; Cause = \"16\"", Some(16)),
            ("SIP;cause=480;text=\"x, Q.850;cause=3\", Q.850;cause=19", Some(19)),
            ("Q.850 cause 34", Some(34)),
            ("Q.850;text=\"\\\"\";cause=17", Some(17)),
            ("SIP;cause=480", None),
            ("SIP;text=\"Q.850;cause=3\"", None),
            ("Q.850;causes=3;cause=x", None),
            ("Q.850;cause=128", None),
            ("Q.8500;cause=3", None),
            ("Q.850", None),
            ("Q.850;text=\"open;cause=3", None),
            ("", None),
        ] {
            assert_eq!(q850_cause(value.as_bytes()), cause, "{value}");
        }
    }
}
