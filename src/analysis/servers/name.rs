//! What a server is called.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Stream, is_address};

/// Names that servers use for each other's addresses.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    names: BTreeMap<String, BTreeMap<String, u32>>,
    /// Hosts by their first label: two companies may call theirs alike.
    hosts: BTreeMap<String, BTreeSet<String>>,
}

impl Aliases {
    /// What all streams together say.
    pub(super) fn learn<'s>(streams: impl Iterator<Item = &'s Stream>) -> Aliases {
        let mut out = Aliases::default();
        for stream in streams {
            for (address, name) in &stream.aliases {
                *out.names.entry(address.clone()).or_default().entry(name.clone()).or_default() += 1;
            }
            let hosts = stream.peers.iter().chain(stream.recorded.iter().map(|(host, _)| host));
            for host in hosts.filter(|h| !is_address(h)) {
                if let Some((label, _)) = host.split_once('.') {
                    out.hosts.entry(label.to_ascii_lowercase()).or_default().insert(host.clone());
                }
            }
        }
        out
    }

    fn get(&self, address: &str) -> Option<&str> {
        let names = self.names.get(address)?;
        names.iter().max_by(|a, b| (a.1, b.0).cmp(&(b.1, a.0))).map(|(name, _)| name.as_str())
    }
}

/// The prefix; a host of the logs after which the file is called; the name that others have for its address; its own
/// Record-Route (RFC 3261 section 16.6 item 4: a proxy puts its own on top, though often that of its pool); its Via.
pub(super) fn of(streams: &[Stream], aliases: &Aliases) -> Option<String> {
    if let Some(machine) = streams.iter().find_map(|s| s.machine.clone()) {
        return Some(machine);
    }
    let host = host(streams);
    let called = host.and_then(|host| aliases.get(host));
    let named_after = streams.iter().filter_map(|s| aliases.hosts.get(&s.file_name)).find_map(|hosts| {
        let own =
            |name: &str| called == Some(name) || streams.iter().any(|s| s.recorded.iter().any(|(h, _)| h == name));
        let mut all = hosts.iter();
        let only = all.next().filter(|_| all.next().is_none());
        only.or_else(|| hosts.iter().find(|name| own(name))).map(String::as_str)
    });
    if let Some(name) = named_after.or(called) {
        return Some(name.to_owned());
    }
    let mut recorded: BTreeMap<&str, i32> = BTreeMap::new();
    for (host, n) in streams.iter().flat_map(|s| &s.recorded).filter(|(h, _)| !is_address(h)) {
        *recorded.entry(host).or_default() += n;
    }
    let own = recorded.iter().filter(|(_, n)| **n > 0).max_by(|a, b| (a.1, b.0).cmp(&(b.1, a.0)));
    if let Some((host, _)) = own {
        return Some((*host).to_owned());
    }
    host.map(str::to_owned)
}

/// The hosts by which a server names itself beside its pool, sorted.
pub(super) fn hosts(streams: &[Stream]) -> Vec<String> {
    let own = streams.iter().flat_map(|s| &s.calls_itself).filter(|(_, n)| *n > 0);
    let mut out: Vec<String> = own.map(|(host, _)| host.clone()).collect();
    out.sort_unstable();
    out.dedup();
    out.truncate(8);
    out
}

/// The domains of the names of servers, of the hosts by which they name themselves, and of those that they put into
/// Record-Route, sorted.
///
/// The prefix of a CLS log names the machine alone. Its domain is that of the only host of this first label, or of the
/// one by which the server names itself.
pub(super) fn domains(servers: &[Vec<Stream>], names: &[Option<String>], aliases: &Aliases) -> Vec<String> {
    let streams = || servers.iter().flatten();
    let own = streams().flat_map(|s| s.recorded.iter().chain(&s.calls_itself));
    let own = own.filter(|(_, n)| *n > 0).map(|(host, _)| host.as_str());
    let only = |name: &str| {
        let mut hosts = aliases.hosts.get(&name.to_ascii_lowercase())?.iter();
        hosts.next().filter(|_| hosts.next().is_none())
    };
    let names = names.iter().flatten().map(|n| n.split(' ').next().unwrap_or(n));
    let hosts = names.map(|name| if name.contains('.') { name } else { only(name).map_or(name, String::as_str) });
    let hosts = hosts.chain(own);
    let mut out: Vec<String> = hosts.filter_map(domain).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The domain of a host, lower case; none of an address or of a name alone.
pub(super) fn domain(host: &str) -> Option<String> {
    let domain = host.split_once('.').filter(|_| !is_address(host))?.1;
    Some(domain.to_ascii_lowercase())
}

fn host(streams: &[Stream]) -> Option<&str> {
    streams.iter().max_by_key(|s| s.sent_by.iter().map(|(_, n)| n).sum::<u32>()).and_then(Stream::host)
}

/// The names of all servers; where two share one (both call themselves by their pool), the address is added.
pub(super) fn all(servers: &[Vec<Stream>], aliases: &Aliases) -> Vec<Option<String>> {
    let names: Vec<Option<String>> = servers.iter().map(|own| of(own, aliases)).collect();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for name in names.iter().flatten() {
        *counts.entry(name.to_ascii_lowercase()).or_default() += 1;
    }
    names
        .iter()
        .zip(servers)
        .map(|(name, own)| {
            let name = name.as_ref()?;
            let shared = counts.get(&name.to_ascii_lowercase()).is_some_and(|n| *n > 1);
            match host(own).filter(|h| shared && !h.eq_ignore_ascii_case(name)) {
                Some(host) => Some(format!("{name} ({host})")),
                None => Some(name.clone()),
            }
        })
        .collect()
}
