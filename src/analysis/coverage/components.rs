//! What each component of a server logged, and for how long: lines outside records included.

use hashbrown::HashMap;
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
            let mut out = Found::default();
            for (i, event) in part {
                let id = EventId(*i);
                trace.fetch_prefix(id);
                trace.fetch_gap(id);
                for line in trace.lines_before(id) {
                    let server = analysis.servers.of_line(trace, event.file, line.prefix().server);
                    out.note(server, line.component(), time_of(&line, server, id));
                }
                if !event.is_copy() {
                    let server = analysis.servers.of(event);
                    out.note(server, component(trace.record(event)), analysis.time(trace, id));
                }
            }
            out.all
        })
        .chain(files.into_par_iter().filter(|f| !trace.adds_nothing(FileId(*f))).map(|file| {
            let mut out = Found::default();
            let last = trace.events().partition_point(|e| e.file <= FileId(file)).saturating_sub(1);
            let id = EventId(u32::try_from(last).unwrap_or(u32::MAX));
            for line in trace.lines_behind(FileId(file)) {
                let server = analysis.servers.of_line(trace, FileId(file), line.prefix().server);
                out.note(server, line.component(), time_of(&line, server, id));
            }
            out.all
        }))
        .collect();
    let mut out: Vec<Component> = parts.into_iter().flatten().collect();
    out.sort_by(|a, b| (a.server, &a.name).cmp(&(b.server, &b.name)));
    out.dedup_by(|more, known| {
        let same = more.server == known.server && more.name == known.name;
        if same {
            known.add(more.lines, more.span);
        }
        same
    });
    out
}

impl Component {
    fn add(&mut self, lines: u64, span: Option<(Timestamp, Timestamp)>) {
        self.lines += lines;
        self.span = self.span.into_iter().chain(span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    }
}

/// What one worker found.
#[derive(Default)]
struct Found {
    all: Vec<Component>,
    /// Where those of a server are.
    of: HashMap<ServerId, Vec<usize>>,
    /// Where the last one is: mostly the next line is of the same.
    last: usize,
}

impl Found {
    fn note(&mut self, server: ServerId, name: &[u8], time: Option<Timestamp>) {
        let Found { all, of, last } = self;
        let span = time.map(|t| (t, t));
        let is_small = all.len() < MOST;
        let same = |c: &&mut Component| is_small && c.server == server && c.name.as_bytes() == name;
        if let Some(same) = all.get_mut(*last).filter(same) {
            return same.add(1, span);
        }
        let name = if all.len() < MOST { decode(name) } else { "".into() };
        let own = of.entry(server).or_default();
        let known = own.iter().copied().find(|at| all.get(*at).is_some_and(|c| c.name == name));
        *last = known.unwrap_or(all.len());
        if let Some(known) = known.and_then(|at| all.get_mut(at)) {
            known.add(1, span);
        } else {
            own.push(all.len());
            all.push(Component { server, name: name.into_owned(), lines: 1, span });
        }
    }
}
