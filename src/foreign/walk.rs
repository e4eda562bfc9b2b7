//! Walks over a text of any layouts and writes what it finds as records of a server's trace.

use super::ahead::Ahead;
use super::grammar::{begins_message, without_indent};
use super::layout::{self, Head, What, framed_head, unescape};
use super::server::{Records, line_end, opener_in, opens_record};
use super::shape::{LONGEST, Mark, shape};
use super::write::{self, Opener, Piece, Places, message};
use crate::input::{Format, Rewrite};
use crate::record::{DateOrder, prefix};

/// Lines between the stamp of a message and its start line, at most.
const BETWEEN: u64 = 6;

/// How a text is to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// The only layout that is looked for.
    pub(super) wanted: Option<Format>,
    /// The text has several layouts.
    pub(super) named: bool,
}

/// What a line said about a message behind it.
struct Announced {
    head: Head<'static>,
    /// Where that line begins.
    at: usize,
    line: u64,
}

/// A walk over a text, or over a part of it.
pub(super) struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    /// Of the place, counted from 1.
    line: u64,
    wanted: Option<Format>,
    /// Records have the name of their layout, since the text has several.
    named: bool,
    records: Records<'t>,
    ahead: Ahead<'t>,
    /// Where the last lines that were copied end, in the original and in the new text.
    copied: Option<(usize, u64)>,
    announced: Option<Announced>,
    /// Lines of a server's trace are copied; other lines between messages are not.
    verbatim: bool,
    /// Something was written otherwise than it stands there.
    anew: bool,
    out: Rewrite,
}

impl<'t> Walk<'t> {
    /// From a place of the text on, the beginning of a line, as if nothing stood before it.
    pub(super) fn new(records: Records<'t>, at: usize, how: How, out: Rewrite) -> Walk<'t> {
        let text = records.text();
        Walk {
            text,
            at,
            line: 1,
            wanted: how.wanted,
            named: how.named,
            records,
            ahead: Ahead::of(text),
            copied: None,
            announced: None,
            verbatim: false,
            anew: false,
            out,
        }
    }

    /// Walks on, to this place or to the end of what lies across it.
    pub(super) fn run(&mut self, to: usize) {
        while self.at < to && !self.out.is_full() {
            self.step();
        }
    }

    /// How far it came, and the lines up to there.
    pub(super) fn done(&self) -> (usize, u64) {
        (self.at, self.line - 1)
    }

    /// Whether nothing that was read tells anything of what stands behind.
    pub(super) fn is_between(&self) -> bool {
        self.announced.is_none() && !self.verbatim
    }

    /// What was written since somebody asked, and whether any of all of it was written otherwise than it stands there.
    pub(super) fn written(&mut self) -> (Rewrite, bool) {
        self.copied = None;
        (std::mem::replace(&mut self.out, Rewrite::part(0)), self.anew)
    }

    fn step(&mut self) {
        let end = line_end(self.text, self.at);
        let line = self.text.get(self.at..end).unwrap_or_default();
        if self.ahead.opens(self.at, end)
            && let Some(opener) = opener_in(line)
        {
            self.announced = None;
            return self.record(line.get(..opener).unwrap_or_default(), self.at + opener);
        }
        if line.starts_with(b"TL_") {
            self.verbatim = self.wanted.is_none();
            // What is no record may be a message as another component logs it.
            self.announced = component(line).map(|head| Announced { head, at: self.at, line: self.line });
        } else if opens_record(line) {
            self.verbatim = self.wanted.is_none();
            self.announced = None;
            if let Some(end) = self.records.without_opener(self.at) {
                return self.server(end);
            }
        }
        if let Some(head) = layout::head_with(line, self.wanted, self.ahead.words(self.at, end)) {
            return self.head(head, line, end);
        }
        let indent = line.len() - without_indent(line).len();
        // One layout writes a bar ahead of the message.
        let bar = usize::from(self.announced.is_some() && line.get(indent) == Some(&b'|'));
        let start = self.at + indent + bar;
        if let Some(text) = self.text.get(start..).filter(|_| indent < line.len())
            && begins_message(text).is_some()
        {
            return self.bare(start);
        }
        if let Some(announced) = &self.announced {
            // Some write the lines of a message with escapes, too, though not the first.
            if announced.head.format == Format::AudioCodes
                && let Some(What::Escaped(at)) = layout::head(line, Some(Format::AudioCodes)).map(|h| h.what)
            {
                let head = announced.head.clone();
                self.announced = None;
                return self.escaped(&head, self.at + at, end);
            }
            if self.line > announced.line + BETWEEN {
                self.announced = None;
            }
        }
        self.pass(end);
    }

    /// A stamp, and what it says.
    fn head(&mut self, head: Head<'t>, line: &[u8], end: usize) {
        self.verbatim = false;
        let kept = match head.format {
            // What was announced is what the next stamp brings.
            Format::UccApi => self.announced.take().filter(|a| a.head.format == Format::UccApi),
            Format::Syslog => self.announced.take().filter(|a| a.head.format == Format::AudioCodes),
            _ => {
                self.announced = None;
                None
            }
        };
        let here = (self.at, self.line);
        match head.what {
            What::Text(at) => {
                let start = self.at + at;
                if self.text.get(start..).is_some_and(|text| begins_message(text).is_some()) {
                    let head = match kept {
                        Some(a) => Head { direction: a.head.direction, peer: a.head.peer, ..head.kept() },
                        None => head.kept(),
                    };
                    return self.plain(&head, here, start, true);
                }
            }
            What::Escaped(at) => {
                let start = self.at + at;
                let head = kept.map_or_else(|| head.kept(), |a| a.head);
                return self.escaped(&head, start, end);
            }
            What::Follows(at) => {
                let rest = line.get(at..).unwrap_or_default();
                if let Some(What::Escaped(within)) = layout::head(rest, Some(Format::AudioCodes)).map(|h| h.what) {
                    return self.escaped(&head.kept(), self.at + at + within, end);
                }
                self.announced = Some(Announced { head: head.kept(), at: here.0, line: here.1 });
            }
            What::Announced => self.announced = Some(Announced { head: head.kept(), at: here.0, line: here.1 }),
            What::End => {}
        }
        self.skip(end);
    }

    /// A start line that stands on its own.
    fn bare(&mut self, start: usize) {
        match self.announced.take() {
            Some(a) => self.plain(&a.head, (a.at, a.line), start, true),
            None if self.wanted.is_none_or(|wanted| wanted == Format::SipText) => {
                let head = Head::new(Format::SipText, What::Text(0));
                self.plain(&head, (start, self.line), start, false);
            }
            None => self.pass(line_end(self.text, self.at)),
        }
    }

    /// A message with line breaks.
    fn plain(&mut self, head: &Head<'_>, from: (usize, u64), start: usize, framed: bool) {
        let text = self.text;
        let wanted = self.wanted;
        if wanted.is_some_and(|wanted| wanted != head.format) {
            return self.pass(line_end(text, self.at));
        }
        let mark = |at: usize| mark(text, at, wanted, &self.ahead);
        let mut found = shape(text, start, framed, &mark);
        // The bar that ends a message of this layout is no part of it.
        if head.format == Format::Expressway {
            let body = text.get(found.body.clone()).unwrap_or_default().trim_ascii_end();
            if let Some(body) = body.strip_suffix(b"|") {
                found.body.end = found.body.start + body.trim_ascii_end().len();
            }
            let headers = text.get(found.headers.clone()).unwrap_or_default().trim_ascii_end();
            if let Some(headers) = headers.strip_suffix(b"|").filter(|_| found.body.is_empty()) {
                found.headers.end = found.headers.start + headers.len();
            }
        }
        let (at, line) = from;
        let piece = Piece::new(text, Places::Whole(at, line));
        self.anew = true;
        message(&piece, at, head, &found, self.named, &mut self.out);
        self.move_to(found.end.max(self.at + 1));
        self.verbatim = false;
    }

    /// A message in one line.
    fn escaped(&mut self, head: &Head<'_>, start: usize, end: usize) {
        if self.wanted.is_some_and(|wanted| wanted != head.format) {
            return self.skip(end);
        }
        // What is longer is damage; the line ends where it ends.
        let most = end.min(start.saturating_add(LONGEST));
        let (text, breaks) = unescape(self.text.get(start..most).unwrap_or_default());
        let places = Places::Line { line: self.line, start, breaks: &breaks };
        let stamp = |at: usize| {
            let line = text.get(at..line_end(&text, at)).unwrap_or_default();
            without_indent(line).starts_with(b"[Time:").then_some(Mark::Stamp)
        };
        let found = shape(&text, 0, true, &stamp);
        let piece = Piece::new(&text, places);
        self.anew = true;
        message(&piece, 0, head, &found, self.named, &mut self.out);
        self.skip_to(end);
        self.verbatim = false;
    }

    /// A record of a server's trace, as it is; its prefix is written anew where another layout wrote it.
    fn record(&mut self, prefix: &[u8], opener_at: usize) {
        let foreign = framed_head(prefix).filter(|_| self.wanted.is_none_or(|w| w == Format::Avaya));
        let end = self.records.end(self.at, opener_at, self.wanted);
        if let Some(format) = write::mark_of(prefix) {
            return self.saved(format, prefix, end);
        }
        let Some(head) = foreign else { return self.server(end) };
        self.out.place(self.at, self.line);
        let machine = self.named.then(|| head.format.name().as_bytes());
        Opener::of(&head, machine).write(head.time, &mut self.out);
        let from = line_end(self.text, self.at) + 1;
        let piece = Piece::new(self.text, Places::Whole(self.at, self.line));
        super::base64::fields(&piece, from.min(end)..end, &mut self.out);
        self.anew = true;
        self.move_to(end);
        self.verbatim = false;
    }

    /// A record as a server wrote it.
    fn server(&mut self, end: usize) {
        if self.wanted.is_some() {
            return self.leave(end);
        }
        self.out.found(Format::SipStack);
        self.copy(end);
        self.verbatim = true;
    }

    /// A record that was written here before, and saved; its prefix begins the line.
    fn saved(&mut self, format: Format, prefix: &[u8], end: usize) {
        if self.wanted.is_some_and(|wanted| wanted != format) {
            return self.leave(end);
        }
        self.out.found(format);
        // Beside other layouts it needs the name that it did not need by itself.
        if self.named
            && let Some(nameless) = write::nameless(prefix)
        {
            self.copy(self.at + nameless.start);
            write::machine(format, &mut self.out);
            self.move_to(self.at + nameless.len());
            self.anew = true;
        }
        self.copy(end);
        self.verbatim = false;
    }

    /// A line that is no message.
    fn pass(&mut self, end: usize) {
        if self.verbatim { self.copy((end + 1).min(self.text.len())) } else { self.skip(end) }
    }

    fn copy(&mut self, to: usize) {
        if self.copied != Some((self.at, self.out.at())) {
            self.out.place(self.at, self.line);
        }
        self.out.put(self.text.get(self.at..to).unwrap_or_default());
        self.move_to(to.max(self.at + 1));
        self.copied = Some((self.at, self.out.at()));
    }

    /// Leaves a record out.
    fn leave(&mut self, end: usize) {
        let lines = self.text.get(self.at..end).unwrap_or_default().split(|b| *b == b'\n');
        self.out.left_out(lines.filter(|line| !line.trim_ascii().is_empty()).count() as u64);
        self.anew = true;
        self.move_to(end.max(self.at + 1));
    }

    /// Leaves a line out.
    fn skip(&mut self, end: usize) {
        let is_empty = self.text.get(self.at..end).is_none_or(|line| line.trim_ascii().is_empty());
        self.out.left_out(u64::from(!is_empty));
        self.skip_to(end);
    }

    fn skip_to(&mut self, end: usize) {
        self.move_to((end + 1).min(self.text.len()).max(self.at + 1));
    }

    fn move_to(&mut self, to: usize) {
        let between = self.text.get(self.at..to).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = to;
    }
}

/// What at the beginning of a line ends a message.
fn mark(text: &[u8], at: usize, wanted: Option<Format>, ahead: &Ahead<'_>) -> Option<Mark> {
    let end = line_end(text, at);
    let line = text.get(at..end)?;
    if line.starts_with(b"TL_")
        || (ahead.opens(at, end) && opener_in(line).is_some())
        || layout::head_with(line, wanted, ahead.words(at, end)).is_some()
    {
        return Some(Mark::Stamp);
    }
    let start = at + line.len() - without_indent(line).len();
    text.get(start..).and_then(begins_message).map(|_| Mark::Message)
}

/// What the trace line of a component tells of a message behind it: its time, where the date can be read in one way.
fn component(line: &[u8]) -> Option<Head<'static>> {
    let own = prefix::parse(line);
    let time = own.time.filter(|_| own.order != DateOrder::Ambiguous)?;
    Some(Head { time: Some(time), ..Head::new(Format::SipText, What::Announced) })
}
