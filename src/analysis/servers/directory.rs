//! Servers by what others call them: a whole name, a host, a first label.

use hashbrown::HashMap;

use super::{Server, ServerId, label};

/// By name in lower case; `None` where several have it.
type Names = HashMap<String, Option<ServerId>>;

/// All names of all servers. Made anew when a name changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    whole: Names,
    hosts: Names,
    labels: Names,
}

impl Directory {
    pub(super) fn new(all: &[Server]) -> Directory {
        let mut out = Directory::default();
        // A capture calls hosts as the servers are called whose logs may be here.
        let servers = (0..).map(ServerId).zip(all).filter(|(_, s)| !s.foreign);
        for (id, server) in servers {
            if let Some(name) = &server.name {
                let name = name.to_ascii_lowercase();
                add(&mut out.labels, label(&name), id);
                add(&mut out.whole, &name, id);
            }
            server.hosts.iter().for_each(|host| add(&mut out.hosts, &host.to_ascii_lowercase(), id));
        }
        out
    }

    /// The server of a name: the whole name, a host by which it names itself, or its first label, in any case.
    pub(super) fn find(&self, name: &str) -> Option<ServerId> {
        let name = name.to_ascii_lowercase();
        let of = |names: &Names, name: &str| names.get(name).copied().flatten();
        of(&self.whole, &name).or_else(|| of(&self.hosts, &name)).or_else(|| of(&self.labels, label(&name)))
    }
}

fn add(names: &mut Names, name: &str, id: ServerId) {
    let known = names.entry_ref(name).or_insert(Some(id));
    if *known != Some(id) {
        *known = None;
    }
}
