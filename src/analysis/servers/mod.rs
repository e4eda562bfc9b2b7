//! Which server wrote a record, what it is called and what it does.
//!
//! ```text
//! file ─┬─ stream (the records of one prefix name, or all of a file without names) ─┐
//!       └─ stream ──────────────────────────────────────────────────────────────────┴─ server
//! ```
//!
//! A search of the Centralized Logging Service holds several servers in one file, and a server that rolls its
//! log over stands in several files. A server is one clock, so two are only taken for one when the log proves it.

mod directory;
mod evidence;
mod machine;
mod name;
mod role;

pub use role::Role;

use rayon::prelude::*;

use crate::span::FileId;
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Symbol, Trace};
use directory::Directory;
use evidence::Stream;
use hashbrown::{HashMap, HashSet};
use machine::Machines;

/// Number of a server in [`Servers::all`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub struct ServerId(pub u16);

/// One server.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Server {
    /// The machine of the prefix, else what the server calls itself in Record-Route or Via, else what others call
    /// its address; `None` when nothing tells.
    pub name: Option<String>,
    /// What it does.
    pub role: Role,
    /// What it wrote is no trace of a server, but in a layout that does not tell everything.
    pub(crate) foreign: bool,
    /// The inputs in which it logs, ascending.
    pub files: Vec<FileId>,
    /// Hosts by which it names itself beside that, lower case.
    pub(crate) hosts: Vec<String>,
    /// Its records, copies included.
    pub records: u64,
    /// Earliest and latest time, on its own clock.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// All servers of a trace.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
pub struct Servers {
    all: Vec<Server>,
    #[serde(skip)]
    directory: Directory,
    /// For each input: the servers that log in it, ascending.
    inside: Vec<Vec<ServerId>>,
    /// For each input: its prefix names, and the server of records without one.
    files: Vec<FileServers>,
    /// Files that claim a server for a time for which another file speaks already.
    doubled: Vec<FileId>,
    /// Domains of the hosts by which the servers call themselves, lower case.
    domains: Vec<String>,
    /// For each server those of its own names; none where it tells none.
    houses: Vec<Vec<String>>,
    /// Servers of the house that are named as the other side of a connection, and have no log here; lower case.
    missing: Vec<String>,
}

/// What was read of each input that is followed.
#[derive(Debug, Default)]
pub(super) struct Evidence(Vec<(FileId, evidence::Reading)>);

#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
struct FileServers {
    named: Vec<(Symbol, ServerId)>,
    /// The same by the text of the name.
    texts: Vec<(Symbol, ServerId)>,
    rest: ServerId,
}

/// Inputs that begin with one number are compared as long as they are fewer than this.
const MOST_ALIKE: usize = 16;
/// The spans of two files of one server meet where the log rolled over; a longer overlap is no rollover.
const ROLLOVER_MS: i64 = 2_000;

impl Servers {
    /// Finds the servers of a trace.
    pub fn identify(trace: &Trace) -> Servers {
        Servers::identify_on(trace, &mut Evidence::default(), false)
    }

    /// The same, going on from what was read of logs that have grown, where they are known to have.
    pub(super) fn identify_on(trace: &Trace, evidence: &mut Evidence, known: bool) -> Servers {
        let mut files: Vec<&[Event]> = trace.events().chunk_by(|a, b| a.file == b.file).collect();
        // What was cut out of other inputs looks like a server of other habits.
        files.retain(|events| events.first().is_some_and(|e| !trace.adds_nothing(e.file)));
        let before = std::mem::take(&mut evidence.0);
        let read = |events: &&[Event]| {
            let file = events.first().map_or(FileId(0), |e| e.file);
            let before = before.iter().find(|(of, _)| known && *of == file).map(|(_, reading)| reading);
            let (streams, reading) = evidence::streams(trace, events, before);
            (streams, reading.map(|reading| (file, reading)))
        };
        let (streams, readings): (Vec<Vec<Stream>>, Vec<_>) = files.par_iter().map(read).unzip();
        evidence.0 = readings.into_iter().flatten().collect();
        let mut streams: Vec<Stream> = streams.into_iter().flatten().collect();
        // Not by number of the file: the order in which inputs are given must not matter.
        let name = |s: &Stream| trace.inputs().get(s.file.index()).map(crate::input::Input::name);
        streams.sort_by(|a, b| (a.key(), a.span, a.records, name(a)).cmp(&(b.key(), b.span, b.records, name(b))));
        let mut out = Servers { files: vec![FileServers::default(); trace.inputs().len()], ..Servers::default() };
        let mut machines = Machines::default();
        for own in chains(streams) {
            let files: Vec<FileId> = own.iter().map(|s| s.file).collect();
            if !machines.add(trace, own) {
                out.doubled.extend(files);
            }
        }
        out.number(trace, machines.into_streams());
        out
    }

    /// Gives servers their numbers: the order of their first record, whatever the order of the inputs.
    fn number(&mut self, trace: &Trace, mut merged: Vec<Vec<Stream>>) {
        let aliases = name::Aliases::learn(merged.iter().flatten());
        merged.sort_by_cached_key(|own| {
            let first = own.iter().filter_map(|s| s.span).map(|(first, _)| first).min();
            (first.is_none(), first, role::of(own), name::of(own, &aliases))
        });
        let names = name::all(&merged, &aliases);
        self.domains = name::domains(&merged, &names, &aliases);
        for (own, name) in merged.iter().zip(names) {
            let id = ServerId(u16::try_from(self.all.len()).unwrap_or(u16::MAX));
            for stream in own {
                let Some(file) = self.files.get_mut(stream.file.index()) else { continue };
                match stream.symbol {
                    Some(symbol) => file.named.push((symbol, id)),
                    None => file.rest = id,
                }
            }
            let mut files: Vec<FileId> = own.iter().map(|s| s.file).collect();
            files.sort_unstable();
            files.dedup();
            let span = own.iter().filter_map(|s| s.span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            let records = own.iter().map(|s| s.records).sum();
            let hosts = name::hosts(own);
            // Servers that share the name of their pool have their address behind it.
            let called = name.iter().map(|n| n.split(' ').next().unwrap_or(n)).chain(hosts.iter().map(String::as_str));
            self.houses.push(called.filter_map(name::domain).collect());
            let foreign = own.iter().any(|s| s.layout.is_some());
            self.all.push(Server { name, role: role::of(own), foreign, files, hosts, records, span });
        }
        self.directory = Directory::new(&self.all);
        self.inside = vec![Vec::new(); self.files.len()];
        for (id, server) in (0..).map(ServerId).zip(&self.all) {
            for file in &server.files {
                if let Some(inside) = self.inside.get_mut(file.index()) {
                    inside.push(id);
                }
            }
        }
        let mut peers: Vec<String> =
            merged.iter().flatten().flat_map(|s| &s.peers).map(|host| host.to_ascii_lowercase()).collect();
        peers.sort_unstable();
        peers.dedup();
        // No caller comes to voice mail or to a gateway.
        let all = |of: fn(&Stream) -> &[String]| -> HashSet<String> {
            merged.iter().flatten().flat_map(of).map(|host| host.to_ascii_lowercase()).collect()
        };
        let (far_ends, between) = (all(|s| &s.far_ends), all(|s| &s.between));
        let far_end = |host: &String| far_ends.contains(host) && !between.contains(host);
        peers.retain(|host| self.find(host).is_none() && self.is_own_host(host) && !far_end(host));
        self.missing = peers;
        // A record whose prefix lost its name is the only server's of its file, if there is only one.
        let unnamed: Vec<bool> = trace.sources().iter().map(|s| s.cls).collect();
        for (file, cls) in self.files.iter_mut().zip(unnamed) {
            if let (true, [(_, only)]) = (cls, &file.named[..]) {
                file.rest = *only;
            }
        }
        self.doubled.sort_unstable();
        self.lend(trace);
        for file in &mut self.files {
            file.named.sort_by_key(|(symbol, _)| *symbol);
            file.named.dedup_by_key(|(symbol, _)| *symbol);
            file.texts.clone_from(&file.named);
            file.texts.sort_by_key(|(symbol, _)| trace.symbol(*symbol));
        }
    }

    /// The records of an input that adds nothing are those of the servers of the inputs that hold them.
    fn lend(&mut self, trace: &Trace) {
        for (i, file) in (0..).map(FileId).take(self.files.len()).enumerate() {
            let of = |holder: &FileId| self.files.get(holder.index()).cloned();
            let mut holders = trace.holders(file).iter().filter_map(of);
            let Some(mut own) = holders.next() else { continue };
            own.named.extend(holders.flat_map(|h| h.named));
            if let Some(slot) = self.files.get_mut(i) {
                *slot = own;
            }
        }
    }

    /// Names servers that nothing named yet after what is sent to them: `sent` holds who received, and the record
    /// of the sender, whose Peer is the receiver.
    pub(super) fn learn(&mut self, trace: &Trace, sent: impl Iterator<Item = (ServerId, EventId)>) {
        for (to, id) in sent {
            let Some(server) = self.all.get_mut(usize::from(to.0)) else { continue };
            if server.name.as_deref().is_none_or(evidence::is_address)
                && let Some(peer) = trace.event(id).and_then(|e| trace.peer(e)).map(decode)
                && let host = crate::text::host_of(&peer)
                && !evidence::is_address(host)
                && !host.is_empty()
            {
                server.name = Some(host.to_owned());
            }
        }
        self.directory = Directory::new(&self.all);
        let mut missing = std::mem::take(&mut self.missing);
        missing.retain(|host| self.find(host).is_none());
        self.missing = missing;
    }

    /// Whether they are the same, however much they logged, and hold the same records that both know for theirs.
    pub(super) fn are_as(&self, other: &Servers) -> bool {
        let fixed = |s: &Server| (s.name.clone(), s.role, s.foreign, s.files.clone(), s.hosts.clone());
        let all =
            self.all.len() == other.all.len() && self.all.iter().zip(&other.all).all(|(a, b)| fixed(a) == fixed(b));
        let names = |s: &Servers| (s.doubled.clone(), s.domains.clone(), s.houses.clone(), s.missing.clone());
        all && self.inside == other.inside && self.files == other.files && names(self) == names(other)
    }

    /// Whether a record that both know is one of the same server for both.
    pub(super) fn assign_as(&self, other: &Servers) -> bool {
        self.files == other.files
    }

    /// Makes anew what is not kept: whom names belong to.
    pub(crate) fn complete(&mut self) {
        self.directory = Directory::new(&self.all);
    }

    /// Changes the numbers of the names that prefixes have, and puts together again what is not written down.
    pub(crate) fn restore(&mut self, trace: &Trace, to: &dyn Fn(Symbol) -> Symbol) {
        for file in &mut self.files {
            file.named.iter_mut().chain(&mut file.texts).for_each(|(symbol, _)| *symbol = to(*symbol));
            file.named.sort_by_key(|(symbol, _)| *symbol);
            file.texts.sort_by_key(|(symbol, _)| trace.symbol(*symbol));
        }
        self.complete();
    }

    /// The names that prefixes have.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = Symbol> {
        self.files.iter().flat_map(|file| &file.named).map(|(symbol, _)| *symbol)
    }

    /// Every server, by first time.
    pub fn all(&self) -> &[Server] {
        &self.all
    }

    /// One server.
    pub fn get(&self, id: ServerId) -> Option<&Server> {
        self.all.get(usize::from(id.0))
    }

    /// The server that logged a record.
    pub fn of(&self, event: &Event) -> ServerId {
        let Some(file) = self.files.get(event.file.index()) else { return ServerId::default() };
        match event.server() {
            None => file.rest,
            Some(symbol) => {
                let at = file.named.binary_search_by_key(&symbol, |(s, _)| *s).ok().and_then(|at| file.named.get(at));
                at.map_or(file.rest, |(_, id)| *id)
            }
        }
    }

    /// The server that logged a line outside records, with the `pool\server` of its prefix.
    pub fn of_line(&self, trace: &Trace, file: FileId, place: Option<&[u8]>) -> ServerId {
        let Some(own) = self.files.get(file.index()) else { return ServerId::default() };
        let at = place.and_then(|place| own.texts.binary_search_by_key(&place, |(s, _)| trace.symbol(*s)).ok());
        at.and_then(|at| own.texts.get(at)).map_or(own.rest, |(_, id)| *id)
    }

    /// Name of the server that logged a record.
    pub fn name(&self, event: &Event) -> Option<&str> {
        self.get(self.of(event))?.name.as_deref()
    }

    /// The server of a name: the whole name, or its first label, in any case; `None` also where several have it.
    pub fn find(&self, name: &str) -> Option<ServerId> {
        self.directory.find(name)
    }

    /// Whether a host is a server of the house: one of these, or named in a domain in which they name themselves. Its
    /// log may be missing.
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        self.find(host).is_some() || name::domain(host).is_some_and(|d| self.domains.binary_search(&d).is_ok())
    }

    /// Whether two servers name themselves in different domains; false where one of them tells none.
    pub(crate) fn is_of_another_house(&self, a: ServerId, b: ServerId) -> bool {
        let of = |id: ServerId| self.houses.get(usize::from(id.0)).map_or(&[][..], Vec::as_slice);
        let (a, b) = (of(a), of(b));
        !a.is_empty() && !b.is_empty() && !a.iter().any(|domain| b.contains(domain))
    }

    /// Whether a server of the house is named as the other side of a connection between servers, and has no log here.
    pub(crate) fn lacks_log(&self) -> bool {
        !self.missing.is_empty()
    }

    /// The servers of one input, ascending.
    pub fn of_file(&self, file: FileId) -> &[ServerId] {
        self.inside.get(file.index()).map_or(&[], Vec::as_slice)
    }

    /// Inputs that name a server for a time for which another input speaks, with other records: two machines of
    /// one name. They are kept apart.
    pub fn doubled(&self) -> &[FileId] {
        &self.doubled
    }
}

/// The first label of a host name; an address has none, and stands for itself.
fn label(host: &str) -> &str {
    if evidence::is_address(host) { host } else { host.split('.').next().unwrap_or(host) }
}

/// Streams that go on in each other are those of one server: a log that rolled over has parts in which the server sends
/// nothing by which it could be known.
fn chains(streams: Vec<Stream>) -> Vec<Vec<Stream>> {
    let mut next: Vec<Option<usize>> = vec![None; streams.len()];
    let mut starts: HashMap<u32, Vec<usize>> = HashMap::new();
    for (i, stream) in streams.iter().enumerate() {
        if let Some([first, _]) = stream.ends {
            starts.entry(first.seq.wrapping_sub(first.lines)).or_default().push(i);
        }
    }
    let mut followers = vec![0u32; streams.len()];
    for (i, stream) in streams.iter().enumerate() {
        let Some([_, last]) = stream.ends else { continue };
        let at = last.seq.wrapping_add(last.lines).wrapping_add(1);
        let near = starts.get(&at).filter(|all| all.len() < MOST_ALIKE).into_iter().flatten();
        let mut fits = near.copied().filter(|j| streams.get(*j).is_some_and(|s| stream.goes_on_in(s)));
        // Where two could follow, nothing is proven.
        if let (Some(j), None) = (fits.next(), fits.next())
            && let (Some(slot), Some(n)) = (next.get_mut(i), followers.get_mut(j))
        {
            (*slot, *n) = (Some(j), *n + 1);
        }
    }
    let mut slots: Vec<Option<Stream>> = streams.into_iter().map(Some).collect();
    let mut out: Vec<Vec<Stream>> = Vec::new();
    let follows = |j: usize| followers.get(j) == Some(&1);
    let first = |i: &usize| !follows(*i);
    let order: Vec<usize> = (0..slots.len()).filter(first).chain(0..slots.len()).collect();
    for i in order {
        // Nearly all are alone, and a list that grows has room for four.
        let mut chain = Vec::with_capacity(1);
        let mut at = Some(i);
        while let Some(stream) = at.and_then(|i| slots.get_mut(i)).and_then(Option::take) {
            chain.push(stream);
            at = at.and_then(|i| next.get(i).copied().flatten()).filter(|j| follows(*j));
        }
        if !chain.is_empty() {
            out.push(chain);
        }
    }
    out
}

/// `pool\server` names the machine last.
fn machine(trace: &Trace, symbol: Symbol) -> String {
    let bracket = decode(trace.symbol(symbol));
    bracket.rsplit('\\').next().unwrap_or(&bracket).to_owned()
}
