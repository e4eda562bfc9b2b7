//! Causes of one push that was lost, late, doubled or answered oddly.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use super::correlate::Correlator;
use super::evidence::Evidence;
use super::matcher::{CONNECT, PROXY_FIELD};
use super::tls;
use crate::analysis::{Diagnostic, Push, PushResult, Role, ServerId};
use crate::record::{Direction, RecordKind};
use crate::sip::{CLEARING_HOUSE, CLEARING_HOUSE_IDS, HeaderName, Method, StartLine, TIMER_F_MS};
use crate::text::{contains_ignore_case, decode, host_of};
use crate::trace::{Event, EventId};

/// Time for a message to get from one server to the next.
const WAY_MS: i64 = 2_000;
/// What a clock that messages bound from one side only may be off by; nothing tells how much it is.
const ONE_SIDED_MS: i64 = 2_000;

/// Causes of one push.
pub(super) fn causes(correlator: &Correlator<'_>, push: &Push) -> Found {
    let mut found = Found::default();
    let of_house = |d: &Diagnostic| CLEARING_HOUSE_IDS.contains(&d.id);
    let astray = !push.diagnostics.iter().any(of_house) && goes_to_another_address(correlator, push);
    match push.result {
        PushResult::Accepted => {
            if push.diagnostics.iter().any(|d| of_house(d) && !matches!(d.id, 30_000 | 30_007)) {
                found.codes.push("PN33");
            }
        }
        PushResult::Unanswered => {
            found = refused(correlator, push).0;
            found.codes.push("PN30");
        }
        PushResult::Rejected | PushResult::Unroutable => {
            let shared;
            (found, shared) = refused(correlator, push);
            // Where a line may be about it, a better-known cause may be what it was.
            if found.codes.is_empty() && !astray && !shared {
                found.codes.push("PN35");
            }
        }
        PushResult::Undetermined => {}
    }
    if astray {
        found.codes.push("PN11");
    }
    let answers = answers(correlator, push);
    // An answer that comes later than that reaches nobody (RFC 4320 section 4.2).
    // The clocks of two servers are not set ahead by the same at once; the one that gave up did so at the limit.
    let waited = |limit: i64| answers.iter().filter(move |(_, a)| a.logged_ms > limit);
    let witnesses: BTreeSet<ServerId> = waited(TIMER_F_MS - GAVE_UP_MS).map(|((server, ..), _)| *server).collect();
    let told_twice = witnesses.len() > 1 && waited(TIMER_F_MS).next().is_some();
    if told_twice || answers.values().any(|a| a.latest_ms > TIMER_F_MS) {
        found.codes.push("PN31");
    }
    for a in answers.values().filter(|a| a.records.len() > 1) {
        found.codes.push("PN32");
        found.records.extend(&a.records);
    }
    found
}

/// Why the push did not come through, and whether a line beside it may tell, or be about another push.
fn refused(correlator: &Correlator<'_>, push: &Push) -> (Found, bool) {
    let evidence = Evidence::gather(correlator, &push.diagnostics, &push.records);
    let mut found = evidence.causes();
    // Another partner's domain may be unknown too; these entries are about the clearing house's.
    let at_house = evidence.record_says(CLEARING_HOUSE) || evidence.line_says(CLEARING_HOUSE);
    found.codes.retain(|c| *c != "PN01" || at_house);
    if found.codes.contains(&"PN01") {
        // The domain that is not allowed is refused in words that look like a DNS fault, which it is none.
        found.codes.retain(|c| !matches!(*c, "PN03" | "PN04"));
        if push.status == Some(504) && evidence.record_says(CLEARING_HOUSE) && !evidence.record_says(PROXY_FIELD) {
            // Without the name of a proxy the Edge knows no hosting provider at all.
            found.codes.retain(|c| *c != "PN01");
            found.codes.push("PN02");
        }
    }
    // What the Edge let out it did not refuse: the lines are about another message to the same domain.
    let let_out = push.sightings.iter().any(|h| {
        let server = correlator.trace.event(h.event).map(|e| correlator.analysis.servers.of(e));
        let role = server.and_then(|s| correlator.analysis.servers.get(s)).map(|s| s.role);
        h.direction == Direction::Outgoing && role == Some(Role::Edge)
    });
    found.codes.retain(|c| !let_out || !matches!(*c, "PN01" | "PN02"));
    let target = push.diagnostics.iter().find_map(|d| tls::target(&d.params));
    tls::of_push(&evidence, target.as_deref(), &mut found);
    let sent_on = push.sightings.iter().any(|h| h.direction == Direction::Outgoing);
    if push.result == PushResult::Unroutable && !sent_on && evidence.has_id_in(16_000..17_000) {
        found.codes.push("PN10");
    }
    // A server that refuses without a word may have its reasons; a failed connection beside it tells them.
    let silent = push.result == PushResult::Unanswered
        || (push.result == PushResult::Unroutable && CONNECT.iter().any(|t| evidence.line_says(t)));
    if found.codes.is_empty() && silent && !evidence.is_explained() && lost_between(correlator, push) {
        found.codes.push("PN08");
        evidence.places_of(&CONNECT, &mut found);
    }
    (found, evidence.shared)
}

/// Whether the MESSAGE left one server and never came in at the next, or came in and never left, where the logs of
/// both speak for the time.
fn lost_between(correlator: &Correlator<'_>, push: &Push) -> bool {
    let analysis = correlator.analysis;
    let of = |id: EventId| correlator.trace.event(id).map(|e| analysis.servers.of(e));
    let seen_at: BTreeSet<ServerId> = push.records.iter().filter_map(|id| of(*id)).collect();
    let out = push.sightings.iter().filter(|h| h.direction == Direction::Outgoing);
    let left: BTreeSet<ServerId> = out.filter_map(|h| of(h.event)).collect();
    push.sightings.iter().any(|hop| {
        let (Some(server), Some(time)) = (of(hop.event), hop.time) else { return false };
        match hop.direction {
            Direction::Outgoing => {
                let next = hop.peer.as_deref().and_then(|p| analysis.servers.find(host_of(p)));
                next.is_some_and(|next| {
                    let unsure = [server, next].map(|s| analysis.clocks.unsure(s).unwrap_or(ONE_SIDED_MS));
                    let unsure: i64 = unsure.iter().sum();
                    next != server
                        && !seen_at.contains(&next)
                        && analysis.clocks.comparable(server, next)
                        && analysis.coverage.whole(next, time.plus(-unsure), time.plus(WAY_MS + unsure))
                })
            }
            Direction::Incoming => {
                let is_edge = analysis.servers.get(server).is_some_and(|s| s.role == Role::Edge);
                is_edge && !left.contains(&server) && analysis.coverage.whole(server, time, time.plus(WAY_MS))
            }
            Direction::Unknown => false,
        }
    })
}

/// Whether a notification goes to an address that is not the clearing house's.
fn goes_to_another_address(correlator: &Correlator<'_>, push: &Push) -> bool {
    let first = push.sightings.first().and_then(|h| correlator.trace.event(h.event));
    let Some(message) = first.and_then(|e| correlator.trace.head(e)) else { return false };
    let StartLine::Request { uri, .. } = message.start_line() else { return false };
    if decode(uri).to_ascii_lowercase().strip_prefix("sip:push@").is_some_and(|host| host.starts_with(CLEARING_HOUSE)) {
        return false;
    }
    let kind = message.header(HeaderName::ContentType);
    kind.is_some_and(|h| contains_ignore_case(&h.value(), b"lync.pushnotification+xml"))
}

/// Final responses to the MESSAGE on one server, in one direction, on one branch.
#[derive(Default)]
struct Answers {
    records: Vec<EventId>,
    /// Since the MESSAGE on that server, on its own clock, as far as the time was seen to pass.
    latest_ms: i64,
    /// As its clock says.
    logged_ms: i64,
}

/// A server gives up as much before its time limit, by its log, or after it.
const GAVE_UP_MS: i64 = 2_000;
/// Of a silence between two records only so much counts as seen: the clock may have been set ahead in it.
pub(super) const SILENT_MS: i64 = TIMER_F_MS - 4_000;

fn answers(correlator: &Correlator<'_>, push: &Push) -> BTreeMap<(ServerId, bool, u64), Answers> {
    let trace = correlator.trace;
    let of_push = |e: &&Event| e.kind == RecordKind::Protocol && e.method == Method::Message && e.cseq == push.cseq;
    let own = || push.records.iter().filter_map(|id| Some((*id, trace.event(*id).filter(of_push)?)));
    // Hashes have another seed in each run: branches are counted in the order of their records.
    let mut branches: Vec<u64> = Vec::new();
    let mut out: BTreeMap<(ServerId, bool, u64), Answers> = BTreeMap::new();
    for (id, event) in own().filter(|(_, e)| e.status >= 200).take(MOST_ANSWERS) {
        let server = correlator.analysis.servers.of(event);
        let top = trace.identity(event).vias.first().copied().unwrap_or(0);
        let branch = branches.iter().position(|b| *b == top).unwrap_or_else(|| {
            branches.push(top);
            branches.len() - 1
        });
        let answers = out.entry((server, event.direction == Direction::Outgoing, branch as u64)).or_default();
        answers.records.push(id);
        let sent = own().find(|(_, e)| e.status == 0 && correlator.analysis.servers.of(e) == server);
        if let Some((first, _)) = sent {
            let time = |id: EventId| trace.event(id).and_then(Event::time);
            let passed = time(id).zip(time(first)).map_or(0, |(to, from)| to.since(from));
            answers.logged_ms = answers.logged_ms.max(passed);
            answers.latest_ms = answers.latest_ms.max(seen_to_pass(correlator, server, first, id));
        }
    }
    out
}

/// More answers than this are a hostile log.
const MOST_ANSWERS: usize = 256;

/// Milliseconds between two records of one server, counting of each silence no more than [`SILENT_MS`].
fn seen_to_pass(correlator: &Correlator<'_>, server: ServerId, from: EventId, to: EventId) -> i64 {
    let time = |id: EventId| correlator.analysis.time(correlator.trace, id);
    let all = time(to).zip(time(from)).map_or(0, |(to, from)| to.since(from));
    if all <= TIMER_F_MS || correlator.analysis.clocks.is_steady(server, to) {
        return all;
    }
    correlator.seen_to_pass(from, to, SILENT_MS)
}
