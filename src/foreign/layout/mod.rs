//! What each layout writes around its messages: one file a layout, each reads one line.

mod audiocodes;
mod avaya;
mod expressway;
mod pidgin;
mod syslog;
mod uccapi;

use std::borrow::Cow;

use memchr::memmem;

use crate::input::Format;
use crate::record::Direction;
use crate::time::Timestamp;

pub(super) use syslog::unescape;

/// What a line of a foreign log tells of the message on it or behind it.
#[derive(Clone, Debug)]
pub(super) struct Head<'t> {
    pub(super) format: Format,
    /// As the layout writes it, or in UTC where it says a zone.
    pub(super) time: Option<Timestamp>,
    pub(super) direction: Direction,
    /// The other side.
    pub(super) peer: Option<Cow<'t, [u8]>>,
    pub(super) what: What,
}

/// What such a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A message may begin at this byte of the line, line breaks as they are.
    Text(usize),
    /// The same, with line breaks written as `#015#012`.
    Escaped(usize),
    /// The message stands on the lines behind it.
    Announced,
    /// The message stands behind this byte of the line, or on the next line.
    Follows(usize),
    /// It ends what was before it.
    End,
}

impl Head<'_> {
    pub(super) fn new(format: Format, what: What) -> Self {
        Head { format, time: None, direction: Direction::Unknown, peer: None, what }
    }

    /// The same for longer than the line.
    pub(super) fn kept(self) -> Head<'static> {
        Head { peer: self.peer.map(|p| Cow::Owned(p.into_owned())), ..self }
    }
}

/// Lines longer than this are no stamps; a message in one line may be.
const LONGEST: usize = 4096;

/// Which of the words that only some layouts write a line may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    /// `---- `, of an `AudioCodes` gateway.
    pub(super) dashes: bool,
    /// The module of an Expressway.
    pub(super) module: bool,
    /// `#01`, a control character as syslog writes it.
    pub(super) escape: bool,
}

pub(super) const DASHES: &[u8] = b"---- ";
pub(super) const MODULE: &[u8] = b"Module=\"network.sip\"";
pub(super) const ESCAPE: &[u8] = b"#01";

/// What a line of a foreign log is, in which nobody has looked for words; `None` where it is none of theirs.
pub(super) fn head(line: &[u8], wanted: Option<Format>) -> Option<Head<'_>> {
    head_with(line, wanted, Words { dashes: true, module: true, escape: true })
}

/// The same of a line of which is known which words it may hold.
pub(super) fn head_with(line: &[u8], wanted: Option<Format>, words: Words) -> Option<Head<'_>> {
    let is = |format: Format| wanted.is_none_or(|wanted| wanted == format);
    let text = super::grammar::without_indent(line);
    let first = *text.first()?;
    let stamp = text.get(..LONGEST).unwrap_or(text);
    let at = line.len() - text.len();
    let found = match first {
        b'0'..=b'9' if is(Format::UccApi) => uccapi::head(stamp),
        b'M' if is(Format::PidginSipe) => pidgin::head(stamp),
        _ => None,
    };
    let found = found.or_else(|| {
        if text.len() < 24 {
            return None;
        }
        let has = |word: &[u8]| memmem::find(stamp, word).is_some();
        if is(Format::AudioCodes)
            && words.dashes
            && has(DASHES)
            && let Some(head) = audiocodes::head(stamp)
        {
            return Some(head);
        }
        if is(Format::Expressway) && words.module && has(MODULE) {
            return expressway::head(text);
        }
        if is(Format::Avaya) && first.is_ascii_digit() && has(b"-->") {
            return avaya::head(stamp);
        }
        let escaped = wanted == Some(Format::AudioCodes) || is(Format::Syslog);
        if escaped && words.escape { syslog::head(text) } else { None }
    });
    found.map(|head| Head { what: head.what.behind(at), ..head })
}

impl What {
    /// The same in a line with so many bytes before it.
    fn behind(self, by: usize) -> What {
        match self {
            What::Text(at) => What::Text(at + by),
            What::Escaped(at) => What::Escaped(at + by),
            What::Follows(at) => What::Follows(at + by),
            other => other,
        }
    }
}

/// The prefix of a framed record of an Avaya log: its time, and the other side.
pub(super) fn framed_head(line: &[u8]) -> Option<Head<'_>> {
    avaya::framed(line)
}
