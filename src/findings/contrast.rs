//! Same cause, many victims: in what the calls missed for one cause differ from those that came through.
//!
//! For every cause with enough cases and every value of a dimension (a server, a client version, an hour) the share
//! among the missed is held against the share among the calls to mobile users that were not missed. Their quotient,
//! the lift, says how many times more often the value occurs with the fault.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::{Analysis, Call, Push, Role, Verdict};
use crate::time::Timestamp;
use crate::trace::Trace;

/// Below this many cases nothing is said: chance makes patterns of four.
pub const LEAST: usize = 5;
/// A value that fewer of the missed have in common explains too little.
const SHARE: f64 = 0.5;
/// A value that is hardly more frequent among the missed explains nothing.
const LIFT: f64 = 1.5;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// A Front End that logged the call.
    FrontEnd,
    /// An Edge, Director or other server on the way of the push.
    Server,
    /// The other side to which a push went.
    Peer,
    /// Mobile client with its version.
    Client,
    /// Domain of the callee.
    UserDomain,
    /// Hour of the day, on the clock of the reference.
    Hour,
}

impl Dimension {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::FrontEnd => "front_end",
            Dimension::Server => "server",
            Dimension::Peer => "peer",
            Dimension::Client => "client",
            Dimension::UserDomain => "user_domain",
            Dimension::Hour => "hour",
        }
    }
}

/// What the calls missed for one cause have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// Code of the cause.
    pub finding: &'static str,
    /// What was compared.
    pub dimension: Dimension,
    /// The value in common.
    pub value: String,
    /// Missed calls with the value.
    pub missed: usize,
    /// All missed calls of the cause.
    pub missed_of: usize,
    /// Calls with the value that came through.
    pub through: usize,
    /// All calls to mobile users that came through and have any value there: only a push has a peer.
    pub through_of: usize,
    /// How many times more frequent the value is among the missed; `None` where no other call has it.
    pub lift: Option<f64>,
    /// First of the missed, where no call with the value came through from then on.
    pub since: Option<Timestamp>,
}

/// All contrasts: by cause, then the ones that explain most first.
pub fn contrasts(trace: &Trace, analysis: &Analysis) -> Vec<Contrast> {
    let through: Vec<&Call> = analysis.calls.iter().filter(|c| came_through(c)).collect();
    let mut causes: BTreeMap<&'static str, Vec<&Call>> = BTreeMap::new();
    for call in analysis.missed() {
        for code in &call.findings {
            causes.entry(code).or_default().push(call);
        }
    }
    causes.retain(|_, calls| calls.len() >= LEAST);
    if causes.is_empty() {
        return Vec::new();
    }
    let count = |calls: &[&Call]| {
        let mut of: BTreeMap<(Dimension, String), Vec<Option<Timestamp>>> = BTreeMap::new();
        for call in calls {
            for value in values(trace, analysis, call) {
                of.entry(value).or_default().push(call.started);
            }
        }
        of
    };
    let others = count(&through);
    let mut known: BTreeMap<Dimension, usize> = BTreeMap::new();
    for call in &through {
        let dimensions: BTreeSet<Dimension> = values(trace, analysis, call).into_iter().map(|(d, _)| d).collect();
        for dimension in dimensions {
            *known.entry(dimension).or_default() += 1;
        }
    }
    let mut out = Vec::new();
    for (finding, calls) in causes {
        for ((dimension, value), times) in count(&calls) {
            let good = others.get(&(dimension, value.clone())).map_or(&[][..], Vec::as_slice);
            let all = known.get(&dimension).copied().unwrap_or(0);
            let (share, usual) = (ratio(times.len(), calls.len()), ratio(good.len(), all));
            let lift = (usual > 0.0).then(|| share / usual);
            if times.len() < LEAST || share < SHARE || lift.is_some_and(|l| l < LIFT) || all < LEAST {
                continue;
            }
            let first = times.iter().flatten().min().copied();
            let since = first.filter(|f| good.iter().all(|t| t.is_some_and(|t| t < *f)) && !good.is_empty());
            out.push(Contrast {
                finding,
                dimension,
                value,
                missed: times.len(),
                missed_of: calls.len(),
                through: good.len(),
                through_of: all,
                lift,
                since,
            });
        }
    }
    let strength = |c: &Contrast| (ratio(c.missed, c.missed_of), c.lift.unwrap_or(f64::MAX));
    out.sort_by(|a, b| {
        let (a_share, a_lift) = strength(a);
        let (b_share, b_lift) = strength(b);
        a.finding
            .cmp(b.finding)
            .then(b_share.total_cmp(&a_share))
            .then(b_lift.total_cmp(&a_lift))
            .then_with(|| (a.dimension, &a.value).cmp(&(b.dimension, &b.value)))
    });
    out
}

/// Calls to mobile users of which the logs tell that the notification, or the call itself, arrived.
fn came_through(call: &Call) -> bool {
    let arrived = [Verdict::AnsweredByMobile, Verdict::DeclinedByMobile, Verdict::AnsweredElsewhere];
    call.mobile && call.verdict.is_some_and(|v| arrived.contains(&v))
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
fn ratio(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

/// Every value of a call, each once.
fn values(trace: &Trace, analysis: &Analysis, call: &Call) -> BTreeSet<(Dimension, String)> {
    let mut out = BTreeSet::new();
    for server in call.clocks.iter().filter_map(|c| analysis.servers.get(c.server)) {
        let dimension = if server.role == Role::FrontEnd { Dimension::FrontEnd } else { Dimension::Server };
        out.extend(server.name.clone().map(|name| (dimension, name)));
    }
    let pushes: Vec<&Push> = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).collect();
    for hop in pushes.iter().flat_map(|p| &p.hops) {
        let server = trace.event(hop.event).and_then(|e| analysis.servers.get(analysis.servers.of(e)));
        if let Some(server) = server.filter(|s| s.role != Role::FrontEnd) {
            out.extend(server.name.clone().map(|name| (Dimension::Server, name)));
        }
        if hop.direction == crate::record::Direction::Outgoing {
            out.extend(hop.peer.as_deref().map(|p| (Dimension::Peer, crate::text::host_of(p).to_owned())));
        }
    }
    for client in call.legs.iter().filter(|l| l.mobile).filter_map(|l| l.client.as_ref()) {
        // The device in brackets tells one phone from another, not one version.
        let version = client.name.split(" (").next().unwrap_or_default();
        out.insert((Dimension::Client, version.to_owned()));
    }
    out.extend(call.to.rsplit_once('@').map(|(_, domain)| (Dimension::UserDomain, domain.to_ascii_lowercase())));
    out.extend(call.started.and_then(|t| t.clock().get(..2).map(|h| (Dimension::Hour, format!("{h}:00")))));
    out
}
