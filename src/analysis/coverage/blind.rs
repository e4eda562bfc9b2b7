//! Why a judgement could not be made.

use super::{Coverage, Hole};
use crate::analysis::asked::{Question, note};
use crate::analysis::servers::ServerId;
use crate::time::Timestamp;
use crate::trace::EventId;

/// Why something is undetermined.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub enum Blind {
    /// The log begins inside the call: the INVITE is not there.
    StartMissing,
    /// The log of a server ends too early; its last record.
    Ends(ServerId, EventId),
    /// The log of a server has a hole where the answer would be.
    Hole(Hole),
    /// Only an Edge logged the call, and the Front End that would send the push did not.
    OnlyEdge,
    /// The mobile endpoint is behind a server that has no log here, and that server would send the push.
    ServerMissing,
    /// A push may belong to this call or to another.
    Tied,
    /// A push of the user is on a server whose clock cannot be compared with that of the call.
    Clocks,
    /// No record names the client behind UCWA: it may be a phone, which would have got a push, or a Mac.
    ClientUnnamed,
}

impl Blind {
    /// The word of the report.
    pub fn name(&self) -> &'static str {
        match self {
            Blind::StartMissing => "start_missing",
            Blind::Ends(..) => "log_ends",
            Blind::Hole(_) => "hole",
            Blind::OnlyEdge => "only_edge",
            Blind::ServerMissing => "server_missing",
            Blind::Tied => "tied",
            Blind::Clocks => "clocks",
            Blind::ClientUnnamed => "client_unnamed",
        }
    }

    /// Why, in numbers that stand for nothing else.
    pub(in crate::analysis) fn in_numbers(&self) -> [u64; 3] {
        match self {
            Blind::StartMissing => [0, 0, 0],
            Blind::Ends(server, last) => [1, u64::from(server.0), u64::from(last.0)],
            Blind::OnlyEdge => [2, 0, 0],
            Blind::ServerMissing => [3, 0, 0],
            Blind::Tied => [4, 0, 0],
            Blind::Clocks => [5, 0, 0],
            Blind::ClientUnnamed => [6, 0, 0],
            Blind::Hole(hole) => hole.in_numbers(),
        }
    }
}

impl Coverage {
    /// What ends the covered time in which a record lies.
    pub(in crate::analysis) fn end_after(&self, server: ServerId, id: EventId) -> Blind {
        let end = match self.hole_after(server, id) {
            Some(hole) => Blind::Hole(*hole),
            None => Blind::Ends(server, self.covered_until(server, id).unwrap_or(id)),
        };
        note(Question::EndAfter(server, id), end, Blind::in_numbers)
    }

    /// Why the log of a server does not tell of a time: the chain ahead of it ends.
    pub(in crate::analysis) fn blind_at(&self, server: ServerId, time: Timestamp) -> Blind {
        let own = self.timed.get(usize::from(server.0)).map_or(&[][..], Vec::as_slice);
        let chain = |n: &u32| self.chains.get(*n as usize);
        let ahead = own.partition_point(|n| chain(n).and_then(|c| c.span).is_some_and(|(start, _)| start <= time));
        let why = match ahead.checked_sub(1).and_then(|at| own.get(at)).and_then(chain) {
            Some(chain) => self.end_after(server, chain.last),
            None => Blind::StartMissing,
        };
        note(Question::BlindAt(server, time), why, Blind::in_numbers)
    }
}
