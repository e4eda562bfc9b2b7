//! Addresses and hosts: what stands around an `@`, behind a scheme, in a Via, in parameters that name a server.

use std::ops::Range;

use super::marks::{List, Mark, Marks, finder, rest, run, run_back, short_run};
use super::signs::{Sign, Signs};
use super::vocabulary::{is_known, is_top, kept_tail};
use super::words::is_letter;

/// Schemes behind which a name or a host stands.
static SCHEMES: List<10> = List::new(["sip", "sips", "tel", "mailto", "im", "pres", "xmpp", "callto", "conf", "geo"]);

/// Parameters whose value is a host, whatever it is called.
static HOSTS: List<20> = List::new([
    "source",
    "targetname",
    "fqdn",
    "fqdn1",
    "fqdn2",
    "ms-fe",
    "fe",
    "ms-ep-fqdn",
    "domain",
    "host",
    "maddr",
    "peer",
    "pool",
    "server",
    "hostname",
    "received",
    "phone-context",
    "trunk-context",
    "ms-edge",
    "destination",
]);

/// Whether a word is a scheme behind which a name or a host stands.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    SCHEMES.has(word)
}

fn is_host(b: u8) -> bool {
    is_letter(b) || matches!(b, b'.' | b'-' | b'_')
}

/// Marks all of them.
pub(super) fn mark(text: &[u8], signs: &Signs, value: usize, marks: &mut Marks) {
    if text[..value].trim_ascii().eq_ignore_ascii_case(b"peer:") {
        host(text, host_at(text, value), marks);
    }
    named(text, value, marks);
    by_last_label(text, signs, marks);
    other_letters(text, signs, marks);
    if signs.has(Sign::Colon) {
        vias(text, signs, marks);
        ports(text, signs, value, marks);
        schemes(text, signs, marks);
    }
    parameters(text, signs, marks);
    addresses(text, signs, marks);
}

/// `Warning: 399 fe01 "..."`, and a `Via: SIP / 2.0 / TLS fe01` with blanks in its protocol.
fn named(text: &[u8], value: usize, marks: &mut Marks) {
    let name = text[..value].trim_ascii().strip_suffix(b":").unwrap_or_default().trim_ascii_end();
    let from = if name.eq_ignore_ascii_case(b"warning") {
        value + run(text, value, |b| b.is_ascii_digit() || b == b' ')
    } else if name.eq_ignore_ascii_case(b"via") || name.eq_ignore_ascii_case(b"v") {
        let Some(slash) = memchr::memchr_iter(b'/', rest(text, value)).nth(1).map(|at| value + at + 1) else { return };
        let blanks = run(text, slash, |b| b.is_ascii_whitespace());
        slash + blanks + run(text, slash + blanks, |b| b.is_ascii_alphanumeric())
    } else {
        return;
    };
    host(text, host_at(text, from), marks);
}

/// `fe01:5061`: the ports of SIP tell a host, and those of the services that a server speaks to.
fn ports(text: &[u8], signs: &Signs, value: usize, marks: &mut Marks) {
    const SERVICES: [&[u8]; 10] = [b"135", b"389", b"443", b"444", b"445", b"636", b"1433", b"3268", b"4443", b"8080"];
    for at in signs.places(Sign::Colon) {
        let digits = run(text, at + 1, |b| b.is_ascii_digit());
        if !(3..=4).contains(&digits) {
            continue;
        }
        let port = &text[at + 1..at + 1 + digits];
        // `Content-Length:443` is none.
        let service = at > value && SERVICES.contains(&port);
        let sip = digits == 4 && port.starts_with(b"506");
        // An address begins with any number, and so does a user: `sip:135.0.2.1`, `sip:443@...`
        let more = matches!(rest(text, at + 1 + digits), [b'.', b'0'..=b'9', ..] | [b'@', ..]);
        let number = !marks.is_done(at + 1) && !more;
        if !service && !sip || !number {
            continue;
        }
        let at = at - usize::from(text[..at].ends_with(b"]"));
        let start = at - run_back(text, at, is_host);
        if start < at && !text[start..at].iter().all(u8::is_ascii_digit) {
            host(text, start..at, marks);
        }
    }
}

/// Two labels or more, the last of them known and in one case, so that `Rtc.Internal.Net` is none.
fn by_last_label(text: &[u8], signs: &Signs, marks: &mut Marks) {
    let mut at = 0;
    for dot in signs.places(Sign::Dot) {
        if dot < at {
            continue;
        }
        let plain = |b: u8| is_letter(b) || matches!(b, b'.' | b'-');
        let start = dot - text[at..dot].iter().rev().take_while(|b| plain(**b)).count();
        let mut end = dot + run(text, dot, plain);
        at = end.max(dot + 1);
        while end > start && matches!(text[end - 1], b'.' | b'-') {
            end -= 1;
        }
        let Some(last) = memchr::memrchr(b'.', &text[start..end]).map(|p| start + p + 1) else { continue };
        let label = &text[last..end];
        let one_case = label.iter().all(u8::is_ascii_lowercase) || label.iter().all(u8::is_ascii_uppercase);
        let whole = &text[start..end];
        if last > start + 1 && one_case && (is_top(label) || is_stranger(whole, label)) {
            host(text, start..end, marks);
            // `meet.contoso.com/bob/` without its scheme.
            if text.get(end) == Some(&b'/') {
                url(text, start, marks);
            }
        }
    }
}

/// Whether three labels or more, written small, end with a word that nobody knows: `mail.firm.museum`. Also a host in other
/// letters: `xn--...`.
fn is_stranger(whole: &[u8], last: &[u8]) -> bool {
    let small = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    last.len() > 1
        && memchr::memchr_iter(b'.', whole).count() > 1
        && whole.split(|b| *b == b'.').all(|label| label.first().is_some_and(u8::is_ascii_lowercase))
        && whole.iter().all(small)
        && !is_known(last)
}

/// `xn--bcher-kva.example`: a host in other letters.
fn other_letters(text: &[u8], signs: &Signs, marks: &mut Marks) {
    for at in signs.places(Sign::Dash).filter(|at| rest(text, *at).starts_with(b"--") && text[..*at].ends_with(b"xn")) {
        let at = at - 2;
        let start = at - run_back(text, at, is_host);
        host(text, host_at(text, start), marks);
    }
}

/// Marks a host; of a vendor's or a standard's, the labels in front are words as others are.
pub(super) fn host(text: &[u8], range: Range<usize>, marks: &mut Marks) {
    let kept = kept_tail(&text[range.clone()]);
    if kept > 0 {
        let front = range.start..range.end - kept;
        // Of these, what stands in front is the name of a customer.
        if [&b"onmicrosoft.com"[..], b"sharepoint.com"].iter().any(|tail| ends_with(&text[range.clone()], tail)) {
            marks.set(front.clone(), Mark::Name);
        }
        marks.set(front.end..range.end, Mark::Done);
    } else {
        marks.set(range, Mark::Host);
    }
}

fn ends_with(host: &[u8], tail: &[u8]) -> bool {
    host.len().checked_sub(tail.len()).is_some_and(|at| host[at..].eq_ignore_ascii_case(tail))
}

/// The host at a place, behind blanks and quotes.
fn host_at(text: &[u8], at: usize) -> Range<usize> {
    let start = at + run(text, at, |b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'['));
    let mut end = start + run(text, start, is_host);
    while end > start && text[end - 1] == b'.' {
        end -= 1;
    }
    start..end
}

/// `SIP/2.0/TLS fe01.contoso.com:5061`
fn vias(text: &[u8], signs: &Signs, marks: &mut Marks) {
    let protocol = |at: &usize| rest(text, *at).starts_with(b"/2.0/") && text[..*at].ends_with(b"SIP");
    for at in signs.places(Sign::Slash).filter(protocol) {
        let at = at + 5;
        let word = run(text, at, |b| b.is_ascii_alphabetic());
        if word > 0 && text.get(at + word).is_some_and(u8::is_ascii_whitespace) {
            host(text, host_at(text, at + word), marks);
        }
    }
}

/// `sip:fe01`, `tel:+1-425-555-0142`, `https://meet.contoso.com/bob/`
fn schemes(text: &[u8], signs: &Signs, marks: &mut Marks) {
    for at in signs.places(Sign::Colon) {
        let letters = run_back(text, at.min(text.len()), |b| b.is_ascii_alphabetic()).min(12);
        let scheme = &text[at - letters..at];
        let inside =
            (at - letters).checked_sub(1).and_then(|b| text.get(b)).is_some_and(|b| is_letter(*b) || *b == b'-');
        if letters > 1 && rest(text, at).starts_with(b"://") {
            url(text, at + 3, marks);
        } else if !inside && is_scheme(scheme) {
            if scheme.eq_ignore_ascii_case(b"geo") {
                let len = run(text, at + 1, |b| b.is_ascii_digit() || b"+-.,".contains(&b));
                marks.set(at + 1..at + 1 + len, Mark::Name);
                continue;
            }
            if scheme.eq_ignore_ascii_case(b"tel") || scheme.eq_ignore_ascii_case(b"callto") {
                let len = run(text, at + 1, |b| b.is_ascii_digit() || b"+-.()*#".contains(&b));
                marks.set(at + 1..at + 1 + len, Mark::Name);
                continue;
            }
            // All of it in front of the `@`, a password and parameters too.
            let user = short_run(text, at + 1, |b| !b.is_ascii_whitespace() && !b"<>\"'@".contains(&b));
            if text.get(at + 1 + user) == Some(&b'@') {
                marks.set(at + 1..at + 1 + user, Mark::Name);
                continue;
            }
            let found = host_at(text, at + 1);
            if found.start == at + 1 && text.get(found.end) != Some(&b'@') {
                host(text, found, marks);
            }
        }
    }
}

/// Parts of a path behind which people stand.
const PEOPLE: [&[u8]; 11] =
    [b"meet", b"join", b"personal", b"people", b"users", b"user", b"profile", b"profiles", b"my", b"home", b"schedule"];

fn url(text: &[u8], at: usize, marks: &mut Marks) {
    let ends = |b: u8| b.is_ascii_whitespace() || b"\"'<>),;|{}".contains(&b);
    let len = short_run(text, at, |b| !ends(b));
    let whole = at..at + len;
    let path = at + short_run(text, at, |b| !ends(b) && !matches!(b, b'/' | b'?' | b'#'));
    let authority = memchr::memrchr(b'@', &text[at..path]).map_or(at, |p| at + p + 1);
    let name = host_at(text, authority);
    let first = text[name.clone()].split(|b| *b == b'.').next().unwrap_or_default();
    let mut personal = [&b"meet"[..], b"join", b"my"].iter().any(|n| first.eq_ignore_ascii_case(n));
    if name.end <= path {
        host(text, name, marks);
    }
    let mut start = path;
    while start < whole.end {
        let end = start + run(&text[..whole.end], start, |b| !matches!(b, b'/' | b'?' | b'=' | b'&' | b'#'));
        let part = &text[start..end];
        if personal || part.first() == Some(&b'~') {
            marks.set(start..end, Mark::Name);
        } else if PEOPLE.iter().any(|p| part.eq_ignore_ascii_case(p)) {
            personal = true;
        }
        start = end + 1;
    }
}

fn parameters(text: &[u8], signs: &Signs, marks: &mut Marks) {
    let mut own = false;
    for at in signs.places(Sign::Equals) {
        let letters = run_back(text, at, |b| b.is_ascii_alphanumeric() || b == b'-').min(24);
        let name = &text[at - letters..at];
        own |= [&b"opaque"[..], b"ms-internal-info"].iter().any(|own| name.ends_with(own));
        if HOSTS.has(name) {
            let found = host_at(text, at + 1);
            // `source="local"`, `"internal edge"`: which of its sides a server means.
            let value = &text[found.clone()];
            let side = [&b"local"[..], b"internal", b"external"].iter().any(|w| value.eq_ignore_ascii_case(w));
            if !side {
                host(text, found, marks);
            }
        }
    }
    if !own {
        return;
    }
    for name in [finder!(b"opaque="), finder!(b"ms-internal-info=")] {
        for at in name.find_iter(text) {
            // Values that mean something to their maker only: `user:epid:...` from the last colon on.
            let start = at + name.needle().len();
            let value = rest(text, start);
            let open = usize::from(value.starts_with(b"\""));
            let len = open + short_run(value, open, |b| !b";,>\" \t".contains(&b));
            let colon = memchr::memrchr(b':', &value[..len]).map_or(open, |p| p + 1);
            marks.set(start + colon..start + len, Mark::Name);
        }
    }
}

/// `bob.smith@contoso.com`: what stands before an `@`, back to what cannot belong to it, and the host behind.
fn addresses(text: &[u8], signs: &Signs, marks: &mut Marks) {
    for at in signs.places(Sign::At) {
        let ends = |b: u8| b.is_ascii_whitespace() || b"<>:;,\"'()=[]{}@|/\\".contains(&b);
        let found = host_at(text, at + 1);
        let found = if found.start == at + 1 { found } else { at + 1..at + 1 };
        let user = at - run_back(text, at, |b| !ends(b))..at;
        let kept = !found.is_empty() && kept_tail(&text[found.clone()]) > 0;
        if !found.is_empty() {
            host(text, found, marks);
        }
        // `push@push.lync.com` is the clearing house, not a person.
        if kept && text[user.clone()].eq_ignore_ascii_case(b"push") {
            marks.set(user, Mark::Done);
            continue;
        }
        let quoted = user.is_empty() && text[..at].ends_with(b"\"");
        if quoted {
            let open = memchr::memrchr(b'"', &text[..at - 1]).map_or(at - 1, |p| p + 1);
            marks.set(open.max(at.saturating_sub(256))..at - 1, Mark::Name);
        }
        let mcx = text[user.clone()].get(..7).is_some_and(|m| m.eq_ignore_ascii_case(b"mcxuser")) && user.len() > 39;
        marks.set(if mcx { user.start + 39..user.end } else { user }, Mark::Name);
    }
}
