//! What calls have in common, as numbers: a text is compared once, when it gets its number.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::Dimension;
use crate::analysis::{Analysis, Call, Role};
use crate::record::Direction;
use crate::text::host_of;
use crate::trace::Trace;

/// A value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Value<'a> {
    Text(Dimension, Cow<'a, str>),
    /// Of the day, on the clock of the reference.
    Hour(i64),
}

/// The values of all calls, numbered by first use.
pub(crate) struct Values<'a> {
    trace: &'a Trace,
    analysis: &'a Analysis,
    numbers: HashMap<Value<'a>, u32>,
    all: Vec<Value<'a>>,
    own: Vec<u32>,
}

impl<'a> Values<'a> {
    pub(crate) fn new(trace: &'a Trace, analysis: &'a Analysis) -> Values<'a> {
        Values { trace, analysis, numbers: HashMap::new(), all: Vec::new(), own: Vec::new() }
    }

    fn add(&mut self, value: Value<'a>) {
        let Values { numbers, all, own, .. } = self;
        let next = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let number = *numbers.entry(value).or_insert_with_key(|value| {
            all.push(value.clone());
            next
        });
        own.push(number);
    }

    fn text(&mut self, dimension: Dimension, text: impl Into<Cow<'a, str>>) {
        self.add(Value::Text(dimension, text.into()));
    }

    /// Every value of a call, each once.
    pub(crate) fn of(&mut self, call: &'a Call) -> &[u32] {
        self.own.clear();
        let (trace, analysis) = (self.trace, self.analysis);
        for server in call.clocks.iter().filter_map(|c| analysis.servers.get(c.server)) {
            let dimension = if server.role == Role::FrontEnd { Dimension::FrontEnd } else { Dimension::Server };
            server.name.iter().for_each(|name| self.text(dimension, name));
        }
        for hop in call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).flat_map(|p| &p.sightings) {
            let server = trace.event(hop.event).and_then(|e| analysis.servers.get(analysis.servers.of(e)));
            if let Some(server) = server.filter(|s| s.role != Role::FrontEnd) {
                server.name.iter().for_each(|name| self.text(Dimension::Server, name));
            }
            if hop.direction == Direction::Outgoing {
                hop.peer.iter().for_each(|peer| self.text(Dimension::Peer, host_of(peer)));
            }
        }
        for client in call.legs.iter().filter(|l| l.mobile).filter_map(|l| l.client.as_ref()) {
            // The device in brackets tells one phone from another, not one version.
            let version = client.name.split(" (").next().unwrap_or_default();
            self.text(Dimension::Client, version);
        }
        if let Some((_, domain)) = call.to.rsplit_once('@') {
            let is_upper = domain.bytes().any(|b| b.is_ascii_uppercase());
            let domain = if is_upper { Cow::Owned(domain.to_ascii_lowercase()) } else { Cow::Borrowed(domain) };
            self.text(Dimension::UserDomain, domain);
        }
        if let Some(time) = call.started {
            self.add(Value::Hour(time.0.rem_euclid(86_400_000) / 3_600_000));
        }
        self.own.sort_unstable();
        self.own.dedup();
        &self.own
    }

    /// The dimensions of which numbers name a value, each once.
    pub(super) fn dimensions(&self, own: &[u32]) -> Vec<Dimension> {
        let of = |value: &Value<'_>| match value {
            Value::Text(dimension, _) => *dimension,
            Value::Hour(_) => Dimension::Hour,
        };
        let mut all: Vec<Dimension> = own.iter().filter_map(|n| self.all.get(*n as usize)).map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The dimension of a number, and its value as the report has it.
    pub(crate) fn name(&self, number: usize) -> (Dimension, String) {
        match self.all.get(number) {
            Some(Value::Text(dimension, text)) => (*dimension, text.to_string()),
            Some(Value::Hour(hour)) => (Dimension::Hour, format!("{hour:02}:00")),
            None => (Dimension::Hour, String::new()),
        }
    }
}
