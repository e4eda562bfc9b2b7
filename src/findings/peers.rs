//! With whom TLS failed, how often, and from when to when: for the entries about certificates.
//!
//! A certificate is a matter of two servers, not of one call: the records of all connections tell of it, also those
//! that stand beside no call.

use std::collections::BTreeMap;

use super::matcher::{HANDSHAKE, MatchedTexts, RESET};
use super::{find, tls};
use crate::analysis::{Analysis, Diagnostic};
use crate::record::{RecordKind, prefix};
use crate::sip::{CLEARING_HOUSE, CLEARING_HOUSE_PROXY};
use crate::span::Span;
use crate::text::{decode, host_of};
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};

/// Entries that are about another server's certificate, or ours at that server.
pub const CODES: [&str; 5] = ["PN06", "PN15", "PN16", "PN17", "PN18"];

/// One other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its host, lower case; empty where no record names it.
    pub host: String,
    /// When it was seen first and last, on the clock of the reference.
    pub first: Option<Timestamp>,
    /// See `first`.
    pub last: Option<Timestamp>,
    /// Records, lines and answers that tell of it.
    pub count: u64,
}

/// The other sides of some entries, most often seen first. `codes` are those that the trace has.
pub fn peers(trace: &Trace, analysis: &Analysis, codes: &[&'static str]) -> BTreeMap<&'static str, Vec<Peer>> {
    let mut out = Seen { of: BTreeMap::new(), codes: CODES.into_iter().filter(|c| codes.contains(c)).collect() };
    if out.codes.is_empty() {
        return BTreeMap::new();
    }
    let events = (0..).map(EventId).zip(trace.events());
    for (id, event) in events.filter(|(_, e)| e.kind != RecordKind::Protocol && !e.is_copy() && !trace.is_silent(e)) {
        let said = MatchedTexts::of(trace.fields(event));
        let own = out.told(said);
        if !own.is_empty() {
            let host = host(trace, event);
            out.add(&own, &host, analysis.time(trace, id));
        }
    }
    for call in &analysis.calls {
        let target = call.legs.iter().find_map(|l| l.target.as_deref());
        out.answers(
            trace,
            analysis,
            (&call.findings, &call.evidence, &call.lines),
            &call.diagnostics,
            target,
            call.ended,
        );
    }
    // What a call shares with its push was counted with the call.
    for push in analysis.pushes.iter().filter(|p| p.call.is_none()) {
        let target = push.sightings.iter().rev().find_map(|h| h.peer.as_deref());
        out.answers(
            trace,
            analysis,
            (&push.findings, &push.evidence, &push.lines),
            &push.diagnostics,
            target,
            push.answered,
        );
    }
    let sorted = out.of.into_iter().map(|(code, hosts)| {
        let mut all: Vec<Peer> = hosts.into_values().collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.host.cmp(&b.host)));
        (code, all)
    });
    sorted.collect()
}

struct Seen {
    of: BTreeMap<&'static str, BTreeMap<String, Peer>>,
    codes: Vec<&'static str>,
}

impl Seen {
    /// Which entries something tells of.
    fn told(&self, said: MatchedTexts) -> Vec<&'static str> {
        let has = |code: &str| {
            let matchers = find(code).into_iter().flat_map(|f| &f.matchers);
            matchers.filter(|m| matches!(m.place.as_str(), "diagnostic" | "component")).any(|m| said.has(m))
        };
        let house = said.has_text(CLEARING_HOUSE_PROXY) || said.has_text(CLEARING_HOUSE);
        let both = self.codes.contains(&"PN06") && self.codes.contains(&"PN15");
        let is = |code: &&'static str| match *code {
            "PN06" => house && has("PN06"),
            "PN15" => !(both && house) && has("PN15"),
            "PN16" => said.has_text(HANDSHAKE) && said.has_text(RESET),
            other => has(other),
        };
        self.codes.iter().copied().filter(is).collect()
    }

    fn add(&mut self, codes: &[&'static str], host: &str, time: Option<Timestamp>) {
        for code in codes {
            let hosts = self.of.entry(code).or_default();
            let new = || Peer { host: host.to_owned(), first: time, last: time, count: 0 };
            let peer = hosts.entry(host.to_owned()).or_insert_with(new);
            peer.count += 1;
            peer.first = [peer.first, time].into_iter().flatten().min();
            peer.last = peer.last.max(time);
        }
    }

    /// What the answer to a call or push tells, and the lines beside it. Records were counted before.
    fn answers(
        &mut self,
        trace: &Trace,
        analysis: &Analysis,
        (codes, records, lines): (&[&'static str], &[EventId], &[Span]),
        diagnostics: &[Diagnostic],
        target: Option<&str>,
        time: Option<Timestamp>,
    ) {
        for code in codes.iter().copied().filter(|c| CODES.contains(c)) {
            let mut found = false;
            for span in lines {
                let text = trace.slice(*span);
                if self.told(MatchedTexts::of(text)).contains(&code) {
                    let prefix = prefix::parse(text);
                    let server = analysis.servers.of_line(trace, span.file, prefix.server);
                    let of_server = |id: &&EventId| {
                        trace.event(**id).is_some_and(|e| e.file == span.file && analysis.servers.of(e) == server)
                    };
                    let id = records.iter().find(of_server).or(records.first()).copied().unwrap_or(EventId(0));
                    let place = (server, span.file);
                    let at = trace.dated(span.file, &prefix);
                    let at = at.map(|t| analysis.clocks.beside(trace, &analysis.servers, place, id, t)).or(time);
                    self.add(&[code], &target.map(plain).unwrap_or_default(), at);
                    found = true;
                }
            }
            let of_record = |id: &EventId| {
                let event = trace.event(*id).filter(|e| e.kind != RecordKind::Protocol);
                event.is_some_and(|e| self.told(MatchedTexts::of(trace.fields(e))).contains(&code))
            };
            if !found && !records.iter().any(of_record) {
                let named = diagnostics.iter().find_map(|d| tls::target(&d.params));
                self.add(&[code], &named.or(target.map(plain)).unwrap_or_default(), time);
            }
        }
    }
}

fn plain(peer: &str) -> String {
    host_of(peer).to_ascii_lowercase()
}

/// The other side of a record: what its Data names, else its Peer.
fn host(trace: &Trace, event: &Event) -> String {
    let fields = decode(trace.fields(event)).to_ascii_lowercase();
    let named = ["tls-target=", "peerserver=", "expected-fqdn=", "fqdn="].iter().find_map(|name| {
        let value = fields.split_once(name)?.1.trim_start_matches('"');
        let end = value.find(|c: char| c == '"' || c == ';' || c.is_whitespace()).unwrap_or(value.len());
        Some(plain(value.get(..end)?)).filter(|h| !h.is_empty())
    });
    named.or_else(|| trace.peer(event).map(|p| plain(&decode(p)))).unwrap_or_default()
}
