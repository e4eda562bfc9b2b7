//! What a server does.

use serde::Serialize;

use super::evidence::Stream;
use crate::input::Format;

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
    /// A client: the log is its own.
    Client,
    /// A gateway, session border controller or proxy of another maker: the log is its own.
    Gateway,
    /// A capture of packets.
    Capture,
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
            Role::Client => "client",
            Role::Gateway => "gateway",
            Role::Capture => "capture",
            Role::Unknown => "unknown",
        }
    }
}

impl Role {
    /// Whether its log would show no push that another server sent, nor whom that called.
    pub(crate) fn is_bystander(self) -> bool {
        matches!(self, Role::Edge | Role::Director | Role::Client | Role::Gateway | Role::Capture)
    }
}

/// Who writes in a layout.
fn of_layout(layout: Format) -> Role {
    match layout {
        Format::UccApi | Format::PidginSipe => Role::Client,
        Format::Syslog | Format::Expressway | Format::AudioCodes | Format::Avaya => Role::Gateway,
        Format::Pcap | Format::PcapNg => Role::Capture,
        // Anybody may have copied it.
        _ => Role::Unknown,
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// The role of a server, by what it did. Names that people gave count where it did nothing that tells.
pub(super) fn of(streams: &[Stream]) -> Role {
    if let Some(layout) = streams.iter().find_map(|s| s.layout) {
        return of_layout(layout);
    }
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
