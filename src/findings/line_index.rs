//! Component lines, connection and security records that say something the catalogue knows, found by what they name.
//!
//! The text between the records is read once; a push then looks its names up. So many lost pushes beside many lines
//! cost no more than both.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::matcher::is_telling;
use crate::analysis::{Analysis, ServerId};
use crate::record::RecordKind;
use crate::span::{FileId, Span};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{EventId, Growth, Trace};

/// A line or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Beside {
    /// Line outside records: file, first byte, length.
    Line(u32, u64, u32),
    /// Connection, security or other record.
    Record(EventId),
}

impl Beside {
    /// Its text.
    pub(super) fn text(self, trace: &Trace) -> &[u8] {
        match self {
            Beside::Line(..) => self.span().map_or(&[][..], |span| trace.slice(span)),
            Beside::Record(id) => trace.event(id).map_or(&[][..], |e| trace.fields(e)),
        }
    }

    /// Whether it is a record, or stands ahead of one in its input; lines behind the last one do not.
    fn stands_ahead(self, trace: &Trace, id: EventId) -> bool {
        let ahead = |span: Span| trace.event(id).is_some_and(|e| e.file == span.file && span.start < e.start);
        self.span().is_none_or(ahead)
    }

    /// The place of a line.
    pub(super) fn span(self) -> Option<Span> {
        let Beside::Line(file, start, len) = self else { return None };
        Some(Span { file: FileId(file), start, len })
    }
}

/// Lines and records that say something the catalogue knows, each with the record behind it, or itself.
///
/// Which say something depends on their text alone, so it can be found out beside all else that reads the trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Telling {
    /// Of which trace; 0 where nobody follows its logs.
    of: u64,
    all: Vec<(EventId, Beside)>,
}

impl Telling {
    /// Reads the text between the records of a trace, and its connection records.
    pub(crate) fn read(trace: &Trace) -> Telling {
        Telling::default().read_on(trace)
    }

    /// The same of a trace that has perhaps grown from the one that this is of.
    pub(crate) fn read_on(mut self, trace: &Trace) -> Telling {
        let count = u32::try_from(trace.events().len()).unwrap_or(u32::MAX);
        let files = 0..u32::try_from(trace.inputs().len()).unwrap_or(u32::MAX);
        let (token, growth) = trace.growth();
        let known = growth.filter(|growth| growth.from == self.of && self.of != 0 && growth.keeps_numbers());
        let ranges: Vec<Range<u32>> = if let Some(growth) = known {
            self.all.retain(|(id, at)| growth.has(*id) && at.stands_ahead(trace, *id));
            growth.others().collect()
        } else {
            self.all.clear();
            std::iter::once(0..count).collect()
        };
        let part = |range: Range<u32>| {
            range.clone().step_by(PART as usize).map(move |from| from..range.end.min(from.saturating_add(PART)))
        };
        let parts: Vec<Range<u32>> = ranges.into_iter().flat_map(part).collect();
        let line = |id: EventId, line: crate::trace::ComponentLine<'_>| {
            let place = Beside::Line(line.span.file.0, line.span.start, line.span.len);
            is_telling(line.text).then_some((id, place))
        };
        let between = parts.par_iter().flat_map_iter(|part| {
            let mut found = Vec::new();
            for id in part.clone().map(EventId) {
                let Some(event) = trace.event(id).filter(|e| !trace.adds_nothing(e.file)) else { continue };
                trace.fetch_gap(id);
                found.extend(trace.lines_before(id).filter_map(|l| line(id, l)));
                let beside = matches!(event.kind, RecordKind::Connection | RecordKind::Other);
                if beside
                    && event.call_id().is_none()
                    && !event.is_copy()
                    && !trace.is_silent(event)
                    && is_telling(trace.fields(event))
                {
                    found.push((id, Beside::Record(id)));
                }
            }
            found
        });
        let behind = files.into_par_iter().filter(|f| !trace.adds_nothing(FileId(*f))).flat_map_iter(|file| {
            let last = trace.events().partition_point(|e| e.file.0 <= file).saturating_sub(1);
            let last = EventId(u32::try_from(last).unwrap_or(u32::MAX));
            trace.lines_behind(FileId(file)).filter_map(|l| line(last, l)).collect::<Vec<_>>()
        });
        self.all.par_extend(between.chain(behind));
        self.of = token;
        self
    }
}

/// What is named, and by which line or record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LineIndex {
    /// Hash of server and name, time, place; sorted.
    names: Vec<(u64, Timestamp, Beside)>,
    #[serde(skip)]
    hasher: foldhash::fast::FixedState,
}

/// Records looked at by one worker.
const PART: u32 = 4096;
/// So many records behind a line have a say in its time, and then some.
const NEAR: u32 = 130;
/// A line names few things; one that names more is a dump.
const NAMES: usize = 24;

impl LineIndex {
    /// Of the text between the records of a trace, and of its connection records.
    pub(crate) fn read(trace: &Trace, analysis: &Analysis) -> LineIndex {
        LineIndex::of(trace, analysis, &Telling::read(trace))
    }

    /// Of what says something.
    pub(super) fn of(trace: &Trace, analysis: &Analysis, Telling { all, .. }: &Telling) -> LineIndex {
        let mut out = LineIndex::default();
        let names = all.par_iter().with_min_len(64).flat_map_iter(|(id, at)| {
            let mut found = Vec::new();
            if let Some((server, time)) = placed(trace, analysis, *id, *at) {
                out.note(&mut found, server, at.text(trace), time, *at);
            }
            found
        });
        let mut names: Vec<(u64, Timestamp, Beside)> = names.collect();
        names.par_sort_unstable();
        names.dedup();
        out.names = names;
        out
    }

    fn note(
        &self,
        out: &mut Vec<(u64, Timestamp, Beside)>,
        server: ServerId,
        text: &[u8],
        time: Timestamp,
        at: Beside,
    ) {
        let text = decode(text).to_ascii_lowercase();
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
        // Hosts, connection ids, Call-IDs.
        let is_name = |w: &&str| w.contains('.') || w.starts_with("0x") || w.len() >= 16;
        let names = words.map(|w| w.trim_matches('.')).filter(|w| w.len() > 3).filter(is_name);
        out.extend(names.take(NAMES).map(|name| (self.key(server, name), time, at)));
    }

    fn key(&self, server: ServerId, name: &str) -> u64 {
        use std::hash::BuildHasher;
        self.hasher.hash_one((server, name))
    }

    /// When lines were written, ascending.
    pub(crate) fn times(&self) -> Vec<Timestamp> {
        let lines = self.names.iter().filter(|(.., at)| matches!(at, Beside::Line(..)));
        let mut out: Vec<Timestamp> = lines.map(|(_, time, _)| *time).collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// What is named, with when and by which line or record, in order.
    pub(super) fn names(&self) -> &[(u64, Timestamp, Beside)] {
        &self.names
    }

    /// The same of a trace that has grown, as [`LineIndex::of`]: `before` is what was found in the other trace, whose records have the
    /// same servers and times.
    pub(super) fn go_on(
        before: &LineIndex,
        trace: &Trace,
        analysis: &Analysis,
        telling: &Telling,
        growth: &Growth,
    ) -> LineIndex {
        let stands = |at: &Beside| match at {
            Beside::Record(id) => growth.has(*id),
            // The time of a line is that of the clock of a record near it, ahead or behind.
            Beside::Line(file, start, _) => growth.files.get(*file as usize).is_some_and(|stay| {
                let last = stay.kept.checked_sub(NEAR).map(|n| EventId(stay.now.0.saturating_add(n)));
                last.and_then(|last| trace.event(last)).is_some_and(|e| *start < e.start)
            }),
        };
        let open = telling.all.iter().filter(|(_, at)| !stands(at)).copied().collect();
        let more = LineIndex::of(trace, analysis, &Telling { of: 0, all: open });
        let mut names: Vec<_> = before.names.iter().filter(|(.., at)| stands(at)).copied().collect();
        names.extend(more.names);
        // Two lists in order.
        names.sort();
        names.dedup();
        LineIndex { names, ..LineIndex::default() }
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What names something on a server between two times, in order of time.
    pub(super) fn about(
        &self,
        server: ServerId,
        name: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Beside)> {
        let key = self.key(server, name);
        let at = self.names.partition_point(|(k, t, _)| (*k, *t) < (key, from));
        let rest = self.names.get(at..).unwrap_or_default();
        rest.iter().take_while(move |(k, t, _)| *k == key && *t <= to).map(|(_, t, b)| (*t, *b))
    }
}

/// The server that wrote a line or record, and when.
fn placed(trace: &Trace, analysis: &Analysis, id: EventId, at: Beside) -> Option<(ServerId, Timestamp)> {
    let Some(span) = at.span() else {
        return Some((analysis.servers.of(trace.event(id)?), analysis.time(trace, id)?));
    };
    let line = crate::trace::ComponentLine { span, text: at.text(trace) };
    let time = trace.time_of_line(&line).or_else(|| trace.event(id)?.time())?;
    let server = analysis.servers.of_line(trace, span.file, line.prefix().server);
    Some((server, analysis.clocks.beside(trace, &analysis.servers, (server, span.file), id, time)))
}
