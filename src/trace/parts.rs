//! What one worker makes of a chunk.

use super::hasher::Seeded;
use super::identity::Identities;
use super::intern::Interner;
use super::{Event, Symbol};
use crate::record::prefix::Last;
use crate::record::{Flaw, Framed};
use crate::span::{FileId, Span};

/// A chunk's records and what came with them.
pub(super) type Part = (Worker, Framed<Read>);

/// A record as a worker read it: its Call-ID has no number yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub(super) event: Event,
    pub(super) call: Mention,
}

/// The Call-ID of a record, where it has one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mention {
    /// 0 for none.
    pub(super) hash: u64,
    /// Where it stands in the record.
    pub(super) at: u32,
    pub(super) len: u32,
}

/// What one worker collects beside records.
pub(super) struct Worker {
    /// Names of servers.
    pub(super) names: Interner,
    /// The last prefix line.
    pub(super) prefix: Last,
    /// The last name: mostly the next record has it, too.
    last: (Symbol, Span),
    /// `None` where no analysis will ask.
    pub(super) identities: Option<Identities>,
    /// Where its record starts and ends, and what is wrong with it.
    pub(super) flaws: Vec<(u64, u64, Flaw)>,
}

impl Worker {
    pub(super) fn new(file: FileId, identities: Option<Identities>) -> Worker {
        let last = (Symbol::NONE, Span { file, start: 0, len: 0 });
        Worker { names: Interner::with_capacity(0), prefix: Last::default(), last, identities, flaws: Vec::new() }
    }

    /// The number of the name of a server.
    pub(super) fn server(&mut self, bytes: &[u8], file: FileId, name: &[u8], hasher: &Seeded) -> Symbol {
        if name.is_empty() {
            return Symbol::NONE;
        }
        let (symbol, known) = self.last;
        let start = usize::try_from(known.start).unwrap_or(usize::MAX);
        if known.len as usize == name.len() && bytes.get(start..).is_some_and(|at| at.starts_with(name)) {
            return symbol;
        }
        let start = (name.as_ptr() as usize - bytes.as_ptr() as usize) as u64;
        let span = Span { file, start, len: u32::try_from(name.len()).unwrap_or(u32::MAX) };
        self.last = (self.names.intern(hasher, name, span), span);
        self.last.0
    }
}
