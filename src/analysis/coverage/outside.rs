//! How many lines of components stand between records: they take sequence numbers too.

use memchr::memmem;
use rayon::prelude::*;

use crate::span::Span;
use crate::trace::{Event, Symbol, Trace};

/// Component lines of one server before a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    /// Index of the record in its input.
    pub(super) before: usize,
    /// The prefix name of the lines.
    pub(super) server: Option<Symbol>,
    pub(super) count: u32,
}

/// Records looked at by one worker.
const PART: usize = 4096;

/// The component lines between the records of one input, in order; nothing where there are none.
pub(super) fn lines(trace: &Trace, events: &[Event]) -> Vec<Lines> {
    let Some(source) = events.first().and_then(|e| trace.sources().get(e.file.index())) else { return Vec::new() };
    if source.lines_outside == 0 {
        return Vec::new();
    }
    // Names of servers in this input, to tell whose a line is.
    let single = source.server_count() <= 1;
    let mut names: Vec<(Symbol, &[u8])> = Vec::new();
    if !single {
        for symbol in events.iter().filter_map(Event::server) {
            if names.len() < 64 && !names.iter().any(|(s, _)| *s == symbol) {
                names.push((symbol, trace.symbol(symbol)));
            }
        }
    }
    let only = source.only_server();
    events
        .par_chunks(PART)
        .enumerate()
        .flat_map_iter(|(part, own)| {
            let base = part * PART;
            let mut out = Vec::new();
            for (i, event) in own.iter().enumerate() {
                let Some(before) = (base + i).checked_sub(1).and_then(|b| events.get(b)) else { continue };
                let from = before.start + u64::from(before.len);
                let Some(len) = event.start.checked_sub(from).and_then(|n| u32::try_from(n).ok()) else { continue };
                if len < 4 {
                    continue;
                }
                let text = trace.slice(Span { file: event.file, start: from, len });
                if single {
                    let count = u32::try_from(memmem::find_iter(text, b"TL_").count()).unwrap_or(u32::MAX);
                    out.push(Lines { before: base + i, server: only, count });
                } else {
                    out.extend(by_server(text, &names).map(|server| Lines { before: base + i, server, count: 1 }));
                }
            }
            out
        })
        .collect()
}

/// The server of each line.
fn by_server<'a>(text: &'a [u8], names: &'a [(Symbol, &[u8])]) -> impl Iterator<Item = Option<Symbol>> + 'a {
    memmem::find_iter(text, b"TL_").map(|at| {
        let line = text.get(at..).map_or(&[][..], |t| t.get(..200).unwrap_or(t));
        let open = memchr::memchr(b'[', line)?;
        let inside = line.get(open + 1..)?;
        let place = inside.get(..memchr::memchr(b']', inside)?)?;
        names.iter().find(|(_, name)| *name == place).map(|(symbol, _)| *symbol)
    })
}
