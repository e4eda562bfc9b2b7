//! Which server wrote a source, and what it is there.

use hashbrown::HashMap;

use crate::record::Direction;
use crate::sip::{HeaderName, Method, Via};
use crate::trace::{Event, EventId, Trace};

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Access Edge: its records name edges.
    Edge,
    /// Registers clients.
    FrontEnd,
    /// Nothing in the log tells.
    Unknown,
}

impl Role {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            Role::Edge => "edge",
            Role::FrontEnd => "front_end",
            Role::Unknown => "unknown",
        }
    }
}

/// Name and role of the server of a source.
#[derive(Clone, Debug)]
pub struct ServerInfo {
    /// From the prefix, else from the Via that the server puts on what it sends; `None` when neither tells.
    pub name: Option<String>,
    /// Role.
    pub role: Role,
}

/// How many records are looked at per source.
const LOOK: usize = 400;

/// Names the server of each source.
pub fn identify(trace: &Trace) -> Vec<ServerInfo> {
    let mut start = 0;
    let events = trace.events();
    trace
        .sources()
        .iter()
        .map(|source| {
            let count = usize::try_from(source.record_count()).unwrap_or(0);
            let own = events.get(start..start + count).unwrap_or_default();
            start += count;
            let registers = own.iter().take(LOOK * 10).any(|e| e.method == Method::Register && e.is_request());
            let role = if source.edge {
                Role::Edge
            } else if registers || own.iter().take(LOOK * 10).any(|e| e.method == Method::Invite && e.is_request()) {
                Role::FrontEnd
            } else {
                Role::Unknown
            };
            let name = source.server.as_deref().map(machine).map(str::to_owned).or_else(|| from_via(trace, own));
            ServerInfo { name, role }
        })
        .collect()
}

/// `pool\server` names the machine last.
fn machine(bracket: &str) -> &str {
    bracket.rsplit('\\').next().unwrap_or(bracket)
}

fn from_via(trace: &Trace, events: &[Event]) -> Option<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let sent = events.iter().filter(|e| e.is_request() && e.direction == Direction::Outgoing);
    for event in sent.take(LOOK) {
        let Some(value) = trace.message(event).and_then(|m| m.header(HeaderName::Via)).map(|h| h.value()) else {
            continue;
        };
        let mut first = None;
        Via::parse_all(&value, |v| first = first.or(Some(v)));
        if let Some(via) = first {
            let host = crate::text::decode(via.sent_by);
            let host = host.rsplit_once(':').map_or(&*host, |(h, _)| h);
            *counts.entry(host.to_owned()).or_default() += 1;
        }
    }
    counts.into_iter().max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0))).map(|(host, _)| host)
}

/// The server that logged one record: its own prefix, else its source.
pub(crate) fn of_event(trace: &Trace, id: EventId) -> Option<String> {
    let event = trace.event(id)?;
    if let Some(symbol) = event.server() {
        return Some(machine(&crate::text::decode(trace.symbol(symbol))).to_owned());
    }
    None
}
