//! Lines that end with a word which is new in each message or dialog, behind what was met before: only that word is looked
//! at anew.

use super::hosts::is_scheme;
use super::marks::finder;
use super::shapes::may_hold_dump;
use super::vias::Change;
use super::vocabulary::is_top;

/// Parameters behind an address whose values are words as others are.
const TAILS: [&[u8]; 2] = [b";tag=", b";epid="];

/// Takes such a line apart; `false` where the line is another.
///
/// Nothing of the head hangs on the words behind it, nor they on it: they have letters and digits only, and what stands
/// between is no sign that a rule looks across.
pub(super) fn each(line: &mut [u8], change: &mut dyn Change) -> bool {
    let end = line.strip_suffix(b"\r").unwrap_or(line).len();
    let Some(line) = line.get_mut(..end) else { return false };
    // Behind a dump all is what its bytes are.
    if may_hold_dump(line) {
        return false;
    }
    match line.first() {
        Some(b'C') => call_id(line, change),
        Some(b'P') => peer(line, change),
        Some(b'F' | b'T') => address(line, change),
        _ => false,
    }
}

fn is_plain(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_alphanumeric)
}

/// `Call-ID: 599681111416c7694d2e239bff`
fn call_id(line: &mut [u8], change: &mut dyn Change) -> bool {
    let word = line.strip_prefix(b"Call-ID: ").filter(|word| is_plain(word)).map_or(0, <[u8]>::len);
    let head = line.len() - word;
    change.word(&mut line[head..]);
    word > 0
}

/// `Peer: 203.0.113.76:65016`
fn peer(line: &mut [u8], change: &mut dyn Change) -> bool {
    let Some(value) = line.strip_prefix(b"Peer: ") else { return false };
    let Some(colon) = memchr::memrchr(b':', value) else { return false };
    let (host, port) = (&value[..colon], &value[colon + 1..]);
    let last = host.rsplit(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default();
    let letters = host.len() - host.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    // Of other words a number behind them may be somebody's: `room:4711`.
    let tells = last.iter().any(u8::is_ascii_digit) || is_top(last);
    let regular = host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && host.first().is_some_and(u8::is_ascii_alphanumeric)
        && tells
        && !is_scheme(&host[letters..])
        && (1..6).contains(&port.len())
        && port.iter().all(u8::is_ascii_digit);
    if regular {
        let head = line.len() - port.len() - 1;
        change.line(&mut line[..head]);
    }
    regular
}

/// `From: "Bob"<sip:bob@contoso.com>;epid=43ab0c;tag=8a3f`
fn address(line: &mut [u8], change: &mut dyn Change) -> bool {
    let regular = line.starts_with(b"From: ") || line.starts_with(b"To: ");
    let Some(head) = memchr::memrchr(b'>', line).map(|at| at + 1).filter(|_| regular) else { return false };
    let parameters = |tail: &[u8]| {
        let mut rest = tail;
        while !rest.is_empty() {
            let Some(value) = TAILS.iter().find_map(|name| rest.strip_prefix(*name)) else { return false };
            let len = value.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            if len == 0 {
                return false;
            }
            rest = &value[len..];
        }
        true
    };
    // A message inside of an address is what somebody wrote, up to the end of the line.
    if !parameters(&line[head..]) || finder!(b"ms-body=").find(line).is_some() {
        return false;
    }
    let (head, tail) = line.split_at_mut(head);
    change.line(head);
    for parameter in tail.split_mut(|b| *b == b';').skip(1) {
        let value = memchr::memchr(b'=', parameter).map_or(parameter.len(), |at| at + 1);
        change.word(&mut parameter[value..]);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary::is_known;
    use super::super::words::Seen;
    use super::super::{Key, Rewriter};

    /// Each line becomes what it becomes where nobody takes it apart, under another spelling of its header.
    #[test]
    fn heads_and_words_become_what_they_become_together() {
        let heads = [
            "\"Kim Lee\" <sip:kim@contoso.com>",
            "<sip:4255550142@192.0.2.7:5061;user=phone>",
            "\"Lee, \\\"K\\\" <sip:medtronic.com;opaque=user:epid:aBc-D_e;gruu>",
            "<sip:kim%40x@fe01.contoso.com?Subject=a>",
            "Kim <tel:+1-425-555-0142>",
            "\"5a 61 6e 7a 20 61 6d 20 53\" <sip:it>",
            "kim",
            "<<sip:a@b>",
        ];
        let tails = ["", ";tag=4255550142", ";epid=aBcD01;tag=may", ";tag=12-34", ";tag=", ";tag=room;epid=4711;tag=x"];
        let peers = [
            "192.0.2.7",
            "fe01",
            "fe01.contoso.com",
            "sip",
            "a.sip",
            "room",
            "cn.room",
            "kim-2",
            "5a-61-6e-7a-20-61-6d-20",
            "a.lync.com",
            "::1",
            "2",
        ];
        let ports = ["", ":5061", ":443", ":65016", ":4255550142", ":room", ":1:2"];
        let ids = ["599681111416c7694d2e239bff", "may", "4255550142", "kim@contoso.com", "12 34", "room", ""];
        let mut lines = Vec::new();
        for name in ["From", "To"] {
            lines.extend(heads.iter().flat_map(|head| tails.map(|tail| (name, format!("{head}{tail}")))));
        }
        lines.extend(peers.iter().flat_map(|host| ports.map(|port| ("Peer", format!("{host}{port}")))));
        lines.extend(ids.map(|id| ("Call-ID", id.to_owned())));
        for (name, value) in lines {
            for end in ["", "\r"] {
                let (one, other) =
                    (format!("{name}: {value}{end}\n"), format!("{}: {value}{end}\n", name.to_uppercase()));
                let text = format!("{one}{other}");
                let seen = Seen::of([text.as_bytes()]);
                let copy = |text: &str| {
                    let mut out = Vec::new();
                    let rewriter = Rewriter::new(&seen, &Key::new(*b"a key for tests only"), &[]);
                    rewriter.rewrite(text.as_bytes(), &mut out).unwrap();
                    // Behind the name of the header.
                    (out[name.len()..].to_vec(), rewriter.replaced())
                };
                assert_eq!(copy(&one), copy(&other), "{one}");
            }
        }
        assert!(is_known(b"tag") && is_known(b"epid"));
    }
}
