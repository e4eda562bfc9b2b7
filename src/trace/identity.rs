//! What ties the messages of one Call-ID together, taken while a record is in the processor's cache.

use std::borrow::Cow;
use std::hash::BuildHasher;

use super::details;
use super::hasher::Seeded;
use super::memo::Memo;
use super::products::{self, Finding, Met};
use super::{Event, Trace};
use crate::record::{HeaderLine, Layout, sign, starts_header};
use crate::sip::{Header, Headers, Message, Method, NameAddr, Via, quick};
use crate::span::{FileId, Span};
use crate::text::line_end;

/// Tags and Via entries of a message as seeded 64-bit hashes: they are only compared with each other, and
/// equal hashes of different values will not happen by design. The seed changes from run to run, so no
/// result may depend on the values or their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity<'t> {
    /// From tag, 0 for none.
    pub(crate) from_tag: u64,
    /// To tag, 0 for none.
    pub(crate) to_tag: u64,
    /// One a Via entry (sent-by and branch), top entry first.
    pub(crate) vias: Cow<'t, [u64]>,
}

/// Identities of the messages that can belong to a call or a push, packed behind each other:
///
/// ```text
/// | product, conversation, P-Asserted-Identity, signs, Via count | From, To, Peer, facts | From tag | To tag | Via hashes ... |   per message, 8 bytes each
/// ```
///
/// Behind them stands the place of the first header of the ms-diagnostics family, where the signs say that there may be one.
#[derive(Debug, Default)]
pub(super) struct Identities {
    pub(super) words: Vec<u64>,
    met: Met,
    memo: Memo,
}

/// Where a record stands and what tells its texts apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordText<'r> {
    pub(super) file: FileId,
    /// First byte of the record.
    pub(super) start: usize,
    pub(super) record: &'r [u8],
    pub(super) hasher: &'r Seeded,
    pub(super) products: &'r Finding,
}

/// Words of a message before its Via hashes.
const FIXED: usize = 4;

/// Parts of the first word, lowest bits first: the number of Via entries, signs, a place, another from the start line on, and
/// the product.
const VIAS: u64 = (1 << SIGNS) - 1;
const SIGNS: u32 = 10;
const ASSERTED: u32 = 18;
const CONVERSATION: u32 = 34;
pub(super) const PRODUCT: u32 = 46;
/// Stands for a product whose number is too large.
pub(super) const UNKNOWN: u64 = u64::MAX >> PRODUCT;

/// How many words a message has, by its first; `None` where it has more Via entries than are counted.
pub(super) fn words_of(head: u64) -> Option<usize> {
    let vias = usize::try_from(head & VIAS).ok().filter(|_| head & VIAS < VIAS)?;
    Some(FIXED + vias + usize::from(head >> SIGNS & u64::from(sign::DIAGNOSTICS) != 0))
}

/// Methods whose messages are read for calls and pushes; all others (presence, registration: most of a log)
/// are only asked when they share a Call-ID with one of these.
fn is_wanted(method: Method) -> bool {
    use Method::{Ack, Bye, Cancel, Info, Invite, Message, Prack, Refer, Update};
    matches!(method, Invite | Ack | Bye | Cancel | Message | Prack | Update | Info | Refer)
}

impl Identities {
    /// Keeps no more memory than what was found needs.
    pub(super) fn tidy(&mut self) {
        self.words.shrink_to_fit();
        self.memo.clear();
    }

    /// Keeps what ties this message to others; returns its place, counted from 1, or 0 when nothing was kept.
    pub(super) fn add(&mut self, at: RecordText<'_>, layout: &Layout, (method, status): (Method, u16)) -> u32 {
        let Some(vias) = layout.vias.get().filter(|_| is_wanted(method)) else { return 0 };
        let place = self.words.len();
        let hasher = at.hasher;
        let text = at.record.get(..layout.headers.end as usize).unwrap_or_default();
        let product = layout.product.and_then(|line| {
            let value = products::value_at(text, line, layout.is_regular)?;
            let start = at.start + (value.as_ptr() as usize - at.record.as_ptr() as usize);
            let len = u32::try_from(value.len()).unwrap_or(u32::MAX);
            let span = Span { file: at.file, start: start as u64, len };
            Some(u64::from(self.met.number(at.products, hasher, value, span)))
        });
        // More names than this are a hostile log, and are read again.
        let product = product.unwrap_or(0).min(UNKNOWN);
        let mut tag = |line: Option<HeaderLine>| {
            let Some(line) = line else { return 0 };
            let read = || tag_at(hasher, text, (line, layout.is_regular));
            // Of a regular line the value is all that counts.
            match text.get(line.value as usize..line.end as usize).filter(|_| layout.is_regular) {
                Some(value) => self.memo.tag(hasher, value, read),
                None => read(),
            }
        };
        let (from_tag, to_tag) = (tag(layout.from), tag(layout.to));
        let details = details::of(at.record, layout, (method, status), to_tag != 0);
        let asserted = details::place(at.record, layout, layout.asserted);
        let conversation = details::place(at.record, layout, layout.conversation);
        let conversation = conversation.saturating_sub(u64::from(layout.start_line.start));
        let conversation = if conversation >> (PRODUCT - CONVERSATION) == 0 { conversation } else { 0 };
        let places = conversation << CONVERSATION | asserted << ASSERTED;
        self.words.extend([product << PRODUCT | places, details, from_tag, to_tag]);
        let Identities { words, memo, .. } = self;
        for line in vias {
            match text.get(line.value as usize..line.end as usize).filter(|_| layout.is_regular) {
                Some(value) => memo.vias(hasher, value, words, |out| add_vias(out, hasher, text, (*line, true))),
                None => add_vias(words, hasher, text, (*line, false)),
            }
        }
        let count = (self.words.len() - place - FIXED) as u64;
        if layout.signs & sign::DIAGNOSTICS != 0 {
            self.words.push(details::place(at.record, layout, layout.diagnostics));
        }
        if let Some(word) = self.words.get_mut(place) {
            *word |= u64::from(layout.signs & sign::ANY) << SIGNS | count.min(VIAS);
        }
        u32::try_from(place + 1).unwrap_or(0)
    }
}

/// The entries of the Via header of a line.
fn add_vias(words: &mut Vec<u64>, hasher: &Seeded, text: &[u8], (line, regular): (HeaderLine, bool)) {
    let kept = words.len();
    let value = value_of_line(text, line, regular);
    let masked = value.and_then(|value| {
        let text = text.get(line.value as usize..)?;
        // It begins where the line's does, or blanks stand before it.
        let value = text.get(..value.len()).filter(|start| start.as_ptr() == value.as_ptr())?;
        quick::masked_vias(text, value, |v| words.push(via_hash(hasher, v)))
    });
    if masked.is_some() {
        return;
    }
    words.truncate(kept);
    let quick = value.and_then(|value| quick::vias(value, |v| words.push(via_hash(hasher, v))));
    if quick.is_none() {
        words.truncate(kept);
        if let Some(h) = header_at(text, line) {
            Via::parse_all(&h.value(), |v| words.push(via_hash(hasher, v)));
        }
    }
}

/// The tag in the From or To header of a line.
fn tag_at(hasher: &Seeded, text: &[u8], (line, regular): (HeaderLine, bool)) -> u64 {
    match value_of_line(text, line, regular).and_then(quick::tag) {
        Some(tag) => hash_of_tag(hasher, tag),
        None => header_at(text, line).map_or(0, |h| tag_hash(hasher, &h.value())),
    }
}

/// The header that starts with a line, with all that it runs on to.
pub(super) fn header_at(text: &[u8], line: HeaderLine) -> Option<Header<'_>> {
    Headers::at_header(text.get(line.start as usize..)?)
}

/// The quick way to the value of the header of a line: all of it stands on that line, in ASCII, and the line behind
/// starts a header, or nothing does. `regular`: framing has seen that.
pub(super) fn value_of_line(text: &[u8], line: HeaderLine, regular: bool) -> Option<&[u8]> {
    let value = text.get(line.value as usize..line.end as usize)?;
    let is_whole = || {
        let rest = text.get(line.end as usize + 1..).unwrap_or_default();
        let begins = text.get(line.start as usize).is_some_and(u8::is_ascii_alphabetic);
        begins && (rest.is_empty() || starts_header(rest))
    };
    ((regular || is_whole()) && value.is_ascii()).then(|| value.trim_ascii())
}

/// The same of the header whose line starts the text.
pub(super) fn one_line(text: &[u8]) -> Option<&[u8]> {
    let (end, next) = line_end(text, 0);
    let line = text.get(..end)?;
    let rest = text.get(next..).unwrap_or_default();
    let colon = line.iter().take(16).position(|b| *b == b':')?;
    let value = line.get(colon + 1..)?.trim_ascii();
    let whole = rest.is_empty() || starts_header(rest);
    (whole && line.is_ascii() && line.first().is_some_and(u8::is_ascii_alphabetic)).then_some(value)
}

fn tag_hash(hasher: &Seeded, value: &[u8]) -> u64 {
    hash_of_tag(hasher, NameAddr::parse(value).tag)
}

fn hash_of_tag(hasher: &Seeded, tag: &[u8]) -> u64 {
    match tag {
        [] => 0,
        tag => hasher.hash_one(tag).max(1),
    }
}

fn via_hash(hasher: &Seeded, via: Via<'_>) -> u64 {
    hasher.hash_one((via.sent_by, via.branch)).max(1)
}

impl Trace {
    /// What ties a message to others.
    pub(crate) fn identity<'t>(&'t self, event: &Event) -> Identity<'t> {
        let kept = (event.identity as usize).checked_sub(1).and_then(|at| self.identities.words().get(at..));
        let Some(&[head, _, from_tag, to_tag, ref rest @ ..]) = kept else {
            return self.head(event).map_or_else(Identity::default, |m| self.read_identity(&m));
        };
        let count = usize::try_from(head & VIAS).unwrap_or(0);
        Identity { from_tag, to_tag, vias: Cow::Borrowed(rest.get(..count).unwrap_or_default()) }
    }

    /// The number of what a message names as its sender, 0 where it names nothing; `None` where nothing was kept of it.
    pub(super) fn product_number(&self, event: &Event) -> Option<u32> {
        let head = self.identities.words().get((event.identity as usize).checked_sub(1)?)?;
        Some(head >> PRODUCT).filter(|number| *number < UNKNOWN).and_then(|number| u32::try_from(number).ok())
    }

    /// Words of a message and of all behind it, where they were kept.
    fn words(&self, event: &Event) -> &[u64] {
        let at = (event.identity as usize).checked_sub(1);
        at.and_then(|at| self.identities.words().get(at..)).unwrap_or_default()
    }

    /// The place of the first P-Asserted-Identity of a message, and whether it is the only one; `None` where that is not
    /// known.
    pub(super) fn asserted_place(&self, event: &Event) -> Option<(usize, bool)> {
        let head = self.words(event).first()?;
        let repeated = head >> SIGNS & u64::from(sign::REPEATED) != 0;
        usize::try_from(head >> ASSERTED & 0xffff).ok().filter(|at| *at > 0).map(|at| (at, !repeated))
    }

    /// The same of the first header that may tell to which conversation a message belongs.
    pub(super) fn conversation_place(&self, event: &Event) -> Option<(usize, bool)> {
        let head = self.words(event).first()?;
        let several = head >> SIGNS & u64::from(sign::CONVERSATIONS) != 0;
        let place = usize::try_from(head >> CONVERSATION & ((1 << (PRODUCT - CONVERSATION)) - 1)).ok()?;
        (place > 0).then(|| (place + event.head as usize, !several))
    }

    /// The place of the first header of the ms-diagnostics family, where it has one that is kept.
    pub(super) fn diagnostics_place(&self, event: &Event) -> Option<usize> {
        let words = self.words(event);
        let len = words_of(*words.first()?)?;
        let place = len.checked_sub(1).filter(|at| *at >= FIXED).and_then(|at| words.get(at));
        let is_there = words.first()? >> SIGNS & u64::from(sign::DIAGNOSTICS) != 0;
        place.filter(|_| is_there).and_then(|at| usize::try_from(*at).ok()).filter(|at| (1..1 << 16).contains(at))
    }

    /// The second word of a message, where it was kept.
    pub(super) fn details(&self, event: &Event) -> Option<u64> {
        self.identities.words().get(event.identity as usize).copied().filter(|_| event.identity > 0)
    }

    /// Whether a message is known to have none of the headers of a sign.
    pub(crate) fn lacks(&self, event: &Event, sign: u16) -> bool {
        if sign == sign::DIAGNOSTICS && event.flags & Event::UNDIAGNOSED != 0 {
            return true;
        }
        let head = (event.identity as usize).checked_sub(1).and_then(|at| self.identities.words().get(at));
        head.is_some_and(|head| (head >> SIGNS) & u64::from(sign) == 0)
    }

    /// The same for a message of which nothing was kept.
    fn read_identity<'t>(&self, message: &Message<'t>) -> Identity<'t> {
        use crate::sip::HeaderName;
        let mut out = Identity::default();
        let mut vias = Vec::new();
        for header in message.headers_starting_with(b"ftv") {
            match HeaderName::from_token(header.name) {
                HeaderName::From if out.from_tag == 0 => out.from_tag = tag_hash(&self.hasher, &header.value()),
                HeaderName::To if out.to_tag == 0 => out.to_tag = tag_hash(&self.hasher, &header.value()),
                HeaderName::Via => {
                    Via::parse_all(&header.value(), |v| vias.push(via_hash(&self.hasher, v)));
                }
                _ => {}
            }
        }
        out.vias = Cow::Owned(vias);
        out
    }
}

#[cfg(all(test, feature = "synth"))]
mod tests {
    use super::*;
    use crate::synth::{LogFormat, Plan, in_memory};

    /// The quick ways are worth nothing where logs do not take them, and nobody would notice.
    #[test]
    fn nearly_all_tags_and_vias_go_the_quick_way() {
        for (format, crlf) in
            [(LogFormat::Cls, false), (LogFormat::Cls, true), (LogFormat::Lync2010, false), (LogFormat::Lync2010, true)]
        {
            let (mut all, mut slow) = (0, 0);
            for (_, log) in in_memory(&Plan { format, ..Plan::default() }).0 {
                let log = String::from_utf8_lossy(&log).replace("\r\n", "\n");
                let log = if crlf { log.replace('\n', "\r\n") } else { log };
                for (at, _) in log.match_indices('\n') {
                    let text = &log.as_bytes()[at + 1..];
                    let name = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                    let value = one_line(text);
                    let is_slow = match &text[..name] {
                        b"From" | b"To" => value.and_then(quick::tag).is_none(),
                        b"Via" => value.and_then(|value| quick::vias(value, |_| ())).is_none(),
                        _ => continue,
                    };
                    (all, slow) = (all + 1, slow + usize::from(is_slow));
                }
            }
            assert!(all > 1000 && slow * 100 < all, "{format:?}, CRLF {crlf}: {slow} of {all}");
        }
    }
}
