//! The ladder as a picture that stands alone: no script, no font, no other file; light and dark.
//!
//! ```text
//!   time │      lane 0        lane 1          headings
//!        │        │             │
//!   time │        │──INVITE────▶│             an arrow, its label above it
//!        │        │ diagnostics below a failure
//!   time │        │     ┌──────┴──┐
//!        │        │     │  note   │
//! ```

use std::io::{self, Write};

use super::escape::xml;
use super::text::{TimeStyle, caption, time, wrap};
use super::{Arrow, Ladder, Note, StepKind, Tone};
use crate::text::width::{columns, cut};

/// How the picture is made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SvgOptions {
    /// Which time stands at the left.
    pub time: TimeStyle,
    /// Each step is a link to `#step-N` of the page around the picture, counted from 1.
    pub links: bool,
    /// The page around the picture has [`STYLE`]: none is written, so that a policy can name the one that counts.
    pub styled: bool,
}

impl Default for SvgOptions {
    fn default() -> Self {
        SvgOptions { time: TimeStyle::Absolute, links: false, styled: false }
    }
}

/// Room for the times.
const LEFT: usize = 104;
/// Half a heading stands outside the first and the last lane.
const MARGIN: usize = 84;
/// A character of the fixed font is at most this wide, in tenths.
const CHAR: usize = 74;
/// Between two lines of text.
const LINE: usize = 15;
/// From one arrow to the next.
const STEP: usize = 30;
/// Columns of a note.
const NOTE: usize = 44;

/// Colours, each with its twin for a dark background.
pub const STYLE: &str = "
.st-bg{fill:#fff}.st-text,.st-head,.st-name{fill:#1b1f24}.st-head{font-weight:600}.st-time,.st-dim{fill:#57606a}
.st-life{stroke:#afb8c1;stroke-dasharray:3 3}.st-push{fill:#ddf4ff;opacity:.6}
.st-arrow line,.st-arrow path{stroke:#1b1f24;fill:none}.st-arrow polygon{fill:#1b1f24}.st-arrow text{fill:#1b1f24}
.st-label{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.st-bad line,.st-bad path{stroke:#b42318}.st-bad polygon,.st-bad text{fill:#b42318}
.st-good line,.st-good path{stroke:#1a7f37}.st-good polygon,.st-good text{fill:#1a7f37}
.st-faint line,.st-faint path{stroke:#57606a}.st-faint polygon,.st-faint text{fill:#57606a}
.st-note rect{fill:#fff8c5;stroke:#bf8700}.st-note text{fill:#1b1f24}a:hover text{text-decoration:underline}
@media(prefers-color-scheme:dark){
.st-bg{fill:#0d1117}.st-text,.st-head,.st-name{fill:#e6edf3}.st-time,.st-dim{fill:#9198a1}
.st-life{stroke:#484f58}.st-push{fill:#12283f}
.st-arrow line,.st-arrow path{stroke:#e6edf3}.st-arrow polygon,.st-arrow text{fill:#e6edf3}.st-label{stroke:#0d1117}
.st-bad line,.st-bad path{stroke:#ff7b72}.st-bad polygon,.st-bad text{fill:#ff7b72}
.st-good line,.st-good path{stroke:#56d364}.st-good polygon,.st-good text{fill:#56d364}
.st-faint line,.st-faint path{stroke:#9198a1}.st-faint polygon,.st-faint text{fill:#9198a1}
.st-note rect{fill:#3a2d00;stroke:#9e6a03}.st-note text{fill:#f2e6c2}}
";

/// Writes the picture.
///
/// # Errors
/// When the writer fails.
pub fn write(ladder: &Ladder, options: &SvgOptions, out: &mut dyn Write) -> io::Result<()> {
    let canvas = Canvas::new(ladder);
    let rows = canvas.rows(ladder);
    let height = rows.last().map_or(canvas.top, |r| r.y + r.height) + 24;
    let width = canvas.width;
    let title = xml(&ladder.title);
    // A policy against styles of other hands is one against this attribute too.
    let look = if options.styled { "" } else { r#" style="max-width:100%;height:auto""# };
    // Inside of a page it is known what svg is; alone it is not.
    let space = if options.styled { "" } else { r#" xmlns="http://www.w3.org/2000/svg""# };
    writeln!(
        out,
        r#"<svg{space} width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="Ladder: {title}" font-family="Consolas, Menlo, 'DejaVu Sans Mono', monospace" font-size="12"{look}>"#
    )?;
    writeln!(out, "<title>{title}</title>\n<desc>{}</desc>", xml(&description(ladder)))?;
    if !options.styled {
        writeln!(out, "<style>{STYLE}</style>")?;
    }
    writeln!(out, r#"<rect class="st-bg" width="{width}" height="{height}"/>"#)?;
    writeln!(out, r#"<text class="st-head" x="8" y="22" font-size="14">{title}</text>"#)?;
    if let Some(start) = ladder.start {
        let date = start.iso();
        let date = date.get(..10).unwrap_or_default();
        writeln!(out, r#"<text class="st-dim" x="8" y="40">{date}, times on one clock</text>"#)?;
    }
    for row in &rows {
        if matches!(row.kind, StepKind::Arrow(Arrow { push: Some(_), .. })) {
            let y = row.y;
            writeln!(out, r#"<rect class="st-push" x="0" y="{y}" width="{width}" height="{}"/>"#, row.height)?;
        }
    }
    canvas.lanes(ladder, height, out)?;
    for (i, (row, step)) in rows.iter().zip(&ladder.steps).enumerate() {
        if options.links {
            write!(out, r##"<a href="#step-{}">"##, i + 1)?;
        }
        let y = row.y + 20;
        write!(out, r#"<text class="st-time" x="8" y="{y}">{}</text>"#, xml(&time(step, options.time)))?;
        match row.kind {
            StepKind::Arrow(arrow) => canvas.arrow(ladder, arrow, row, out)?,
            StepKind::Note(note) => canvas.note(note, row, out)?,
        }
        writeln!(out, "{}", if options.links { "</a>" } else { "" })?;
    }
    if ladder.left_out > 0 {
        let y = height - 8;
        writeln!(out, r#"<text class="st-dim" x="8" y="{y}">{} more steps are left out</text>"#, ladder.left_out)?;
    }
    writeln!(out, "</svg>")
}

/// What the picture shows, for who does not see it.
fn description(ladder: &Ladder) -> String {
    let lanes: Vec<String> = (0..ladder.lanes.len()).map(|lane| ladder.label(lane)).collect();
    let steps: Vec<String> = ladder
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            StepKind::Arrow(arrow) => {
                Some(format!("{} {} to {}", caption(arrow), ladder.label(arrow.from), ladder.label(arrow.to)))
            }
            StepKind::Note(_) => None,
        })
        .take(TOLD)
        .collect();
    let more = ladder.steps.len().saturating_sub(TOLD);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("Messages between {}: {}{more}.", lanes.join(", "), steps.join("; "))
}

/// Steps that the description names: nobody listens to more.
const TOLD: usize = 40;

/// One step at its place.
struct DrawnStep<'l> {
    kind: &'l StepKind,
    y: usize,
    height: usize,
    /// Texts below an arrow or in a note.
    lines: Vec<String>,
}

struct Canvas {
    width: usize,
    gap: usize,
    /// Where the first step begins.
    top: usize,
    headings: Vec<(Vec<String>, Vec<String>)>,
}

impl Canvas {
    fn new(ladder: &Ladder) -> Canvas {
        let lanes = ladder.lanes.len().max(1);
        let gap = ladder.steps.iter().filter_map(|step| match &step.kind {
            StepKind::Arrow(arrow) => {
                Some((pixels(columns(&caption(arrow))) + 30).div_ceil(arrow.from.abs_diff(arrow.to).max(1)))
            }
            StepKind::Note(_) => None,
        });
        let gap = gap.max().unwrap_or(0).clamp(150, 250);
        let fitting = (gap - 10) * 10 / CHAR;
        let headings: Vec<_> = ladder
            .lanes
            .iter()
            .map(|lane| {
                let mut name: Vec<String> = lane.subtitle().map(|name| wrap(name, fitting)).unwrap_or_default();
                name.truncate(5);
                (wrap(lane.title(), fitting), name)
            })
            .collect();
        let tallest = headings.iter().map(|(title, name)| title.len() + name.len()).max().unwrap_or(0);
        let width = (LEFT + 2 * MARGIN + (lanes - 1) * gap).max(LEFT + pixels(NOTE) + 30);
        Canvas { width, gap, top: 62 + tallest * LINE + 8, headings }
    }

    fn x(&self, lane: usize) -> usize {
        LEFT + MARGIN + lane * self.gap
    }

    fn rows<'l>(&self, ladder: &'l Ladder) -> Vec<DrawnStep<'l>> {
        let mut y = self.top;
        let mut out = Vec::with_capacity(ladder.steps.len());
        for step in &ladder.steps {
            let (height, lines) = match &step.kind {
                StepKind::Arrow(arrow) => {
                    let told = matches!(arrow.tone(), Tone::Failure | Tone::Neutral);
                    let room = self.width.saturating_sub(self.x(arrow.from.min(arrow.to)) + 16) * 10 / CHAR;
                    let texts = arrow.diagnostics.iter().filter(|_| told);
                    let lines: Vec<String> = texts.flat_map(|text| wrap(text, room.max(24))).take(40).collect();
                    (STEP + lines.len() * LINE, lines)
                }
                StepKind::Note(note) => {
                    let lines: Vec<String> = wrap(&note.text, NOTE).into_iter().take(40).collect();
                    (lines.len() * LINE + 22, lines)
                }
            };
            out.push(DrawnStep { kind: &step.kind, y, height, lines });
            y += height;
        }
        out
    }

    fn lanes(&self, ladder: &Ladder, height: usize, out: &mut dyn Write) -> io::Result<()> {
        for (i, (title, name)) in self.headings.iter().enumerate() {
            let x = self.x(i);
            let texts = title.iter().map(|t| ("st-head", t)).chain(name.iter().map(|t| ("st-name", t)));
            let mut y = 62;
            for (class, text) in texts {
                writeln!(out, r#"<text class="{class}" x="{x}" y="{y}" text-anchor="middle">{}</text>"#, xml(text))?;
                y += LINE;
            }
            let product = ladder.lanes.get(i).and_then(|l| l.product.as_deref());
            let product = product.map_or(String::new(), |p| format!("<title>{}</title>", xml(p)));
            let (top, bottom) = (self.top - 8, height - 20);
            writeln!(out, r#"<line class="st-life" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}">{product}</line>"#)?;
        }
        Ok(())
    }

    fn arrow(&self, ladder: &Ladder, arrow: &Arrow, row: &DrawnStep<'_>, out: &mut dyn Write) -> io::Result<()> {
        let class = match arrow.tone() {
            Tone::Failure => "st-arrow st-bad",
            Tone::Success => "st-arrow st-good",
            Tone::Provisional => "st-arrow st-faint",
            Tone::Request | Tone::Neutral => "st-arrow",
        };
        let (from, to, y) = (self.x(arrow.from), self.x(arrow.to), row.y + 24);
        let text = caption(arrow);
        let hint = format!("{} to {}: {text}", ladder.label(arrow.from), ladder.label(arrow.to));
        write!(out, r#"<g class="{class}"><title>{}</title>"#, xml(&hint))?;
        let room = from.abs_diff(to).max(self.gap);
        let label = xml(&cut(&text, room.saturating_sub(16) * 10 / CHAR, false));
        if from == to {
            write!(out, r#"<path d="M{from},{} h24 v10 h-18"/>"#, y - 8)?;
            head(out, from + 2, y + 2, false)?;
            write!(out, r#"<text class="st-label" x="{}" y="{y}">{label}</text>"#, from + 30)?;
        } else {
            let right = from < to;
            let end = if right { to - 7 } else { to + 7 };
            write!(out, r#"<line x1="{from}" x2="{end}" y1="{y}" y2="{y}"/>"#)?;
            head(out, to, y, right)?;
            let middle = usize::midpoint(from, to);
            write!(out, r#"<text class="st-label" x="{middle}" y="{}" text-anchor="middle">{label}</text>"#, y - 6)?;
        }
        let x = from.min(to) + 8;
        for (line, y) in row.lines.iter().zip((y + LINE..).step_by(LINE)) {
            write!(out, r#"<text class="st-label" x="{x}" y="{y}">{}</text>"#, xml(line))?;
        }
        write!(out, "</g>")
    }

    fn note(&self, note: &Note, row: &DrawnStep<'_>, out: &mut dyn Write) -> io::Result<()> {
        let width = pixels(NOTE) + 16;
        let x = self.x(note.lane).saturating_sub(width / 2).min(self.width.saturating_sub(width + 4)).max(LEFT);
        let (y, height) = (row.y + 6, row.height - 12);
        write!(out, r#"<g class="st-note"><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/>"#)?;
        for (line, y) in row.lines.iter().zip((y + 14..).step_by(LINE)) {
            write!(out, r#"<text x="{}" y="{y}">{}</text>"#, x + 8, xml(line))?;
        }
        write!(out, "</g>")
    }
}

/// The point of an arrow that ends at `x`.
fn head(out: &mut dyn Write, x: usize, y: usize, right: bool) -> io::Result<()> {
    let back = if right { x - 9 } else { x + 9 };
    write!(out, r#"<polygon points="{x},{y} {back},{} {back},{}"/>"#, y - 4, y + 4)
}

fn pixels(columns: usize) -> usize {
    columns * CHAR / 10
}
