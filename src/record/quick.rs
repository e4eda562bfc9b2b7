//! The quick way of a layout: one walk over the lines of a record, each told by its first letters.
//!
//! It takes only what it can prove to be regular, and [`Layout::read`], which reads everything, then says the same: every
//! line up to the body starts with a letter; each line whose value is kept is a name, a colon, a blank and something to
//! see, and the line behind it is a header too, so that no value runs on; nothing in the record starts another one; and
//! the body ends where the terminator stands, whatever Content-Length says.

use super::layout::{HeaderLine, Layout, relative};
use super::names::{self, Field, Line, PLACES, starts_header};
use super::signs;
use super::tape::Tape;
use super::values::{RecordKind, decimal, direction, ends_at, hex, log_type};

/// The lines of a record that is at hand.
struct Lines<'a> {
    all: &'a [u8],
    /// The same up to the terminator.
    bytes: &'a [u8],
    /// Where the record starts: positions are kept from there.
    start: usize,
    /// Where the lines end, from the one that was read last on.
    feeds: &'a [u32],
    base: usize,
    at: usize,
}

/// Where a line stands: its first byte, and its line feed.
#[derive(Clone, Copy)]
struct Span {
    from: usize,
    feed: usize,
}

impl<'a> Lines<'a> {
    /// The next line up to the terminator; `None` behind the last one.
    #[inline]
    fn next(&mut self) -> Option<Span> {
        let (feed, rest) = self.feeds.split_first()?;
        self.feeds = rest;
        let feed = self.base + *feed as usize;
        let span = Span { from: self.at, feed };
        self.at = feed + 1;
        Some(span)
    }

    #[inline]
    fn text(&self, line: Span) -> &'a [u8] {
        self.bytes.get(line.from..line.feed).unwrap_or_default()
    }

    #[inline]
    fn kept(&self, line: Span, value: usize) -> HeaderLine {
        let start = relative(self.start, line.from);
        HeaderLine { start, value: relative(self.start, line.from + value), end: relative(self.start, line.feed) }
    }
}

/// Reads the record from `start` on, whose fields begin at `fields` on line `opener` and whose terminator stands on line
/// `last`, into an empty layout; `None` where it is not regular.
pub(super) fn layout(
    tape: &Tape<'_>,
    (opener, last): (usize, usize),
    (start, fields): (usize, usize),
    out: &mut Layout,
) -> Option<()> {
    let (feeds, base) = tape.feeds_between(opener, last)?;
    let end = base + *feeds.last()? as usize + 1;
    let all = tape.bytes();
    let mut lines = Lines { all, bytes: all.get(..end)?, start, feeds, base, at: fields };
    // Behind the opener stands nothing.
    let rest = lines.next()?;
    if !matches!(lines.text(rest), b"" | b"\r") {
        return None;
    }
    while let Some(line) = lines.next() {
        let text = lines.text(line);
        if !text.first()?.is_ascii_alphabetic() {
            return None;
        }
        let Some((field, value)) = names::field(text) else { continue };
        if field == Field::Peer {
            if !is_sure(text, value) {
                return None;
            }
            out.peer = out.peer.or(Some(relative(start, line.from)));
            continue;
        }
        let value_text = text.get(value..)?.trim_ascii_end();
        let from = line.from + value;
        let range = relative(start, from)..relative(start, from + value_text.len());
        match field {
            // Another record starts here, unless none of these came before.
            Field::CorrelationId | Field::InstanceId if out.kind == RecordKind::Diagnostic => return None,
            Field::InstanceId => out.instance = hex(value_text),
            Field::LogType => out.kind = log_type(value_text),
            Field::Direction => (out.direction, out.names_edge) = direction(value_text),
            Field::Diagnostic if out.kind == RecordKind::Other => out.kind = RecordKind::Diagnostic,
            Field::Diagnostic | Field::CorrelationId | Field::Peer => {}
            Field::DiagnosticCallId => (out.kind, out.call_id) = (RecordKind::Diagnostic, range),
            Field::DiagnosticCSeq => out.cseq = range,
            Field::StartLine => {
                (out.kind, out.start_line) = (RecordKind::Protocol, range);
                return message(lines, out);
            }
        }
    }
    out.is_regular = true;
    Some(())
}

/// Headers whose place is kept, of those that have signs.
const PLACED: u16 = signs::sign::ASSERTED | signs::sign::CONVERSATION | signs::sign::DIAGNOSTICS;

/// The headers behind the start line, and the body.
fn message(mut lines: Lines<'_>, out: &mut Layout) -> Option<()> {
    let (bytes, start) = (lines.bytes, lines.start);
    let end = bytes.len();
    out.headers = relative(start, lines.at)..relative(start, end);
    let mut places = [HeaderLine::default(); PLACES];
    // Whether the line before is one whose value is kept.
    let mut open = true;
    while let Some(line) = lines.next() {
        let text = lines.text(line);
        if !text.first()?.is_ascii_alphabetic() {
            return None;
        }
        if !names::may_be_known(text) {
            if open && !starts_header(text) {
                return None;
            }
            open = false;
            continue;
        }
        let (kind, value) = names::line(text);
        let is_kept = !matches!(kind, Line::Other | Line::Rare);
        let is_header = if is_kept { is_sure(text, value) } else { !open || starts_header(text) };
        if !is_header {
            return None;
        }
        open = is_kept;
        match kind {
            Line::Other => {}
            Line::Rare => {
                let own = signs::of_line(text);
                // Of these the place is kept.
                if own & PLACED != 0 {
                    open = true;
                    if !starts_header(text) {
                        return None;
                    }
                }
                out.note_rare(own, relative(start, line.from));
            }
            Line::Via => out.vias.push(lines.kept(line, value)),
            Line::MessageBody => {
                out.headers.end = relative(start, line.from);
                take(out, &lines, &places);
                let length = places.get(Line::ContentLength as usize).copied().unwrap_or_default();
                let [from, to] = [length.value, length.end].map(|at| start + at as usize);
                out.content_length = bytes.get(from..to).and_then(decimal);
                let first = text.get(value..)?.trim_ascii_end();
                out.set_body(start, line.from + value, end, first, line.feed);
                return (has_identity(out) && ends_there(&lines, out)).then_some(());
            }
            Line::Opener => return None,
            kind => {
                let place = places.get_mut(kind as usize)?;
                if place.end == 0 {
                    *place = lines.kept(line, value);
                } else {
                    out.signs |= signs::sign::REPEATED;
                }
            }
        }
    }
    take(out, &lines, &places);
    has_identity(out).then_some(())
}

/// Without the headers that tie a message to others, they are looked for in other places.
fn has_identity(layout: &Layout) -> bool {
    !layout.call_id.is_empty() && !layout.cseq.is_empty()
}

/// Puts the lines that were kept into the layout.
fn take(out: &mut Layout, lines: &Lines<'_>, places: &[HeaderLine; PLACES]) {
    let value = |kind: Line| {
        let Some(line) = places.get(kind as usize) else { return 0..0 };
        let at = |n: u32| lines.start + n as usize;
        let text = lines.bytes.get(at(line.value)..at(line.end)).unwrap_or_default().trim_ascii_end();
        if line.end == 0 { 0..0 } else { line.value..line.value + u32::try_from(text.len()).unwrap_or(0) }
    };
    (out.call_id, out.cseq) = (value(Line::CallId), value(Line::CSeq));
    let line = |kind: Line| places.get(kind as usize).copied().filter(|line| line.end > 0);
    (out.from, out.to) = (line(Line::From), line(Line::To));
    (out.server, out.agent) = (line(Line::Server), line(Line::UserAgent));
    out.product = out.server.or(out.agent);
    (out.content_type, out.contact) = (line(Line::ContentType), line(Line::Contact));
    out.is_regular = true;
}

/// Whether a line whose value is at an offset is written as nearly all are: name, colon, blank, value.
#[inline]
fn is_sure(text: &[u8], value: usize) -> bool {
    let form = value.checked_sub(3).and_then(|at| text.get(at..)).and_then(|rest| rest.first_chunk::<4>());
    matches!(form, Some([b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z', b':', b' ', b'!'..=0xff]))
}

/// Whether the body is sure to end at the terminator that was found: Content-Length says so, in line feeds or in the
/// carriage returns that were left out when it was logged.
fn ends_there(lines: &Lines<'_>, layout: &Layout) -> bool {
    let Some(claimed) = layout.content_length.filter(|_| !layout.body.is_empty()) else { return true };
    let from = lines.start + layout.body.start as usize;
    let body = lines.bytes.get(from..).unwrap_or_default();
    let (claimed, have) = (claimed as usize, body.len());
    // The line of the body itself, and those behind it.
    let feeds = lines.feeds.len() + 1;
    let all = claimed == have + feeds || claimed + 2 == have + feeds && body.ends_with(b"\n\n");
    claimed <= have || all && memchr::memchr(b'\r', body).is_none() && !ends_at(lines.all, from + claimed)
}

#[cfg(test)]
mod tests {
    use crate::record::Scanner;
    use proptest::prelude::*;

    /// Lines of records, regular and not.
    fn line() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (S,A::B:C.cpp(1))$$begin_record",
            "TL_INFO(TF_DIAG) [p\\fe]0F14.1A2C::10/15/2013-09:01:45.669.000d0b32 (S,A::B:C.cpp(1)) [1] $$begin_record",
            "TL_WARN(TF_COMPONENT) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b33 (S,A::B:C.cpp(1))said",
            "$$begin_record",
            "$$end_record",
            " $$end_record",
            "$$end_record $$x",
            "a $$begin_record b",
            "$$$",
            "Instance-Id: 000D414E",
            "Direction: incoming",
            "direction: outgoing;source=\"internal edge\"",
            "Peer: 192.0.2.1:5061",
            "PEER:x",
            "LogType: diagnostic",
            "Trace-Correlation-Id: 1",
            "SIP-Call-ID: q",
            "SIP-CSeq: 1 INVITE",
            "Severity: error",
            "Start-Line: INVITE sip:bob@contoso.com SIP/2.0",
            "Start-Line: SIP/2.0 200 OK",
            "Start-Line:",
            "Start-Line: MESSAGE sip:a",
            "SIP/2.0",
            "From: <sip:a@contoso.com>;tag=1",
            "f: x",
            "from:y",
            "From : z",
            "From:",
            "To: <sip:b@contoso.com>",
            "t:b",
            "To:  <sip:b>",
            "Call-ID: 1",
            "Call-ID: a ",
            "i: 2",
            "CSeq: 1 INVITE",
            "CSeq:  2 BYE",
            "Via: SIP/2.0/TLS 192.0.2.1:1;branch=z9",
            "v: SIP/2.0/TCP a",
            " ;branch=z9",
            "\tb",
            "words",
            "P-Asserted-Identity: <sip:a@b>",
            "p-asserted-identity:x",
            "Reason: Q.850;cause=19",
            "Ms-Conversation-ID: Ac1",
            "session-id:x",
            "Refer-To : <sip:c>",
            "Server: RTC/6.0",
            "User-Agent: RTCC/4.0",
            "Max-Forwards: 70",
            "Contact: <sip:c>",
            "Content-Type: application/sdp",
            "Content-Length: 5",
            "Content-Length: 6",
            "Content-Length: 8",
            "Content-Length: 90",
            "",
            "\r",
            "-",
            "\u{fc}",
            "Message-Body: -",
            "Message-Body: v=0",
            "Message-Body:",
            "Message-Body: a\nb",
            "m=audio 1",
        ])
    }

    const REGULAR: [&str; 18] = [
        "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (S,A::B:C.cpp(1))$$begin_record",
        "Trace-Correlation-Id: 1",
        "Instance-Id: 000D414E",
        "Direction: incoming",
        "Peer: 192.0.2.1:5061",
        "Message-Type: request",
        "Start-Line: INVITE sip:bob@contoso.com SIP/2.0",
        "From: <sip:a@contoso.com>;tag=1",
        "To: <sip:b@contoso.com>",
        "CSeq: 1 INVITE",
        "Call-ID: 1",
        "Via: SIP/2.0/TLS 192.0.2.1:1;branch=z9",
        "Max-Forwards: 70",
        "Content-Length: 6",
        "User-Agent: RTCC/4.0",
        "Message-Body: v=0",
        "m=audio 1",
        "$$end_record",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// What goes the quick way is read the same the careful way, and all behind it too.
        #[test]
        fn records_are_the_same_both_ways(
            records in prop::collection::vec(prop::collection::vec((0..REGULAR.len(), 0usize..3, line()), 0..3), 1..4), end in prop::sample::select(vec!["\n", "\r\n"]),
        ) {
            let mut log = String::new();
            for edits in records {
                let mut lines = REGULAR.to_vec();
                for (at, gone, line) in edits {
                    // In front of a line, in its place, or the line only goes.
                    let put = if gone == 2 { None } else { Some(line) };
                    lines.splice(at.min(lines.len())..(at + gone.min(1)).min(lines.len()), put);
                }
                log.extend(lines.iter().flat_map(|line| [*line, "\n"]));
            }
            let log = log.replace("\r\n", "\n").replace('\n', end);
            let scanner = || Scanner::new(log.as_bytes(), 0, (0, 0), 0);
            let (mut quick, mut careful) = (scanner(), scanner());
            while let Some(mut record) = quick.next_before(log.len()) {
                record.layout.is_regular = false;
                prop_assert_eq!(format!("{record:?}"), format!("{:?}", careful.carefully_before(log.len()).unwrap()));
            }
            prop_assert!(careful.carefully_before(log.len()).is_none());
            prop_assert_eq!((quick.pos(), quick.lines()), (careful.pos(), careful.lines()));
        }
    }

    /// The quick way is worth nothing where logs do not take it, and nobody would notice.
    #[cfg(feature = "synth")]
    #[test]
    fn nearly_all_records_go_the_quick_way() {
        use crate::synth::{LogFormat, Plan, in_memory};
        for (format, crlf) in
            [(LogFormat::Cls, false), (LogFormat::Cls, true), (LogFormat::Lync2010, false), (LogFormat::Lync2010, true)]
        {
            let (mut all, mut slow) = (0, 0);
            for (_, log) in in_memory(&Plan { format, ..Plan::default() }).0 {
                let log = String::from_utf8_lossy(&log).replace("\r\n", "\n");
                let log = if crlf { log.replace('\n', "\r\n") } else { log };
                let mut scanner = Scanner::new(log.as_bytes(), 0, (0, 0), 0);
                while let Some(record) = scanner.next_before(log.len()) {
                    (all, slow) = (all + 1, slow + usize::from(!record.layout.is_regular));
                }
            }
            assert!(all > 1000 && slow * 100 < all, "{format:?}, CRLF {crlf}: {slow} of {all}");
        }
    }
}
