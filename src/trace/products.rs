//! What servers and clients call themselves: few names in many messages, each kept once.

use std::hash::BuildHasher;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::intern::Interner;
use super::{Event, Trace};
use crate::record::HeaderLine;
use crate::sip::Product;
use crate::span::Span;

/// The names that all workers find. Their numbers depend on which worker comes first, so nothing may depend on them.
#[derive(Debug)]
pub(super) struct Finding(Mutex<Interner>);

impl Finding {
    pub(super) fn new() -> Finding {
        Finding(Mutex::new(Interner::with_capacity(64)))
    }

    pub(super) fn done(self) -> Products {
        let spans = self.0.into_inner().unwrap_or_else(PoisonError::into_inner).spans();
        Products(spans.into_iter().map(|span| Known { span, told: OnceLock::new() }).collect())
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

/// All names.
#[derive(Debug)]
pub(super) struct Products(Vec<Known>);

/// A name: where it stands first, and what it tells, once somebody asks.
#[derive(Debug)]
struct Known {
    span: Span,
    told: OnceLock<Told>,
}

impl Products {
    fn get(&self, number: u32) -> Option<&Known> {
        self.0.get((number as usize).checked_sub(1)?)
    }
}

/// What a name tells of a server or client.
#[derive(Debug)]
struct Told {
    client: Option<bool>,
    mobile: bool,
    desktop_behind_ucwa: bool,
    mobility_service: bool,
    product: Product,
}

impl Told {
    fn by(text: &[u8]) -> Told {
        Told {
            client: Product::client(text),
            mobile: Product::is_mobile(text),
            desktop_behind_ucwa: Product::is_desktop_behind_ucwa(text),
            mobility_service: Product::is_mobility_service(text),
            product: Product::parse(&crate::text::clean(text)),
        }
    }
}

/// What made a message, by the name that it has itself: the same name is read once for all messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker<'t> {
    text: &'t [u8],
    told: Option<&'t OnceLock<Told>>,
}

impl<'t> Maker<'t> {
    /// As logged.
    pub(crate) fn text(self) -> &'t [u8] {
        self.text
    }

    fn told<R>(self, of: impl FnOnce(&Told) -> R) -> R {
        match self.told {
            Some(kept) => of(kept.get_or_init(|| Told::by(self.text))),
            None => of(&Told::by(self.text)),
        }
    }

    /// See [`Product::client`].
    pub(crate) fn client(self) -> Option<bool> {
        self.told(|told| told.client)
    }

    /// See [`Product::is_mobile`].
    pub(crate) fn is_mobile(self) -> bool {
        self.told(|told| told.mobile)
    }

    /// See [`Product::is_desktop_behind_ucwa`].
    pub(crate) fn is_desktop_behind_ucwa(self) -> bool {
        self.told(|told| told.desktop_behind_ucwa)
    }

    /// See [`Product::is_mobility_service`].
    pub(crate) fn is_mobility_service(self) -> bool {
        self.told(|told| told.mobility_service)
    }

    /// All that the name tells.
    pub(crate) fn product<R>(self, of: impl FnOnce(&Product) -> R) -> R {
        self.told(|told| of(&told.product))
    }
}

impl Trace {
    /// Value of the Server header of a message, else of its User-Agent; `None` where it has neither.
    ///
    /// That of the first record that has this value: it is not read again.
    pub(crate) fn product(&self, event: &Event) -> Option<Maker<'_>> {
        match self.product_number(event) {
            Some(number) => {
                let known = self.products.get(number)?;
                Some(Maker { text: self.slice(known.span), told: Some(&known.told) })
            }
            None => self.read_product(event).map(|text| Maker { text, told: None }),
        }
    }

    /// Of a message of which nothing was kept.
    fn read_product(&self, event: &Event) -> Option<&[u8]> {
        use crate::sip::HeaderName::{Server, UserAgent};
        let message = self.message(event)?;
        message.header(Server).or_else(|| message.header(UserAgent)).map(|h| h.raw)
    }
}

/// The value of the header of a line.
pub(super) fn value_at(text: &[u8], line: HeaderLine) -> Option<&[u8]> {
    super::identity::value_of_line(text, line).or_else(|| super::identity::header_at(text, line).map(|h| h.raw))
}
