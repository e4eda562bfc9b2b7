//! The inputs with their servers and clocks.

use super::iso;
use crate::analysis::{Analysis, Role, ServerId};
use crate::report::model;
use crate::span::FileId;
use crate::trace::Trace;

/// One entry an input.
pub(super) fn sources(trace: &Trace, analysis: &Analysis) -> Vec<model::Source> {
    let mut problems = vec![0u64; trace.sources().len()];
    for problem in trace.problems() {
        if let Some(n) = problems.get_mut(problem.file.index()) {
            *n += 1;
        }
    }
    let files = (0..).map(FileId);
    trace
        .inputs()
        .iter()
        .zip(trace.sources())
        .zip(files)
        .zip(problems)
        .map(|(((input, source), file), problems)| {
            let servers: Vec<model::Server> =
                analysis.servers.of_file(file).iter().filter_map(|id| server(analysis, *id)).collect();
            let only = if let [only] = &servers[..] { Some(only) } else { None };
            model::Source {
                path: input.name().to_owned(),
                server: only.and_then(|s| s.name.clone()),
                role: only.map_or(Role::Unknown, |s| s.role),
                format: if source.cls {
                    "cls"
                } else if source.unprefixed {
                    "unprefixed"
                } else {
                    "ocslogger"
                },
                encoding: input.encoding().name(),
                bytes: input.original_len(),
                first: iso(source.span.map(|s| s.0)),
                last: iso(source.span.map(|s| s.1)),
                clock_offset_ms: only.map_or(0, |s| s.clock_offset_ms),
                clock_spread_ms: only.and_then(|s| s.clock_spread_ms),
                clock: only.map(|s| s.clock),
                clock_against: only.and_then(|s| s.clock_against.clone()),
                clock_drift_ms: only.map(|s| s.clock_drift_ms),
                records: model::Records {
                    protocol: source.records[0],
                    diagnostic: source.records[1],
                    connection: source.records[2],
                    other: source.records[3],
                },
                copies: source.copies,
                contained_in: holders(trace, file),
                lines_outside: source.lines_outside,
                problems: problems + u64::from(source.record_count() == 0),
                servers: if servers.len() > 1 { servers } else { Vec::new() },
            }
        })
        .collect()
}

/// Names of the inputs that hold all records of this one.
pub(super) fn holders(trace: &Trace, file: FileId) -> Vec<String> {
    let name = |f: &FileId| trace.inputs().get(f.index()).map(|i| i.name().to_owned());
    trace.holders(file).iter().filter_map(name).collect()
}

fn server(analysis: &Analysis, id: ServerId) -> Option<model::Server> {
    let (server, clock) = (analysis.servers.get(id)?, analysis.clocks.get(id)?);
    Some(model::Server {
        name: server.name.clone(),
        role: server.role,
        clock: clock.basis,
        clock_against: clock.against.and_then(|id| analysis.servers.get(id)).and_then(|s| s.name.clone()),
        clock_offset_ms: clock.offset_ms,
        clock_spread_ms: clock.spread_ms,
        clock_drift_ms: clock.drift_ms,
    })
}
