//! A session: the parties, and the script of records the Front End writes about them.

use super::text::{Rng, mix, scale};
use super::truth::{Ending, Kind};

/// `Step::from` and `Step::leg`: the Front End itself.
pub(super) const SERVER: u8 = 9;

/// Where a party sits, seen from the Front End that writes the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A client connected to this Front End.
    Desktop,
    /// A client behind the other Front End of the pool.
    FrontEnd,
    /// A federated user behind the Edge.
    Edge,
    /// A mobile client: its endpoint is the mobility service on this Front End.
    Mobile,
    /// The Mediation Server.
    Mediation,
    /// The mobility service as the sender of a push, on behalf of a user.
    PushSender,
    /// The Push Notification Clearing House, behind the Edge.
    ClearingHouse,
}

/// One endpoint of a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Party {
    pub(super) user: u32,
    pub(super) place: Place,
    /// Source of its tag, epid, port and client version.
    pub(super) key: u64,
}

impl Party {
    pub(super) fn new(user: u32, place: Place, rng: &mut Rng) -> Self {
        Self { user, place, key: rng.next() }
    }

    pub(super) fn port(&self) -> u32 {
        49_152 + scale(mix(self.key, 1), 16_000)
    }

    /// A client that writes its Via without a branch, as RFC 2543 allowed: some client builds do.
    pub(super) fn branchless(&self) -> bool {
        self.place == Place::Desktop && mix(self.key, 2).is_multiple_of(8)
    }
}

/// Whether the Front End received or sent the record; `End` writes nothing and only keeps the session open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    In,
    Out,
    End,
}

/// Request methods; `AckFinal` is the hop-by-hop ACK of a final answer of 300 or more (RFC 3261 17.1.1.3).
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
    Notify,
    BeNotify,
    Service,
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
            Self::Notify => "NOTIFY",
            Self::BeNotify => "BENOTIFY",
            Self::Service => "SERVICE",
        }
    }

    /// Goes one hop only: a single Via.
    pub(super) fn one_hop(self) -> bool {
        matches!(self, Self::Cancel | Self::AckFinal)
    }
}

/// Headers beyond those every message of its kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    None,
    /// A request with credentials.
    Credentials,
    /// A 401/407 with challenges.
    Challenge,
    /// One more header line.
    Line(&'static str),
    /// As `Line`, and the Front End writes a diagnostic record when it sends the message on.
    Fault(&'static str),
}

/// What a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    None,
    ImSdp,
    AudioSdp,
    AudioOffer,
    Text,
    Typing,
    Categories,
    Roster,
    RosterState,
    Publish,
    Push,
}

/// One record to come. `from` and `leg` are 0 for the initiator, 1 to 3 for a leg, [`SERVER`] for the Front End.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Milliseconds since the session began.
    pub(super) at: u32,
    pub(super) flow: Flow,
    /// The connection the record was read from or written to.
    pub(super) link: u8,
    /// Who made the request of this transaction.
    pub(super) from: u8,
    /// Whose tag stands in To; 0: none yet.
    pub(super) leg: u8,
    pub(super) method: Method,
    /// 0: a request.
    pub(super) status: u16,
    pub(super) cseq: u16,
    /// Number of the transaction inside the session: branches come from it.
    pub(super) txn: u8,
    pub(super) note: Note,
    pub(super) body: Body,
}

/// A running session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) key: u64,
    pub(super) kind: Kind,
    /// Milliseconds since the log began.
    pub(super) start: u64,
    /// The initiator, then up to three legs that share one user.
    pub(super) parties: [Party; 4],
    /// How many legs the request forks to.
    pub(super) legs: u8,
    pub(super) audio: bool,
    pub(super) challenged: bool,
    pub(super) steps: Vec<Step>,
    pub(super) next: usize,
    pub(super) ending: Ending,
    /// A push this session causes: milliseconds after the start, and its result.
    pub(super) push: Option<(u32, &'static str)>,
}

impl Session {
    /// Nobody, nothing to do.
    pub(super) fn blank() -> Self {
        let nobody = Party { user: 0, place: Place::Desktop, key: 0 };
        Self {
            key: 0,
            kind: Kind::Options,
            start: 0,
            parties: [nobody; 4],
            legs: 0,
            audio: false,
            challenged: false,
            steps: Vec::new(),
            next: 0,
            ending: Ending::default(),
            push: None,
        }
    }

    pub(super) fn party(&self, index: u8) -> &Party {
        &self.parties[usize::from(index) % 4]
    }

    /// A value that every copy of the thing named by `salt` shares.
    pub(super) fn value(&self, salt: u64) -> u64 {
        mix(self.key, salt)
    }

    /// Requests that run from the called side to the calling side.
    pub(super) fn reversed(step: &Step) -> bool {
        matches!(step.from, 1..=3) || matches!(step.method, Method::Notify | Method::BeNotify)
    }
}
