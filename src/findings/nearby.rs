//! The cause join: component lines, connection and security records that are about a message without naming it.
//!
//! A line is about a message when it names the domain it goes to, the other side of a record, the connection
//! (`ms-received-cid=571700` in a Via is `CID [0x571700]` in a line) or the Call-ID, and stands between the records of
//! the message on the same server.

use crate::analysis::{Analysis, ServerId};
use crate::record::RecordKind;
use crate::sip::{HeaderName, Method, NameAddr, StartLine};
use crate::span::Span;
use crate::text::{decode, host_of};
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// Finds what stands beside the messages of a trace.
#[derive(Debug)]
pub(super) struct Nearby<'a> {
    pub(super) trace: &'a Trace,
    pub(super) analysis: &'a Analysis,
    /// Connection and other records without a Call-ID, by server, then by position.
    connections: Vec<(ServerId, EventId)>,
    /// For each server the times for which its log speaks, by start.
    covered: Vec<Vec<(Timestamp, Timestamp)>>,
}

/// Records of one server between which lines are sought, from the first of a message on.
const RECORDS: u32 = 512;
/// Bytes of lines that are looked at for one message on one server.
const BYTES: usize = 256 << 10;
/// What is sought stands this near to the message, in milliseconds.
const NEAR_MS: i64 = 1_000;
/// A connection is opened, or fails, up to this long before the message that uses it.
const CONNECTION_MS: i64 = 60_000;
/// As long as an answer is waited for (Timer F, RFC 3261 section 17.1.2.2).
const TIMEOUT_MS: i64 = 32_000;

/// The records of a message on one server.
struct Stay {
    server: ServerId,
    first: EventId,
    last: EventId,
    from: Timestamp,
    to: Timestamp,
}

impl<'a> Nearby<'a> {
    /// Looks through the index of a trace once.
    pub(super) fn new(trace: &'a Trace, analysis: &'a Analysis) -> Nearby<'a> {
        let events = (0..).map(EventId).zip(trace.events());
        let mut connections: Vec<(ServerId, EventId)> = events
            .filter(|(_, e)| {
                matches!(e.kind, RecordKind::Connection | RecordKind::Other) && e.call_id().is_none() && !e.is_copy()
            })
            .map(|(id, e)| (analysis.servers.of(e), id))
            .collect();
        connections.sort_unstable();
        let mut covered = vec![Vec::new(); analysis.servers.all().len()];
        for stretch in analysis.coverage.stretches() {
            let times = analysis.time(trace, stretch.first).zip(analysis.time(trace, stretch.last));
            if let (Some(own), Some(times)) = (covered.get_mut(usize::from(stretch.server.0)), times) {
                own.push(times);
            }
        }
        for own in &mut covered {
            own.sort_unstable();
        }
        Nearby { trace, analysis, connections, covered }
    }

    /// Whether the log of a server speaks for a time on the clock of the reference.
    pub(super) fn covers(&self, server: ServerId, time: Timestamp) -> bool {
        let Some(own) = self.covered.get(usize::from(server.0)) else { return false };
        let at = own.partition_point(|(from, _)| *from <= time);
        at.checked_sub(1).and_then(|i| own.get(i)).is_some_and(|(_, to)| *to >= time)
    }

    /// What a line must name to be about the message of these records; lower case.
    pub(super) fn about(&self, records: &[EventId]) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let mut add = |name: String| {
            if name.len() > 3 && out.len() < 64 && !out.contains(&name) {
                out.push(name);
            }
        };
        for event in records.iter().filter_map(|id| self.trace.event(*id)) {
            if let Some(peer) = self.trace.peer(event) {
                let peer = decode(peer).to_ascii_lowercase();
                add(host_of(&peer).to_owned());
            }
            if let Some(call_id) = event.call_id() {
                add(decode(self.trace.symbol(call_id)).to_ascii_lowercase());
            }
            let Some(message) = self.trace.message(event) else { continue };
            let value = |name| message.header(name).map(|h| decode(&h.value()).to_ascii_lowercase());
            if let (true, StartLine::Request { uri, .. }) =
                (matches!(event.method, Method::Invite | Method::Message), message.start_line())
            {
                let own = value(HeaderName::From).map(|f| domain(&f));
                let to = domain(&decode(uri).to_ascii_lowercase());
                // Lines that name the own domain are about anything.
                if Some(&to) != own.as_ref() {
                    add(to);
                }
            }
            if let Some(cid) = value(HeaderName::Via).as_deref().and_then(|v| v.split("ms-received-cid=").nth(1)) {
                let digits: String = cid.chars().take_while(char::is_ascii_hexdigit).collect();
                if !digits.is_empty() {
                    add(format!("[0x{digits}]"));
                }
            }
        }
        out
    }

    /// Component lines about a message, in lower case.
    pub(super) fn lines(&self, records: &[EventId], about: &[String]) -> Vec<(Span, String)> {
        let mut out = Vec::new();
        for stay in self.stays(records) {
            let mut left = BYTES;
            for i in stay.first.0..=stay.last.0.saturating_add(RECORDS).min(stay.first.0.saturating_add(RECORDS)) {
                let Some(event) = self.trace.event(EventId(i)) else { break };
                for line in self.trace.lines_before(EventId(i)) {
                    left = left.saturating_sub(line.text.len());
                    let server = self.analysis.servers.of_line(self.trace, line.span.file, line.prefix.server);
                    let time = line.prefix.time.map(|t| self.analysis.clocks.at(server, EventId(i), t));
                    let near = time.is_none_or(|t| t >= stay.from.plus(-NEAR_MS) && t <= stay.to.plus(NEAR_MS));
                    if server == stay.server && near {
                        let text = decode(line.text).to_ascii_lowercase();
                        if about.iter().any(|name| names(&text, name)) {
                            out.push((line.span, text));
                        }
                    }
                }
                let time = self.analysis.time(self.trace, EventId(i));
                let behind =
                    self.analysis.servers.of(event) == stay.server && time.is_some_and(|t| t > stay.to.plus(NEAR_MS));
                if behind || left == 0 {
                    break;
                }
            }
        }
        out.sort_by_key(|(span, _)| (span.file, span.start));
        out.dedup_by_key(|(span, _)| (span.file, span.start));
        out
    }

    /// Connection and security records about the other side of a message, in lower case.
    pub(super) fn connections(&self, records: &[EventId], about: &[String]) -> Vec<(EventId, String)> {
        if self.connections.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        for stay in self.stays(records) {
            let all = &self.connections;
            let at = all.partition_point(|c| *c < (stay.server, stay.first));
            let before = all.get(at.saturating_sub(RECORDS as usize)..at).unwrap_or_default();
            let after = all.get(at..all.len().min(at + RECORDS as usize)).unwrap_or_default();
            for (server, id) in before.iter().chain(after) {
                let (Some(event), time) = (self.trace.event(*id), self.analysis.time(self.trace, *id)) else {
                    continue;
                };
                let near = time.is_some_and(|t| t >= stay.from.plus(-CONNECTION_MS) && t <= stay.to.plus(NEAR_MS));
                if *server != stay.server || !near {
                    continue;
                }
                let text = decode(self.trace.fields(event)).to_ascii_lowercase();
                if about.iter().any(|name| names(&text, name)) {
                    out.push((*id, text));
                }
            }
        }
        out
    }

    /// Where a message was, and from when to when; to its time-out where no final response came.
    fn stays(&self, records: &[EventId]) -> Vec<Stay> {
        let mut out: Vec<Stay> = Vec::new();
        let mut answered: Vec<ServerId> = Vec::new();
        for id in records {
            let (Some(event), Some(time)) = (self.trace.event(*id), self.analysis.time(self.trace, *id)) else {
                continue;
            };
            let server = self.analysis.servers.of(event);
            if event.status >= 200 {
                answered.push(server);
            }
            match out.iter_mut().find(|s| s.server == server) {
                Some(stay) => {
                    (stay.first, stay.last) = (stay.first.min(*id), stay.last.max(*id));
                    (stay.from, stay.to) = (stay.from.min(time), stay.to.max(time));
                }
                None => out.push(Stay { server, first: *id, last: *id, from: time, to: time }),
            }
        }
        for stay in out.iter_mut().filter(|s| !answered.contains(&s.server)) {
            stay.to = stay.to.max(stay.from.plus(TIMEOUT_MS));
        }
        out
    }
}

/// The domain of the first address in a header or of a URI.
fn domain(text: &str) -> String {
    let parsed = NameAddr::parse(text.as_bytes());
    let address = decode(parsed.address()).into_owned();
    let host = address.rsplit('@').next().unwrap_or(&address);
    let end = host.find([':', ';', '>', '?', ' ']).unwrap_or(host.len());
    host.get(..end).unwrap_or_default().to_owned()
}

/// Whether a text holds a name as a whole word.
fn names(text: &str, name: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let behind = text.get(at + name.len()..).map(str::chars);
        // A host may end a sentence, but is not a part of a longer name.
        let dotted = behind.clone().is_some_and(|mut c| c.next() == Some('.') && inside(c.next()));
        !inside(before) && before != Some('.') && !inside(behind.and_then(|mut c| c.next())) && !dotted
    })
}
