//! Two ladders side by side, step by step: what one has that the other has not, and where they part first.

use std::io::{self, Write};

use super::text::{TimeStyle, caption, time};
use super::{Arrow, Ladder, LaneRole, Step, StepKind};
use crate::analysis::hops::{self, Change};
use crate::sip::Method;
use crate::text::page::{self, BAD, HEAD};
use crate::text::sanitize;
use crate::text::width::{columns, cut};
use crate::trace::Trace;

/// Two stories, aligned.
#[derive(Clone, Debug)]
pub struct Pair {
    one: Ladder,
    other: Ladder,
    /// Steps of one, of the other, or of both.
    rows: Vec<(Option<usize>, Option<usize>)>,
    /// The first row in which they differ.
    first: Option<usize>,
    /// How the messages of that row differ, in lines that begin with `-` for the one and `+` for the other.
    why: Vec<String>,
}

/// How it looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the page.
    pub width: usize,
    /// Which time stands beside a step.
    pub time: TimeStyle,
}

/// Steps of each that are compared: their product bounds the time.
const MOST: usize = 400;
/// Lines that tell how two messages differ.
const LINES: usize = 8;
/// Headers whose values tell more than whose call it is.
const TELLING: [&str; 13] = [
    "allow",
    "content-type",
    "event",
    "ms-client-diagnostics",
    "ms-diagnostics",
    "ms-diagnostics-public",
    "ms-edge-proxy-message-trust",
    "reason",
    "require",
    "server",
    "supported",
    "user-agent",
    "warning",
];

/// Aligns two stories.
pub fn pair(trace: &Trace, mut one: Ladder, mut other: Ladder) -> Pair {
    for ladder in [&mut one, &mut other] {
        ladder.left_out += ladder.steps.len().saturating_sub(MOST);
        ladder.steps.truncate(MOST);
    }
    let rows = rows(&keys(&one), &keys(&other));
    let first = rows.iter().position(|row| !is_same(&one, &other, *row));
    let why = first.and_then(|at| rows.get(at)).map_or(Vec::new(), |row| why(trace, &one, &other, *row));
    Pair { one, other, rows, first, why }
}

impl Pair {
    /// The line of the text, counted from 0, at which they part first.
    pub fn difference(&self) -> Option<usize> {
        self.first.map(|row| row + 1)
    }

    /// Writes both, a step a line. Colour is written always; give a writer that strips it where it is not wanted.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, look: Look, out: &mut dyn Write) -> io::Result<()> {
        let half = look.width.saturating_sub(3) / 2;
        let cell = |text: &str| {
            let text = sanitize(text);
            let text = cut(&text, half, false).into_owned();
            let blank = " ".repeat(half.saturating_sub(columns(&text)));
            format!("{text}{blank}")
        };
        let (one, other) = (cell(&self.one.title), cell(&self.other.title));
        writeln!(out, "{HEAD}{one} | {}{HEAD:#}", other.trim_end())?;
        for (i, (a, b)) in self.rows.iter().enumerate() {
            let text = |ladder: &Ladder, at: &Option<usize>| {
                at.and_then(|at| ladder.steps.get(at)).map_or(String::new(), |s| said(ladder, s, look.time))
            };
            let sign = match (a, b) {
                _ if self.first == Some(i) => '!',
                (Some(_), None) => '<',
                (None, Some(_)) => '>',
                row if is_same(&self.one, &self.other, (*row.0, *row.1)) => '|',
                _ => '~',
            };
            let (one, other) = (cell(&text(&self.one, a)), cell(&text(&self.other, b)));
            let style = if self.first == Some(i) { BAD } else { anstyle::Style::new() };
            writeln!(out, "{style}{one} {sign} {}{style:#}", other.trim_end())?;
        }
        let left_out = self.one.left_out + self.other.left_out;
        if left_out > 0 {
            page::paragraph(out, look.width, 0, &format!("{left_out} more steps are not compared"))?;
        }
        writeln!(out)?;
        let Some((a, b)) = self.first.and_then(|at| self.rows.get(at)) else {
            return page::paragraph(out, look.width, 0, "No difference: both went the same way");
        };
        let what = |ladder: &Ladder, at: &Option<usize>| {
            let step = at.and_then(|at| ladder.steps.get(at));
            step.map_or("nothing".to_owned(), |s| said(ladder, s, look.time))
        };
        page::paragraph(out, look.width, 0, "First difference (marked !)")?;
        page::paragraph(out, look.width, 2, &format!("left: {}", what(&self.one, a)))?;
        page::paragraph(out, look.width, 2, &format!("right: {}", what(&self.other, b)))?;
        self.why.iter().try_for_each(|line| page::paragraph(out, look.width, 2, line))
    }
}

/// What tells one step from another, whoever takes part and whenever it was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Arrow(Method, Option<u16>, LaneRole, LaneRole, bool),
    Note(LaneRole),
}

fn keys(ladder: &Ladder) -> Vec<Key> {
    ladder.steps.iter().map(|step| key(ladder, step)).collect()
}

fn key(ladder: &Ladder, step: &Step) -> Key {
    let role = |lane: usize| ladder.lanes.get(lane).map_or(LaneRole::Host, |l| l.role);
    match &step.kind {
        StepKind::Arrow(a) => Key::Arrow(a.method, a.status, role(a.from), role(a.to), a.push.is_some()),
        StepKind::Note(n) => Key::Note(role(n.lane)),
    }
}

/// The longest common course of both, with what lies between; what stands in the same place of both is one row.
fn rows(one: &[Key], other: &[Key]) -> Vec<(Option<usize>, Option<usize>)> {
    let width = other.len() + 1;
    // How many steps the rest of both has in common.
    let mut common = vec![0u16; (one.len() + 1) * width];
    let get = |common: &[u16], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in one.iter().enumerate().rev() {
        for (j, b) in other.iter().enumerate().rev() {
            let most = if a == b {
                get(&common, i + 1, j + 1) + 1
            } else {
                get(&common, i + 1, j).max(get(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = most;
            }
        }
    }
    let mut out: Vec<(Option<usize>, Option<usize>)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    // What only one of them has, until both go on together.
    let (mut left, mut right): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let flush = |out: &mut Vec<_>, left: &mut Vec<usize>, right: &mut Vec<usize>| {
        let (own, theirs) = (std::mem::take(left), std::mem::take(right));
        let longest = own.len().max(theirs.len());
        out.extend((0..longest).map(|n| (own.get(n).copied(), theirs.get(n).copied())));
    };
    while i < one.len() || j < other.len() {
        if i < one.len() && j < other.len() && one.get(i) == other.get(j) {
            flush(&mut out, &mut left, &mut right);
            out.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        } else if j >= other.len() || i < one.len() && get(&common, i + 1, j) >= get(&common, i, j + 1) {
            left.push(i);
            i += 1;
        } else {
            right.push(j);
            j += 1;
        }
    }
    flush(&mut out, &mut left, &mut right);
    out
}

fn is_same(one: &Ladder, other: &Ladder, row: (Option<usize>, Option<usize>)) -> bool {
    let (Some(a), Some(b)) = row else { return false };
    let key = |ladder: &Ladder, at: usize| ladder.steps.get(at).map(|step| key(ladder, step));
    key(one, a) == key(other, b)
}

/// How the messages of a row differ in their structure: headers that one has and the other has not, and those whose value
/// tells more than whose call it is.
fn why(trace: &Trace, one: &Ladder, other: &Ladder, row: (Option<usize>, Option<usize>)) -> Vec<String> {
    fn arrow(ladder: &Ladder, at: Option<usize>) -> Option<&Arrow> {
        match &ladder.steps.get(at?)?.kind {
            StepKind::Arrow(arrow) => Some(arrow),
            StepKind::Note(_) => None,
        }
    }
    let (a, b) = (arrow(one, row.0), arrow(other, row.1));
    let (Some(a), Some(b)) = (a, b) else {
        let alone = a.map(|a| ("- ", a)).or(b.map(|b| ("+ ", b)));
        let told = alone.into_iter().flat_map(|(sign, a)| a.diagnostics.iter().map(move |d| format!("{sign}{d}")));
        return told.take(LINES).collect();
    };
    let (Some(from), Some(to)) = (a.records.first(), b.records.first()) else { return Vec::new() };
    let is_telling = |name: &str| TELLING.iter().any(|t| name.eq_ignore_ascii_case(t));
    let told = hops::compare(trace, *from, *to).into_iter().flat_map(|change| match change {
        Change::Removed { name, value } => vec![format!("- {name}: {value}")],
        Change::Added { name, value } => vec![format!("+ {name}: {value}")],
        Change::Changed { name, from, to } if is_telling(&name) => {
            vec![format!("- {name}: {from}"), format!("+ {name}: {to}")]
        }
        _ => Vec::new(),
    });
    told.take(LINES).collect()
}

/// A step in one line.
fn said(ladder: &Ladder, step: &Step, style: TimeStyle) -> String {
    let time = time(step, style);
    let what = match &step.kind {
        StepKind::Arrow(arrow) => {
            // What is said comes first: on a narrow page the way is cut.
            format!("{}  {} > {}", caption(arrow), ladder.label(arrow.from), ladder.label(arrow.to))
        }
        StepKind::Note(note) => format!("{}: {}", ladder.label(note.lane), note.text),
    };
    format!("{time} {what}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_have_stands_side_by_side_and_the_rest_where_it_was() {
        let arrow = |method, status| Key::Arrow(method, status, LaneRole::Caller, LaneRole::FrontEnd, false);
        let (invite, push) = (arrow(Method::Invite, None), arrow(Method::Message, None));
        let (bad, good) = (arrow(Method::Message, Some(504)), arrow(Method::Message, Some(200)));
        let end = arrow(Method::Invite, Some(408));
        assert_eq!(
            rows(&[invite, push, bad, end], &[invite, push, good, end]),
            [(Some(0), Some(0)), (Some(1), Some(1)), (Some(2), Some(2)), (Some(3), Some(3))]
        );
        assert_eq!(
            rows(&[invite, end], &[invite, push, good]),
            [(Some(0), Some(0)), (Some(1), Some(1)), (None, Some(2))]
        );
        assert_eq!(rows(&[], &[invite]), [(None, Some(0))]);
    }
}
