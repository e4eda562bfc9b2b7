//! Whom each cause hit, gathered once for all cases.

use std::collections::BTreeMap;

use hashbrown::HashSet;

use crate::analysis::{Analysis, Call, Push};
use crate::time::Timestamp;

/// Whom a cause hit.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Hit {
    /// Numbers of the calls, ascending.
    pub calls: Vec<usize>,
    /// Numbers of the pushes that belong to no call with the cause, ascending.
    pub pushes: Vec<usize>,
    /// How many of the calls were missed.
    pub missed: usize,
    /// Different users that were called or pushed, as far as they have an address.
    pub users: usize,
    /// First and last time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Servers that all of them went through, in order of name.
    pub servers: Vec<String>,
}

/// Whom each cause hit.
#[derive(Clone, Debug, Default)]
pub struct Index {
    hits: BTreeMap<&'static str, Hit>,
}

/// What is gathered of a cause.
#[derive(Default)]
struct Gathered<'a> {
    hit: Hit,
    users: HashSet<String>,
    /// `None` before the first.
    servers: Option<Vec<&'a str>>,
}

impl<'a> Gathered<'a> {
    /// `servers` are in order.
    fn add(&mut self, user: &str, time: Option<Timestamp>, servers: Vec<&'a str>) {
        // Who has no address in the log may be any of those that have.
        if !user.is_empty() {
            self.users.insert(user.to_ascii_lowercase());
        }
        let span = &mut self.hit.span;
        *span = time.map_or(*span, |t| Some(span.map_or((t, t), |(a, b)| (a.min(t), b.max(t)))));
        match &mut self.servers {
            Some(common) => common.retain(|s| servers.binary_search(s).is_ok()),
            None => self.servers = Some(servers),
        }
    }
}

impl Index {
    /// Of all calls and pushes.
    pub fn new(analysis: &Analysis) -> Index {
        let mut all: BTreeMap<&'static str, Gathered<'_>> = BTreeMap::new();
        for (i, call) in analysis.calls.iter().enumerate() {
            for code in &call.findings {
                let own = all.entry(code).or_default();
                own.hit.calls.push(i);
                own.hit.missed += usize::from(call.is_missed());
                own.add(&call.to, call.started, servers_of_call(analysis, call));
            }
        }
        for (i, push) in analysis.pushes.iter().enumerate() {
            let call = push.call.and_then(|c| analysis.calls.get(c));
            for code in push.findings.iter().filter(|code| !call.is_some_and(|c| c.findings.contains(code))) {
                let own = all.entry(code).or_default();
                own.hit.pushes.push(i);
                own.add(push.user.as_deref().unwrap_or_default(), push.sent, servers_of_push(push));
            }
        }
        let finish = |(code, own): (&'static str, Gathered<'_>)| {
            let servers = own.servers.unwrap_or_default().into_iter().map(str::to_owned).collect();
            (code, Hit { users: own.users.len(), servers, ..own.hit })
        };
        Index { hits: all.into_iter().map(finish).collect() }
    }

    /// Whom a cause hit; `None` where it hit nobody.
    pub fn hit(&self, code: &str) -> Option<&Hit> {
        self.hits.get(code)
    }

    /// All causes that hit somebody, by code.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Hit)> {
        self.hits.iter().map(|(code, hit)| (*code, hit))
    }
}

/// The servers that logged a call or a push of it, by name.
pub(super) fn servers_of_call<'a>(analysis: &'a Analysis, call: &Call) -> Vec<&'a str> {
    let own = call.clocks.iter().filter_map(|c| analysis.servers.get(c.server)?.name.as_deref());
    let pushes = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p));
    let mut out: Vec<&str> = own.chain(pushes.flat_map(servers_of_push)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn servers_of_push(push: &Push) -> Vec<&str> {
    let mut out: Vec<&str> = push.sightings.iter().filter_map(|h| h.server.as_deref()).collect();
    out.sort_unstable();
    out.dedup();
    out
}
