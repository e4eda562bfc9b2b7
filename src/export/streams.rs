//! Which TCP connection a message went over, and the addresses of its ends.
//!
//! A record names the server that wrote it and its Peer: that pair is one end's view of a connection. Where both ends
//! logged a message, their views are joined, and each learns its own address from the other's Peer. Else the own
//! address is what the server writes into its Via (RFC 3261 section 18.1.1), and what nobody tells is made up from
//! the addresses for documentation (RFC 5737).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use crate::analysis::transmission::Transmission;
use crate::analysis::{Analysis, ServerId};
use crate::record::Direction;
use crate::sip::{HeaderName, Via};
use crate::text::{decode, host_and_port};
use crate::trace::{EventId, Trace};

/// An end of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

/// One end's view: who logged, and whom it calls the peer.
type Observer = (ServerId, String);

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// Connection of each view, and the side of the server that logged.
    views: BTreeMap<Observer, (usize, usize)>,
    /// For each connection: the end of the view that was first, and the other.
    ends: Vec<[End; 2]>,
    addresses: BTreeMap<String, IpAddr>,
    /// Hosts whose address is made up.
    pub(super) made_up: BTreeMap<String, IpAddr>,
    /// Connections with a port that is made up.
    pub(super) made_up_ports: usize,
}

impl Streams {
    pub(super) fn of(trace: &Trace, analysis: &Analysis, transmissions: &[Transmission]) -> Streams {
        let mut out = Streams::default();
        // What both ends logged says which views are one connection; only then is a view alone a connection of its own.
        let both = |c: &Transmission| Some((view(trace, analysis, c.sent?)?, view(trace, analysis, c.received?)?));
        for (sent, received) in transmissions.iter().filter_map(both) {
            out.join(&sent, &received);
        }
        for id in transmissions.iter().flat_map(Transmission::records) {
            if let Some(view) = view(trace, analysis, id) {
                out.add(&view);
            }
        }
        out.learn_from_peers(analysis);
        for c in transmissions {
            c.records().for_each(|id| out.learn(trace, analysis, id));
        }
        out.complete(analysis);
        out
    }

    fn add(&mut self, view: &Observer) -> (usize, usize) {
        if let Some(known) = self.views.get(view) {
            return *known;
        }
        self.ends.push([End::default(), End::read(&view.1)]);
        let place = (self.ends.len() - 1, 0);
        self.views.insert(view.clone(), place);
        place
    }

    /// Two views of one connection: the peer of each is the other's own end.
    fn join(&mut self, a: &Observer, b: &Observer) {
        let (at, side) = self.add(a);
        let own = End::read(&b.1);
        match self.ends.get_mut(at).and_then(|ends| ends.get_mut(side)) {
            Some(slot) if *slot == End::default() => *slot = own,
            // One name for two connections does not tell them apart.
            Some(slot) if *slot != own => return,
            _ => {}
        }
        self.views.entry(b.clone()).or_insert((at, 1 - side));
    }

    /// What the other end of a connection calls a server: its address, the one that is told most often.
    fn learn_from_peers(&mut self, analysis: &Analysis) {
        let mut told: BTreeMap<String, BTreeMap<IpAddr, usize>> = BTreeMap::new();
        for ((server, _), (at, side)) in &self.views {
            let name = analysis.servers.get(*server).and_then(|s| s.name.as_ref());
            let end = self.ends.get(*at).and_then(|ends| ends.get(*side));
            if let Some((name, address)) = name.zip(end.and_then(|e| e.host.parse().ok())) {
                *told.entry(name.to_lowercase()).or_default().entry(address).or_default() += 1;
            }
        }
        for (name, addresses) in told {
            let most = addresses.into_iter().max_by_key(|(address, n)| (*n, std::cmp::Reverse(*address)));
            self.addresses.extend(most.map(|(address, _)| (name, address)));
        }
    }

    /// What a Via tells: the address of the host that put it there, and its port on this connection.
    fn learn(&mut self, trace: &Trace, analysis: &Analysis, id: EventId) {
        let Some((event, v)) = trace.event(id).and_then(|e| Some((e, view(trace, analysis, id)?))) else { return };
        let Some(&(at, side)) = self.views.get(&v) else { return };
        // The top entry is the requester's: the sender of a request, the receiver of a response.
        let requester = if (event.direction == Direction::Outgoing) == event.is_request() { side } else { 1 - side };
        let via = trace.message(event).and_then(|m| m.header(HeaderName::Via)).map(|h| h.value());
        let mut sent_by = None;
        if let Some(value) = via {
            Via::parse_all(&value, |v| sent_by = sent_by.take().or_else(|| Some(End::read(&decode(v.sent_by)))));
        }
        let (Some(sent_by), Some(ends)) = (sent_by, self.ends.get_mut(at)) else { return };
        let Some(end) = ends.get_mut(requester) else { return };
        if end.host.is_empty() {
            let own = analysis.servers.get(v.0).filter(|_| requester == side);
            end.host = own.and_then(|s| s.name.clone()).unwrap_or_else(|| sent_by.host.clone());
        }
        if end.port.is_none() {
            end.port = sent_by.port;
        }
        if let (Ok(address), Err(_)) = (sent_by.host.parse(), end.host.parse::<IpAddr>()) {
            self.addresses.entry(end.host.to_lowercase()).or_insert(address);
        }
    }

    /// Makes up what nobody told.
    fn complete(&mut self, analysis: &Analysis) {
        for (view, (at, side)) in &self.views {
            let end = self.ends.get_mut(*at).and_then(|ends| ends.get_mut(*side));
            if let Some(end) = end.filter(|e| e.host.is_empty()) {
                let name = analysis.servers.get(view.0).and_then(|s| s.name.clone());
                end.host = name.unwrap_or_else(|| format!("server-{}", view.0.0));
            }
        }
        // A host is called by its whole name, by a part of it, in any case.
        for end in self.ends.iter_mut().flatten().filter(|e| e.host.parse::<IpAddr>().is_err()) {
            let server = analysis.servers.find(&end.host).and_then(|id| analysis.servers.get(id));
            end.host = server.and_then(|s| s.name.as_ref()).map_or(end.host.to_lowercase(), |n| n.to_lowercase());
        }
        let used: Vec<IpAddr> = self
            .addresses
            .values()
            .copied()
            .chain(self.ends.iter().flatten().filter_map(|e| e.host.parse().ok()))
            .collect();
        let free = [[203, 0, 113], [198, 51, 100], [192, 0, 2]]
            .into_iter()
            .flat_map(|[a, b, c]| (1..=254).map(move |d| IpAddr::V4(Ipv4Addr::new(a, b, c, d))));
        let mut free = free.filter(|ip| !used.contains(ip));
        for end in self.ends.iter_mut().flatten() {
            if end.port.is_none() {
                self.made_up_ports += 1;
            }
            if end.host.parse::<IpAddr>().is_err() && !self.addresses.contains_key(&end.host) {
                // With more hosts than addresses the last one stands for the rest.
                let address = free.next().unwrap_or(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 255)));
                self.addresses.insert(end.host.clone(), address);
                self.made_up.insert(end.host.clone(), address);
            }
        }
        for at in 0..self.ends.len() {
            // A server that talks to itself has two ends all the same.
            let same = self.address(at, 0) == self.address(at, 1);
            if let Some(end) = self.ends.get_mut(at).filter(|_| same).into_iter().flatten().find(|e| e.port.is_none()) {
                end.port = Some(EPHEMERAL);
            }
        }
    }

    /// Number of the connection of a record, and the side that sent it.
    pub(super) fn find(&self, trace: &Trace, analysis: &Analysis, id: EventId) -> Option<(usize, usize)> {
        let view = view(trace, analysis, id)?;
        let (at, side) = *self.views.get(&view)?;
        let sent = trace.event(id)?.direction != Direction::Incoming;
        Some((at, if sent { side } else { 1 - side }))
    }

    /// Address and port of an end. Without a port in the log it is the one on which servers listen.
    pub(super) fn address(&self, stream: usize, side: usize) -> (IpAddr, u16) {
        let end = self.ends.get(stream).and_then(|ends| ends.get(side)).cloned().unwrap_or_default();
        let known = end.host.parse().ok().or_else(|| self.addresses.get(&end.host).copied());
        (known.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), end.port.unwrap_or(LISTENING))
    }

    /// Names of addresses.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, IpAddr)> {
        self.addresses.iter().map(|(name, ip)| (name.as_str(), *ip))
    }
}

/// SIP over TLS (RFC 3261 section 19.1.2).
const LISTENING: u16 = 5061;
/// The first port that a client gets (RFC 6335 section 6).
const EPHEMERAL: u16 = 49152;

fn view(trace: &Trace, analysis: &Analysis, id: EventId) -> Option<Observer> {
    let event = trace.event(id)?;
    let peer = trace.peer(event).map(|p| decode(p).into_owned()).unwrap_or_default();
    Some((analysis.servers.of(event), peer))
}

impl End {
    /// `host:port`, `[2001:db8::1]:5061`, a bare host.
    fn read(text: &str) -> End {
        let (host, port) = host_and_port(text);
        End { host: host.to_owned(), port: port.and_then(|p| p.parse().ok()) }
    }
}
