//! What is counted: the little of calls, pushes and coverage that rates and comparisons need, from an analysis or from a
//! saved `report --format json`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};

use crate::analysis::coverage::HoleKind;
use crate::analysis::{self, Analysis, ServerId};
use crate::knowledge::catalogue;
use crate::text::host_of;
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// A text of the analysis, or of a file.
pub(crate) type Word<'a> = Cow<'a, str>;

/// What is counted. Keys are those of the report; others are not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct Facts<'a> {
    pub calls: Vec<CallFact<'a>>,
    pub pushes: Vec<PushFact<'a>>,
    pub findings: Vec<FindingFact<'a>>,
    pub coverage: Vec<Cover<'a>>,
}

/// One call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct CallFact<'a> {
    pub call_id: Word<'a>,
    pub from: Word<'a>,
    pub to: Word<'a>,
    #[serde(deserialize_with = "time")]
    pub started: Option<Timestamp>,
    pub outcome: Word<'a>,
    pub status: Option<u16>,
    pub rang: bool,
    pub ring_ms: Option<i64>,
    pub status_ms: Option<i64>,
    pub bye_ms: Option<i64>,
    pub legs: Vec<Leg<'a>>,
    pub verdict: Option<Word<'a>>,
    pub findings: Vec<Word<'a>>,
    /// Servers that logged it, by name.
    pub servers: Vec<Word<'a>>,
    /// The logs do not tell all of it.
    pub partial: bool,
    pub(crate) undetermined: Option<Why<'a>>,
    /// Of a missed call, and of one with a cause.
    pub evidence: Vec<Place>,
}

/// One far end.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct Leg<'a> {
    pub client: Option<Word<'a>>,
    pub mobile: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Why<'a> {
    why: Word<'a>,
}

/// One push.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct PushFact<'a> {
    pub call_id: Word<'a>,
    pub user: Option<Word<'a>>,
    pub synthetic: bool,
    #[serde(deserialize_with = "time")]
    pub sent: Option<Timestamp>,
    pub latency_ms: Option<i64>,
    pub result: Word<'a>,
    pub hops: Vec<Hop<'a>>,
    /// Call-ID of its call.
    pub call: Option<Word<'a>>,
    pub findings: Vec<Word<'a>>,
    /// Of one with a cause.
    pub evidence: Vec<Place>,
}

/// One place that logged a push.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hop<'a> {
    server: Option<Word<'a>>,
}

/// One cause.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct FindingFact<'a> {
    pub code: Word<'a>,
    pub severity: Word<'a>,
    pub summary: Word<'a>,
}

/// For which times the log of a server speaks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct Cover<'a> {
    pub server: Option<Word<'a>>,
    pub spans: Vec<Stretch>,
    pub holes: Vec<Gap<'a>>,
}

/// Without a hole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct Stretch {
    pub first: Spot,
    pub last: Spot,
}

/// A hole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct Gap<'a> {
    pub kind: Word<'a>,
    pub lines: Option<u64>,
    pub after: Spot,
    pub before: Spot,
}

/// When and where.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Spot {
    /// In which file.
    pub place: Place,
    /// On the clock of the reference.
    #[serde(deserialize_with = "time")]
    pub time: Option<Timestamp>,
}

/// Where in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "keys of the report")]
pub struct Place {
    pub file: String,
    pub line: u64,
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|t| Timestamp::parse(&t, None)))
}

/// Whether a verdict counts as missed.
pub fn is_missed_verdict(verdict: &str) -> bool {
    analysis::Verdict::MISSED.iter().any(|missed| missed.name() == verdict)
}

impl CallFact<'_> {
    /// Whether the callee missed it.
    pub fn is_missed(&self) -> bool {
        self.verdict.as_deref().is_some_and(is_missed_verdict)
    }

    /// Why outcome or verdict are undetermined.
    pub fn why(&self) -> Option<&str> {
        self.undetermined.as_ref().map(|w| w.why.as_ref())
    }

    /// Clients of its phones, each once, without the device in brackets, which tells one phone from another.
    pub fn clients(&self) -> BTreeSet<&str> {
        let mobile = self.legs.iter().filter(|l| l.mobile).filter_map(|l| l.client.as_deref());
        mobile.filter_map(|name| name.split(" (").next()).collect()
    }
}

impl PushFact<'_> {
    /// The first server that logged it: the one that sent it, where its log is there.
    pub fn server(&self) -> Option<&str> {
        self.hops.first()?.server.as_deref()
    }

    /// All servers that logged it, by name.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.hops.iter().filter_map(|h| h.server.as_deref())
    }
}

#[cfg(test)]
impl<'a> Hop<'a> {
    pub(super) fn of(server: &'a str) -> Hop<'a> {
        Hop { server: Some(server.into()) }
    }
}

/// The part of an address behind the `@`, in lower case.
pub(super) fn domain(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase())
}

impl<'a> Facts<'a> {
    /// What is counted of an analysis.
    pub fn of(trace: &Trace, analysis: &'a Analysis) -> Facts<'a> {
        let calls: Vec<CallFact<'a>> = analysis.calls.iter().map(|c| call(trace, analysis, c)).collect();
        let pushes: Vec<PushFact<'a>> = analysis.pushes.iter().map(|p| push(trace, analysis, p)).collect();
        let entries = analysis.codes().into_iter().filter_map(catalogue::find);
        let findings = entries.map(|entry| FindingFact {
            code: entry.code.as_str().into(),
            severity: entry.severity.name().into(),
            summary: entry.summary.as_str().into(),
        });
        Facts { calls, pushes, findings: findings.collect(), coverage: cover(trace, analysis) }
    }

    /// Only what began from `from` on and before `to`; what has no time is left out.
    #[must_use]
    pub fn between(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Facts<'a> {
        let inside = |time: Option<Timestamp>| {
            time.is_some_and(|t| from.is_none_or(|from| t >= from) && to.is_none_or(|to| t < to))
        };
        let clip = |spot: &Spot| {
            let late = |t: Timestamp| from.map_or(t, |from| t.max(from));
            let time = spot.time.map(|t| to.map_or(late(t), |to| late(t).min(to)));
            Spot { time, place: spot.place.clone() }
        };
        let over = |a: &Spot, b: &Spot| {
            a.time.zip(b.time).is_some_and(|(a, b)| from.is_none_or(|f| b >= f) && to.is_none_or(|to| a < to))
        };
        let cover = |c: &Cover<'a>| Cover {
            server: c.server.clone(),
            spans: (c.spans.iter().filter(|s| over(&s.first, &s.last)))
                .map(|s| Stretch { first: clip(&s.first), last: clip(&s.last) })
                .collect(),
            holes: (c.holes.iter().filter(|h| over(&h.after, &h.before)))
                .map(|h| Gap { after: clip(&h.after), before: clip(&h.before), ..h.clone() })
                .collect(),
        };
        Facts {
            calls: self.calls.iter().filter(|c| inside(c.started)).cloned().collect(),
            pushes: self.pushes.iter().filter(|p| inside(p.sent)).cloned().collect(),
            findings: self.findings.clone(),
            coverage: self.coverage.iter().map(cover).collect(),
        }
    }

    /// First and last time of any log.
    pub fn period(&self) -> Option<(Timestamp, Timestamp)> {
        let spans = || self.coverage.iter().flat_map(|c| &c.spans);
        Some((spans().filter_map(|s| s.first.time).min()?, spans().filter_map(|s| s.last.time).max()?))
    }
}

fn call<'a>(trace: &Trace, analysis: &'a Analysis, call: &'a analysis::Call) -> CallFact<'a> {
    let is_told = call.is_missed() || !call.findings.is_empty();
    CallFact {
        call_id: call.call_id.as_str().into(),
        from: call.from.as_str().into(),
        to: call.to.as_str().into(),
        started: call.started,
        outcome: call.outcome.name().into(),
        status: call.status,
        rang: call.rang,
        ring_ms: call.ring_ms,
        status_ms: call.status_ms,
        bye_ms: call.bye_ms,
        legs: call
            .legs
            .iter()
            .map(|l| Leg { client: l.client.as_ref().map(|c| c.name.as_str().into()), mobile: l.mobile })
            .collect(),
        verdict: call.verdict.map(|v| v.name().into()),
        findings: call.findings.iter().map(|f| (*f).into()).collect(),
        servers: servers(analysis, call).map(Into::into).collect(),
        partial: is_partial(analysis, call),
        undetermined: call.blind.map(|b| Why { why: b.name().into() }),
        evidence: if is_told { first_place(trace, &call.evidence) } else { Vec::new() },
    }
}

/// The servers that logged a call, by name, each once.
pub(crate) fn servers<'a>(analysis: &'a Analysis, call: &analysis::Call) -> impl Iterator<Item = &'a str> {
    let names = call.clocks.iter().filter_map(|c| analysis.servers.get(c.server)?.name.as_deref());
    names.collect::<BTreeSet<&str>>().into_iter()
}

/// Whether the logs may hide something of a call: a server that logged it does not tell all the time of it, or it went to
/// another server of which nobody tells whom that called.
pub(crate) fn is_partial(analysis: &Analysis, call: &analysis::Call) -> bool {
    let Some((start, end)) = call.started.zip(call.ended) else { return true };
    let tells = |server: ServerId| analysis.coverage.whole(server, start, end);
    // Of a partner's server nobody asks for whom it called there; one of the house may have called a phone of the house.
    let is_own = |l: &analysis::Leg| {
        let server = l.target.as_deref().filter(|t| t.ends_with(":5061"));
        server.is_some_and(|t| analysis.servers.is_own_host(host_of(t)))
    };
    call.clocks.iter().any(|c| !tells(c.server)) || (call.goes_behind() && call.legs.iter().any(is_own))
}

fn push<'a>(trace: &Trace, analysis: &'a Analysis, push: &'a analysis::Push) -> PushFact<'a> {
    PushFact {
        call_id: push.call_id.as_str().into(),
        user: push.user.as_deref().map(Into::into),
        synthetic: push.synthetic,
        sent: push.sent,
        latency_ms: push.latency_ms(),
        result: push.result.name().into(),
        hops: push.sightings.iter().map(|h| Hop { server: h.server.as_deref().map(Into::into) }).collect(),
        call: push.call.and_then(|c| analysis.calls.get(c)).map(|c| c.call_id.as_str().into()),
        findings: push.findings.iter().map(|f| (*f).into()).collect(),
        evidence: if push.findings.is_empty() { Vec::new() } else { first_place(trace, &push.evidence) },
    }
}

fn first_place(trace: &Trace, evidence: &[EventId]) -> Vec<Place> {
    let at = evidence.first().map(|id| trace.locate(*id));
    at.map(|at| Place { file: at.file, line: at.line }).into_iter().collect()
}

/// By server; holes are in the order of the log.
fn cover<'a>(trace: &Trace, analysis: &'a Analysis) -> Vec<Cover<'a>> {
    // The line costs a look into the log, and nobody asks for it.
    let file = |id| trace.event(id).and_then(|e| trace.inputs().get(e.file.index()));
    let place = |id| Place { file: file(id).map_or(String::new(), |f| f.name().to_owned()), line: 0 };
    let spot = |id| Spot { time: analysis.time(trace, id), place: place(id) };
    let servers = analysis.servers.all();
    let mut out: Vec<Cover<'a>> =
        servers.iter().map(|s| Cover { server: s.name.as_deref().map(Into::into), ..Cover::default() }).collect();
    for stretch in analysis.coverage.stretches() {
        if let Some(own) = out.get_mut(usize::from(stretch.server.0)) {
            own.spans.push(Stretch { first: spot(stretch.first), last: spot(stretch.last) });
        }
    }
    for hole in analysis.coverage.holes() {
        if let Some(own) = out.get_mut(usize::from(hole.server.0)) {
            let lines = if let HoleKind::Sequence(n) = hole.kind { Some(n) } else { None };
            let (after, before) = (spot(hole.after), spot(hole.before));
            own.holes.push(Gap { kind: hole.kind.name().into(), lines, after, before });
        }
    }
    out
}
