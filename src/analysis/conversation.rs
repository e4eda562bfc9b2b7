//! Calls of several Call-IDs that are one conversation: behind a Mediation Server, voice mail, a response group, a
//! conference or a transfer a new Call-ID begins.
//!
//! Two calls are joined where a header of both says the same, or where that of one names the other. Nothing is joined
//! by time and people.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use serde::{Deserialize, Serialize};

use super::Analysis;
use crate::knowledge::constant::{self, Constant};
use crate::sip::{Header, Method};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// Why a call belongs to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Tie {
    /// The header, as it is usually written.
    #[serde(with = "constant::one")]
    pub header: Constant,
    /// What it says, decoded.
    pub value: String,
    /// Number of the other call in [`Analysis::calls`].
    pub other: usize,
    /// The record of this call in which the header stands.
    pub record: EventId,
}

/// A longer value names nothing.
const LONGEST: usize = 512;
/// So many INVITEs and so many REFERs of a call are looked at, and so many of its ties are kept.
const MOST: usize = 8;

/// What a header says of the conversation, so that it can be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
enum Key {
    /// The same value in the header of this name.
    Same(#[serde(with = "constant::one")] Constant, Vec<u8>),
    /// The Call-ID of another dialog.
    Dialog(#[serde(with = "constant::one")] Constant, Vec<u8>),
}

/// What a call says of its conversation, each thing with the first record that does.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Said(Vec<(Key, EventId)>);

/// What each call that was found says; `place` tells the times.
pub(crate) fn said(trace: &Trace, place: &Analysis, found: &Analysis) -> Vec<Said> {
    let time = |id| place.time(trace, id);
    found.calls.par_iter().with_min_len(64).map(|call| Said::of(trace, &time, &call.records)).collect()
}

impl Said {
    /// What some records say; `time` tells when they were written.
    pub(super) fn of(trace: &Trace, time: &TimeOf<'_>, records: &[EventId]) -> Said {
        Said(keys(trace, time, records))
    }
}

/// When a record was written, on the clock of the reference.
type TimeOf<'a> = dyn Fn(EventId) -> Option<Timestamp> + Sync + 'a;

/// Of each call the number of the first call of its conversation and what ties it to others, where that has several.
#[derive(Debug, Default)]
pub(crate) struct Tied(Vec<Option<(usize, Vec<Tie>)>>);

impl Tied {
    /// Joins the calls of an analysis by what each of them says.
    pub(crate) fn of(said: &[&Said], analysis: &Analysis) -> Tied {
        if said.iter().all(|Said(own)| own.is_empty()) {
            return Tied::default();
        }
        let calls = &analysis.calls;
        let names_dialog = said.iter().flat_map(|Said(own)| own).any(|(key, _)| matches!(key, Key::Dialog(..)));
        let mut by_id: HashMap<&[u8], usize> = HashMap::new();
        for (i, call) in calls.iter().enumerate().filter(|_| names_dialog) {
            by_id.entry(call.call_id.as_bytes()).or_insert(i);
        }
        let mut groups = Groups::new(said.len());
        let mut ties: Vec<Vec<Tie>> = vec![Vec::new(); said.len()];
        let mut first: HashMap<&Key, (usize, EventId)> = HashMap::with_capacity(said.len());
        for (i, Said(own)) in said.iter().enumerate() {
            for (key, record) in own {
                let (other, theirs) = match key {
                    Key::Dialog(_, id) => match by_id.get(id.as_slice()) {
                        Some(other) if *other != i => (*other, None),
                        _ => continue,
                    },
                    Key::Same(..) => match first.get(key) {
                        Some((other, record)) if calls[*other].call_id != calls[i].call_id => (*other, Some(*record)),
                        Some(_) => continue,
                        None => {
                            first.insert(key, (i, *record));
                            continue;
                        }
                    },
                };
                groups.join(i, other);
                let (header, value) = key.told();
                let tie = |other: usize, record: EventId| Tie { header, value: value.clone(), other, record };
                push(&mut ties, i, tie(other, *record));
                if let Some(record) = theirs {
                    push(&mut ties, other, tie(i, record));
                }
            }
        }
        let of_call = |(i, own): (usize, Vec<Tie>)| {
            let root = groups.root(i);
            groups.is_shared(root).then_some((root, own))
        };
        Tied(ties.into_iter().enumerate().map(of_call).collect())
    }

    /// Tells the calls.
    pub(super) fn put(self, analysis: &mut Analysis) {
        for (call, tied) in analysis.calls.iter_mut().zip(self.0) {
            if let Some((root, ties)) = tied {
                (call.conversation, call.ties) = (Some(root), ties);
            }
        }
    }
}

fn push(ties: &mut [Vec<Tie>], call: usize, tie: Tie) {
    let Some(own) = ties.get_mut(call) else { return };
    if own.len() < MOST && !own.iter().any(|t| t.header == tie.header && t.other == tie.other) {
        own.push(tie);
    }
}

impl Key {
    fn told(&self) -> (&'static str, String) {
        let (Key::Same(header, value) | Key::Dialog(header, value)) = self;
        (header, decode(value).into_owned())
    }
}

/// What the INVITEs and REFERs of a call say, each thing once, with the first record that does.
fn keys(trace: &Trace, time: &TimeOf<'_>, records: &[EventId]) -> Vec<(Key, EventId)> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for method in [Method::Invite, Method::Refer] {
        for id in earliest(trace, time, records, method) {
            let Some(event) = trace.event(id) else { continue };
            for header in trace.conversation_headers(event) {
                read(&header, &mut |key| {
                    if seen.insert(key.clone()) {
                        out.push((key, id));
                    }
                });
            }
        }
    }
    out
}

/// The first requests of a method by time, and by what they say where times are alike: which file stands first among the
/// inputs must not matter. Each method has its own, for a REFER comes behind all INVITEs. Copies on the way say the same, but a
/// Mediation Server may write its own.
fn earliest(trace: &Trace, time: &TimeOf<'_>, records: &[EventId], method: Method) -> Vec<EventId> {
    let is = |id: &EventId| trace.event(*id).is_some_and(|e| e.method == method && e.is_request() && !e.is_copy());
    let mut own: Vec<(bool, Option<Timestamp>, EventId)> =
        records.iter().copied().filter(is).map(|id| (time(id), id)).map(|(t, id)| (t.is_none(), t, id)).collect();
    own.sort_unstable_by(|a, b| {
        let head = |id: EventId| trace.event(id).map_or(&[][..], |event| trace.head_text(event));
        let text = |id: EventId| trace.event(id).map_or(&[][..], |event| trace.record(event));
        // Mostly the headers tell two apart; a part of the logs does not hold more of them.
        let by_text = || head(a.2).cmp(head(b.2)).then_with(|| text(a.2).cmp(text(b.2)));
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(by_text).then(a.2.cmp(&b.2))
    });
    own.into_iter().take(MOST).map(|(.., id)| id).collect()
}

fn read(header: &Header<'_>, tell: &mut dyn FnMut(Key)) {
    let is = |name: &str| header.name.eq_ignore_ascii_case(name.as_bytes());
    let value = || Some(header.value()).filter(|v| (4..=LONGEST).contains(&v.len()));
    let same = |name: &'static str, value: Cow<'_, [u8]>| Key::Same(name, value.trim_ascii().to_ascii_lowercase());
    if is("ms-conversation-id") {
        if let Some(value) = value() {
            // Letters of both cases stand for different numbers.
            tell(Key::Same("Ms-Conversation-ID", value.trim_ascii().to_vec()));
        }
    } else if is("ms-correlation-id") {
        if let Some(value) = value() {
            tell(same("ms-correlation-id", value));
        }
    } else if is("session-id") {
        value()
            .map(|v| session_ids(&v).into_iter().for_each(|id| tell(Key::Same("Session-ID", id))))
            .unwrap_or_default();
    } else if is("replaces") {
        // RFC 3891 section 6.1.
        if let Some(id) = value().and_then(|v| v.split(|b| *b == b';').next().map(|id| id.trim_ascii().to_vec())) {
            tell(Key::Dialog("Replaces", id));
        }
    } else if is("refer-to") {
        if let Some(id) = value().and_then(|v| replaced_by(&v)) {
            tell(Key::Dialog("Replaces", id));
        }
    } else if is("referred-by") {
        // The address alone says who, not which call: what the server signed does.
        let signed = Some(header.value()).filter(|v| memchr::memmem::find(v, b"ms-identity=").is_some());
        if let Some(value) = signed.filter(|v| v.len() <= 4096) {
            tell(Key::Same("Referred-By", value.trim_ascii().to_vec()));
        }
    }
}

/// The two numbers of RFC 7989 section 5, without that which stands for none yet.
fn session_ids(value: &[u8]) -> Vec<Vec<u8>> {
    let parts = value.split(|b| *b == b';').map(|part| {
        let part = part.trim_ascii();
        part.strip_prefix(b"remote=").unwrap_or(part).to_ascii_lowercase()
    });
    let is_id = |id: &Vec<u8>| id.len() == 32 && id.iter().all(u8::is_ascii_hexdigit) && id.iter().any(|b| *b != b'0');
    parts.filter(is_id).take(2).collect()
}

/// The Call-ID in `Refer-To: <sip:bob@contoso.com?Replaces=ID%3Bto-tag%3D...>` (RFC 3515, RFC 3891).
fn replaced_by(value: &[u8]) -> Option<Vec<u8>> {
    let lower = value.to_ascii_lowercase();
    let at = memchr::memmem::find(&lower, b"replaces=")? + b"replaces=".len();
    let text = value.get(at..)?;
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let byte = match byte {
            b'%' => {
                let hex = text.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok())?;
                at += 2;
                u8::from_str_radix(hex, 16).ok()?
            }
            b'&' | b'>' => break,
            other => *other,
        };
        if byte == b';' {
            break;
        }
        out.push(byte);
        at += 1;
    }
    (out.len() >= 4).then_some(out)
}

/// Calls that belong together.
struct Groups {
    parents: Vec<usize>,
    shared: Vec<bool>,
}

impl Groups {
    fn new(count: usize) -> Groups {
        Groups { parents: (0..count).collect(), shared: vec![false; count] }
    }

    fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while let Some(parent) = self.parents.get(at).copied().filter(|p| *p != at) {
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The earlier call stays the root.
        let (low, high) = (a.min(b), a.max(b));
        if let Some(slot) = self.parents.get_mut(high) {
            *slot = low;
        }
        if let Some(shared) = self.shared.get_mut(low) {
            *shared = true;
        }
    }

    fn is_shared(&self, root: usize) -> bool {
        self.shared.get(root).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_another_dialog_is_read() {
        let id = |text: &str| replaced_by(text.as_bytes()).map(|id| String::from_utf8(id).unwrap());
        let refer = "<sip:bob@contoso.com?Replaces=ab%40192.0.2.1%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>";
        assert_eq!(id(refer).as_deref(), Some("ab@192.0.2.1"));
        assert_eq!(id("<sip:bob@contoso.com>"), None);
        let one = "ab30317f1a784dc48ff824d0d3715d86";
        let ids = |text: &str| session_ids(text.as_bytes()).len();
        assert_eq!(ids(&format!("{one};remote=47755a9de7794ba387653f2099600ef2")), 2);
        assert_eq!(ids(&format!("{one};remote=00000000000000000000000000000000")), 1);
        assert_eq!(ids("not a number"), 0);
    }
}
