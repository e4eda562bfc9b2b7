//! One record as lines: where it is, the message with its headers, the body laid out to be read.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::body;
use crate::record::Direction;
use crate::sip::Message;
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::EventId;
use crate::tui::app::App;
use crate::tui::cell::{clip, marked, wrap};
use crate::tui::data::Entry;
use crate::tui::search::Search;
use crate::tui::theme::Theme;

/// Bytes of a record that are laid out; who needs more saves it.
const MOST: usize = 64 << 10;

/// The first of the records that show one message, with the places of all of them.
pub(super) fn lines(app: &App, records: &[EventId], width: usize) -> Vec<Line<'static>> {
    let Some(first) = records.first() else { return Vec::new() };
    let mut out: Vec<Line<'static>> = records.iter().map(|id| place(app, *id, width)).collect();
    let trace = &app.data.trace;
    let Some(event) = trace.event(*first) else { return out };
    let mut pen = Pen { theme: &app.theme, width, search: app.search(), out: Vec::new() };
    match trace.message(event).filter(|_| !app.raw) {
        Some(message) => pen.message(&message),
        None => pen.raw(trace.record(event)),
    }
    out.append(&mut pen.out);
    out
}

/// A component line: where it is, what it says, and how it stands in the log.
pub(super) fn component(app: &App, entry: Entry, width: usize) -> Vec<Line<'static>> {
    let data = &app.data;
    let Some((place, line)) = data.line(entry) else { return Vec::new() };
    let at = data.trace.location(place.file, place.start);
    let time = data.analysis.line_time(&data.trace, place).map(Timestamp::clock).unwrap_or_default();
    let (level, by) = (decode(line.prefix().level), decode(line.component()));
    let head = format!("{}:{}  {time}  {level} of {by}", at.file, at.line);
    let mut pen = Pen { theme: &app.theme, width, search: app.search(), out: Vec::new() };
    pen.out.push(Line::styled(clip(&head, width, app.theme.ascii), app.theme.dim));
    if !app.raw {
        pen.raw(line.message());
        pen.out.push(Line::default());
    }
    pen.raw(line.text);
    pen.out
}

/// `fe03.log:66  08:30:20.155  fe03.contoso.com sent to 192.0.2.7:5061`
fn place(app: &App, id: EventId, width: usize) -> Line<'static> {
    let data = &app.data;
    let Some(event) = data.trace.event(id) else { return Line::default() };
    let at = data.trace.locate(id);
    let time = data.analysis.time(&data.trace, id);
    let logged = event.time().filter(|t| Some(*t) != time);
    let logged = logged.map_or(String::new(), |t| format!(" (logged {})", t.clock()));
    let way = match event.direction {
        Direction::Incoming => " received from",
        Direction::Outgoing => " sent to",
        Direction::Unknown => "",
    };
    let peer = data.trace.peer(event).map(decode).unwrap_or_default();
    let server = data.analysis.servers.name(event).unwrap_or_default();
    let time = time.map(Timestamp::clock).unwrap_or_default();
    let text = format!("{}:{}  {time}{logged}  {server}{way} {peer}", at.file, at.line);
    Line::styled(clip(&text, width, app.theme.ascii), app.theme.dim)
}

struct Pen<'a> {
    theme: &'a Theme,
    width: usize,
    search: Option<&'a Search>,
    out: Vec<Line<'static>>,
}

impl Pen<'_> {
    fn message(&mut self, message: &Message<'_>) {
        self.text(&decode(message.start_text()), self.theme.head);
        for header in message.headers().take(1_000) {
            let name = format!("{}: ", decode(header.name));
            self.named(&name, &text(&header.value()));
        }
        let kind = message.header(crate::sip::HeaderName::ContentType).map(|h| text(&h.value()).into_owned());
        let parts = body::parts(kind.as_deref().unwrap_or_default(), message.body());
        for part in parts {
            self.out.push(Line::default());
            if let Some(title) = part.title {
                self.text(&title, self.theme.dim);
            }
            for line in part.lines {
                self.text(&line, Style::new());
            }
        }
    }

    fn raw(&mut self, record: &[u8]) {
        let shown = record.get(..MOST).unwrap_or(record).trim_ascii_end();
        for line in decode(shown).lines() {
            self.text(&line.replace('\t', "    "), Style::new());
        }
        if record.len() > MOST {
            self.text(&format!("... {} more bytes", record.len() - MOST), self.theme.dim);
        }
    }

    fn named(&mut self, name: &str, value: &str) {
        for (i, line) in wrap(&format!("{name}{value}"), self.width, 1_000, self.theme.ascii).into_iter().enumerate() {
            let mut spans = Vec::new();
            let rest = match line.strip_prefix(name.trim_end()).filter(|_| i == 0) {
                Some(rest) => {
                    spans.push(Span::styled(name.trim_end().to_owned(), self.theme.name));
                    rest.to_owned()
                }
                None => line,
            };
            spans.extend(marked(rest, self.search, Style::new(), self.theme.hit));
            self.out.push(Line::from(spans));
        }
    }

    fn text(&mut self, text: &str, style: Style) {
        for line in wrap(text.trim_end(), self.width, 1_000, self.theme.ascii) {
            self.out.push(Line::from(marked(line, self.search, style, self.theme.hit)));
        }
    }
}

fn text(value: &[u8]) -> Cow<'_, str> {
    decode(value.get(..MOST).unwrap_or(value))
}
