//! The cause join: component lines, connection and security records that are about a message without naming it.
//!
//! A line is about a message when it names the domain it goes to, the other side of a record, the connection
//! (`ms-received-cid=571700` in a Via is `CID [0x571700]` in a line) or the Call-ID, and was written while the message
//! was on that server.

use std::sync::OnceLock;

use super::line_index::{Beside, LineIndex};
use crate::analysis::{Analysis, Push, ServerId, hangs_on_all};
use crate::record::prefix::line_text;
use crate::record::{Direction, RecordKind};
use crate::sip::{HeaderName, Method, NameAddr, StartLine, TIMER_F_MS};
use crate::text::{decode, host_of};
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};
use serde::{Deserialize, Serialize};

/// Finds what stands beside the messages of a trace.
#[derive(Debug)]
pub(crate) struct Correlator<'a> {
    pub(super) trace: &'a Trace,
    pub(super) analysis: &'a Analysis,
    /// Lines and records that say something the catalogue knows.
    line_index: LineIndex,
    /// For each server the times while pushes were in it, by start, with a record of each.
    inside: Vec<Vec<(Inside, EventId)>>,
    /// For each record the milliseconds that its server was seen to work until then, once somebody asks.
    worked: OnceLock<Vec<(EventId, i64)>>,
}

/// What is sought stands this near to the message, in milliseconds.
const NEAR_MS: i64 = 1_000;
/// A connection is opened, or fails, up to this long before the message that uses it.
const CONNECTION_MS: i64 = 60_000;
/// So many lines about one name are looked at.
const LOOKED_AT: usize = 4096;
/// So many lines about one name beside one message are proof enough.
const ENOUGH: usize = 16;

/// From when to when a message was in a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Inside {
    from: Timestamp,
    to: Timestamp,
    /// It was sent on, and nothing tells of an answer: the server may still have given up on it.
    sent_on: bool,
    /// What was in the server is the answer of the other side: a connection to that side did not fail.
    answered: bool,
}

/// While which pushes were in which servers, each with the row of its first record there.
pub(crate) type Stays = Vec<(ServerId, Inside, u32)>;

/// What a part of the logs does not know by itself.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) telling: LineIndex,
    pub(crate) stays: Stays,
    /// By row of a message, ascending: the milliseconds that its server was seen to work until then.
    pub(crate) worked: Vec<(u32, i64)>,
}

/// What a server writes of a message that it gives up on stands this near ahead of its answer, in milliseconds.
const GIVES_UP_MS: i64 = 50;

/// What a line beside a message is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Own,
    /// That message, or one that was in the server at the same time.
    Shared,
    Other,
}

/// The records of a message on one server.
struct ServerWindow<'t> {
    server: ServerId,
    from: Timestamp,
    to: Timestamp,
    /// While the message was in the server.
    inside: Vec<Inside>,
    /// `Trace-Correlation-Id` of the records, sorted.
    correlations: Vec<&'t [u8]>,
}

impl Inside {
    /// When it came in.
    pub(super) fn begins(&self) -> Timestamp {
        self.from
    }
}

impl<'a> Correlator<'a> {
    /// With what is known of the text between the records.
    pub(super) fn new(
        trace: &'a Trace,
        analysis: &'a Analysis,
        line_index: LineIndex,
        pushes: &[Push],
    ) -> Correlator<'a> {
        let inside = vec![Vec::new(); analysis.servers.all().len()];
        let mut out = Correlator { trace, analysis, line_index, inside, worked: OnceLock::new() };
        if !out.line_index.is_empty() {
            out.place(pushes);
        }
        out
    }

    /// All that stands beside messages.
    pub(super) fn beside_all(&self) -> (&LineIndex, &[Vec<(Inside, EventId)>]) {
        (&self.line_index, &self.inside)
    }

    /// The same, given away.
    pub(super) fn into_beside(self) -> (LineIndex, Vec<Vec<(Inside, EventId)>>) {
        (self.line_index, self.inside)
    }

    /// Beside the messages of a part of the logs.
    pub(super) fn of_part(trace: &'a Trace, analysis: &'a Analysis, shared: Shared) -> Correlator<'a> {
        let Shared { telling, stays, worked } = shared;
        let mut out = Correlator::new(trace, analysis, telling, &[]);
        let rows = trace.rows().unwrap_or_default();
        let id = |row: u32| rows.binary_search(&row).ok().and_then(|at| u32::try_from(at).ok());
        for (server, inside, row) in stays {
            // Of a push that is not here it only counts that it is another.
            let push = EventId(id(row).unwrap_or(u32::MAX));
            if let Some(slot) = out.inside.get_mut(usize::from(server.0)) {
                slot.push((inside, push));
            }
        }
        out.inside.iter_mut().for_each(|own| own.sort_unstable());
        let until = worked.into_iter().filter_map(|(row, ms)| Some((EventId(id(row)?), ms)));
        out.worked = OnceLock::from(until.collect::<Vec<_>>());
        out
    }

    /// While which pushes were in which servers, as far as a line was written then that says something.
    pub(crate) fn stays_of(trace: &'a Trace, analysis: &'a Analysis, times: &[Timestamp]) -> Stays {
        let mut out = Correlator::new(trace, analysis, LineIndex::default(), &[]);
        out.place(&analysis.pushes);
        let rows = trace.rows().unwrap_or_default();
        let written = |inside: &Inside| {
            let at = times.partition_point(|time| *time < inside.from);
            times.get(at).is_some_and(|time| *time <= inside.to)
        };
        let all = (0..).map(ServerId).zip(&out.inside).flat_map(|(server, own)| own.iter().map(move |o| (server, o)));
        let told = all.filter(|(_, (inside, _))| written(inside));
        told.filter_map(|(server, (inside, id))| Some((server, *inside, *rows.get(id.0 as usize)?))).collect()
    }

    /// Notes while which push was in which server.
    fn place(&mut self, pushes: &[Push]) {
        for push in pushes {
            for (server, own) in self.by_server(&push.records) {
                let (times, Some((_, id))) = (self.inside_of(&own), own.first()) else { continue };
                if let Some(slot) = self.inside.get_mut(usize::from(server.0)) {
                    slot.extend(times.into_iter().map(|inside| (inside, *id)));
                }
            }
        }
        self.inside.iter_mut().for_each(|own| own.sort_unstable());
    }

    /// Milliseconds that passed between two records of one server, counting of each silence between records no more than
    /// `silent_ms`: the clock may have been set ahead in it. The limit is the same for all who ask.
    pub(super) fn seen_to_pass(&self, from: EventId, to: EventId, silent_ms: i64) -> i64 {
        hangs_on_all();
        let worked = self.worked.get_or_init(|| worked(self.trace, self.analysis, silent_ms));
        let place = |id: EventId| worked.binary_search_by_key(&id, |(of, _)| *of).ok();
        let until = |id: EventId| place(id).and_then(|at| worked.get(at)).map_or(0, |(_, ms)| *ms);
        until(to) - until(from)
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
            let Some(message) = self.trace.head(event) else { continue };
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

    /// Component lines, connection and security records about a message that say something the catalogue knows; and
    /// whether there are lines that may as well be about another message.
    pub(super) fn beside(&self, records: &[EventId]) -> (Vec<Beside>, bool) {
        if self.line_index.is_empty() {
            return (Vec::new(), false);
        }
        let about = self.about(records);
        let mut out: Vec<Beside> = Vec::new();
        let mut shared = false;
        for stay in self.stays(records) {
            let found = |name: &String| {
                let from = stay.from.plus(-CONNECTION_MS);
                self.line_index
                    .about(stay.server, name, from, stay.to.plus(NEAR_MS))
                    .take(LOOKED_AT)
                    .collect::<Vec<_>>()
            };
            let all: Vec<Vec<(Timestamp, Beside)>> = about.iter().map(found).collect();
            // Whether the numbers in brackets are those of the records is not documented: only where one is.
            let numbered =
                all.iter().flatten().any(|(_, what)| self.is_of_one(*what, &stay.correlations) == Some(true));
            // A line is written while the message is in the server, a connection is opened ahead of it.
            let near = |time: Timestamp, what: Beside| match what {
                Beside::Line(..) if !stay.inside.iter().any(|i| time >= i.from && time <= i.to) => About::Other,
                Beside::Line(..) => match self.is_of_one(what, &stay.correlations) {
                    Some(true) if numbered => About::Own,
                    Some(false) if numbered => About::Other,
                    _ if self.is_alone(stay.server, time, records) => About::Own,
                    _ => About::Shared,
                },
                Beside::Record(_) => About::Own,
            };
            for own in &all {
                let told =
                    own.iter().map(|(time, what)| (near(*time, *what), *what)).filter(|(a, _)| *a != About::Other);
                for (about, what) in told.take(ENOUGH) {
                    match about {
                        About::Own => out.push(what),
                        _ => shared = true,
                    }
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        (out, shared)
    }

    /// Whether a line and the records of a message carry the same correlation, where both carry one: the Centralized
    /// Logging Service writes it in brackets behind the source file.
    fn is_of_one(&self, line: Beside, correlations: &[&[u8]]) -> Option<bool> {
        if correlations.is_empty() {
            return None;
        }
        let own = line_text(line.text(self.trace)).correlation?;
        Some(correlations.binary_search(&own).is_ok())
    }

    /// Whether no other push was in a server at a time: with two inside, a line is about neither.
    fn is_alone(&self, server: ServerId, time: Timestamp, records: &[EventId]) -> bool {
        let Some(own) = self.inside.get(usize::from(server.0)) else { return true };
        let until = own.partition_point(|(inside, _)| inside.from <= time);
        let near = own.get(until.saturating_sub(LOOKED_AT)..until).unwrap_or_default();
        // Had the server given up on what it had sent on, a log without a hole would have the answer there.
        let is_left = |i: &Inside| {
            i.answered || i.sent_on && self.analysis.coverage.whole(server, i.from, time.plus(GIVES_UP_MS))
        };
        !near.iter().rev().any(|(i, id)| i.to >= time && !records.contains(id) && !is_left(i))
    }

    /// Where a message was, and from when to when; to its time-out where no final response came.
    fn stays(&self, records: &[EventId]) -> Vec<ServerWindow<'a>> {
        let mut out: Vec<ServerWindow<'a>> = Vec::new();
        for (server, own) in self.by_server(records) {
            let times = || own.iter().map(|(time, _)| *time);
            let (Some(from), Some(mut to)) = (times().min(), times().max()) else { continue };
            let events = || own.iter().filter_map(|(_, id)| self.trace.event(*id));
            if !events().any(|e| e.status >= 200) {
                to = to.max(from.plus(TIMER_F_MS));
            }
            let fields = |e| crate::sip::Headers::new(self.trace.first_fields(e)).take(4);
            let correlations =
                events().flat_map(fields).filter(|h| h.name.eq_ignore_ascii_case(b"trace-correlation-id"));
            let mut correlations: Vec<&[u8]> = correlations.map(|h| h.raw.trim_ascii()).collect();
            correlations.sort_unstable();
            correlations.dedup();
            out.push(ServerWindow { server, from, to, inside: self.inside_of(&own), correlations });
        }
        out
    }

    /// The records of each server in its own order, with their times.
    fn by_server(&self, records: &[EventId]) -> Vec<(ServerId, Vec<(Timestamp, EventId)>)> {
        let mut out: Vec<(ServerId, Vec<(Timestamp, EventId)>)> = Vec::new();
        for id in records {
            let (Some(event), Some(time)) = (self.trace.event(*id), self.analysis.time(self.trace, *id)) else {
                continue;
            };
            let server = self.analysis.servers.of(event);
            match out.iter_mut().find(|(s, _)| *s == server) {
                Some((_, own)) => own.push((time, *id)),
                None => out.push((server, vec![(time, *id)])),
            }
        }
        for (server, own) in &mut out {
            own.sort_by_key(|(_, id)| self.analysis.coverage.order(*server, *id));
        }
        out
    }

    /// From when to when a message was inside a server: from where it came in to where it went out again, and where the
    /// server made the answer itself, since it could not send it on, until that answer.
    fn inside_of(&self, own: &[(Timestamp, EventId)]) -> Vec<Inside> {
        let stay = |from: Timestamp| Inside { from, to: from.plus(NEAR_MS), sent_on: false, answered: false };
        let mut out = Vec::new();
        // Since when what is inside came in, and whether that is an answer.
        let mut open: Option<(Timestamp, bool)> = None;
        let (mut request, mut told): (Option<Timestamp>, bool) = (None, false);
        for (time, id) in own {
            let Some(event) = self.trace.event(*id).filter(|e| e.kind == RecordKind::Protocol) else { continue };
            request = request.or(Some(*time));
            let answers = event.status >= 200;
            if event.direction == Direction::Outgoing {
                let since = if answers && !told { request } else { None };
                let answered = open.is_some_and(|(_, answered)| answered);
                let from = since.or(open.map(|(from, _)| from)).unwrap_or(*time);
                out.push(Inside { from, to: *time, sent_on: false, answered });
                open = None;
            } else {
                // That it went out was not logged, or not when; where something comes in for it, it had.
                // After a redirection or a 5xx the server may try another way.
                let before = open.replace((*time, answers && !matches!(event.status, 300..=399 | 500..=599)));
                out.extend(before.map(|(from, answered)| Inside {
                    to: stay(from).to.min(*time),
                    answered,
                    ..stay(from)
                }));
            }
            told |= answers;
        }
        let unanswered = request.filter(|_| !told).map(|from| Inside { sent_on: true, ..stay(from) });
        out.extend(open.map(|(from, answered)| Inside { answered, ..stay(from) }).or(unanswered));
        out
    }
}

/// For each MESSAGE, ascending, the milliseconds that its server was seen to work until then, counting of each silence no more
/// than `silent_ms`. Nobody asks that of other records, which are most of a log: four bytes each are enough for them.
pub(super) fn worked(trace: &Trace, analysis: &Analysis, silent_ms: i64) -> Vec<(EventId, i64)> {
    let events = trace.events();
    let mut ids: Vec<EventId> = Vec::with_capacity(events.len());
    ids.extend((0..).map(EventId).zip(events).filter(|(_, e)| !e.is_copy()).map(|(id, _)| id));
    let server = |id: EventId| trace.event(id).map_or_else(ServerId::default, |e| analysis.servers.of(e));
    // Mostly they are in that order, or few long parts of them are.
    ids.sort_by_key(|id| {
        let server = server(*id);
        (server, analysis.coverage.order(server, *id))
    });
    let is_message = |id: EventId| trace.event(id).is_some_and(|e| e.method == Method::Message);
    let mut out = Vec::new();
    let (mut sum, mut last) = (0, None);
    for id in ids {
        if let Some(time) = analysis.time(trace, id) {
            let server = server(id);
            let before: Option<(ServerId, Timestamp)> = last.replace((server, time));
            sum += before.filter(|(s, _)| *s == server).map_or(0, |(_, t)| time.since(t).clamp(0, silent_ms));
        }
        if is_message(id) {
            out.push((id, sum));
        }
    }
    out.sort_unstable();
    out
}

/// The domain of the first address in a header or of a URI.
fn domain(text: &str) -> String {
    let parsed = NameAddr::parse(text.as_bytes());
    let address = decode(parsed.address()).into_owned();
    let host = address.rsplit('@').next().unwrap_or(&address);
    let end = host.find([':', ';', '>', '?', ' ']).unwrap_or(host.len());
    host.get(..end).unwrap_or_default().to_owned()
}
