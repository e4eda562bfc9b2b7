//! What is different between two copies of one message.

use super::Change;
use crate::sip::{HeaderName, Message, StartLine, Via};
use crate::text::decode;
use crate::trace::{EventId, Trace};

/// Differences from the copy `from` to the copy `to`, in the order of the message.
pub(super) fn between(trace: &Trace, from: EventId, to: EventId) -> Vec<Change> {
    let message = |id| trace.event(id).and_then(|e| trace.message(e));
    let (Some(from), Some(to)) = (message(from), message(to)) else { return Vec::new() };
    let mut out = Vec::new();
    if let (StartLine::Request { uri: a, .. }, StartLine::Request { uri: b, .. }) = (from.start_line(), to.start_line())
        && a != b
    {
        out.push(Change::RequestUri { from: decode(a).into_owned(), to: decode(b).into_owned() });
    }
    vias(&vias_of(&from), &vias_of(&to), &mut out);
    headers(&headers_of(&from), &headers_of(&to), &mut out);
    let (a, b) = (from.body().trim_ascii_end(), to.body().trim_ascii_end());
    if a != b {
        out.push(Change::Body { from: a.len(), to: b.len() });
    }
    out
}

/// A Via entry: what names the hop, and the whole text.
type ViaText = ((Vec<u8>, Vec<u8>), String);

fn vias_of(message: &Message<'_>) -> Vec<ViaText> {
    let mut out: Vec<ViaText> = Vec::new();
    for header in message.headers().filter(|h| HeaderName::from_token(h.name) == HeaderName::Via) {
        let value = header.value();
        let mut rest: &[u8] = &value;
        Via::parse_each(&value, |via, tail| {
            let text = rest.get(..rest.len() - tail.len()).unwrap_or_default();
            let text = decode(trim_comma(text)).into_owned();
            out.push(((via.sent_by.to_vec(), via.branch.to_vec()), text));
            rest = tail;
        });
    }
    out
}

fn trim_comma(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    text.strip_suffix(b",").unwrap_or(text).trim_ascii_end()
}

/// Entries are put on and taken off at the top; below, only parameters change.
fn vias(from: &[ViaText], to: &[ViaText], out: &mut Vec<Change>) {
    let common = from.iter().rev().zip(to.iter().rev()).take_while(|(a, b)| a.0 == b.0).count();
    let added = to.iter().take(to.len() - common).map(|(_, text)| Change::AddedVia(text.clone()));
    out.extend(added);
    out.extend(from.iter().take(from.len() - common).map(|(_, text)| Change::RemovedVia(text.clone())));
    let tails = from.iter().skip(from.len() - common).zip(to.iter().skip(to.len() - common));
    for ((_, a), (_, b)) in tails.filter(|(a, b)| a.1 != b.1) {
        out.push(Change::Changed { name: "Via".to_owned(), from: a.clone(), to: b.clone() });
    }
}

/// Name as written, name to compare by, value.
type HeaderText = (String, String, String);

/// All but Via; a hostile message may have a header per line of a long body.
const MOST: usize = 500;

fn headers_of(message: &Message<'_>) -> Vec<HeaderText> {
    message
        .headers()
        .filter(|h| HeaderName::from_token(h.name) != HeaderName::Via)
        .take(MOST)
        .map(|h| {
            let name = decode(h.name).into_owned();
            (name.clone(), canonical(&name), decode(&h.value()).into_owned())
        })
        .collect()
}

/// Compact forms (RFC 3261 section 7.3.3) and case do not make a difference.
fn canonical(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let long = match lower.as_str() {
        "f" => "from",
        "t" => "to",
        "i" => "call-id",
        "m" => "contact",
        "c" => "content-type",
        "l" => "content-length",
        "e" => "content-encoding",
        "k" => "supported",
        "s" => "subject",
        _ => return lower,
    };
    long.to_owned()
}

fn headers(from: &[HeaderText], to: &[HeaderText], out: &mut Vec<Change>) {
    let mut left: Vec<bool> = vec![true; from.len()];
    let mut fresh: Vec<&HeaderText> = Vec::new();
    for header in to {
        let same = from.iter().zip(&left).position(|(h, free)| *free && h.1 == header.1 && h.2 == header.2);
        match same.and_then(|at| left.get_mut(at)) {
            Some(slot) => *slot = false,
            None => fresh.push(header),
        }
    }
    for (name, key, value) in fresh {
        let was = from.iter().zip(&left).position(|(h, free)| *free && h.1 == *key);
        match was.and_then(|at| Some((from.get(at)?, left.get_mut(at)?))) {
            Some(((.., old), slot)) => {
                *slot = false;
                out.push(Change::Changed { name: name.clone(), from: old.clone(), to: value.clone() });
            }
            None => out.push(Change::Added { name: name.clone(), value: value.clone() }),
        }
    }
    let gone = from.iter().zip(&left).filter(|(_, free)| **free);
    out.extend(gone.map(|((name, _, value), _)| Change::Removed { name: name.clone(), value: value.clone() }));
}
