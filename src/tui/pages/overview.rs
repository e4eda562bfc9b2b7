//! The first page: the verdict, why it was missed, counts, the course of time with what the logs cover, servers.

use std::fmt::Write as _;
use std::iter::repeat_n;
use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::analysis::clocks::ClockBasis;
use crate::analysis::{Outcome, ServerId, Verdict};
use crate::text::plural;
use crate::time::Timestamp;
use crate::tui::app::App;
use crate::tui::cell::{clip, columns, fit};
use crate::tui::data::{BINS, Cause, Overview};
use crate::tui::keys::Command;
use crate::tui::pages::course;
use crate::tui::state::Load;
use crate::tui::theme::Theme;
use crate::tui::view::View;
use crate::tui::within::Cases;

/// Longer lists of servers are cut.
const MOST: usize = 40;
/// And of causes.
const CAUSES: usize = 6;
/// Where the code of a cause begins.
const INDENT: usize = 17;

/// The page; as wide as the terminal.
pub(in crate::tui) fn lines(app: &App) -> Vec<Line<'static>> {
    Page::of(app).out
}

struct Page<'a> {
    app: &'a App,
    /// Which lines show the course of time.
    course: Range<usize>,
    theme: &'a Theme,
    width: usize,
    out: Vec<Line<'static>>,
}

impl Page<'_> {
    fn of(app: &App) -> Page<'_> {
        let mut page = Page { app, course: 0..0, theme: &app.theme, width: usize::from(app.size.0), out: Vec::new() };
        match app.load {
            Load::Done => page.all(),
            _ => page.loading(),
        }
        page
    }

    fn loading(&mut self) {
        let (text, part) = match self.app.load {
            Load::Opening => ("Opening the logs".to_owned(), None),
            Load::Waiting => ("Waiting for the first record of these logs".to_owned(), None),
            Load::Reading(done, total) => {
                (format!("Reading the logs: {} of {} MB", done / 1_000_000, total / 1_000_000), Some((done, total)))
            }
            _ => ("Putting calls and pushes together".to_owned(), Some((1, 1))),
        };
        self.line(&text, Style::new());
        if let Some((done, total)) = part {
            let room = self.width.min(60) as u64;
            let full = usize::try_from(u128::from(done) * u128::from(room) / u128::from(total.max(1))).unwrap_or(0);
            let bar = self.theme.glyph("█", "#").repeat(full);
            let rest = self.theme.glyph("░", ".").repeat((self.width.min(60)).saturating_sub(full));
            self.out.push(Line::from(vec![Span::styled(bar, self.theme.good), Span::styled(rest, self.theme.dim)]));
        }
        let records = self.app.data.trace.events().len();
        if records > 0 {
            self.out.push(Line::default());
            self.line(&format!("The first {records} records can be looked at: 2 to 6"), Style::new());
            self.line("What they tell is not final until all is read", self.theme.warn);
        }
    }

    fn all(&mut self) {
        self.verdict();
        self.causes();
        self.course();
        self.counts();
        self.servers();
    }

    fn line(&mut self, text: &str, style: Style) {
        self.out.push(Line::styled(clip(text, self.width, self.theme.ascii), style));
    }

    fn heading(&mut self, text: &str) {
        self.out.push(Line::default());
        self.line(text, self.theme.head);
    }

    fn verdict(&mut self) {
        let data = &self.app.data;
        let (overview, within) = (&data.overview, self.app.within.as_ref());
        let results = within.map_or(&overview.results, |w| &w.results);
        let verdicts = within.map_or(&overview.verdicts, |w| &w.verdicts);
        let lost = results.iter().filter(|(result, _)| result.is_lost());
        let lost: usize = lost.map(|(_, n)| n).sum();
        let (mut text, style) = match (within.map_or(overview.missed, |w| w.missed), lost) {
            (0, 0) => ("No missed notification".to_owned(), self.theme.good),
            (0, n) => (format!("No missed call, but {} lost", plural(n as u64, "push")), self.theme.bad),
            (n, _) => (format!("{} missed", plural(n as u64, "call")), self.theme.bad),
        };
        if let Some((_, n)) = verdicts.iter().find(|(verdict, _)| *verdict == Verdict::Undetermined) {
            // Writing to a string cannot fail.
            let _ = write!(text, ", {n} more perhaps: the logs do not tell");
        }
        self.line(&text, style);
        if let (Some(within), Some((from, to))) = (within, self.app.span) {
            let (calls, pushes) = (plural(within.calls as u64, "call"), plural(within.pushes as u64, "push"));
            self.line(&format!("in {calls}, {pushes} from {} to {}", from.short(), to.short()), self.theme.warn);
            return;
        }
        let text = format!(
            "in {}, {}, {} of {}",
            plural(data.analysis.calls.len() as u64, "call"),
            plural(data.analysis.pushes.len() as u64, "push"),
            plural(data.trace.events().len() as u64, "record"),
            plural(data.trace.inputs().len() as u64, "input")
        );
        self.line(&text, Style::new());
    }

    fn causes(&mut self) {
        let all = &self.app.data.causes;
        let of_all = |(cause, own): (usize, &Cause)| Cases { cause, cases: own.cases, missed: own.missed };
        let of_all = || all.iter().enumerate().map(of_all).collect();
        let causes: Vec<Cases> = self.app.within.as_ref().map_or_else(of_all, |w| w.causes.clone());
        if causes.is_empty() {
            return;
        }
        self.heading("  Missed  Cases  Cause");
        for own in causes.iter().take(CAUSES) {
            let style = if own.missed > 0 { self.theme.bad } else { Style::new() };
            let Some(finding) = all.get(own.cause).map(|c| c.finding) else { continue };
            let (code, summary) = (&finding.code, &finding.summary);
            let text = format!("{:>8}{:>7}  {code}  {summary}", own.missed, own.cases);
            self.cause(&text, style, code, own.cases);
        }
        let more = causes.len().saturating_sub(CAUSES);
        let key = self.app.keys.name(Command::Show(View::Findings));
        let more = if more > 0 { format!("{more} more; ") } else { String::new() };
        self.line(&format!("  {more}{key} or Enter shows them with remedies"), self.theme.dim);
    }

    /// A cause, and since when it hits: first and last, its share of the attempts over time, the time from which that is another;
    /// in one line where there is room.
    fn cause(&mut self, text: &str, style: Style, code: &str, cases: usize) {
        // Of a span of time only the counts are told.
        let course = self.app.data.courses.get(code).filter(|_| self.app.span.is_none());
        let Some(course) = course else { return self.line(text, style) };
        let change = course.change.as_ref().map(crate::case::Change::in_words);
        let parts = [Some(course::line(self.app, course, cases)), change];
        let mut line = vec![Span::styled(clip(text, self.width, self.theme.ascii), style)];
        let mut used = columns(text);
        for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
            let wide = columns(&part) + 2;
            if used + wide > self.width {
                self.out.push(Line::from(std::mem::take(&mut line)));
                // Below the code.
                used = INDENT;
                line.push(Span::raw(" ".repeat(INDENT - 2)));
            }
            used += wide;
            line.push(Span::styled(clip(&format!("  {part}"), self.width, self.theme.ascii), self.theme.dim));
        }
        self.out.push(Line::from(line));
    }

    /// Three tables, side by side where there is room.
    fn counts(&mut self) {
        let (overview, within) = (&self.app.data.overview, self.app.within.as_ref());
        let (bad, plain) = (self.theme.bad, Style::new());
        let style = |is_bad: bool| if is_bad { bad } else { plain };
        let verdicts = within
            .map_or(&overview.verdicts, |w| &w.verdicts)
            .iter()
            .map(|(v, n)| (v.name(), *n, style(v.is_missed())));
        let results =
            within.map_or(&overview.results, |w| &w.results).iter().map(|(r, n)| (r.name(), *n, style(r.is_lost())));
        let outcomes = within
            .map_or(&overview.outcomes, |w| &w.outcomes)
            .iter()
            .map(|(o, n)| (o.name(), *n, style(*o == Outcome::Rejected)));
        let tables: [(&str, Vec<_>); 3] =
            [("Mobile callees", verdicts.collect()), ("Pushes", results.collect()), ("Calls", outcomes.collect())];
        let wide = self.width >= 78;
        if !wide {
            for (title, rows) in tables.into_iter().filter(|(_, rows)| !rows.is_empty()) {
                self.heading(title);
                for (word, n, style) in rows {
                    self.line(&format!("  {word:<22}{n:>8}"), style);
                }
            }
            return;
        }
        let widths = [22, 14, 18]; // the longest words of each
        let ascii = self.theme.ascii;
        self.out.push(Line::default());
        let titles = tables.iter().zip(widths).map(|((title, _), w)| Span::raw(fit(title, w + 8, ascii)));
        self.out.push(Line::from(titles.collect::<Vec<_>>()).style(self.theme.head));
        for i in 0..tables.iter().map(|(_, rows)| rows.len()).max().unwrap_or(0) {
            let cells = tables.iter().zip(widths).map(|((_, rows), w)| match rows.get(i) {
                Some((word, n, style)) => Span::styled(format!("{}{n:>6}  ", fit(word, w, ascii)), *style),
                None => Span::raw(" ".repeat(w + 8)),
            });
            self.out.push(Line::from(cells.collect::<Vec<_>>()));
        }
    }

    /// Calls over the time of the logs, and for which of it each server's log speaks.
    fn course(&mut self) {
        let overview = &self.app.data.overview;
        let (Some((first, last)), Some(room)) = (overview.span, room(self.app)) else { return };
        self.heading(&format!("Time  {} to {}", first.short(), last.short()));
        let begins = self.out.len();
        let folded = fold(overview, room);
        let most = folded.iter().map(|(calls, _)| *calls).max().unwrap_or(0).max(1);
        let bars = |of: &dyn Fn(&(u32, u32)) -> u32| -> String {
            folded.iter().map(|bin| bar(of(bin), most, self.theme.ascii)).collect()
        };
        let rows = [
            (format!("calls, {most} most"), bars(&|b| b.0), Style::new()),
            ("missed".to_owned(), bars(&|b| b.1), self.theme.bad),
        ];
        for (title, text, style) in rows {
            self.named(&title, text, style);
        }
        self.brush(room);
        for (i, covered) in overview.covered.iter().enumerate().take(MOST) {
            let mut cells = vec![false; room];
            for (from, to) in covered {
                let column = |t| overview.bin(t).map(|b| b * room / BINS);
                if let (Some(from), Some(to)) = (column(*from), column(*to)) {
                    cells.iter_mut().take(to + 1).skip(from).for_each(|c| *c = true);
                }
            }
            let (full, none) = (self.theme.glyph("━", "="), self.theme.glyph("·", "."));
            let text: String = cells.iter().map(|c| if *c { full } else { none }).collect();
            let name = self.server(i);
            self.named(&name, text, self.theme.good);
        }
        self.course = begins..self.out.len();
    }

    /// The cursor, and the span that is selected or begun, with its time.
    fn brush(&mut self, room: usize) {
        let (app, overview) = (self.app, &self.app.data.overview);
        let column = |bin: usize| (bin * room / BINS).min(room.saturating_sub(1));
        let time = |t: Timestamp| {
            column(overview.bin(t).unwrap_or(if Some(t) < overview.span.map(|s| s.0) { 0 } else { BINS - 1 }))
        };
        let span = match (app.brush, app.cursor, app.span) {
            (Some(from), Some(to), _) => Some((column(from.min(to)), column(from.max(to)))),
            (_, _, Some((from, to))) => Some((time(from), time(to))),
            _ => None,
        };
        let cursor = app.cursor.map(column);
        if span.is_none() && cursor.is_none() {
            return;
        }
        let (line, at) = (self.theme.glyph("▔", "-"), self.theme.glyph("▲", "^"));
        let sign = |i: usize| match span {
            _ if cursor == Some(i) => at,
            Some((from, to)) if from <= i && i <= to => line,
            _ => " ",
        };
        let text: String = (0..room).map(sign).collect();
        let title = match (app.cursor.and_then(|bin| overview.time_of(bin)), app.span) {
            (Some(t), _) => t.clock(),
            (None, Some((from, _))) => format!("from {}", from.clock()),
            _ => String::new(),
        };
        self.named(&title, text, self.theme.head);
        if let Some((from, to)) = app.span {
            let text = format!("Lists show only {} to {}; Esc here shows all again", from.short(), to.short());
            self.line(&text, self.theme.warn);
        }
    }

    fn named(&mut self, title: &str, text: String, style: Style) {
        let title = Span::styled(fit(title, LEFT - 2, self.theme.ascii) + "  ", self.theme.name);
        self.out.push(Line::from(vec![title, Span::styled(text, style)]));
    }

    fn server(&self, i: usize) -> String {
        let server = self.app.data.analysis.servers.all().get(i);
        let name = server.and_then(|s| s.name.clone());
        let file = server.and_then(|s| s.files.first()).and_then(|f| self.app.data.trace.inputs().get(f.index()));
        let short = |f: &str| f.rsplit(['/', '\\']).next().unwrap_or(f).to_owned();
        name.or(file.map(|f| short(f.name()))).unwrap_or_else(|| "(unknown)".to_owned())
    }

    fn servers(&mut self) {
        let analysis = &self.app.data.analysis;
        self.heading("Servers                       role              records  clock");
        for (i, server) in analysis.servers.all().iter().enumerate().take(MOST) {
            let clock = u16::try_from(i).ok().and_then(|i| analysis.clocks.get(ServerId(i)));
            let clock = clock.map_or(String::new(), |c| match c.basis {
                ClockBasis::Reference => "reference".to_owned(),
                ClockBasis::Unknown => "unknown: not corrected".to_owned(),
                basis => {
                    let spread = c.spread_ms.map_or(String::new(), |s| format!(", known within {s} ms"));
                    format!("{:+} ms ({}{spread})", c.offset_ms, basis.name())
                }
            });
            let name = fit(&self.server(i), 28, self.theme.ascii);
            self.line(&format!("  {name}{:<16}{:>9}  {clock}", server.role.name(), server.records), Style::new());
        }
        let problems = self.app.data.trace.problems().len();
        if problems > 0 {
            self.line(
                &format!(
                    "{} could not be read as it should be: siptrail report tells more",
                    plural(problems as u64, "place")
                ),
                self.theme.warn,
            );
        }
    }
}

/// Columns of the course of time; `None` where there is no room for it, or no time.
pub(in crate::tui) fn room(app: &App) -> Option<usize> {
    let room = usize::from(app.size.0).saturating_sub(LEFT).min(BINS);
    app.data.overview.span.map(|_| room).filter(|room| *room >= 10)
}

/// The part of the time that stands at a column of the terminal, in a line of the page; none beside the course of time.
pub(in crate::tui) fn bin_at(app: &App, column: usize, line: usize) -> Option<usize> {
    let room = room(app)?;
    let is_there = (LEFT..LEFT + room).contains(&column) && Page::of(app).course.contains(&line);
    is_there.then(|| bin_of(app, column)).flatten()
}

/// The part of the time of a column; beside the course that of the nearest one.
pub(in crate::tui) fn bin_of(app: &App, column: usize) -> Option<usize> {
    let room = room(app)?;
    let column = column.saturating_sub(LEFT).min(room.saturating_sub(1));
    Some((column * BINS).div_ceil(room).min(BINS - 1))
}

/// Columns of the names in front of the bars.
const LEFT: usize = 20;

/// The parts of the time put together to `room` columns.
fn fold(overview: &Overview, room: usize) -> Vec<(u32, u32)> {
    let mut out: Vec<(u32, u32)> = repeat_n((0, 0), room).collect();
    for (i, (calls, missed)) in overview.bins.iter().enumerate() {
        if let Some(column) = out.get_mut(i * room / BINS) {
            column.0 += calls;
            column.1 += missed;
        }
    }
    out
}

fn bar(n: u32, most: u32, ascii: bool) -> char {
    let levels: &[char] =
        if ascii { &['.', ':', '|', '#'] } else { &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] };
    match usize::try_from(u64::from(n) * levels.len() as u64 / u64::from(most)).unwrap_or(0) {
        _ if n == 0 => ' ',
        level => levels.get(level.saturating_sub(1)).copied().unwrap_or('?'),
    }
}
