//! What each component of a server logged, and for how long: lines outside records included.

use rayon::prelude::*;

use crate::analysis::{Analysis, ServerId};
use crate::span::FileId;
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{ComponentLine, Event, EventId, Trace, component};

/// One component of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The server.
    pub server: ServerId,
    /// `SIPStack`, `UserServices`, ...; empty for records whose prefix does not tell.
    pub name: String,
    /// Its records and other lines.
    pub lines: u64,
    /// First and last time, on the clock of the reference.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// A server with more components than this is hostile; the rest counts as one without a name.
const MOST: usize = 256;
/// Records looked at by one worker.
const PART: usize = 4096;

/// Every component, by server and name. Reads the whole text between the records.
pub fn components(trace: &Trace, analysis: &Analysis) -> Vec<Component> {
    let time_of = |line: &ComponentLine<'_>, server: ServerId, id: EventId| {
        let time = trace.time_of_line(line)?;
        Some(analysis.clocks.beside(trace, &analysis.servers, (server, line.span.file), id, time))
    };
    let own = |(_, event): &(u32, &Event)| !trace.adds_nothing(event.file);
    let numbered: Vec<(u32, &Event)> = (0..).zip(trace.events()).filter(own).collect();
    let files = 0..u32::try_from(trace.inputs().len()).unwrap_or(u32::MAX);
    let parts: Vec<Vec<Component>> = numbered
        .par_chunks(PART)
        .map(|part| {
            let mut out = Vec::new();
            for (i, event) in part {
                let id = EventId(*i);
                for line in trace.lines_before(id) {
                    let server = analysis.servers.of_line(trace, event.file, line.prefix().server);
                    note(&mut out, server, line.component(), time_of(&line, server, id));
                }
                if !event.is_copy() {
                    let server = analysis.servers.of(event);
                    note(&mut out, server, component(trace.record(event)), analysis.time(trace, id));
                }
            }
            out
        })
        .chain(files.into_par_iter().filter(|f| !trace.adds_nothing(FileId(*f))).map(|file| {
            let mut out = Vec::new();
            let last = trace.events().partition_point(|e| e.file <= FileId(file)).saturating_sub(1);
            let id = EventId(u32::try_from(last).unwrap_or(u32::MAX));
            for line in trace.lines_behind(FileId(file)) {
                let server = analysis.servers.of_line(trace, FileId(file), line.prefix().server);
                note(&mut out, server, line.component(), time_of(&line, server, id));
            }
            out
        }))
        .collect();
    let mut out: Vec<Component> = Vec::new();
    for part in parts.into_iter().flatten() {
        match out.iter_mut().find(|c| c.server == part.server && c.name == part.name) {
            Some(known) => {
                known.lines += part.lines;
                known.span = known.span.into_iter().chain(part.span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            }
            None => out.push(part),
        }
    }
    out.sort_by(|a, b| (a.server, &a.name).cmp(&(b.server, &b.name)));
    out
}

fn note(out: &mut Vec<Component>, server: ServerId, name: &[u8], time: Option<Timestamp>) {
    let name = if out.len() < MOST { decode(name) } else { "".into() };
    let span = time.map(|t| (t, t));
    match out.iter_mut().find(|c| c.server == server && c.name == name) {
        Some(known) => {
            known.lines += 1;
            known.span = known.span.into_iter().chain(span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        }
        None => out.push(Component { server, name: name.into_owned(), lines: 1, span }),
    }
}
