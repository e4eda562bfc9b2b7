//! What servers and clients call themselves: few names in many messages, each kept once.

use std::hash::BuildHasher;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::hasher::Seeded;
use super::intern::Interner;
use super::{Event, Trace};
use crate::knowledge::Product;
use crate::record::HeaderLine;
use crate::span::{FileId, Span};

/// Bytes of a name that is kept.
const LONGEST: usize = 1024;
/// Names that are kept: a deployment has some hundred, a hostile log one a message, and each is a copy.
const MOST: usize = 1 << 16;
/// Stands for a name that is read again for each message.
const NOT_KEPT: u32 = u32::MAX;

/// The names that all workers find. Their numbers depend on which worker comes first, so nothing may depend on them.
#[derive(Debug)]
pub(super) struct Finding(Mutex<Found>);

#[derive(Debug)]
struct Found {
    names: Interner,
    /// Of each number. A copy: the file may be cut while it is read, and which record of a name is met first is chance.
    texts: Vec<Box<[u8]>>,
}

impl Finding {
    pub(super) fn new() -> Finding {
        Finding(Mutex::new(Found { names: Interner::with_capacity(64), texts: Vec::new() }))
    }

    /// With names that were found before, by their numbers.
    pub(super) fn of(texts: &[Box<[u8]>], hasher: &Seeded) -> Finding {
        let mut names = Interner::with_capacity(texts.len());
        for text in texts {
            let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
            names.intern(hasher, text, Span { file: FileId(0), start: 0, len });
        }
        Finding(Mutex::new(Found { names, texts: texts.to_vec() }))
    }

    pub(super) fn done(self) -> Products {
        Products::of(self.0.into_inner().unwrap_or_else(PoisonError::into_inner).texts)
    }

    /// The number of a name, counted from 1; [`NOT_KEPT`] of one that is too long or one too many.
    fn number(&self, hasher: &Seeded, text: &[u8], span: Span) -> u32 {
        if text.len() > LONGEST {
            return NOT_KEPT;
        }
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if found.texts.len() >= MOST && !found.names.has(hasher, text) {
            return NOT_KEPT;
        }
        let number = found.names.intern(hasher, text, span).0.saturating_add(1);
        if number as usize > found.texts.len() {
            found.texts.push(text.into());
        }
        number
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
    pub(super) fn number(&mut self, all: &Finding, hasher: &Seeded, text: &[u8], span: Span) -> u32 {
        let hash = hasher.hash_one(text);
        let Some(slot) = usize::try_from(hash % 64).ok().and_then(|at| self.0.get_mut(at)) else { return 0 };
        if slot.0 != hash || slot.1 == 0 {
            *slot = (hash, all.number(hasher, text, span));
        }
        slot.1
    }
}

/// All names.
#[derive(Debug)]
pub(super) struct Products(Vec<Known>);

/// A name, and what it tells, once somebody asks.
#[derive(Debug)]
struct Known {
    text: Box<[u8]>,
    told: OnceLock<Told>,
}

impl Products {
    /// Names by their numbers.
    pub(super) fn of(texts: Vec<Box<[u8]>>) -> Products {
        Products(texts.into_iter().map(|text| Known { text, told: OnceLock::new() }).collect())
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|known| &*known.text)
    }

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
    /// The message is not read again for it.
    pub(crate) fn product(&self, event: &Event) -> Option<Maker<'_>> {
        match self.product_number(event) {
            Some(number) => {
                let known = self.products.get(number)?;
                Some(Maker { text: &known.text, told: Some(&known.told) })
            }
            None => self.read_product(event).map(|text| Maker { text, told: None }),
        }
    }

    /// Of a message of which nothing was kept.
    fn read_product(&self, event: &Event) -> Option<&[u8]> {
        use crate::sip::HeaderName::{Server, UserAgent};
        let message = self.head(event)?;
        message.header(Server).or_else(|| message.header(UserAgent)).map(|h| h.raw.trim_ascii())
    }
}

/// The value of the header of a line.
pub(super) fn value_at(text: &[u8], line: HeaderLine, regular: bool) -> Option<&[u8]> {
    let value = super::identity::value_of_line(text, line, regular);
    value.or_else(|| super::identity::header_at(text, line).map(|h| h.raw.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use crate::input::Input;
    use crate::trace::{LoadOptions, Trace};

    /// A name is the same whether it was kept or is read again, and however its line is written.
    #[test]
    fn a_product_is_the_same_both_ways() {
        for (line, product) in [
            ("Server: RTC/6.0", "RTC/6.0"),
            ("Server:RTC/6.0 ", "RTC/6.0"),
            ("Server: \t RTC/6.0  \r", "RTC/6.0"),
            ("User-Agent:   Zo\u{eb}  ", "Zo\u{eb}"),
            ("User-Agent: \r\n  RTC/6.0  ", "RTC/6.0"),
            ("User-Agent: a/1\r\n\tb/2 ", "a/1\r\n\tb/2"),
        ] {
            let log = format!(
                "$$begin_record\r\nStart-Line: BYE sip:a SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n{line}\r\nMessage-Body: -\r\n$$end_record\r\n"
            );
            for for_analysis in [true, false] {
                let options = LoadOptions { for_analysis, ..LoadOptions::default() };
                let trace = Trace::load(vec![Input::from_bytes("log", log.as_bytes())], &options);
                let found = trace.product(&trace.events()[0]).map(|m| String::from_utf8_lossy(m.text()));
                assert_eq!(found.as_deref(), Some(product), "{line:?} {for_analysis}");
            }
        }
    }

    /// Names without end, and one without bounds, take no memory of their own, and are read all the same.
    #[test]
    fn a_hostile_log_does_not_fill_the_memory_with_names() {
        use std::fmt::Write;
        let mut log = String::new();
        let endless = "x".repeat(super::LONGEST + 1);
        let names = |n: usize| if n.is_multiple_of(64) { format!("{endless}{n}") } else { format!("a/{n}") };
        let count = super::MOST * 33 / 32;
        for n in 0..count {
            let name = names(n);
            let _ = write!(
                log,
                "$$begin_record\nStart-Line: BYE sip:a SIP/2.0\nCall-ID: 1\nCSeq: 1 BYE\nVia: SIP/2.0/TLS a;branch=z9hG4bK{n}\nServer: {name}\nMessage-Body: -\n$$end_record\n"
            );
        }
        let trace = Trace::load(vec![Input::from_bytes("log", log.into_bytes())], &LoadOptions::default());
        let kept = &trace.products.0;
        assert!(kept.len() == super::MOST && kept.iter().all(|known| known.text.len() <= super::LONGEST));
        assert_eq!(trace.events().len(), count);
        for (n, event) in trace.events().iter().enumerate() {
            assert_eq!(trace.product(event).map(super::Maker::text), Some(names(n).as_bytes()));
        }
    }
}
