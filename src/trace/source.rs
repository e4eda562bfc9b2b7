//! Counts and facts of one input, gathered while it is read.

use rayon::prelude::*;

use super::dates::Dates;
use super::{Event, Symbol, Trace};
use crate::input::Formats;
use crate::time::Timestamp;

/// Counts and facts of one input.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
pub struct Source {
    /// Records by kind: protocol, diagnostic, connection, other.
    pub records: [u64; 4],
    /// Records that stand in another place, too, and count there: overlapping searches, appended outputs.
    pub copies: u64,
    /// Non-empty lines that belong to no record.
    pub lines_outside: u64,
    /// Earliest and latest time of a record.
    pub span: Option<(Timestamp, Timestamp)>,
    /// True when a direction names edges, which only an Access Edge logs.
    pub edge: bool,
    /// True when records carry a `[pool\server]` prefix.
    pub cls: bool,
    /// True when records carry no readable prefix.
    pub unprefixed: bool,
    /// Server name of the prefix, when the input has exactly one.
    pub server: Option<String>,
    /// The layouts found in it, where anything in it is no trace of a server.
    pub formats: Formats,
    /// Some of its dates can be read day first or month first, and nothing tells which: they were read month first.
    pub dates_open: bool,
    /// Its ambiguous dates are day first.
    pub(super) day_first: bool,
    pub(super) dates: Dates,
    /// Names of prefixes, in order of appearance.
    pub(super) servers: Vec<Symbol>,
}

/// An input with more names than this is one log per line, or hostile.
pub(super) const MAX_SERVERS: usize = 64;

impl Source {
    /// Whether its ambiguous dates are day first.
    pub(super) fn is_day_first(&self) -> bool {
        self.day_first
    }

    /// Changes the numbers of names.
    pub(crate) fn renumber(&mut self, to: &dyn Fn(Symbol) -> Symbol) {
        self.servers.iter_mut().for_each(|symbol| *symbol = to(*symbol));
        self.dates.renumber(to);
    }

    /// All records.
    pub fn record_count(&self) -> u64 {
        self.records.iter().sum()
    }

    /// How many names of servers its prefixes hold; not more than a few dozen are told apart.
    pub(crate) fn server_count(&self) -> usize {
        self.servers.len()
    }

    /// The only name, if there is exactly one.
    pub(crate) fn only_server(&self) -> Option<Symbol> {
        if let [only] = self.servers[..] { Some(only) } else { None }
    }

    /// Of all records of an input.
    pub(super) fn of(events: &[Event]) -> Source {
        let of_part = |own: &[Event]| {
            let mut source = Source::default();
            for event in own {
                source.note(event);
            }
            source
        };
        let parts: Vec<Source> = events.par_chunks(1 << 16).map(of_part).collect();
        let mut out = Source::default();
        for part in &parts {
            out.join(part);
        }
        out
    }

    pub(super) fn note(&mut self, event: &Event) {
        self.records[event.kind as usize] += 1;
        self.edge |= event.flags & Event::EDGE != 0;
        self.dates.note(event);
        self.note_time(event);
        if event.server != Symbol::NONE {
            self.note_server(event.server);
        }
    }

    fn note_server(&mut self, server: Symbol) {
        if self.servers.last() != Some(&server) && self.servers.len() < MAX_SERVERS && !self.servers.contains(&server) {
            self.servers.push(server);
        }
    }

    pub(super) fn note_time(&mut self, event: &Event) {
        if let Some(time) = event.time() {
            self.span = Some(self.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        }
    }

    /// Takes in the facts of the stretch of the input behind the one that this is about.
    pub(crate) fn go_on(&mut self, more: &Source) {
        self.join(more);
        self.lines_outside = self.lines_outside.wrapping_add(more.lines_outside);
        self.cls |= more.cls;
        self.unprefixed = self.span.is_none();
        let name = self.server.take().or_else(|| more.server.clone());
        self.server = name.filter(|_| self.servers.len() == 1);
    }

    /// Nothing is added any more.
    pub(crate) fn complete(&mut self) {
        self.lines_outside = u64::try_from(self.lines_outside.cast_signed()).unwrap_or(0);
    }

    /// Takes in the facts of a further chunk.
    pub(super) fn join(&mut self, more: &Source) {
        for (sum, n) in self.records.iter_mut().zip(more.records) {
            *sum += n;
        }
        self.edge |= more.edge;
        self.dates.join(&more.dates);
        self.span = match (self.span, more.span) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
        for server in &more.servers {
            self.note_server(*server);
        }
    }
}

impl Trace {
    /// What is known when all chunks are together.
    pub(super) fn name_servers(&mut self) {
        let names: Vec<Option<String>> = self
            .sources
            .iter()
            .map(|s| match s.servers[..] {
                [only] => Some(crate::text::decode(self.symbol(only)).into_owned()),
                _ => None,
            })
            .collect();
        for (source, name) in self.sources.iter_mut().zip(names) {
            source.cls = !source.servers.is_empty();
            source.unprefixed = source.span.is_none();
            source.server = name;
        }
    }
}
