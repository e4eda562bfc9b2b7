//! A session: the parties of one dialog or transaction, and the messages between them.

use super::faults::Fault;
use super::place::{Endpoint, Node, Party, Path};
use super::text::mix;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Whole,
    /// It is there, and part of what it said is not.
    Torn,
    Lost,
}

/// Request methods; `AckFinal` is the hop-by-hop ACK of a final answer of 300 or more (RFC 3261 section 17.1.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Invite,
    Ack,
    AckFinal,
    Bye,
    Cancel,
    Message,
    Options,
    Register,
    Subscribe,
    BeNotify,
}

impl Method {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Invite => "INVITE",
            Self::Ack | Self::AckFinal => "ACK",
            Self::Bye => "BYE",
            Self::Cancel => "CANCEL",
            Self::Message => "MESSAGE",
            Self::Options => "OPTIONS",
            Self::Register => "REGISTER",
            Self::Subscribe => "SUBSCRIBE",
            Self::BeNotify => "BENOTIFY",
        }
    }

    /// Goes one hop only: a single Via.
    pub(super) fn one_hop(self) -> bool {
        matches!(self, Self::Cancel | Self::AckFinal)
    }
}

/// Headers beyond those that every message of its kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    None,
    /// A request with credentials.
    Credentials,
    /// A 407 with challenges.
    Challenge,
    /// One more header line.
    Line(&'static str),
    /// The server that made the answer also says why: component line, diagnostic record, header.
    Fault(&'static Fault),
}

/// What a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    None,
    ImSdp,
    AudioSdp,
    VideoSdp,
    Text,
    Categories,
    Push,
    /// An invitation to a conference.
    Conference,
}

/// Whose tag stands in To.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// No tag yet.
    None,
    /// The far end of a leg.
    Leg(u8),
    /// The server that made the answer.
    Server,
}

/// One message on its way from one node of a path to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    /// Milliseconds since the session began.
    pub(super) at: u32,
    /// The path it takes.
    pub(super) leg: u8,
    /// Node that sends it, and node where it ends.
    pub(super) a: u8,
    pub(super) b: u8,
    /// Node where the request of its transaction began.
    pub(super) origin: u8,
    pub(super) method: Method,
    /// 0: a request.
    pub(super) status: u16,
    pub(super) cseq: u16,
    /// Number of the transaction inside the session: branches come from it.
    pub(super) txn: u8,
    pub(super) tag: Tag,
    /// The callee asked: From and To change places.
    pub(super) flip: bool,
    pub(super) note: Note,
    pub(super) body: Body,
}

impl Flight {
    /// Whether it goes from lower to higher nodes of its path.
    pub(super) fn outward(&self) -> bool {
        self.b > self.a
    }
}

/// One message at one server: a record of its log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rec {
    /// Milliseconds since the session began.
    pub(super) at: u32,
    pub(super) flight: u16,
    /// The node that logs.
    pub(super) node: u8,
    pub(super) incoming: bool,
}

/// A running session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Source of its Call-ID, tags and branches.
    pub(super) key: u64,
    /// Milliseconds since the logs began.
    pub(super) start: u64,
    pub(super) parties: Vec<Party>,
    /// One for each leg; all start at the caller and part at `fork`.
    pub(super) paths: Vec<Path>,
    pub(super) fork: u8,
    pub(super) flights: Vec<Flight>,
    pub(super) recs: Vec<Rec>,
    /// What became of each, as far as they are written.
    pub(super) kept: Vec<Kept>,
    /// The record that is written next.
    pub(super) next: usize,
    /// It is not over before this, even if nothing more is said.
    pub(super) hold: u32,
    /// Family of calls and pushes that it belongs to, if any.
    pub(super) family: Option<usize>,
    /// Name of the callee's mobility session; only pushes have one.
    pub(super) mcx: u64,
    /// Records written so far.
    pub(super) written: u32,
}

impl Session {
    pub(super) fn blank() -> Session {
        Session {
            key: 0,
            start: 0,
            parties: Vec::new(),
            paths: Vec::new(),
            fork: 0,
            flights: Vec::new(),
            recs: Vec::new(),
            kept: Vec::new(),
            next: 0,
            hold: 0,
            family: None,
            mcx: 0,
            written: 0,
        }
    }

    /// Makes it ready for another use without giving its memory back.
    pub(super) fn reset(&mut self, key: u64, start: u64) {
        self.parties.clear();
        self.paths.clear();
        self.flights.clear();
        self.recs.clear();
        self.kept.clear();
        (self.key, self.start, self.fork, self.next, self.hold) = (key, start, 0, 0, 0);
        (self.family, self.mcx, self.written) = (None, 0, 0);
    }

    pub(super) fn party(&self, index: u8) -> &Party {
        static NOBODY: Party = Party { user: 0, place: Endpoint::Desktop, key: 0 };
        self.parties.get(usize::from(index)).unwrap_or(&NOBODY)
    }

    pub(super) fn path(&self, leg: u8) -> &Path {
        &self.paths[usize::from(leg).min(self.paths.len() - 1)]
    }

    pub(super) fn node(&self, leg: u8, at: u8) -> Node {
        self.path(leg).node(at)
    }

    /// The party at the far end of a leg.
    pub(super) fn callee(&self, leg: u8) -> &Party {
        match self.node(leg, self.path(leg).last()) {
            Node::Party(index) => self.party(index),
            Node::Server(_) => self.party(0),
        }
    }

    /// A value of the session that looks random.
    pub(super) fn value(&self, salt: u64) -> u64 {
        mix(self.key, salt)
    }
}
