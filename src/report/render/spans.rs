//! For which times each server speaks.

use super::place;
use crate::analysis::coverage::HoleKind;
use crate::analysis::{Analysis, ServerId};
use crate::report::model;
use crate::trace::{EventId, Trace};

/// One entry a server that logged records with a time, by first time.
pub fn coverage(trace: &Trace, analysis: &Analysis) -> Vec<model::Coverage> {
    let spot = |id: EventId| model::TimedPlace { time: analysis.time(trace, id), place: place(trace, id) };
    let (stretches, holes) = (analysis.coverage.stretches(), analysis.coverage.holes());
    (0..)
        .map(ServerId)
        .zip(analysis.servers.all())
        .map(|(id, server)| model::Coverage {
            server: server.name.clone(),
            role: server.role,
            spans: of_server(stretches, id, |s| s.server)
                .iter()
                .map(|s| model::Span { first: spot(s.first), last: spot(s.last) })
                .collect(),
            holes: of_server(holes, id, |h| h.server)
                .iter()
                .map(|h| model::Hole {
                    kind: h.kind.name(),
                    lines: if let HoleKind::Sequence(n) = h.kind { Some(n) } else { None },
                    after: spot(h.after),
                    before: spot(h.before),
                })
                .collect(),
        })
        .collect()
}

/// The part of a list sorted by server that concerns one.
fn of_server<T>(all: &[T], id: ServerId, server: impl Fn(&T) -> ServerId) -> &[T] {
    let from = all.partition_point(|t| server(t) < id);
    let to = all.partition_point(|t| server(t) <= id);
    all.get(from..to).unwrap_or_default()
}
