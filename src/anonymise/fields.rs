//! Parameters, attributes and fields whose value is a name: `User="..."`, `CN=...`, `"displayName":"..."`, `ext. 4711`.

use std::ops::Range;

use super::marks::{List, Mark, Marks, before, rest, run, run_back, short_run};
use super::signs::{Sign, Signs};

/// Names of parameters, attributes and fields whose value is a name, without `-` and `_`.
static NAMES: List<91> = List::new([
    "user",
    "username",
    "userid",
    "uid",
    "login",
    "logon",
    "logonname",
    "fullname",
    "displayname",
    "givenname",
    "firstname",
    "lastname",
    "middlename",
    "surname",
    "familyname",
    "cn",
    "ou",
    "dc",
    "email",
    "emailaddress",
    "mail",
    "smtp",
    "upn",
    "userprincipalname",
    "samaccountname",
    "company",
    "companyname",
    "department",
    "organization",
    "organisation",
    "org",
    "tenant",
    "tenantname",
    "owner",
    "organizer",
    "organiser",
    "presenter",
    "attendee",
    "caller",
    "callee",
    "callername",
    "calleename",
    "contactname",
    "sender",
    "sendername",
    "recipient",
    "alias",
    "nickname",
    "nick",
    "filename",
    "device",
    "devicename",
    "computer",
    "computername",
    "machine",
    "machinename",
    "workstation",
    "account",
    "accountname",
    "domainname",
    "site",
    "sitename",
    "city",
    "building",
    "room",
    "street",
    "office",
    "ext",
    "extension",
    "exten",
    "phonenumber",
    "telephonenumber",
    "callerid",
    "calledparty",
    "callingparty",
    "lineuri",
    "pin",
    "passcode",
    "confid",
    "conferenceid",
    "cname",
    "manager",
    "delegate",
    "person",
    "isub",
    "lat",
    "lon",
    "latitude",
    "longitude",
    "participants",
    "attendees",
]);

/// Names that say so only with a value in quotes that looks like one.
static PERHAPS: List<10> =
    List::new(["name", "title", "path", "folder", "line", "location", "text", "subject", "tgrp", "display"]);

/// Headers in an address whose value somebody wrote.
static WRITTEN: List<6> = List::new(["subject", "body", "organization", "comment", "call-info", "text"]);

/// Parts of a distinguished name that are one letter or two: in capitals only.
const CAPITALS: [&[u8]; 9] = [b"CN", b"OU", b"DC", b"O", b"L", b"ST", b"S", b"E", b"UID"];

/// Whether a word without its `-` and `_` is one of a list.
fn has_plain<const N: usize>(list: &List<N>, name: &[u8]) -> bool {
    if !name.iter().any(|b| matches!(b, b'-' | b'_')) {
        return list.has(name);
    }
    let mut plain = [0; LONGEST_NAME];
    let mut len = 0;
    for byte in name.iter().filter(|b| !matches!(b, b'-' | b'_')) {
        let Some(place) = plain.get_mut(len) else { return false };
        *place = *byte;
        len += 1;
    }
    list.has(&plain[..len])
}

/// Bytes of the name of a field; none in the lists is as long.
const LONGEST_NAME: usize = 32;

/// Whether a field, by its name, holds a name.
pub(super) fn is_name(field: &[u8]) -> bool {
    if field.get(1) != Some(&b'-') {
        return has_plain(&NAMES, field);
    }
    // Of a header that somebody made up (`X-Ms-Name`) the last word tells.
    let last = field.rsplit(|b| *b == b'-').next().unwrap_or_default();
    let made_up = matches!(field, [b'x' | b'X', ..]);
    has_plain(&NAMES, if made_up { &field[1..] } else { field })
        || NAMES.has(last)
        || last.eq_ignore_ascii_case(b"name")
}

/// `User="..."`, `CN=...`, `filename=...`, `;ext=4711`, and `ext. 4711` in words.
pub(super) fn parameters(text: &[u8], signs: &Signs, marks: &mut Marks) {
    for at in signs.places(Sign::Equals) {
        let end = at - run_back(text, at, |b| b == b' ').min(1);
        // `filename*=UTF-8''...`
        let star = text[..end].ends_with(b"*");
        let end = end - usize::from(star);
        let len = run_back(text, end, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).min(32);
        // `User ID=sa` of a connection string.
        let id = text[end - len..end].eq_ignore_ascii_case(b"id")
            && text[..end - len].last_chunk().is_some_and(|front: &[u8; 5]| front.eq_ignore_ascii_case(b"user "));
        let name = if id { &b"userid"[..] } else { &text[end - len..end] };
        let blank = usize::from(matches!(rest(text, at), [b'=', b' ', b'"' | b'\'', ..]));
        let entity = if star { 0 } else { entity(rest(text, at + 1)) };
        let quote = text.get(at + 1 + blank).copied().filter(|b| matches!(b, b'"' | b'\''));
        let file = name.eq_ignore_ascii_case(b"filename")
            || name.eq_ignore_ascii_case(b"name") && (star || text.get(..8).is_some_and(is_content));
        // `/o=Contoso/ou=...` of Exchange is written small.
        let legacy = name == b"o" && text[..end - len].ends_with(b"/");
        let capitals = CAPITALS.contains(&name) || legacy;
        if capitals {
            marks.set(end - len..end, Mark::Done);
        }
        let mut escaped = false;
        let value = if let Some(quote) = quote {
            let start = at + 2 + blank;
            start..start + short_run(text, start, |b| b != quote)
        } else if entity > 0 {
            let start = at + 1 + entity;
            start..start + short_run(text, start, |b| b != b'&')
        } else if file {
            let charset = short_run(text, at + 1, |b| b != b'\'' && b != b';');
            let quoted = star && rest(text, at + 1 + charset).starts_with(b"''");
            let start = if quoted { at + 3 + charset } else { at + 1 };
            start..start + short_run(text, start, |b| !matches!(b, b';' | b'"' | b'<' | b'>' | b'&' | b'|'))
        } else if capitals || matches!(name, b"cn" | b"ou" | b"dc") {
            // A part of a distinguished name has blanks.
            at + 1
                ..at + 1
                    + short_run(text, at + 1, |b| {
                        // A backslash makes it part of the value.
                        let part = std::mem::replace(&mut escaped, b == b'\\');
                        part || !matches!(b, b',' | b'"' | b';' | b'/' | b'<' | b'>' | b'\'' | b'+' | b')')
                    })
        } else {
            at + 1..at + 1 + short_run(text, at + 1, |b| !b.is_ascii_whitespace() && !b"\"'<>;,&)]}".contains(&b))
        };
        let shown = &text[value.clone()];
        // What most realms are called.
        let realm = name.eq_ignore_ascii_case(b"realm") && !shown.eq_ignore_ascii_case(b"SIP Communications Service");
        let own = [&b"phone"[..], b"ip", b"dialstring"].contains(&shown);
        let perhaps = quote.is_some()
            && (shown.contains(&b' ') || shown.first().is_some_and(u8::is_ascii_uppercase))
            && has_plain(&PERHAPS, name);
        // `?Subject=Budget&body=...`: what an address asks to be written.
        let written = matches!(before(text, end - len), b'?' | b'&') && WRITTEN.has(name);
        if !own && (capitals || file || realm || written || is_name(name)) || perhaps {
            marks.set(value, Mark::Name);
        }
    }
}

/// How long a quote is that was written as a reference.
fn entity(text: &[u8]) -> usize {
    let quote = |q: &&[u8]| text.starts_with(q);
    [&b"&quot;"[..], b"&apos;", b"&#34;", b"&#39;"].iter().find(|q| quote(q)).map_or(0, |q| q.len())
}

fn is_content(start: &[u8]) -> bool {
    start.eq_ignore_ascii_case(b"content-")
}

/// `<displayName>...</displayName>`
pub(super) fn elements(text: &[u8], signs: &Signs, marks: &mut Marks) {
    for at in signs.places(Sign::Less).filter(|at| text.get(at + 1) == Some(&b'/')) {
        let len = run(text, at + 2, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')).min(32);
        let name = &text[at + 2..at + 2 + len];
        if is_name(name.rsplit(|b| *b == b':').next().unwrap_or_default()) {
            let from = at.saturating_sub(LONGEST);
            let start = memchr::memrchr(b'>', &text[from..at]).map_or(at, |p| from + p + 1);
            marks.set(start..at, Mark::Name);
        }
    }
}

/// `"displayName":"..."`, and the same in a string of another.
pub(super) fn members(text: &[u8], signs: &Signs, marks: &mut Marks) {
    for quote in signs.places(Sign::Quote).filter(|at| text.get(at + 1) == Some(&b':')) {
        let slash = usize::from(text[..quote].ends_with(b"\\"));
        let at = quote - slash;
        let len = run_back(text, at, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).min(32);
        let blanks = quote + 2 + run(text, quote + 2, |b| b == b' ');
        let open = blanks + slash;
        let name = &text[at - len..at];
        let named = is_name(name) || has_plain(&PERHAPS, name);
        let open = if rest(text, blanks).starts_with(b"[") { blanks } else { open };
        if named && text.get(open) == Some(&b'"') {
            marks.set(
                open + 1..open + 1 + short_run(text, open + 1, |b| b != b'"' && (slash == 0 || b != b'\\')),
                Mark::Name,
            );
        } else if named && text.get(open) == Some(&b'[') {
            marks.set(open + 1..open + 1 + short_run(text, open + 1, |b| b != b']'), Mark::Name);
        }
    }
}

/// What stands behind a word: `ext. 4711`, `room 12`, `user 'Kim'`, `caller: Kim Lee`.
pub(super) fn behind(text: &[u8], word: &Range<usize>, marks: &mut Marks) {
    static NUMBERED: List<14> = List::new([
        "ext",
        "extension",
        "exten",
        "room",
        "desk",
        "pin",
        "passcode",
        "dialed",
        "dialled",
        "called",
        "caller",
        "callee",
        "calling",
        "phone",
    ]);
    let gap = run(text, word.end, |b| matches!(b, b' ' | b'.' | b':' | b'=' | b'#' | b'\'' | b'"' | b'[' | b'('));
    if !(1..5).contains(&gap) || word.len() > 12 {
        return;
    }
    let (start, name) = (word.end + gap, &text[word.clone()]);
    let digits = run(text, start, |b| b.is_ascii_digit());
    let meeting = || {
        let front = text[..word.start].trim_ascii_end();
        name.eq_ignore_ascii_case(b"id")
            && [&b"conference"[..], b"meeting"]
                .iter()
                .any(|w| front.len().checked_sub(w.len()).is_some_and(|at| front[at..].eq_ignore_ascii_case(w)))
    };
    if digits > 0 && (NUMBERED.has(name) || meeting()) {
        marks.set(start..start + digits, Mark::Name);
    }
    let gap = &text[word.end..start];
    let quote = match gap {
        // `user [bob]`, `user(bob)`
        [b' ', b'['] | [b'['] => Some(b']'),
        [b'('] => Some(b')'),
        _ => gap.iter().copied().find(|b| matches!(b, b'\'' | b'"')).filter(|b| gap.ends_with(&[*b])),
    };
    // `user:epid:` is a part of an address, and what has a scheme is one.
    let colon = gap == b": " || gap == b":" && !name.eq_ignore_ascii_case(b"user");
    let scheme = run(text, start, |b| b.is_ascii_alphabetic()).min(12);
    let address = text.get(start + scheme) == Some(&b':');
    if digits == 0 && !address && (quote.is_some() || colon) && is_name(name) {
        let ends =
            |b: u8| quote.map_or(matches!(b, b',' | b';' | b'(' | b')' | b'<' | b'"' | b'[' | b'|' | b'='), |q| b == q);
        let len = rest(text, start).iter().take(LONGEST).take_while(|b| !ends(**b)).count();
        if quote.is_none() || text.get(start + len) == quote.as_ref() {
            marks.set(start..start + len, Mark::Name);
        }
    }
}

/// Bytes of a name behind its word.
const LONGEST: usize = 128;
