//! Who takes part: from records and peers to lanes.
//!
//! All messages with one Via list go over one link between two neighbours: requests up to down, responses back.
//! An end of a link is a server whose log is there, or else the `Peer` of the record at the other end.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use super::legs::Legs;
use super::{Lane, LaneRole, MAX_LANES};
use crate::analysis::transmission::Transmission;
use crate::analysis::{Role, ServerId, Servers};
use crate::knowledge::Product;
use crate::knowledge::clients::MOBILITY_PORTS;
use crate::sip::{CLEARING_HOUSE, CLEARING_HOUSE_PROXY, HeaderName, Method, NameAddr};
use crate::text::{contains_ignore_case, decode, host_and_port};
use crate::trace::{EventId, Symbol, Trace};

/// The messages that go over one link.
type LinkKey = (Option<Symbol>, Box<[u64]>, u32, Method);

fn link_key(c: &Transmission) -> LinkKey {
    // ACK of a refusal and CANCEL go the way of their INVITE (RFC 3261 sections 9.1 and 17.1.1.3).
    let method = match c.key.method {
        Method::Ack | Method::Cancel => Method::Invite,
        other => other,
    };
    (c.key.call, c.vias.clone(), c.key.cseq, method)
}

/// One end of a link.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum End {
    /// A server whose log is among the inputs.
    Logged(ServerId),
    /// `host:port` of a peer.
    Peer(String),
}

/// What is known about the two ends of a link.
#[derive(Clone, Debug, Default)]
struct Link {
    up: Option<End>,
    down: Option<End>,
    /// The other side as each end calls it.
    up_peer: Option<String>,
    down_peer: Option<String>,
    up_product: Option<Vec<u8>>,
    down_product: Option<Vec<u8>>,
    /// The sender made the request itself.
    origin: bool,
    /// Address of the From header, for the client that starts the call.
    from: Option<String>,
    invite: bool,
}

/// How servers are known.
struct Names<'t> {
    trace: &'t Trace,
    servers: &'t Servers,
    /// What others call a server whose log is there.
    aliases: BTreeMap<String, ServerId>,
}

/// The lanes of a story, and the two lanes of each transmission.
#[derive(Default)]
pub(super) struct Lanes {
    pub(super) all: Vec<Lane>,
    /// Sender and receiver of each transmission.
    pub(super) ends: Vec<(usize, usize)>,
    by_server: HashMap<ServerId, usize>,
    /// What the peers of a server call it.
    called: HashMap<ServerId, String>,
    /// Peers, and the far ends of forks behind them.
    by_peer: HashMap<(String, Option<u32>), usize>,
    /// Lanes of a far end.
    taken: HashSet<usize>,
    /// Participants that share the last lane.
    more: usize,
}

impl Lanes {
    pub(super) fn new(trace: &Trace, servers: &Servers, transmissions: &[Transmission], legs: &Legs) -> Lanes {
        let links = links(trace, servers, transmissions);
        let mut out = Lanes::default();
        let aliases = aliases(links.values());
        let names = Names { trace, servers, aliases };
        for (host, server) in &names.aliases {
            if !is_address(host) {
                out.called.entry(*server).or_insert_with(|| host.clone());
            }
        }
        for (i, c) in transmissions.iter().enumerate() {
            let Some(link) = links.get(&link_key(c)) else {
                out.ends.push((0, 0));
                continue;
            };
            let (from, to) = legs.endpoints(i, c);
            let up = out.lane(&names, link, true, from);
            let down = out.lane(&names, link, false, to);
            out.ends.push(if c.is_request() { (up, down) } else { (down, up) });
        }
        out
    }

    /// Lane of the server that wrote a record.
    pub(super) fn of_record(&mut self, trace: &Trace, servers: &Servers, id: EventId) -> usize {
        let server = trace.event(id).map(|e| servers.of(e)).unwrap_or_default();
        self.server(trace, servers, server)
    }

    fn server(&mut self, trace: &Trace, servers: &Servers, id: ServerId) -> usize {
        if let Some(lane) = self.by_server.get(&id) {
            return *lane;
        }
        let server = servers.get(id);
        let role = match server.map_or(Role::Unknown, |s| s.role) {
            Role::Edge => LaneRole::Edge,
            Role::FrontEnd => LaneRole::FrontEnd,
            Role::Director => LaneRole::Director,
            Role::Mediation => LaneRole::Mediation,
            Role::Client => LaneRole::Client,
            Role::Gateway | Role::Capture | Role::Unknown => LaneRole::Host,
        };
        let own = server.and_then(|s| s.name.clone());
        // An address tells a reader less than what the peers call the server.
        let called = || self.called.get(&id).filter(|_| own.as_deref().is_none_or(is_address)).cloned();
        let file = || {
            let file = server.and_then(|s| s.files.first())?;
            trace.inputs().get(file.index()).map(|input| input.name().to_owned())
        };
        let name = called().or_else(|| own.clone()).or_else(file).unwrap_or_default();
        let lane = self.add(Lane { role, name, product: None, logged: true });
        self.by_server.insert(id, lane);
        lane
    }

    /// The lanes; the last one tells how many share it.
    pub(super) fn finish(mut self) -> Vec<Lane> {
        if let Some(last) = self.all.last_mut().filter(|l| l.role == LaneRole::Others) {
            last.name = format!("{} more", self.more);
        }
        self.all
    }

    fn add(&mut self, lane: Lane) -> usize {
        self.more += usize::from(self.all.len() + 1 >= MAX_LANES);
        if self.all.len() + 1 == MAX_LANES {
            let name = String::new();
            self.all.push(Lane { role: LaneRole::Others, name, product: None, logged: false });
        } else if self.all.len() < MAX_LANES {
            self.all.push(lane);
        }
        self.all.len() - 1
    }

    fn lane(&mut self, names: &Names<'_>, link: &Link, up: bool, endpoint: Option<u32>) -> usize {
        let (end, product) = if up { (&link.up, &link.up_product) } else { (&link.down, &link.down_product) };
        let (other, product) = (if up { &link.down } else { &link.up }, product.as_deref());
        let peer = match end {
            Some(End::Logged(id)) => return self.server(names.trace, names.servers, *id),
            Some(End::Peer(peer)) => peer.clone(),
            None => String::new(),
        };
        if let Some(lane) = self.by_peer.get(&(peer.clone(), endpoint)) {
            return *lane;
        }
        let (host, port) = host_and_port(&peer);
        let port = port.unwrap_or_default();
        let mobility = MOBILITY_PORTS.contains(&port) || product.is_some_and(speaks_for_phone);
        let client = (up && link.origin) || (!up && is_address(host));
        let mut key = peer.clone();
        let lane = if mobility {
            key = format!("mobility {host}");
            Lane { role: LaneRole::MobilityService, name: peer.clone(), product: phone(product), logged: false }
        } else if is_clearing_house(host, product) {
            "clearing house".clone_into(&mut key);
            Lane { role: LaneRole::ClearingHouse, name: host.to_owned(), product: None, logged: false }
        } else if client {
            let mobile = product.is_some_and(Product::is_mobile);
            let caller = up && link.invite;
            let role = match (caller, mobile) {
                (true, _) => LaneRole::Caller,
                (_, true) => LaneRole::MobileClient,
                _ => LaneRole::Client,
            };
            let name = link.from.clone().filter(|f| caller && !f.is_empty()).unwrap_or_else(|| peer.clone());
            Lane { role, name, product: product.map(|p| Product::parse(p).name), logged: false }
        } else {
            let known = names.aliases.get(host).filter(|id| !matches!(other, Some(End::Logged(o)) if o == *id));
            if let Some(id) = known {
                let lane = self.server(names.trace, names.servers, *id);
                self.by_peer.insert((peer, endpoint), lane);
                return lane;
            }
            host.clone_into(&mut key);
            Lane { role: LaneRole::Host, name: host.to_owned(), product: None, logged: false }
        };
        // Far ends behind one server or service are told apart, servers in between are not.
        let is_far = matches!(lane.role, LaneRole::MobilityService | LaneRole::Client | LaneRole::MobileClient);
        let at = self.place(key, endpoint.filter(|_| is_far), lane);
        self.by_peer.entry((peer.clone(), None)).or_insert(at);
        self.by_peer.insert((peer, endpoint), at);
        at
    }

    /// The lane of a participant; the first far end of a fork behind it takes the lane that is there.
    fn place(&mut self, key: String, endpoint: Option<u32>, lane: Lane) -> usize {
        let (role, product) = (lane.role, lane.product.clone());
        let known = self.by_peer.get(&(key.clone(), endpoint)).copied();
        let there = || self.by_peer.get(&(key.clone(), None)).copied().filter(|at| !self.taken.contains(at));
        let at = known.or_else(there).unwrap_or_else(|| self.add(lane));
        if endpoint.is_some() {
            self.taken.insert(at);
        }
        // What a far end is may be told later than that it is there.
        if let Some(own) = self.all.get_mut(at).filter(|own| own.role == role && own.product.is_none()) {
            own.product = product;
        }
        self.by_peer.entry((key.clone(), None)).or_insert(at);
        self.by_peer.insert((key, endpoint), at);
        at
    }
}

/// Both ends of every link, from all records that went over it.
fn links(trace: &Trace, servers: &Servers, transmissions: &[Transmission]) -> HashMap<LinkKey, Link> {
    let mut out: HashMap<LinkKey, Link> = HashMap::new();
    for c in transmissions {
        let link = out.entry(link_key(c)).or_default();
        let server_of = |id: Option<EventId>| Some(servers.of(trace.event(id?)?));
        let (sender_logged, receiver_logged) = (server_of(c.sent), server_of(c.received));
        let peer_of = |id: Option<EventId>| {
            let event = trace.event(id?)?;
            trace.peer(event).map(|p| decode(p).into_owned())
        };
        let (sender_peer, receiver_peer) = (peer_of(c.received.or(c.stray)), peer_of(c.sent));
        let request = c.is_request();
        let (up_logged, down_logged) =
            if request { (sender_logged, receiver_logged) } else { (receiver_logged, sender_logged) };
        let (up_peer, down_peer) = if request { (sender_peer, receiver_peer) } else { (receiver_peer, sender_peer) };
        link.up_peer = link.up_peer.take().or(up_peer);
        link.down_peer = link.down_peer.take().or(down_peer);
        if let Some(id) = up_logged {
            link.up = Some(End::Logged(id));
        }
        if let Some(id) = down_logged {
            link.down = Some(End::Logged(id));
        }
        let product = trace.event(c.first()).and_then(|e| trace.product(e)).map(|m| m.text().to_vec());
        if request && c.vias.len() <= 1 {
            link.origin = true;
            link.up_product = link.up_product.take().or(product);
            link.invite |= c.key.method == Method::Invite && c.key.to_tag == 0;
            let from = || {
                let message = trace.message(trace.event(c.first())?)?;
                let value = message.header(HeaderName::From)?.value();
                Some(decode(NameAddr::parse(&value).address()).into_owned())
            };
            link.from = link.from.take().or_else(from);
        } else if !request && c.key.status > 100 {
            // The one nearest the far end is the one who made the response: kept only where nobody is behind.
            let better = link.down_product.as_deref().is_none_or(|p| !Product::is_mobile(p));
            if better && product.is_some() {
                link.down_product = product;
            }
        }
    }
    for link in out.values_mut() {
        link.up = link.up.take().or_else(|| link.up_peer.clone().map(End::Peer));
        link.down = link.down.take().or_else(|| link.down_peer.clone().map(End::Peer));
    }
    out
}

/// What others call a server whose log is there: host of `Peer` to server.
fn aliases<'l>(links: impl Iterator<Item = &'l Link>) -> BTreeMap<String, ServerId> {
    let mut out: BTreeMap<String, ServerId> = BTreeMap::new();
    let mut pairs: Vec<(String, ServerId)> = Vec::new();
    for link in links {
        for (end, peer) in [(&link.up, &link.up_peer), (&link.down, &link.down_peer)] {
            if let (Some(End::Logged(server)), Some(peer)) = (end, peer) {
                pairs.push((host_and_port(peer).0.to_owned(), *server));
            }
        }
    }
    pairs.sort_unstable();
    for (host, server) in pairs {
        out.entry(host).or_insert(server);
    }
    out
}

fn is_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
}

fn speaks_for_phone(product: &[u8]) -> bool {
    contains_ignore_case(product, b"mcxservice") || contains_ignore_case(product, b"ucwa/")
}

/// The phone behind the mobility service, where it is named.
fn phone(product: Option<&[u8]>) -> Option<String> {
    product.map(|p| Product::parse(p).name).filter(|name| !name.starts_with("mobility service"))
}

fn is_clearing_house(host: &str, product: Option<&[u8]>) -> bool {
    let host = host.to_ascii_lowercase();
    host == CLEARING_HOUSE_PROXY
        || host == CLEARING_HOUSE
        || product.is_some_and(|p| contains_ignore_case(p, b"pnchapplication"))
}
