//! What servers and clients call themselves: few names in many messages, each kept once.

use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use super::intern::Interner;
use super::{Event, Trace};
use crate::sip::Headers;
use crate::span::Span;

/// The names that all workers find. Their numbers depend on which worker comes first, so nothing may depend on them.
#[derive(Debug)]
pub(super) struct Finding(Mutex<Interner>);

impl Finding {
    pub(super) fn new() -> Finding {
        Finding(Mutex::new(Interner::with_capacity(64)))
    }

    pub(super) fn done(self) -> Products {
        Products(self.0.into_inner().unwrap_or_else(PoisonError::into_inner).spans())
    }
}

/// The names that one worker has met last, by the end of their hashes: few are asked of the others.
#[derive(Debug)]
pub(super) struct Met([(u64, u32); 64]);

impl Default for Met {
    fn default() -> Met {
        Met([(0, 0); 64])
    }
}

impl Met {
    /// The number of a name, counted from 1.
    pub(super) fn number(
        &mut self,
        all: &Finding,
        hasher: &foldhash::fast::RandomState,
        text: &[u8],
        span: Span,
    ) -> u32 {
        let hash = hasher.hash_one(text);
        let Some(slot) = usize::try_from(hash % 64).ok().and_then(|at| self.0.get_mut(at)) else { return 0 };
        if slot.0 != hash || slot.1 == 0 {
            let mut all = all.0.lock().unwrap_or_else(PoisonError::into_inner);
            *slot = (hash, all.intern(hasher, text, span).0.saturating_add(1));
        }
        slot.1
    }
}

/// Where each name stands first.
#[derive(Debug)]
pub(super) struct Products(Vec<Span>);

impl Products {
    fn get(&self, number: u32) -> Option<Span> {
        self.0.get((number as usize).checked_sub(1)?).copied()
    }
}

impl Trace {
    /// Value of the Server header of a message, else of its User-Agent; `None` where it has neither.
    ///
    /// That of the first record that has this value: it is not read again.
    pub(crate) fn product(&self, event: &Event) -> Option<&[u8]> {
        match self.product_number(event) {
            Some(number) => self.products.get(number).map(|span| self.slice(span)),
            None => self.read_product(event),
        }
    }

    /// Of a message of which nothing was kept.
    fn read_product(&self, event: &Event) -> Option<&[u8]> {
        use crate::sip::HeaderName::{Server, UserAgent};
        let message = self.message(event)?;
        message.header(Server).or_else(|| message.header(UserAgent)).map(|h| h.raw)
    }
}

/// The value of the header whose line starts the text.
pub(super) fn value_at(text: &[u8]) -> Option<&[u8]> {
    super::identity::one_line(text).or_else(|| Headers::at_header(text).map(|h| h.raw))
}
