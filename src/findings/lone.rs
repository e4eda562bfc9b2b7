//! Causes seen without their call: what diagnostic, connection and security records say of calls and pushes that the
//! logs do not show, or not to their end.
//!
//! Engineers often collect nothing else at an Edge. A record that was used for a call or a push is theirs; so is one
//! about a dialog of another kind whose messages are there.

use std::collections::HashSet;

use super::catalogue;
use super::matcher::{CONNECT, MatchedTexts, PROXY_FIELD};
use super::scanned::Scanned;
use crate::analysis::{Analysis, LoneCause, Outcome, PushResult};
use crate::record::RecordKind;
use crate::sip::{CLEARING_HOUSE, Method, NameAddr, StartLine};
use crate::text::{clean, decode, host_of};
use crate::trace::{Event, EventId, Symbol, Trace};

/// A record with more texts than this in one field is a dump.
const PARAMS: usize = 64;
/// Servers and Edges are called at this port; a refused connection to another says nothing about pushes.
const SIP_PORT: &str = ":5061";

/// All of them, by record.
pub(super) fn causes(trace: &Trace, analysis: &Analysis, known: &mut Scanned<Vec<&'static str>>) -> Vec<LoneCause> {
    let is = |e: &Event| e.kind != RecordKind::Protocol && !e.is_copy() && !trace.is_silent(e);
    let codes = |_, e: &Event| Some(e).filter(|e| is(e)).map(|e| of_record(trace, e)).filter(|codes| !codes.is_empty());
    let told = known.of(trace, codes);
    if told.is_empty() {
        return Vec::new();
    }
    let judged = judged(trace, analysis, told);
    let evidence = analysis.calls.iter().flat_map(|c| &c.evidence);
    let evidence = evidence.chain(analysis.pushes.iter().flat_map(|p| &p.evidence));
    let is_told = |id: &&EventId| told.binary_search_by_key(*id, |(id, _)| *id).is_ok();
    let used: HashSet<EventId> = evidence.filter(is_told).copied().collect();
    let is_lone = |id: &EventId| {
        let call = trace.event(*id).and_then(Event::call_id);
        call.is_none_or(|call| !judged.contains(&call)) && !used.contains(id)
    };
    told.iter()
        .filter(|(id, _)| is_lone(id))
        .flat_map(|(id, codes)| {
            codes.iter().map(move |code| LoneCause { code, record: *id, time: analysis.time(trace, *id) })
        })
        .collect()
}

/// Of the Call-IDs that records name, those whose messages are in the logs and tell what became of them.
fn judged(trace: &Trace, analysis: &Analysis, told: &[(EventId, Vec<&'static str>)]) -> HashSet<Symbol> {
    let named: HashSet<Symbol> = told.iter().filter_map(|(id, _)| trace.event(*id)?.call_id()).collect();
    if named.is_empty() {
        return named;
    }
    let of = |own: &[EventId]| own.iter().find_map(|id| trace.event(*id)?.call_id());
    let calls =
        analysis.calls.iter().filter(|c| c.outcome != Outcome::Undetermined).filter_map(|c| of(c.own_records()));
    let pushes = analysis.pushes.iter().filter(|p| p.result != PushResult::Undetermined).filter_map(|p| of(&p.records));
    let others = trace.events().iter().filter(|e| is_no_call(e)).filter_map(Event::call_id);
    calls.chain(pushes).chain(others).filter(|call| named.contains(call)).collect()
}

/// Presence, registration and the like are no calls; nobody misses one when they fail.
fn is_no_call(event: &Event) -> bool {
    use Method::{Ack, Bye, Cancel, Info, Invite, Message, Prack, Refer, Unknown, Update};
    let own = matches!(event.method, Invite | Message | Ack | Bye | Cancel | Info | Prack | Refer | Update | Unknown);
    event.kind == RecordKind::Protocol && !own
}

/// Of the Call-IDs that some records name, a message of each that is about no call.
pub(crate) fn no_calls(trace: &Trace, named: &HashSet<Symbol>) -> Vec<EventId> {
    let mut found: HashSet<Symbol> = HashSet::new();
    let events = (0..).map(EventId).zip(trace.events()).filter(|(_, e)| is_no_call(e));
    let of = |(id, event): (EventId, &Event)| {
        let call = event.call_id().filter(|call| named.contains(call))?;
        found.insert(call).then_some(id)
    };
    events.filter_map(of).collect()
}

/// The causes that a record names.
fn of_record(trace: &Trace, event: &Event) -> Vec<&'static str> {
    let said = MatchedTexts::of(trace.fields(event));
    if said == MatchedTexts::default() {
        return Vec::new();
    }
    let diagnostic = event.kind == RecordKind::Diagnostic;
    let mut codes: Vec<&'static str> = Vec::new();
    for entry in catalogue() {
        let names = entry.matchers.iter().any(|m| match m.place.as_str() {
            "result_code" => said.has(m),
            // The words of a refusal stand in the record about it, too.
            "diagnostic" | "response" => diagnostic && said.has(m),
            "component" => !diagnostic && said.has(m),
            _ => false,
        });
        if names {
            codes.push(entry.code.as_str());
        }
    }
    let peer = trace.field(event, "peer").unwrap_or_default();
    if event.kind == RecordKind::Connection && CONNECT.iter().any(|t| said.has_text(t)) {
        codes.extend(decode(peer).ends_with(SIP_PORT).then_some("PN08"));
    }
    if codes.contains(&"PN01") {
        // A domain that is not allowed is refused in words that look like a DNS fault, which it is none.
        codes.retain(|c| !matches!(*c, "PN03" | "PN04"));
        if said.has_text(CLEARING_HOUSE) && !said.has_text(PROXY_FIELD) {
            codes.retain(|c| *c != "PN01");
            codes.push("PN02");
        }
    }
    if codes.contains(&"PN06") {
        codes.retain(|c| *c != "PN05");
    }
    // What fails on the way to the push service is told by its own code; those of any other server stand behind.
    if codes.iter().any(|c| matches!(*c, "PN05" | "PN06" | "PN07")) {
        codes.retain(|c| !matches!(*c, "PN15" | "PN16" | "PN17" | "PN18"));
    }
    codes
}

/// What a record speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Call-ID of the message that it is about.
    pub call_id: Option<String>,
    /// Domains that were asked for: those in Data, else that of the request.
    pub domains: Vec<String>,
    /// The other side, and hosts that Data names.
    pub peers: Vec<String>,
}

/// What a diagnostic, connection or security record speaks of.
pub fn about(trace: &Trace, id: EventId) -> About {
    let Some(event) = trace.event(id) else { return About::default() };
    let text = |raw: &[u8]| decode(&clean(raw)).trim().to_owned();
    let call_id = event.call_id().map(|call| decode(trace.symbol(call)).into_owned());
    let mut out = About { call_id, ..About::default() };
    let add = |all: &mut Vec<String>, name: String| {
        // One record may hold any number of fields, and repetitions are told once anyway.
        if !name.is_empty() && all.len() < PARAMS {
            all.push(name);
        }
    };
    let mut request = None;
    for field in trace.named_fields(event) {
        let name = field.name.to_ascii_lowercase();
        match &name[..] {
            b"peer" => add(&mut out.peers, text(field.raw)),
            b"sip-start-line" => request = Some(field.raw),
            b"data" => {
                for (name, value) in params(&text(field.raw)) {
                    match name.as_str() {
                        "domain" => add(&mut out.domains, value),
                        "expected-fqdn" => add(&mut out.peers, value),
                        name if name.starts_with("fqdn") => add(&mut out.peers, value),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    if let (true, Some(StartLine::Request { uri, .. })) = (out.domains.is_empty(), request.map(StartLine::parse)) {
        let address = decode(NameAddr::parse(uri).address()).into_owned();
        if let Some((_, domain)) = address.rsplit_once('@') {
            out.domains.push(host_of(domain).to_owned());
        }
    }
    out
}

/// `name="value";name="value"`; copies have put blanks around names and inside the quotes.
fn params(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split(';').take(PARAMS).filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), value.trim_matches(|c: char| c == '"' || c.is_whitespace()).to_owned()))
    })
}
