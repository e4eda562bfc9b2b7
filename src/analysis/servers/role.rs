//! What a server does.

use serde::Serialize;

use super::evidence::Stream;

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Registers clients and forks calls to them.
    FrontEnd,
    /// Sends clients home to their Front End.
    Director,
    /// Access Edge: its records name edges.
    Edge,
    /// Between SIP and the telephone network.
    Mediation,
    /// Nothing in the log tells.
    Unknown,
}

impl Role {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            Role::FrontEnd => "front_end",
            Role::Director => "director",
            Role::Edge => "edge",
            Role::Mediation => "mediation",
            Role::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// The role of a server, by what it did. Names that people gave count where it did nothing that tells.
pub(super) fn of(streams: &[Stream]) -> Role {
    if streams.iter().any(|s| s.names_edge) {
        return Role::Edge;
    }
    let sum = |of: fn(&Stream) -> u32| streams.iter().map(of).fold(0, u32::saturating_add);
    let (came_in, went_out) = (sum(|s| s.registered[0]), sum(|s| s.registered[1]));
    // A registrar answers; who forwards an answer has received it first.
    if went_out > came_in {
        return Role::FrontEnd;
    }
    if sum(|s| s.sent_home) > 0 {
        return Role::Director;
    }
    if sum(|s| s.mediation) > 0 {
        return Role::Mediation;
    }
    if sum(|s| s.forked) > 0 {
        return Role::FrontEnd;
    }
    let called = |part: &str| streams.iter().any(|s| s.words().any(|word| word.starts_with(part)));
    // An Edge names edges in all its messages: one that has messages and does not is none.
    if called("edge") && sum(|s| s.directed) == 0 {
        Role::Edge
    } else if called("dir") {
        Role::Director
    } else if called("med") {
        Role::Mediation
    } else if sum(|s| s.served) > 0 {
        Role::FrontEnd
    } else {
        Role::Unknown
    }
}
