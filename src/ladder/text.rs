//! The ladder as text of a given width.
//!
//! Where the lanes would stand too close for their labels, each step becomes a line of its own instead.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

use super::{Arrow, Ladder, Note, Step, StepKind, Tone};
use crate::sip::Method;
use crate::text::page::{self, BAD, DIM, GOOD, HEAD};
use crate::text::sanitize;
use crate::text::width::{self, columns, cut};
use crate::time::{Timestamp, bare_seconds};

/// How the text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextOptions {
    /// Columns of the page.
    pub width: usize,
    /// Only ASCII in what the program draws; texts of the log stay as they are.
    pub ascii: bool,
    /// Which time stands at the left.
    pub time: TimeStyle,
}

impl Default for TextOptions {
    fn default() -> Self {
        TextOptions { width: page::WIDTH, ascii: false, time: TimeStyle::Absolute }
    }
}

/// Which time stands beside a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeStyle {
    /// Time of day on the corrected clock.
    Absolute,
    /// Since the step before.
    Delta,
    /// Since the first step.
    Start,
}

/// Columns of the time and the blanks behind it.
const LEFT: usize = 14;
/// Lanes closer than this leave no room for `INVITE` and an arrow.
const CLOSEST: usize = 11;
/// Half a heading stands outside the first and the last lane.
const MARGIN: usize = 6;

/// Writes the ladder. Colour is written always; give a writer that strips it where it is not wanted.
///
/// # Errors
/// When the writer fails.
pub fn write(ladder: &Ladder, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let canvas = Canvas::new(ladder, options);
    if let Some(canvas) = &canvas {
        canvas.headings(ladder, out)?;
    }
    for step in &ladder.steps {
        let time = time_of(step, options.time);
        match (&step.kind, &canvas) {
            (StepKind::Arrow(arrow), Some(canvas)) => canvas.arrow(&time, arrow, out)?,
            (StepKind::Arrow(arrow), None) => line(ladder, &time, arrow, options, out)?,
            (StepKind::Note(note), _) => note_lines(ladder, &time, note, options, out)?,
        }
        if let StepKind::Arrow(arrow) = &step.kind
            && matches!(arrow.tone(), Tone::Failure | Tone::Neutral)
        {
            for text in &arrow.diagnostics {
                page::paragraph(out, options.width, LEFT, text)?;
            }
        }
    }
    match ladder.left_out {
        0 => Ok(()),
        n => page::paragraph(out, options.width, 0, &format!("{n} more steps are left out")),
    }
}

/// The time column.
fn time_of(step: &Step, style: TimeStyle) -> String {
    format!("{:>12}  ", time(step, style))
}

/// The time beside a step; empty when the log tells none.
pub(super) fn time(step: &Step, style: TimeStyle) -> String {
    let seconds = |ms: Option<i64>| ms.map(bare_seconds);
    let text = match style {
        TimeStyle::Absolute => step.time.map(Timestamp::clock),
        TimeStyle::Delta => seconds(step.delta_ms),
        TimeStyle::Start => seconds(step.since_start_ms),
    };
    text.unwrap_or_default()
}

/// One row of cells; a wide character takes a cell and an empty one.
struct CellRow {
    cells: Vec<Option<char>>,
    /// First and last cell of the label, and its style.
    label: Option<(usize, usize, Style)>,
}

impl CellRow {
    fn put(&mut self, mut at: usize, text: &str) -> usize {
        for c in text.chars() {
            let w = c.width().unwrap_or(0);
            if w == 0 || at + w > self.cells.len() {
                continue;
            }
            self.cells[at] = Some(c);
            if let Some(next) = self.cells.get_mut(at + 1).filter(|_| w == 2) {
                *next = None;
            }
            at += w;
        }
        at
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (from, to, style) = self.label.unwrap_or((0, 0, Style::new()));
        let text = |range: &[Option<char>]| range.iter().flatten().collect::<String>();
        let part = |a: usize, b: usize| text(self.cells.get(a..b.min(self.cells.len())).unwrap_or_default());
        let rest = part(to, self.cells.len());
        writeln!(out, "{}{style}{}{style:#}{}", part(0, from), part(from, to), rest.trim_end())
    }
}

/// Where the lanes stand.
struct Canvas {
    width: usize,
    columns: Vec<usize>,
    gap: usize,
    ascii: bool,
}

impl Canvas {
    /// `None` where the lanes do not fit.
    fn new(ladder: &Ladder, options: &TextOptions) -> Option<Canvas> {
        let room = options.width.checked_sub(LEFT + 2 * MARGIN)?;
        let gaps = ladder.lanes.len().checked_sub(1)?.max(1);
        let gap = (room / gaps).min(40);
        let columns: Vec<usize> = (0..ladder.lanes.len()).map(|i| LEFT + MARGIN + i * gap).collect();
        (gap >= CLOSEST).then_some(Canvas { width: options.width, columns, gap, ascii: options.ascii })
    }

    fn glyph(&self, unicode: char, ascii: char) -> char {
        if self.ascii { ascii } else { unicode }
    }

    fn row(&self, time: &str, lifelines: bool) -> CellRow {
        let mut row = CellRow { cells: vec![Some(' '); self.width], label: None };
        row.put(0, time);
        if lifelines {
            for column in &self.columns {
                row.cells[*column] = Some(self.glyph('│', '|'));
            }
        }
        row
    }

    fn headings(&self, ladder: &Ladder, out: &mut dyn Write) -> io::Result<()> {
        let blocks: Vec<Vec<String>> = ladder
            .lanes
            .iter()
            .zip(&self.columns)
            .map(|(lane, column)| {
                let width = (self.gap - 1).min(2 * (self.width - column));
                let mut lines = wrap(lane.title(), width);
                lines.extend(lane.subtitle().into_iter().flat_map(|name| wrap(name, width)));
                lines
            })
            .collect();
        let height = blocks.iter().map(Vec::len).max().unwrap_or(0).min(6);
        for i in 0..height {
            let mut row = self.row("", false);
            for (column, block) in self.columns.iter().zip(&blocks) {
                let text = block.get(i).map_or("", String::as_str);
                let start = (column + 1).saturating_sub(columns(text).div_ceil(2));
                row.put(start.min(self.width.saturating_sub(columns(text))), text);
            }
            let end = row.cells.iter().rposition(|c| *c != Some(' ')).map_or(0, |last| last + 1);
            row.label = Some((0, end, HEAD));
            row.write(out)?;
        }
        self.row("", true).write(out)
    }

    fn arrow(&self, time: &str, arrow: &Arrow, out: &mut dyn Write) -> io::Result<()> {
        let mut row = self.row(time, true);
        let (Some(&from), Some(&to)) = (self.columns.get(arrow.from), self.columns.get(arrow.to)) else {
            return row.write(out);
        };
        let text = caption(arrow);
        let (left, right) = (from.min(to) + 1, from.max(to));
        if from == to {
            let text = format!("{} {}", self.glyph('↺', '@'), text);
            let end = row.put(left + 1, &cut(&text, self.width.saturating_sub(left + 1), self.ascii));
            row.label = Some((left + 1, end, style(arrow)));
            return row.write(out);
        }
        for cell in &mut row.cells[left..right] {
            *cell = Some(self.glyph('─', '-'));
        }
        if from < to {
            row.cells[right - 1] = Some(self.glyph('▶', '>'));
        } else {
            row.cells[left] = Some(self.glyph('◀', '<'));
        }
        let text = cut(&text, right - left - 1, self.ascii);
        let room = right - left - columns(&text);
        let start = left + if from < to { room / 2 } else { room.div_ceil(2) };
        let end = row.put(start, &text);
        row.label = Some((start, end, style(arrow)));
        row.write(out)
    }
}

/// One step as a line, for ladders that are too wide.
fn line(ladder: &Ladder, time: &str, arrow: &Arrow, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let name = |lane: usize| ladder.label(lane);
    let sign = if options.ascii { "->" } else { "→" };
    let style = style(arrow);
    write!(out, "{style}")?;
    let text = format!("{time}{} {sign} {}: {}", name(arrow.from), name(arrow.to), caption(arrow));
    page::paragraph(out, options.width, 0, &text)?;
    write!(out, "{style:#}")
}

fn note_lines(ladder: &Ladder, time: &str, note: &Note, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let sign = if options.ascii { '*' } else { '◆' };
    let text = format!("{time}{sign} {}: {}", ladder.label(note.lane), note.text);
    write!(out, "{BAD}")?;
    page::paragraph(out, options.width, 0, &text)?;
    write!(out, "{BAD:#}")
}

/// The label with what tells it from others like it.
pub(crate) fn caption(arrow: &Arrow) -> String {
    let leg = arrow.leg.map_or(String::new(), |n| format!("#{n} "));
    let again = if arrow.repeat > 0 { " again" } else { "" };
    let answered = match (arrow.status, arrow.method) {
        (None, _) | (_, Method::Invite) => String::new(),
        (Some(_), method) => format!(" ({})", method.name()),
    };
    sanitize(&format!("{leg}{}{answered}{again}", arrow.label)).into_owned()
}

fn style(arrow: &Arrow) -> Style {
    match arrow.tone() {
        Tone::Failure => BAD,
        Tone::Success => GOOD,
        Tone::Provisional => DIM,
        Tone::Request | Tone::Neutral => Style::new(),
    }
}

/// Lines of at most `width` columns; names break behind a blank, `@`, `.` or `:` where possible.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let lines = width::wrap(&sanitize(text), width, usize::MAX, &[' ', '@', '.', ':']);
    lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}
