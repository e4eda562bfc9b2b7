//! Why a judgement could not be made, in words.

use crate::analysis::coverage::{Hole, HoleKind};
use crate::analysis::{Analysis, Blind, ServerId};
use crate::trace::{EventId, Trace};

/// One sentence with the place in the log; made of log text, not safe for a terminal yet.
pub fn why_undetermined(trace: &Trace, analysis: &Analysis, blind: &Blind) -> String {
    let at = |id: EventId| {
        let place = trace.locate(id);
        let time = analysis.time(trace, id).map_or(String::new(), |t| format!("{} at ", t.clock()));
        format!("{time}{}:{}", place.file, place.line)
    };
    let server = |id: ServerId| {
        let name = analysis.servers.get(id).and_then(|s| s.name.as_deref());
        name.map_or("the log".to_owned(), |n| format!("the log of {n}"))
    };
    match blind {
        Blind::StartMissing => "the log begins inside the call: its INVITE is not there".to_owned(),
        Blind::Ends(id, last) => format!("{} ends too early, with {}", server(*id), at(*last)),
        Blind::Hole(Hole { server: id, kind, after, before }) => {
            let what = match kind {
                HoleKind::Sequence(1) => "1 line is missing".to_owned(),
                HoleKind::Sequence(n) => format!("{n} lines are missing"),
                HoleKind::Restart => "the trace session was started anew".to_owned(),
                HoleKind::Rewind => "the log goes back in time".to_owned(),
                HoleKind::Throttled => "so many lines in a second that some were dropped".to_owned(),
                HoleKind::Silence => "nothing was logged for long".to_owned(),
                HoleKind::Level => "only diagnostics were logged, no messages".to_owned(),
            };
            format!("{} has a hole, {what}: after {}, before {}", server(*id), at(*after), at(*before))
        }
        Blind::ServerMissing => {
            "the phone is behind another server, and the log of that server, which would send the push, is missing"
                .to_owned()
        }
        Blind::OnlyEdge => "only an Edge, a client, a gateway or a capture shows the call; the Front End that would send the push did not"
            .to_owned(),
        Blind::Tied => "a push may belong to this call or to another".to_owned(),
        Blind::Clocks => {
            "a push of the user is on a server whose clock cannot be compared with that of the call".to_owned()
        }
        Blind::ClientUnnamed => {
            "no record names the client behind the mobility service (UCWA): a phone, which would get a push, or a Mac"
                .to_owned()
        }
    }
}
