//! The ladder of a story: lanes from left to right, steps from top to bottom.
//!
//! ```text
//! time             caller         Front End       mobility service
//! 08:30:20.015        |-----INVITE---->|                 |
//! 08:30:20.155        |<-180 Ringing---|                 |
//! ```
//!
//! Where the lanes do not fit, those around the selected step are shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::case::leading;
use crate::ladder::text::{caption, wrap};
use crate::ladder::{Arrow, StepKind, Tone};
use crate::tui::app::App;
use crate::tui::cell::{clip, columns, fit, marked};
use crate::tui::list::scrolled;
use crate::tui::timeline::{Part, TimeMode, Timeline};

/// Columns of mark, time and the blanks behind them.
const LEFT: usize = 14;
/// Lanes closer than this leave no room for `INVITE` and an arrow.
const CLOSEST: usize = 13;
/// Farther apart nothing is gained.
const WIDEST: usize = 36;

/// Columns of the time since the step before, where it stands beside the time of day.
const DELTA: usize = 9;

/// Where the lanes stand.
struct Lanes {
    /// Numbers of the lanes that are not hidden.
    all: Vec<usize>,
    /// How many of them are left of what is shown.
    first: usize,
    /// Columns of the lanes that are shown, from the left of the area.
    at: Vec<usize>,
    gap: usize,
    width: usize,
    /// Columns in front of the lanes.
    left: usize,
}

impl Lanes {
    fn new(app: &App, width: usize) -> Lanes {
        let all = app.timeline.lanes();
        let count = all.len().max(1);
        // The time since the step before takes no lane its place.
        let beside = app.timeline.time == TimeMode::Clock && width >= LEFT + DELTA + count * CLOSEST;
        let left = if beside { LEFT + DELTA } else { LEFT };
        let room = width.saturating_sub(left);
        let gap = (room / count).clamp(CLOSEST, WIDEST);
        let shown = (room / gap).clamp(1, count);
        let place = |lane: usize| all.iter().position(|own| *own == lane).unwrap_or(0);
        // The lanes of the selected step come first in a choice of lanes.
        let wanted = app.timeline.step(app.timeline.list.selected).map_or((0, 0), |(step, _)| match &step.kind {
            StepKind::Arrow(arrow) => (place(arrow.from.min(arrow.to)), place(arrow.from.max(arrow.to))),
            StepKind::Note(note) => (place(note.lane), place(note.lane)),
        });
        let own = (wanted.1 + 1).saturating_sub(shown).min(wanted.0);
        let first = app.timeline.first.unwrap_or(own).min(count - shown);
        let at = (0..shown).map(|i| left + gap / 2 + i * gap).filter(|c| *c < width).collect();
        Lanes { all, first, at, gap, width, left }
    }

    /// Column of a lane; at the edge when it is not shown.
    fn column(&self, lane: usize) -> usize {
        let place = self.all.iter().position(|own| *own == lane).unwrap_or(0);
        match place.checked_sub(self.first) {
            None => self.left.saturating_sub(1),
            Some(i) => self.at.get(i).copied().unwrap_or(self.width),
        }
    }
}

pub(super) fn draw(app: &App, head: Rect, area: Rect, buf: &mut Buffer) {
    let theme = &app.theme;
    let timeline = &app.timeline;
    if timeline.ladder.steps.is_empty() {
        let text = "no story chosen: select a call or a push and press Enter";
        Line::styled(clip(text, usize::from(area.width), theme.ascii), theme.dim).render(area, buf);
        return;
    }
    let lanes = Lanes::new(app, usize::from(area.width));
    title(app, head, buf);
    let below = head.height.min(1);
    headings(app, &lanes, Rect { y: head.y + below, height: head.height - below, ..head }, buf);
    let mark = app.marked_time();
    let top = scrolled(timeline.list.top, timeline.list.selected, usize::from(area.height), timeline.rows.len());
    for (row, line) in (top..timeline.rows.len()).zip(area.rows()) {
        let Some((step, part)) = timeline.step(row) else { continue };
        let selected = row == timeline.list.selected;
        let is_marked = part == Part::Whole && step.kind.records().iter().any(|id| app.marks.contains(id));
        let time = if part == Part::Whole { timeline.time_text(step, mark) } else { String::new() };
        put(buf, line, 0, if is_marked { "*" } else { " " }, theme.hit);
        put(buf, line, 1, &format!("{time:>12}"), theme.dim);
        if lanes.left > LEFT && part == Part::Whole {
            put(buf, line, LEFT, &format!("{:>8}", Timeline::delta_text(step)), theme.dim);
        }
        for column in &lanes.at {
            put(buf, line, *column, theme.glyph("│", "|"), theme.dim);
        }
        match (&step.kind, part) {
            (StepKind::Arrow(arrow), Part::Whole) => draw_arrow(app, &lanes, arrow, line, buf),
            (_, part) => {
                let (sign, style) = match part {
                    Part::Whole => (theme.glyph("◆ ", "* "), theme.bad),
                    Part::Copy(_) => ("  ", theme.dim),
                    Part::Diagnostic(_) => (theme.glyph("└ ", "` "), theme.warn),
                };
                let text = format!("{sign}{}", timeline.text(&app.data, row));
                let room = usize::from(line.width).saturating_sub(lanes.left);
                label(app, buf, line, lanes.left, clip(&text, room, theme.ascii), style);
            }
        }
        if selected {
            buf.set_style(line, theme.selected);
        }
    }
}

/// Who called whom, and what became of it.
fn title(app: &App, head: Rect, buf: &mut Buffer) {
    let ladder = &app.timeline.ladder;
    let call = ladder.call.and_then(|i| app.data.analysis.calls.get(i));
    let push = ladder.pushes.first().and_then(|i| app.data.analysis.pushes.get(*i));
    // The cause that leads in words, all of them by their codes.
    let cause = |codes: &[&'static str]| {
        let words = leading(codes).map_or(String::new(), |c| format!(": {}", c.summary));
        if codes.is_empty() { words } else { format!("{words} [{}]", codes.join(" ")) }
    };
    let day = ladder.start.map_or(String::new(), |t| format!("{} ", t.iso().get(..10).unwrap_or_default()));
    // What became of it comes first: it must not be cut.
    let text = match (call, push) {
        (Some(call), _) => {
            let what = call.verdict.map_or(call.outcome.name(), |v| v.name());
            format!("{day}{what}{}: {}", cause(&call.findings), ladder.title)
        }
        (None, Some(push)) => format!("{day}{}{}: {}", push.result, cause(&push.findings), ladder.title),
        (None, None) if app.timeline.stories > 1 => format!("{day}{} stories together", app.timeline.stories),
        (None, None) => format!("{day}neither a call nor a push"),
    };
    let bad = call.is_some_and(crate::analysis::Call::is_missed);
    let style = if bad { app.theme.bad } else { app.theme.head };
    put(buf, head, 1, &clip(&text, usize::from(head.width).saturating_sub(1), app.theme.ascii), style);
}

fn headings(app: &App, lanes: &Lanes, head: Rect, buf: &mut Buffer) {
    let theme = &app.theme;
    let all = &app.timeline.ladder.lanes;
    put(buf, head, 1, &fit(app.timeline.time.name(), 12, theme.ascii), theme.head);
    if lanes.left > LEFT {
        put(buf, head, LEFT, &format!("{:>8}", TimeMode::Delta.name()), theme.head);
    }
    for (i, column) in lanes.at.iter().enumerate() {
        let Some(lane) = lanes.all.get(lanes.first + i).and_then(|lane| all.get(*lane)) else { continue };
        // What the user calls it stands in place of its role.
        let title = app.aliases.get(&lane.name).map_or(lane.title(), String::as_str);
        let mut names = wrap(title, lanes.gap - 1);
        names.extend(lane.device().map(|name| clip(name, lanes.gap - 1, theme.ascii)));
        names.extend(lane.subtitle().into_iter().flat_map(|name| wrap(name, lanes.gap - 1)));
        for (line, name) in head.rows().zip(&names) {
            let text = clip(name, lanes.gap - 1, theme.ascii);
            let start = (column + 1).saturating_sub(columns(&text).div_ceil(2)).max(lanes.left);
            put(buf, line, start, &text, if lane.logged { theme.head } else { Style::new() });
        }
    }
    let (before, after) = (lanes.first, lanes.all.len().saturating_sub(lanes.first + lanes.at.len()));
    if before + after > 0 {
        let text = format!("{} {before} more {after} {}", theme.glyph("◀", "<"), theme.glyph("▶", ">"));
        let line = Rect { y: head.y + head.height.saturating_sub(1), height: head.height.min(1), ..head };
        put(buf, line, 0, &clip(&text, LEFT - 1, theme.ascii), theme.warn);
    }
}

fn draw_arrow(app: &App, lanes: &Lanes, arrow: &Arrow, line: Rect, buf: &mut Buffer) {
    let theme = &app.theme;
    let (from, to) = (lanes.column(arrow.from), lanes.column(arrow.to));
    let shaft = style(app, arrow);
    let style = match arrow.tone() {
        Tone::Failure => theme.bad,
        Tone::Success => theme.good,
        Tone::Provisional | Tone::Request | Tone::Neutral => shaft,
    };
    let text = caption(arrow);
    if from == to {
        let room = lanes.width.saturating_sub(from + 1);
        let text = format!("{} {text}", theme.glyph("↺", "@"));
        label(app, buf, line, from + 1, clip(&text, room, theme.ascii), style);
        return;
    }
    let (left, right) = (from.min(to) + 1, from.max(to));
    // A repeated message is drawn thinner, a message to a lane that is out of sight runs out of the picture.
    let dash = if arrow.repeat > 0 { theme.glyph("╌", "-") } else { theme.glyph("─", "-") };
    for column in left..right {
        put(buf, line, column, dash, shaft);
    }
    if from < to {
        put(buf, line, right - 1, theme.glyph("▶", ">"), shaft);
    } else {
        put(buf, line, left, theme.glyph("◀", "<"), shaft);
    }
    let text = clip(&text, (right - left).saturating_sub(1), theme.ascii);
    let room = (right - left).saturating_sub(columns(&text));
    let start = left + if from < to { room / 2 } else { room.div_ceil(2) };
    label(app, buf, line, start, text, style);
}

/// The colour of its transaction.
fn style(app: &App, arrow: &Arrow) -> Style {
    let all = &app.theme.transactions;
    let number = usize::try_from(arrow.transaction.saturating_sub(1)).unwrap_or(0) % all.len();
    all.get(number).copied().unwrap_or_default()
}

fn label(app: &App, buf: &mut Buffer, line: Rect, column: usize, text: String, style: Style) {
    let spans: Vec<Span<'_>> = marked(text, app.search(), style, app.theme.hit);
    let Ok(offset) = u16::try_from(column) else { return };
    if offset < line.width {
        Line::from(spans).render(Rect { x: line.x + offset, width: line.width - offset, ..line }, buf);
    }
}

/// Text at a column of a line, if it is there.
fn put(buf: &mut Buffer, line: Rect, column: usize, text: &str, style: Style) {
    let Ok(offset) = u16::try_from(column) else { return };
    if line.height > 0 && offset < line.width {
        buf.set_stringn(line.x + offset, line.y, text, usize::from(line.width - offset), style);
    }
}
