//! The cause join: component lines, connection and security records that are about a message without naming it.
//!
//! A line is about a message when it names the domain it goes to, the other side of a record, the connection
//! (`ms-received-cid=571700` in a Via is `CID [0x571700]` in a line) or the Call-ID, and was written while the message
//! was on that server.

use super::telling::{Beside, Telling};
use crate::analysis::{Analysis, ServerId};
use crate::record::prefix::said;
use crate::sip::{HeaderName, Method, NameAddr, StartLine};
use crate::text::{decode, host_of};
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// Finds what stands beside the messages of a trace.
#[derive(Debug)]
pub(super) struct Nearby<'a> {
    pub(super) trace: &'a Trace,
    pub(super) analysis: &'a Analysis,
    /// Lines and records that say something the catalogue knows.
    telling: Telling,
    /// For each server the times for which its log speaks, by start.
    covered: Vec<Vec<(Timestamp, Timestamp)>>,
}

/// What is sought stands this near to the message, in milliseconds.
const NEAR_MS: i64 = 1_000;
/// A connection is opened, or fails, up to this long before the message that uses it.
const CONNECTION_MS: i64 = 60_000;
/// As long as an answer is waited for (Timer F, RFC 3261 section 17.1.2.2).
const TIMEOUT_MS: i64 = 32_000;
/// So many lines about one name are looked at.
const LOOKED_AT: usize = 4096;
/// So many lines about one name beside one message are proof enough.
const ENOUGH: usize = 16;

/// The records of a message on one server.
struct Stay<'t> {
    server: ServerId,
    from: Timestamp,
    to: Timestamp,
    answered: bool,
    /// `Trace-Correlation-Id` of the records.
    correlations: Vec<&'t [u8]>,
}

impl<'a> Nearby<'a> {
    /// With what is known of the text between the records.
    pub(super) fn new(trace: &'a Trace, analysis: &'a Analysis, telling: Telling) -> Nearby<'a> {
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
        Nearby { trace, analysis, telling, covered }
    }

    /// Whether the log of a server speaks for a time on the clock of the reference.
    pub(super) fn covers(&self, server: ServerId, time: Timestamp) -> bool {
        let Some(own) = self.covered.get(usize::from(server.0)) else { return false };
        let at = own.partition_point(|(from, _)| *from <= time);
        at.checked_sub(1).and_then(|i| own.get(i)).is_some_and(|(_, to)| *to >= time)
    }

    /// What a line must name to be about the message of these records; lower case.
    fn about(&self, records: &[EventId]) -> Vec<String> {
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
                    add(format!("0x{digits}"));
                }
            }
        }
        out
    }

    /// Component lines, connection and security records about a message that say something the catalogue knows.
    pub(super) fn beside(&self, records: &[EventId]) -> Vec<Beside> {
        if self.telling.is_empty() {
            return Vec::new();
        }
        let about = self.about(records);
        let mut out: Vec<Beside> = Vec::new();
        for stay in self.stays(records) {
            // A line is written while the message is there, a connection is opened ahead of it.
            let until = if stay.answered { stay.to } else { stay.from.plus(NEAR_MS) };
            let near = |time: Timestamp, what: Beside| match what {
                Beside::Line(..) => time >= stay.from && time <= until && self.is_of_one(what, &stay.correlations),
                Beside::Record(_) => true,
            };
            for name in &about {
                let from = stay.from.plus(-CONNECTION_MS);
                let found = self.telling.about(stay.server, name, from, stay.to.plus(NEAR_MS)).take(LOOKED_AT);
                out.extend(found.filter(|(time, what)| near(*time, *what)).map(|(_, what)| what).take(ENOUGH));
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Whether a line and the records of a message carry the same correlation, where both carry one: the Centralized
    /// Logging Service writes it in brackets behind the source file.
    fn is_of_one(&self, line: Beside, correlations: &[&[u8]]) -> bool {
        let Some(own) = said(line.text(self.trace)).correlation else { return true };
        correlations.is_empty() || correlations.contains(&own)
    }

    /// Where a message was, and from when to when; to its time-out where no final response came.
    fn stays(&self, records: &[EventId]) -> Vec<Stay<'a>> {
        let mut out: Vec<Stay<'a>> = Vec::new();
        for id in records {
            let (Some(event), Some(time)) = (self.trace.event(*id), self.analysis.time(self.trace, *id)) else {
                continue;
            };
            let server = self.analysis.servers.of(event);
            let at = out.iter().position(|s| s.server == server).unwrap_or(out.len());
            if at == out.len() {
                out.push(Stay { server, from: time, to: time, answered: false, correlations: Vec::new() });
            }
            let Some(stay) = out.get_mut(at) else { continue };
            (stay.from, stay.to) = (stay.from.min(time), stay.to.max(time));
            stay.answered |= event.status >= 200;
            let field = crate::sip::Headers::new(self.trace.fields(event)).take(4);
            stay.correlations.extend(
                field.filter(|h| h.name.eq_ignore_ascii_case(b"trace-correlation-id")).map(|h| h.raw.trim_ascii()),
            );
        }
        for stay in out.iter_mut().filter(|s| !s.answered) {
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
