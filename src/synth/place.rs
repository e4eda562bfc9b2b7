//! Who is there: servers, endpoints, and the way of a message between them.

use super::era::Era;
use super::text::{low16, mix};

/// The most servers a deployment has.
pub(super) const MOST_SERVERS: usize = 12;

/// A server that writes a log.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// First label of the host, and name of the log.
    pub(super) name: String,
    pub(super) host: String,
    pub(super) pool: String,
    pub(super) address: String,
    /// Address on the Internet; only an Edge has another.
    pub(super) external: String,
    pub(super) edge: bool,
}

/// The servers: Front Ends, a Director if there is one, an Edge.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    pub(super) machines: Vec<Machine>,
    front_ends: u8,
    edges: u8,
    pub(super) era: Option<Era>,
}

impl Topology {
    /// `count` servers: the last is the Edge, from four on the one before it is a Director, the others are Front Ends.
    /// A second Edge, where a story needs it, stands behind them.
    pub(super) fn new(count: usize, second_edge: bool, era: Option<Era>) -> Topology {
        let count = count.clamp(2, MOST_SERVERS);
        let directors = usize::from(count >= 4);
        let front_ends = count - 1 - directors;
        let machine = |name: String, pool: &str, host: usize, edge: bool| Machine {
            host: format!("{name}.contoso.com"),
            pool: pool.to_owned(),
            address: format!("192.0.2.{host}"),
            external: format!("{}.{host}", if edge { "198.51.100" } else { "192.0.2" }),
            edge,
            name,
        };
        let mut machines: Vec<Machine> =
            (1..=front_ends).map(|n| machine(format!("fe{n:02}"), "pool01", 10 + n, false)).collect();
        if directors > 0 {
            machines.push(machine("dir01".to_owned(), "dirpool01", 40, false));
        }
        machines.push(machine("edge01".to_owned(), "edgepool01", 50, true));
        if second_edge {
            machines.push(machine("edge02".to_owned(), "edgepool01", 51, true));
        }
        Topology { machines, front_ends: u8::try_from(front_ends).unwrap_or(1), edges: 1 + u8::from(second_edge), era }
    }

    /// The Front End on which a user is homed.
    pub(super) fn home(&self, user: u32) -> u8 {
        u8::try_from(mix(u64::from(user), 31) % u64::from(self.front_ends)).unwrap_or(0)
    }

    pub(super) fn edge(&self) -> u8 {
        u8::try_from(self.machines.len()).unwrap_or(u8::MAX).saturating_sub(self.edges)
    }

    /// The other Edge, or the only one.
    pub(super) fn second_edge(&self) -> u8 {
        self.edge() + self.edges - 1
    }

    /// The servers from a Front End to the Edge, both included.
    pub(super) fn way_out(&self, front_end: u8) -> impl DoubleEndedIterator<Item = Node> + Clone {
        (front_end..=front_end).chain(self.front_ends..=self.edge()).map(Node::Server)
    }

    pub(super) fn front_ends(&self) -> u8 {
        self.front_ends
    }
}

/// A place on the way of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Number of a machine.
    Server(u8),
    /// Number of a party of the session: it writes no log.
    Party(u8),
}

/// The way of the requests of one leg, from who asks to who is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    nodes: [Node; 8],
    len: u8,
}

impl Path {
    pub(super) fn new(nodes: impl Iterator<Item = Node>) -> Path {
        let mut path = Path { nodes: [Node::Party(0); 8], len: 0 };
        for (slot, node) in path.nodes.iter_mut().zip(nodes) {
            *slot = node;
            path.len += 1;
        }
        path
    }

    pub(super) fn node(&self, at: u8) -> Node {
        self.nodes[usize::from(at) & 7]
    }

    /// Index of the far end.
    pub(super) fn last(&self) -> u8 {
        self.len.saturating_sub(1)
    }
}

/// What kind of endpoint a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// A client on a desk.
    Desktop,
    /// A phone: its endpoint is the mobility service on its Front End.
    Mobile,
    /// A Mac: a desktop behind the mobility service.
    Mac,
    /// Exchange, behind a user's address.
    VoiceMail,
    /// The focus of a conference, behind its organiser's address.
    Focus,
    /// A user of another company, behind that company's Edge.
    Partner,
    /// The mobility service as sender of a push.
    PushSender,
    /// The Push Notification Clearing House.
    ClearingHouse,
    /// `Test-CsMcxPushNotification`.
    Test,
}

/// One endpoint of a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Party {
    pub(super) user: u32,
    pub(super) place: Endpoint,
    /// Source of its tag, epid, port and client version.
    pub(super) key: u64,
}

impl Party {
    pub(super) fn port(&self) -> u32 {
        49_152 + u32::from(low16(mix(self.key, 1)) % 16_000)
    }

    /// A client that writes its Via without a branch, as RFC 2543 allowed: some client builds do.
    pub(super) fn branchless(&self) -> bool {
        self.place == Endpoint::Desktop && mix(self.key, 2).is_multiple_of(8)
    }
}

/// Every fourth user has a phone.
pub(super) const PHONES: u32 = 4;

const FIRST: [&str; 32] = [
    "alice", "ben", "carol", "dave", "erin", "frank", "gina", "hank", "ida", "jon", "karin", "leo", "mia", "nora",
    "olga", "paul", "quinn", "rita", "sam", "tina", "uma", "victor", "wendy", "xaver", "yara", "zoe", "anton", "berta",
    "emil", "greta", "hugo", "lotte",
];

/// First name of a user; half of the numbers share one only every 32.
pub(super) fn first_name(user: u32) -> &'static str {
    FIRST[(user as usize) & 31]
}
