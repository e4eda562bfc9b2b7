//! What ties the messages of one Call-ID together, taken while a record is in the processor's cache.

use std::borrow::Cow;
use std::hash::BuildHasher;

use super::{Event, Trace};
use crate::record::Layout;
use crate::sip::{Headers, Message, Method, NameAddr, Via};

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
    /// Raw value of Server, else of User-Agent.
    pub(crate) product: Option<&'t [u8]>,
}

/// Identities of the messages that can belong to a call or a push, packed behind each other:
///
/// ```text
/// | product line start, Via count | From tag | To tag | Via hashes ... |   per message, 8 bytes each
/// ```
#[derive(Debug, Default)]
pub(super) struct Identities {
    pub(super) words: Vec<u64>,
}

/// Words of a message before its Via hashes.
const FIXED: usize = 3;

/// Methods whose messages are read for calls and pushes; all others (presence, registration: most of a log)
/// are only asked when they share a Call-ID with one of these.
fn is_wanted(method: Method) -> bool {
    use Method::{Ack, Bye, Cancel, Info, Invite, Message, Prack, Refer, Update};
    matches!(method, Invite | Ack | Bye | Cancel | Message | Prack | Update | Info | Refer)
}

impl Identities {
    /// Keeps what ties this message to others; returns its place, counted from 1, or 0 when nothing was kept.
    pub(super) fn add(
        &mut self,
        hasher: &foldhash::fast::RandomState,
        record: &[u8],
        layout: &Layout,
        method: Method,
    ) -> u32 {
        let Some(vias) = layout.vias.get().filter(|_| is_wanted(method)) else { return 0 };
        let place = self.words.len();
        let text = record.get(..layout.headers.end as usize).unwrap_or_default();
        let header = |at: u32| Headers::at_header(text.get(at as usize..).unwrap_or_default());
        let product = u64::from(layout.product.unwrap_or(0));
        let tag = |at: Option<u32>| at.and_then(header).map_or(0, |h| tag_hash(hasher, &h.value()));
        self.words.extend([product << 32, tag(layout.from), tag(layout.to)]);
        for at in vias {
            if let Some(h) = header(*at) {
                Via::parse_all(&h.value(), |v| self.words.push(via_hash(hasher, v)));
            }
        }
        let count = self.words.len() - place - FIXED;
        if let Some(word) = self.words.get_mut(place) {
            *word |= count as u64;
        }
        u32::try_from(place + 1).unwrap_or(0)
    }
}

fn tag_hash(hasher: &foldhash::fast::RandomState, value: &[u8]) -> u64 {
    match NameAddr::parse(value).tag {
        [] => 0,
        tag => hasher.hash_one(tag).max(1),
    }
}

fn via_hash(hasher: &foldhash::fast::RandomState, via: Via<'_>) -> u64 {
    hasher.hash_one((via.sent_by, via.branch)).max(1)
}

impl Trace {
    /// What ties a message to others.
    pub(crate) fn identity<'t>(&'t self, event: &Event) -> Identity<'t> {
        let kept = (event.identity as usize).checked_sub(1).and_then(|at| self.identities.words.get(at..));
        let Some(&[head, from_tag, to_tag, ref rest @ ..]) = kept else {
            return self.message(event).map_or_else(Identity::default, |m| self.read_identity(&m));
        };
        let count = usize::try_from(head & 0xffff_ffff).unwrap_or(0);
        let product = usize::try_from(head >> 32)
            .ok()
            .filter(|at| *at > 0)
            .and_then(|at| Headers::at_header(self.record(event).get(at..event.head_end as usize)?).map(|h| h.raw));
        Identity { from_tag, to_tag, vias: Cow::Borrowed(rest.get(..count).unwrap_or_default()), product }
    }

    /// The same for a message of which nothing was kept.
    fn read_identity<'t>(&self, message: &Message<'t>) -> Identity<'t> {
        use crate::sip::HeaderName;
        let mut out = Identity::default();
        let mut vias = Vec::new();
        let (mut server, mut agent) = (None, None);
        for header in message.headers_starting_with(b"ftvsu") {
            match HeaderName::from_token(header.name) {
                HeaderName::From if out.from_tag == 0 => out.from_tag = tag_hash(&self.hasher, &header.value()),
                HeaderName::To if out.to_tag == 0 => out.to_tag = tag_hash(&self.hasher, &header.value()),
                HeaderName::Via => {
                    Via::parse_all(&header.value(), |v| vias.push(via_hash(&self.hasher, v)));
                }
                HeaderName::Server => server = server.or(Some(header.raw)),
                HeaderName::UserAgent => agent = agent.or(Some(header.raw)),
                _ => {}
            }
        }
        out.vias = Cow::Owned(vias);
        out.product = server.or(agent);
        out
    }
}
