//! The pane below or beside a list: more about the selected row.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::knowledge::Explanation;
use crate::knowledge::catalogue::{Finding, Step};
use crate::knowledge::explanation::checks;
use crate::ladder::text::{TextOptions, TimeStyle};
use crate::ladder::{Ladder, Subject};
use crate::report::story::Story;
use crate::text::{page, plural};
use crate::tui::app::App;
use crate::tui::cell::{clip, wrap};
use crate::tui::data::{Cause, Entry};
use crate::tui::list::List;
use crate::tui::rows;
use crate::tui::theme::Theme;
use crate::tui::view::View;

use super::{course, message};

/// No pane needs more lines than this; hostile logs must not make it endless.
const MOST: usize = 2_000;

/// The lines of the pane at that width.
pub(in crate::tui) fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let row = app.list().and_then(List::current);
    match (app.view, row) {
        (View::Calls, Some(row)) => story(app, &Subject::Call(row), width),
        (View::Pushes, Some(row)) => story(app, &Subject::Push(row), width),
        (View::Records, Some(row)) => app.data.records.get(row).map_or(Vec::new(), |entry| match entry {
            Entry::Record(id) => message::lines(app, &[*id], width),
            Entry::Line(_) => message::component(app, *entry, width),
        }),
        (View::Findings, Some(row)) => app.data.causes.get(row).map_or(Vec::new(), |c| cause(app, c, width)),
        (View::Registrations, Some(row)) => {
            let first = rows::record(&app.data, View::Registrations, row);
            message::lines(app, first.as_slice(), width)
        }
        (View::Timeline, _) => message::lines(app, app.timeline.records(), width),
        _ => Vec::new(),
    }
}

/// The notes on a story.
pub(in crate::tui) fn notes(app: &App, subject: &Subject, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let lines = app.notes.of(&app.data, subject).into_iter().flat_map(str::lines);
    let wrapped = lines.flat_map(|l| wrap(&format!("Note: {l}"), width, MOST, theme.ascii));
    wrapped.map(|l| Line::styled(l, theme.head)).collect()
}

/// What is known about a call with its pushes, or about a push: the same as `siptrail show` tells.
fn story(app: &App, subject: &Subject, width: usize) -> Vec<Line<'static>> {
    let mut ladder = Ladder::default();
    match subject {
        Subject::Call(i) => {
            ladder.call = Some(*i);
            ladder.pushes = app.data.analysis.calls.get(*i).map_or(Vec::new(), |c| c.pushes.clone());
        }
        Subject::Push(i) => ladder.pushes.push(*i),
        Subject::Records(_) => {}
    }
    let look = TextOptions { width: width.max(20), ascii: app.theme.ascii, time: TimeStyle::Absolute };
    let data = &app.data;
    let story = Story { trace: &data.trace, analysis: &data.analysis, ladder: &ladder, cases: &data.cases, look };
    let mut told = Vec::new();
    // Collecting lines cannot fail.
    let _ = story.tell_facts(&mut told);
    let mut out = notes(app, subject, width);
    let line = |(style, text): (anstyle::Style, String)| {
        Line::styled(clip(&text, width, app.theme.ascii), in_theme(&app.theme, style))
    };
    out.extend(told.into_iter().take(MOST).map(line));
    out
}

/// A style of a page in the colours of the terminal UI.
pub(in crate::tui) fn in_theme(theme: &Theme, style: anstyle::Style) -> Style {
    match style {
        page::HEAD => theme.head,
        page::DIM => theme.dim,
        page::BAD => theme.bad,
        page::GOOD => theme.good,
        _ => Style::new(),
    }
}

/// All about a cause, with the records that name it without their call.
fn cause(app: &App, cause: &Cause, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    if !cause.lone.is_empty() {
        let records = plural(cause.lone.len() as u64, "record");
        let text = format!("Without its call: named by {records} about calls that the logs do not show");
        out.extend(wrap(&text, width, MOST, app.theme.ascii).into_iter().map(Line::raw));
    }
    let code = cause.finding.code.as_str();
    if let Some(course) = app.data.courses.get(code) {
        let mut tell = |name: &str, text: &str| {
            for (i, line) in wrap(&format!("{name}{text}"), width, MOST, app.theme.ascii).into_iter().enumerate() {
                let rest = line.strip_prefix(name).filter(|_| i == 0).map(str::to_owned);
                out.push(match rest {
                    Some(rest) => Line::from(vec![Span::styled(name.to_owned(), app.theme.name), Span::raw(rest)]),
                    None => Line::raw(line),
                });
            }
        };
        tell("When: ", &course::line(app, course, cause.cases));
        if let Some(change) = &course.change {
            tell("Since: ", &change.in_words());
        }
    }
    out.append(&mut finding(app, cause.finding, width));
    out
}

/// All about an entry of the catalogue.
pub(in crate::tui) fn finding(app: &App, finding: &'static Finding, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let mut out = Vec::new();
    let mut paragraph = |name: &str, text: &str| {
        for (i, line) in wrap(&format!("{name}{text}"), width, MOST, theme.ascii).into_iter().enumerate() {
            let rest = line.strip_prefix(name).filter(|_| i == 0).map(str::to_owned);
            out.push(match rest {
                Some(rest) => Line::from(vec![Span::styled(name.to_owned(), theme.name), Span::raw(rest)]),
                None => Line::raw(line),
            });
        }
    };
    paragraph("Cause: ", &finding.cause);
    for (i, step) in Explanation::of_finding(finding).steps.iter().enumerate() {
        match step {
            Step::Text(text) => paragraph(if i == 0 { "Remedy: " } else { "" }, text),
            Step::Command(command) => paragraph(if i == 0 { "Remedy: " } else { "  " }, command),
        }
    }
    paragraph("Seen: ", &finding.seen);
    paragraph("Users notice: ", &finding.noticed);
    for (i, check) in checks(finding).iter().enumerate() {
        for (at, step) in check.steps.iter().enumerate() {
            match step {
                Step::Text(text) if at == 0 => paragraph(&format!("Check {}: ", i + 1), text),
                Step::Text(text) => paragraph("", text),
                Step::Command(command) => paragraph("  ", command),
            }
        }
    }
    paragraph("False friends: ", &finding.false_friends);
    for source in &finding.source {
        paragraph("Source: ", source);
    }
    out
}
