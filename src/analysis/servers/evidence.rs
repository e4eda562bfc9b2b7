//! What the records of one stream tell about the server that wrote them.

use hashbrown::HashMap;

use crate::foreign::layout_of;
use crate::input::Format;
use crate::record::{Direction, RecordKind};
use crate::sip::{HeaderName, Message, Method, NameAddr, StartLine, Via};
use crate::span::FileId;
use crate::text::{contains_ignore_case, decode, host_of};
use crate::time::Timestamp;
use crate::trace::{Event, Source, Symbol, Trace};

use super::machine;
use crate::analysis::call::is_mobility_listener;

/// The records of one prefix name in one input, or all records of an input without names.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    pub(super) file: FileId,
    pub(super) symbol: Option<Symbol>,
    /// The machine of the prefix.
    pub(super) machine: Option<String>,
    /// The layout in which it was written, where that is not the trace of a server.
    pub(super) layout: Option<Format>,
    pub(super) records: u64,
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// Hosts in the Via that the server puts on what it sends, with their counts.
    pub(super) sent_by: Vec<(String, u32)>,
    /// Hosts of the topmost Record-Route: sent minus what came in with them already.
    pub(super) recorded: Vec<(String, i32)>,
    /// Hosts by which it names itself beside its pool, with their counts: sent minus what came in with them.
    pub(super) calls_itself: Vec<(String, i32)>,
    /// Names by which this server calls the addresses of others.
    pub(super) aliases: Vec<(String, String)>,
    /// Hosts that it names as the other side of a connection.
    pub(super) peers: Vec<String>,
    /// Hosts whose answers are those of voice mail or a gateway.
    pub(super) far_ends: Vec<String>,
    /// Hosts that answer otherwise, or send requests.
    pub(super) between: Vec<String>,
    pub(super) names_edge: bool,
    /// INVITEs, and REGISTERs that came in.
    pub(super) served: u32,
    /// 200 to REGISTER that came in and that went out.
    pub(super) registered: [u32; 2],
    /// REGISTER sent on, or answered with a redirection.
    pub(super) sent_home: u32,
    /// INVITEs sent to a client or to the mobility service of this server.
    pub(super) forked: u32,
    /// Messages whose direction is known.
    pub(super) directed: u32,
    /// What the server sent as its own product.
    pub(super) mediation: u32,
    pub(super) file_name: String,
    /// Where it starts and ends in the server's own sequence, where the input has one server only.
    pub(super) ends: Option<[SequencePoint; 2]>,
    /// Messages read, by whether they came in or went out: each tells other names.
    looked: [u32; 2],
}

/// A record in the sequence of a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct SequencePoint {
    pub(super) seq: u32,
    pub(super) time: Timestamp,
    /// Component lines ahead of the first record, or behind the last.
    pub(super) lines: u32,
}

/// How many messages are read per stream and direction.
const LOOK: u32 = 400;
/// So many records of two streams are compared.
const COUNT: usize = 4_000;
/// A log that goes on after longer than this is another session, in milliseconds.
const PAUSE_MS: i64 = 3_600_000;
/// How many names of others are kept per stream.
const MOST_PEERS: usize = 256;

/// How far the records of an input were read.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// Whether all of them are of one stream, and the name of that.
    single: bool,
    only: Option<Symbol>,
    /// How many of them.
    count: usize,
    streams: Vec<Stream>,
}

/// The streams of one input, given its events, going on from what was read of them before; and what can be gone on from when the input
/// has grown.
pub(super) fn streams(trace: &Trace, events: &[Event], before: Option<&Reading>) -> (Vec<Stream>, Option<Reading>) {
    let Some(file) = events.first().map(|e| e.file) else { return (Vec::new(), None) };
    let Some(source) = trace.sources().get(file.index()) else { return (Vec::new(), None) };
    let only = source.formats.only();
    // Of several layouts in one input each but the trace of a server has its own name.
    let single = source.server_count() <= 1 && (only.is_some() || !source.formats.are_foreign());
    let name = if single { source.only_server() } else { None };
    let same = |r: &&Reading| (r.single, r.only) == (single, name) && r.count <= events.len();
    let new = || Reading { single, only: name, count: 0, streams: Vec::new() };
    let mut reading = before.filter(same).cloned().unwrap_or_else(new);
    let mut settled = None;
    if let Some(count) = trace.settled_records(file) {
        reading.go_on(trace, source, events, count.clamp(reading.count, events.len()));
        settled = Some(reading.clone());
    }
    reading.go_on(trace, source, events, events.len());
    let mut out = reading.streams;
    if let ([only], true) = (&mut out[..], single) {
        only.ends = ends(trace, file, events);
    }
    (out, settled)
}

impl Reading {
    /// Reads on up to a record.
    fn go_on(&mut self, trace: &Trace, source: &Source, events: &[Event], until: usize) {
        let Reading { single, only: name, count, streams: out } = self;
        let only = source.formats.only();
        let mut index: HashMap<Option<Symbol>, usize> = out.iter().enumerate().map(|(i, s)| (s.symbol, i)).collect();
        let mut last: Option<(Option<Symbol>, usize)> = None;
        for event in events.get(std::mem::replace(count, until)..until).unwrap_or_default() {
            // In an input of one server a record without its name is the server's too.
            let symbol = if *single { *name } else { event.server() };
            // Mostly the next record is of the same stream.
            let at = last.filter(|(known, _)| *known == symbol).map_or_else(
                || {
                    *index.entry(symbol).or_insert_with(|| {
                        let machine = symbol.map(|s| machine(trace, s));
                        let foreign = source.formats.are_foreign();
                        let marked = || {
                            let prefix =
                                trace.record(event).get(..usize::from(event.prefix_len)).filter(|_| foreign)?;
                            layout_of(prefix).filter(|layout| source.formats.has(*layout))
                        };
                        let named = || source.formats.foreign().find(|f| machine.as_deref() == Some(f.name()));
                        let layout = only.filter(|f| *f != Format::SipStack).or_else(marked).or_else(named);
                        let file = event.file;
                        let file_name = file_stem(trace.inputs().get(file.index()).map_or("", |i| i.name()));
                        out.push(Stream { file, symbol, machine, layout, file_name, ..Stream::default() });
                        out.len() - 1
                    })
                },
                |(_, at)| at,
            );
            last = Some((symbol, at));
            if let Some(stream) = out.get_mut(at) {
                stream.note(trace, event);
            }
        }
    }
}

/// The first and the last record, where both have a number and a time.
fn ends(trace: &Trace, file: FileId, events: &[Event]) -> Option<[SequencePoint; 2]> {
    let (first, last) = (events.first()?, events.last()?);
    let place = |e: &Event, lines: usize| {
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        Some(SequencePoint { seq: e.seq, time: e.time()?, lines }).filter(|p| p.seq > 0)
    };
    let (ahead, behind) = trace.lines_around(file);
    Some([place(first, ahead)?, place(last, behind)?])
}

impl Stream {
    /// Whether the other stream is where the log of this one goes on: its number is the next one, component lines
    /// between them counted (they take numbers, too). Neither has a name that says otherwise.
    pub(super) fn goes_on_in(&self, next: &Stream) -> bool {
        let (Some([_, last]), Some([first, _])) = (self.ends, next.ends) else { return false };
        let named = |a: &Stream, b: &Stream| a.machine.is_some() || (a.host().is_some() && b.host().is_some());
        let sides = |edge: bool| [self, next].iter().any(|s| s.directed > 0 && s.names_edge == edge);
        let lines = last.lines.saturating_add(first.lines);
        self.file != next.file
            && !named(self, next)
            && next.machine.is_none()
            && !(sides(true) && sides(false))
            && first.seq.wrapping_sub(last.seq) == lines.saturating_add(1)
            && (-super::ROLLOVER_MS..=PAUSE_MS).contains(&first.time.since(last.time))
    }

    /// What orders streams of one name behind each other.
    pub(super) fn key(&self) -> (Option<String>, Option<&str>) {
        (self.machine.as_ref().map(|m| m.to_ascii_lowercase()), self.host())
    }

    /// The host that it puts into most Vias.
    pub(super) fn host(&self) -> Option<&str> {
        self.sent_by.iter().max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0))).map(|(host, _)| host.as_str())
    }

    /// By what it may be known to be the server of another stream: the machine of its prefix, else hosts of its Via. A
    /// server with two addresses uses each for a good part of what it sends.
    pub(super) fn names(&self) -> Vec<String> {
        // A client or a capture is not the server of which it has the name.
        let kind = self.layout.map_or("", Format::name);
        match &self.machine {
            Some(machine) => vec![format!("{kind}machine {}", machine.to_ascii_lowercase())],
            None => self.often().map(|host| format!("{kind}host {host}")).collect(),
        }
    }

    /// The hosts that it puts into every fifth Via or more.
    fn often(&self) -> impl Iterator<Item = &str> {
        let sum: u32 = self.sent_by.iter().map(|(_, n)| n).sum();
        self.sent_by.iter().filter(move |(_, n)| n.saturating_mul(5) >= sum).map(|(host, _)| host.as_str())
    }

    /// The words of the names that people gave: of the machine and of the file.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        let names = [self.machine.as_deref().unwrap_or_default().to_ascii_lowercase(), self.file_name.clone()];
        let words =
            |name: String| name.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_owned).collect::<Vec<_>>();
        names.into_iter().flat_map(words)
    }

    fn note(&mut self, trace: &Trace, event: &Event) {
        self.records += 1;
        self.names_edge |= event.names_edge();
        if let Some(time) = event.time() {
            self.span = Some(self.span.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
        }
        if event.kind != RecordKind::Protocol {
            return;
        }
        let outgoing = event.direction == Direction::Outgoing;
        self.directed += u32::from(event.direction != Direction::Unknown);
        match (event.method, event.status) {
            (Method::Register, 200) => self.registered[usize::from(outgoing)] += 1,
            (Method::Register, 0 | 301 | 302) if outgoing => self.sent_home += 1,
            (Method::Invite | Method::Register, 0) => self.served += 1,
            _ => {}
        }
        let looked = &mut self.looked[usize::from(outgoing)];
        if *looked < LOOK && (event.is_request() || event.method == Method::Invite) {
            *looked += 1;
            self.look(trace, event, outgoing);
        }
    }

    /// Reads the headers that name servers.
    fn look(&mut self, trace: &Trace, event: &Event, outgoing: bool) {
        let Some(message) = trace.head(event) else { return };
        if event.status > 0 || outgoing {
            let product = message.header(HeaderName::Server).or_else(|| message.header(HeaderName::UserAgent));
            let is_called = |word: &[u8]| product.as_ref().is_some_and(|h| contains_ignore_case(h.raw, word));
            if outgoing && is_called(b"mediationserver") {
                self.mediation += 1;
            }
            if !outgoing && event.status > 100 {
                // A server sends on the answers of others: voice mail and gateways have but their own.
                let own = is_called(b"mediationserver") || is_called(b"exchangeum");
                remember(if own { &mut self.far_ends } else { &mut self.between }, trace, event);
            }
        }
        if event.status > 0 {
            return;
        }
        let Some(sent_by) = message.header(HeaderName::Via).and_then(|h| top_sent_by(&h.value())) else { return };
        if outgoing {
            count(&mut self.sent_by, host_of(&sent_by), 1);
            self.forked += u32::from(event.method == Method::Invite && is_fork(trace, event, &message));
        }
        remember(&mut self.peers, trace, event);
        if let (Some(peer), false) = (trace.peer(event), outgoing) {
            self.alias(&sent_by, &decode(peer));
            remember(&mut self.between, trace, event);
        }
        if let Some(route) = message.headers().find(|h| h.name.eq_ignore_ascii_case(b"record-route")) {
            let value = route.value();
            let host = decode(NameAddr::parse(&value).address()).into_owned();
            let host = host.rsplit('@').next().unwrap_or(&host);
            // What came in with it on top is the name of the server before.
            let sign = if outgoing { 1 } else { -1 };
            count(&mut self.recorded, host_of(host), sign);
            // Of a pool, the Front End says which one it is.
            let own = decode(&value).to_ascii_lowercase();
            if let Some(fe) = own.split("ms-fe=").nth(1) {
                let end = fe.find([';', '>', ',', ' ', '"']).unwrap_or(fe.len());
                count(&mut self.calls_itself, fe.get(..end).unwrap_or_default(), sign);
            }
        }
    }

    /// Via and Peer of a request that came in are the same host under two names.
    fn alias(&mut self, sent_by: &str, peer: &str) {
        let (a, b) = (host_of(sent_by), host_of(peer));
        let same_port = sent_by.strip_prefix(a) == peer.strip_prefix(b) && sent_by != a;
        let pair = match (is_address(a), is_address(b)) {
            (true, false) => (a.to_owned(), b.to_owned()),
            (false, true) => (b.to_owned(), a.to_owned()),
            _ => return,
        };
        if same_port && !self.aliases.contains(&pair) {
            self.aliases.push(pair);
        }
    }
}

/// Whether an INVITE goes to a connection that a client has with this server, or to the ports of the mobility service:
/// only a Front End forks to them.
fn is_fork(trace: &Trace, event: &Event, message: &Message<'_>) -> bool {
    let StartLine::Request { uri, .. } = message.start_line() else { return false };
    let peer = trace.peer(event).unwrap_or_default();
    contains_ignore_case(uri, b"ms-received-cid=") || is_mobility_listener(&decode(peer))
}

/// Keeps the name of the other side of a record.
fn remember(hosts: &mut Vec<String>, trace: &Trace, event: &Event) {
    let Some(peer) = trace.peer(event).map(decode) else { return };
    let host = host_of(&peer);
    if !is_address(host) && hosts.len() < MOST_PEERS && !hosts.iter().any(|h| h == host) {
        hosts.push(host.to_owned());
    }
}

fn count<N: std::ops::AddAssign>(counts: &mut Vec<(String, N)>, host: &str, n: N) {
    if host.is_empty() {
        return;
    }
    match counts.iter_mut().find(|(h, _)| h.eq_ignore_ascii_case(host)) {
        Some((_, sum)) => *sum += n,
        None => counts.push((host.to_owned(), n)),
    }
}

fn top_sent_by(value: &[u8]) -> Option<String> {
    let mut first = None;
    Via::parse_all(value, |v| first = first.take().or_else(|| Some(decode(v.sent_by).into_owned())));
    first
}

pub(super) fn is_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

fn file_stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_ascii_lowercase()
}

/// Whether two streams that speak of the same time number their records in one sequence: in the order of their
/// numbers the times rise.
pub(super) fn interleave(trace: &Trace, a: &Stream, b: &Stream) -> bool {
    let Some(((a_first, a_last), (b_first, b_last))) = a.span.zip(b.span) else { return false };
    let (from, to) = (a_first.max(b_first), a_last.min(b_last));
    let of = |s: &Stream| {
        let own = |e: &&Event| e.file == s.file && (s.symbol.is_none() || e.server() == s.symbol);
        let common = |e: &&Event| e.seq > 0 && e.time().is_some_and(|t| t >= from && t <= to);
        let events = trace.ids_of(s.file).filter_map(|id| trace.event(id));
        events.filter(own).filter(common).take(COUNT).map(|e| (e.seq, e.time())).collect::<Vec<_>>()
    };
    let (mine, theirs) = (of(a), of(b));
    if mine.is_empty() || theirs.is_empty() {
        return false;
    }
    // Only as far as both samples reach.
    let end = mine.last().map(|m| m.0).min(theirs.last().map(|t| t.0));
    let reach = |of: &[(u32, Option<crate::time::Timestamp>)]| of.iter().any(|(seq, _)| Some(*seq) <= end);
    if !reach(&mine) || !reach(&theirs) {
        // Numbers far apart at one time: two sequences.
        return false;
    }
    let mut all: Vec<_> = [mine, theirs].concat().into_iter().filter(|(seq, _)| Some(*seq) <= end).collect();
    all.sort_unstable();
    let wrong = all.windows(2).filter(|w| w[0].0 == w[1].0 || w[0].1 > w[1].1).count();
    all.len() > 1 && wrong * 50 <= all.len()
}
