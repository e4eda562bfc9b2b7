//! The entries of a Via: each server adds one in front, so those behind it were met before.

/// What stands in front of the first entry.
const NAME: &[u8] = b"Via: ";
/// How an entry begins.
const BEGIN: &[u8] = b"SIP/2.0/";
/// Bytes of an entry; with a name in front a line may become that long.
const LONGEST: usize = 512;

/// Parameters whose values are words as others are, whatever stands around them.
const WORDS: [&[u8]; 4] = [b"branch", b"branched", b"ms-received-port", b"ms-received-cid"];

/// Who changes what a Via is made of, in the same length.
pub(super) trait Change {
    /// What is treated as a line of its own.
    fn line(&mut self, line: &mut [u8]);
    /// A word of which nothing says that it is a name.
    fn word(&mut self, word: &mut [u8]);
}

/// Takes a regular Via apart; `false` where the line is another.
///
/// In a regular one nothing of an entry hangs on the others: it has no quotes, brackets, blanks or addresses of people. Of
/// most entries nothing but host and transport is looked at as a line is: the rest is new in each message.
pub(super) fn each(line: &mut [u8], change: &mut dyn Change) -> bool {
    let end = line.strip_suffix(b"\r").unwrap_or(line).len();
    let Some(value) = line.get(..end).and_then(|line| line.strip_prefix(NAME)) else { return false };
    if !value.split(|b| *b == b',').all(is_regular) {
        return false;
    }
    let one = memchr::memchr(b',', value).is_none();
    if one && plain_host(value).is_none() {
        return false;
    }
    for entry in line[NAME.len()..end].split_mut(|b| *b == b',') {
        match plain_host(entry) {
            None => alone(entry, change),
            Some(len) => {
                let (host, rest) = entry.split_at_mut(len);
                alone(host, change);
                for parameter in rest.split_mut(|b| *b == b';') {
                    let value = memchr::memchr(b'=', parameter).map_or(parameter.len(), |at| at + 1);
                    parameter[value..].split_mut(|b| *b == b'.').for_each(|word| change.word(word));
                }
            }
        }
    }
    true
}

/// An entry as a line of its own.
fn alone(entry: &mut [u8], change: &mut dyn Change) {
    let mut line = [0; NAME.len() + LONGEST];
    let line = &mut line[..NAME.len() + entry.len()];
    let (name, own) = line.split_at_mut(NAME.len());
    name.copy_from_slice(NAME);
    own.copy_from_slice(entry);
    change.line(line);
    entry.copy_from_slice(&line[NAME.len()..]);
}

/// `SIP/2.0/TLS 192.0.2.11:53438;branch=z9hG4bK4D79C978.443B;branched=TRUE`
fn is_regular(entry: &[u8]) -> bool {
    let Some(rest) = entry.strip_prefix(BEGIN).filter(|_| entry.len() <= LONGEST) else { return false };
    let Some(host) = [&b"TLS "[..], b"TCP ", b"UDP "].iter().find_map(|word| rest.strip_prefix(*word)) else {
        return false;
    };
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b';' | b'=');
    host.first().is_some_and(u8::is_ascii_alphanumeric) && host.iter().all(plain)
}

/// Where the host of a regular entry ends, if a port is all that stands behind it, and parameters that are words.
fn plain_host(entry: &[u8]) -> Option<usize> {
    let value = BEGIN.len() + 4;
    let mut parts = entry.get(value..)?.split(|b| *b == b';');
    let host = parts.next()?;
    let len = memchr::memchr(b':', host).unwrap_or(host.len());
    let port = host.get(len + 1..).unwrap_or_default();
    let words = parts.all(|parameter| {
        let at = memchr::memchr(b'=', parameter).unwrap_or(parameter.len());
        let (name, value) = (&parameter[..at], parameter.get(at + 1..).unwrap_or_default());
        let dot = memchr::memchr(b'.', value);
        // A branch of two words is no host.
        let branch = |dot: usize| {
            name == b"branch" && value.starts_with(b"z9hG4bK") && value[dot + 1..].iter().any(u8::is_ascii_digit)
        };
        let is_word = |b: &u8| b.is_ascii_alphanumeric();
        WORDS.contains(&name)
            && value.iter().filter(|b| !is_word(b)).count() == usize::from(dot.is_some())
            && dot.is_none_or(branch)
    });
    (port.len() < 6 && port.iter().all(u8::is_ascii_digit) && !host.contains(&b'=') && words).then_some(value + len)
}

#[cfg(test)]
mod tests {
    use super::super::words::Seen;
    use super::super::{Key, Rewriter};
    use super::*;

    /// Each entry becomes what it becomes in a line that nobody takes apart.
    #[test]
    fn entries_by_themselves_become_what_they_become_together() {
        struct Count(u32);
        impl Change for Count {
            fn line(&mut self, _: &mut [u8]) {
                self.0 += 1;
            }
            fn word(&mut self, word: &mut [u8]) {
                assert!(word.iter().all(u8::is_ascii_alphanumeric));
            }
        }
        let entries = [
            "SIP/2.0/TLS 192.0.2.11:53438;branch=z9hG4bK4D79C978.443BA31F51B0CF63;branched=TRUE",
            "SIP/2.0/TLS fe01.contoso.com:5061;branch=z9hG4bKa0932be8;ms-received-port=53966;ms-received-cid=F61700",
            "SIP/2.0/TCP quag-mire;received=quagmire;branch=z9hG4bK1;user=kim;host=fe01;opaque=user:epid:aBcD",
            "SIP/2.0/UDP fe80::1:2;ext=4711;maddr=medtronic.com;tag=12-34-56-78-9a-bc-de-f0",
            "SIP/2.0/TLS medtronic.com:443;branch=z9hG4bKFF64DECD.C527E19BA1EEC243;branched=FALSE;ms-received-cid=4255550142",
            "SIP/2.0/TCP 198.51.100.7;branch=z9hG4bKFF64DECD.com;ms-received-port=12345678",
            "SIP/2.0/TCP 198.51.100.7.5061;branch=Litware;branched;ms-received-port=",
            "SIP/2.0/TLS a:b:c:d;cn=kim;sip:bob;4255550142;ms-fe=edge01.litwareinc.com",
        ];
        let mut whole = 0;
        for first in entries {
            for second in entries {
                for end in ["", "\r"] {
                    let one = format!("Via: {first},{second}{end}\n");
                    // A header that is treated alike, and taken apart by nobody.
                    let other = format!("VIA: {first},{second}{end}\n");
                    let mut count = Count(0);
                    whole += usize::from(each(&mut one.trim_end_matches('\n').as_bytes().to_vec(), &mut count));
                    assert_eq!(count.0, 2);
                    let text = format!("{one}{other}");
                    let seen = Seen::of([text.as_bytes()]);
                    let copy = |text: &str| {
                        let mut out = Vec::new();
                        Rewriter::new(&seen, &Key::new(*b"a key for tests only"), &[])
                            .rewrite(text.as_bytes(), &mut out)
                            .unwrap();
                        String::from_utf8(out).unwrap()
                    };
                    assert_eq!(copy(&one).replace("Via:", "VIA:"), copy(&other));
                }
            }
        }
        assert_eq!(whole, 2 * entries.len() * entries.len());
    }

    struct Never;
    impl Change for Never {
        fn line(&mut self, line: &mut [u8]) {
            panic!("{line:?}");
        }
        fn word(&mut self, word: &mut [u8]) {
            panic!("{word:?}");
        }
    }

    #[test]
    fn a_via_that_is_not_regular_stays_whole() {
        for value in [
            "SIP/2.0/TLS a;b=c",
            "SIP/2.0/TLS a;b=\"c,SIP/2.0/TLS d\"",
            "SIP/2.0/TLS a, SIP/2.0/TLS b",
            "SIP/2.0/TLS a,SIP/2.0/TLS <b>",
            "SIP/2.0/TLS a,SIP/2.0/TLS b@c",
            "SIP/2.0/TLS a,SIP/2.0/TLS b%41",
            "SIP/2.0/TLS a,b",
            "SIP/2.0/TLS a,SIP/2.0/TLS b (c)",
        ] {
            let mut line = format!("Via: {value}").into_bytes();
            assert!(!each(&mut line, &mut Never), "{value}");
        }
    }
}
