//! Rates of all, and by hour, server, client, domain or cause.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::blind::{HOUR, pauses};
use super::facts::{CallFact, Facts, PushFact, domain};
use super::hidden::{Amount, Hidden, hidden};
use super::possible::Tally;
use super::ratios::{CALL_RATIOS, PUSH_ACCEPTED, push_accepted};
use super::times::{self, All, ToPush};
use super::{Group, Rate, Rates, SCHEMA, definitions};
use crate::time::Timestamp;

/// What groups have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum By {
    /// Hour in which the call began.
    Hour,
    /// Server that logged the call, or sent the push.
    Server,
    /// Client of a phone, with its version.
    Client,
    /// Domain of the callee.
    Domain,
    /// Cause.
    Cause,
}

impl By {
    /// All of them.
    pub const ALL: [By; 5] = [By::Hour, By::Server, By::Client, By::Domain, By::Cause];

    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            By::Hour => "hour",
            By::Server => "server",
            By::Client => "client",
            By::Domain => "domain",
            By::Cause => "cause",
        }
    }
}

/// What is counted of a group.
#[derive(Default)]
struct Counts {
    calls: u64,
    pushes: u64,
    ratios: [Tally; CALL_RATIOS.len()],
    accepted: Tally,
    times: All,
    missed_by: BTreeMap<String, u64>,
    lost_by: BTreeMap<String, u64>,
}

impl Counts {
    fn add_call(&mut self, call: &CallFact<'_>, push: ToPush) {
        self.calls += 1;
        for (tally, ratio) in self.ratios.iter_mut().zip(&CALL_RATIOS) {
            tally.add((ratio.of)(call));
        }
        times::add_call(&mut self.times, call, push);
        if call.is_missed() {
            for code in &call.findings {
                *self.missed_by.entry(code.to_string()).or_default() += 1;
            }
        }
    }

    fn add_push(&mut self, push: &PushFact<'_>) {
        self.pushes += u64::from(!push.synthetic);
        self.accepted.add(push_accepted(push));
        times::add_push(&mut self.times, push);
        if !push.synthetic && push.result != "accepted" {
            for code in &push.findings {
                *self.lost_by.entry(code.to_string()).or_default() += 1;
            }
        }
    }

    fn group(&mut self, value: Option<String>, calls: u64, pushes: u64) -> Group {
        let ratios = self.ratios.iter().zip(&CALL_RATIOS);
        let mut rates: Vec<Rate> =
            ratios.filter_map(|(tally, r)| ratio(r.definition.name, r.definition.unit, tally, calls)).collect();
        rates.extend(ratio(PUSH_ACCEPTED.name, PUSH_ACCEPTED.unit, &self.accepted, pushes));
        rates.extend(times::rates(&mut self.times, calls, pushes));
        let (hidden_calls, hidden_pushes) = (calls, pushes);
        Group { value, calls: self.calls, pushes: self.pushes, hidden_calls, hidden_pushes, rates }
    }
}

fn ratio(name: &'static str, unit: &str, tally: &Tally, hidden: u64) -> Option<Rate> {
    let scale = if unit == "per_1000" { 1000.0 } else { 1.0 };
    let (low, high) = tally.bounds(hidden)?;
    Some(Rate {
        name,
        value: tally.value().map(|v| v * scale),
        low: Some(low * scale),
        high: Some(high * scale),
        part: Some(tally.yes),
        of: tally.known(),
        unknown: tally.unknown(),
        shares: Some(tally.shares(hidden)),
    })
}

/// The rates of all calls and pushes, and of those with a value in common.
pub fn rates(facts: &Facts<'_>, by: Option<By>) -> Rates {
    let first_push = first_pushes(facts);
    let after = |call: &CallFact<'_>| {
        let Some(sent) = first_push.get(call.call_id.as_ref()).filter(|_| call.rang) else { return ToPush::Neither };
        let rang = call.started.zip(call.ring_ms).map(|(start, ms)| start.plus(ms));
        sent.zip(rang).map_or(ToPush::Unknown, |(sent, rang)| ToPush::After(sent.since(rang)))
    };
    let clients: HashMap<&str, BTreeSet<&str>> = match by {
        Some(By::Client) => facts.calls.iter().map(|c| (c.call_id.as_ref(), c.clients())).collect(),
        _ => HashMap::new(),
    };
    let mut all = Counts::default();
    let mut groups: BTreeMap<String, Counts> = BTreeMap::new();
    for call in &facts.calls {
        let after = after(call);
        all.add_call(call, after);
        for value in call_values(call, by) {
            groups.entry(value).or_default().add_call(call, after);
        }
    }
    for push in &facts.pushes {
        all.add_push(push);
        for value in push_values(push, by, &clients) {
            groups.entry(value).or_default().add_push(push);
        }
    }
    let hours: BTreeSet<i64> = groups.keys().filter_map(|k| Timestamp::parse(k, None)).map(|t| t.0).collect();
    let calls = facts.calls.iter().map(|c| (c.started, c.servers.iter().map(AsRef::as_ref).collect()));
    let pushes = facts.pushes.iter().filter(|p| !p.synthetic);
    let pushes = pushes.map(|p| (p.sent, p.server().into_iter().collect()));
    let hidden = [hidden(facts, calls, &hours), hidden(facts, pushes, &hours)];
    let [calls, pushes] = [&hidden[0], &hidden[1]].map(|h| h.all.at_most());
    let groups = match by {
        None => Vec::new(),
        Some(By::Cause) => causes(&all, calls, pushes),
        Some(by) => {
            let of = |(value, mut counts): (String, Counts)| {
                let [calls, pushes] = [&hidden[0], &hidden[1]].map(|h| of_group(h, by, &value).at_most());
                counts.group(Some(value), calls, pushes)
            };
            // Of test traffic alone there is no rate.
            groups.into_iter().map(of).filter(|g| !g.rates.is_empty()).collect()
        }
    };
    let period = facts.period();
    let (pauses, pause_ms) = pauses(facts);
    Rates {
        schema: SCHEMA,
        generator: concat!("siptrail ", env!("CARGO_PKG_VERSION")).to_owned(),
        first: period.map(|p| p.0.iso()),
        last: period.map(|p| p.1.iso()),
        pauses,
        pause_ms,
        by: by.map(By::name),
        all: all.group(None, calls, pushes),
        groups,
        definitions: definitions().copied().collect(),
    }
}

/// What is hidden may be of any client and of any domain.
fn of_group(hidden: &Hidden, by: By, value: &str) -> Amount {
    match by {
        By::Server => hidden.servers.get(value).copied().unwrap_or_default(),
        By::Hour => {
            let hour = Timestamp::parse(value, None).map(|t| t.0);
            hour.and_then(|h| hidden.hours.get(&h)).copied().unwrap_or_default()
        }
        _ => hidden.all,
    }
}

/// By Call-ID, when the first push of a call went out: `None` in it where a push has no time.
fn first_pushes<'f>(facts: &'f Facts<'_>) -> HashMap<&'f str, Option<Timestamp>> {
    let mut out: HashMap<&str, Option<Timestamp>> = HashMap::new();
    for push in facts.pushes.iter().filter(|p| !p.synthetic) {
        if let Some(call) = &push.call {
            let known = out.entry(call.as_ref()).or_insert(push.sent);
            *known = known.zip(push.sent).map(|(a, b)| a.min(b));
        }
    }
    out
}

fn hour(time: Option<Timestamp>) -> Option<String> {
    let start = Timestamp(time?.0.div_euclid(HOUR) * HOUR).short();
    start.get(..16).map(str::to_owned)
}

fn call_values(call: &CallFact<'_>, by: Option<By>) -> Vec<String> {
    match by {
        None | Some(By::Cause) => Vec::new(),
        Some(By::Hour) => hour(call.started).into_iter().collect(),
        Some(By::Server) => call.servers.iter().map(ToString::to_string).collect(),
        Some(By::Client) => call.clients().into_iter().map(str::to_owned).collect(),
        Some(By::Domain) => domain(&call.to).into_iter().collect(),
    }
}

fn push_values(push: &PushFact<'_>, by: Option<By>, clients: &HashMap<&str, BTreeSet<&str>>) -> Vec<String> {
    match by {
        None | Some(By::Cause) => Vec::new(),
        Some(By::Hour) => hour(push.sent).into_iter().collect(),
        Some(By::Server) => push.server().map(str::to_owned).into_iter().collect(),
        Some(By::Client) => {
            let own = push.call.as_deref().and_then(|c| clients.get(c));
            own.into_iter().flatten().map(|c| (*c).to_owned()).collect()
        }
        Some(By::Domain) => push.user.as_deref().and_then(domain).into_iter().collect(),
    }
}

/// One group a cause: how many of 1,000 calls to phones were missed with it, and which share of the pushes was lost.
fn causes(all: &Counts, hidden_calls: u64, hidden_pushes: u64) -> Vec<Group> {
    let codes: BTreeSet<&String> = all.missed_by.keys().chain(all.lost_by.keys()).collect();
    let missed = CALL_RATIOS.iter().zip(&all.ratios).find(|(r, _)| r.definition.name == "missed_per_1000");
    let of = |code: &String| {
        let [calls, pushes] = [&all.missed_by, &all.lost_by].map(|by| by.get(code).copied().unwrap_or(0));
        let of_calls =
            missed.and_then(|(r, tally)| ratio(r.definition.name, r.definition.unit, &tally.only(calls), hidden_calls));
        Group {
            value: Some(code.clone()),
            calls,
            pushes,
            hidden_calls,
            hidden_pushes,
            rates: of_calls.into_iter().collect(),
        }
    };
    codes.into_iter().map(of).collect()
}
