//! The comparison for people, 80 columns.

use std::io::{self, Write};

use anstyle::Style;

use super::measures::Count;
use super::people::in_words;
use super::words::{chance, change, title};
use super::{CHANCE, CauseRow, Comparison, Judgement, PatternRow, Row, Told};
use crate::text::page::{Ansi, BAD, DIM, GOOD, HEAD, Sink, WIDTH};
use crate::text::plural;
use crate::time::Timestamp;

/// So many users, and groups, are told.
const SHOWN: usize = 20;
/// Heading of causes that may be new, or gone.
pub(super) const OPEN_CAUSES: &str = "Causes of one side, of which the logs of the other do not tell";

/// Writes what is new first and what is gone last.
///
/// # Errors
/// When the writer fails.
pub fn write(all: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    tell(all, WIDTH, &mut Ansi(out))
}

/// The same for whoever has so many columns.
///
/// # Errors
/// When the sink fails.
pub fn tell(all: &Comparison, width: usize, out: &mut dyn Sink) -> io::Result<()> {
    let out = &mut Text { width, out };
    let style = match all.judgement {
        Judgement::Worse => BAD,
        Judgement::Better => GOOD,
        _ => HEAD,
    };
    out.out.paragraph(style, width, 0, headline(all.judgement))?;
    for why in &all.because {
        out.line(2, why)?;
    }
    for (side, when) in [(&all.before, "Before"), (&all.after, "After")] {
        out.line(0, &format!("{when}: {}", told(side)))?;
        for gap in gaps(side) {
            out.line(2, &gap)?;
        }
    }
    out.causes("New causes", &all.new_causes)?;
    out.causes(OPEN_CAUSES, &all.open_causes)?;
    out.lines("New kinds of component lines", &all.new_patterns)?;
    out.heading("Rates", all.rates.is_empty())?;
    for row in &all.rates {
        out.line(2, &format!("{}: {}", title(&row.name), change(row)))?;
    }
    for (title, rows) in [("Outcomes", &all.outcomes), ("Verdicts", &all.verdicts), ("Pushes", &all.push_results)] {
        let changed: Vec<&Row> = rows.iter().filter(|r| r.chance.is_some_and(|p| p < CHANCE)).collect();
        out.heading(&format!("{title} that changed"), changed.is_empty())?;
        for row in changed {
            out.line(2, &format!("{}: {}", row.name, change(row)))?;
        }
    }
    let groups: Vec<_> = all.groups.iter().filter(|g| g.corrected.is_some_and(|p| p < CHANCE)).collect();
    out.heading("Where it changed", groups.is_empty())?;
    for group in groups.iter().take(SHOWN) {
        out.line(2, &format!("{} {}, {}: {}", group.by, group.value, title(&group.row.name), change(&group.row)))?;
    }
    out.causes("Causes on both sides", &all.causes)?;
    let hit: Vec<_> = all.users.iter().filter(|u| u.missed_after > 0).collect();
    out.heading("Who is hit", hit.is_empty())?;
    for user in hit.iter().take(SHOWN) {
        let place = user.file.as_ref().zip(user.line).map_or(String::new(), |(f, l)| format!("  {f}:{l}"));
        let state = in_words(user.state);
        let (after, of) = (user.missed_after, plural(user.calls_after, "call"));
        let text = format!("{}: {state}, missed {after} of {of}, before {}", user.user, user.missed_before);
        out.line(2, &format!("{text}  {}{place}", user.causes.join(" ")))?;
    }
    if hit.len() > SHOWN {
        out.line(2, &format!("and {} more; --format json has them", hit.len() - SHOWN))?;
    }
    out.causes("Causes that are gone", &all.gone_causes)?;
    out.lines("Kinds of component lines that are gone", &all.gone_patterns)?;
    out.out.unbroken("")?;
    let told = "A difference has the interval that 95 % of chance, and all that is not known, leave open; chance: how often \
                it alone makes so much of a difference.";
    out.out.paragraph(DIM, width, 0, told)
}

/// A page of so many columns.
struct Text<'s> {
    width: usize,
    out: &'s mut dyn Sink,
}

impl Text<'_> {
    fn line(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.out.paragraph(Style::new(), self.width, indent, text)
    }

    fn heading(&mut self, text: &str, empty: bool) -> io::Result<()> {
        if empty {
            return Ok(());
        }
        self.out.unbroken("")?;
        self.out.paragraph(HEAD, self.width, 0, text)
    }

    fn causes(&mut self, title: &str, rows: &[CauseRow]) -> io::Result<()> {
        self.heading(title, rows.is_empty())?;
        rows.iter().try_for_each(|c| self.line(2, &cause(c)))
    }

    fn lines(&mut self, title: &str, rows: &[PatternRow]) -> io::Result<()> {
        self.heading(title, rows.is_empty())?;
        rows.iter().try_for_each(|p| self.line(2, &format!("{} times  {}  {}:{}", p.count, p.pattern, p.file, p.line)))
    }
}

pub(super) fn headline(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Better => "Better",
        Judgement::Worse => "Worse",
        Judgement::Same => "No difference beyond chance",
        Judgement::Unclear => "Not to be told: the logs leave too much open",
    }
}

pub(super) fn told(side: &Told) -> String {
    let time = |t: &Option<String>| t.as_deref().and_then(|t| Timestamp::parse(t, None)).map(Timestamp::short);
    let times = time(&side.first).zip(time(&side.last)).map_or(String::new(), |(a, b)| format!(", {a} to {b}"));
    let (calls, pushes) = (plural(side.calls, "call"), plural(side.pushes, "push"));
    let missed = side.missed;
    let open = match (side.undetermined, side.hidden_calls) {
        (0, 0) => "all of them known".to_owned(),
        (n, 0) => format!("{n} not known"),
        (n, hidden) => format!("{n} not known, up to {hidden} more hidden in holes"),
    };
    let pauses = match side.pauses {
        0 => String::new(),
        n => format!("; {} between trace sessions not counted", plural(n, "pause")),
    };
    format!("{}{times}: {calls}, {pushes}, {missed} missed, {open}{pauses}", side.name)
}

/// Servers whose logs do not tell all of the time.
pub(super) fn gaps(side: &Told) -> Vec<String> {
    let short = side.servers.iter().filter(|s| s.told < 0.995 || s.holes > 0);
    let gap =
        short.map(|s| format!("{} tells {:.0} % of the time, {}", s.server, s.told * 100.0, plural(s.holes, "hole")));
    gap.collect()
}

pub(super) fn cause(c: &CauseRow) -> String {
    let when = c.when.as_deref().and_then(|t| Timestamp::parse(t, None)).map(Timestamp::short);
    let when = when.map_or(String::new(), |t| format!(", {} {t}", if c.after.part > 0 { "first" } else { "last" }));
    let users = if c.users.is_empty() { String::new() } else { format!("; {}", c.users.join(", ")) };
    let count = |of: &Count| if of.of == 0 { "unknown".to_owned() } else { of.part.to_string() };
    let (before, after) = (count(&c.before), count(&c.after));
    let untold = if c.untold.is_empty() { String::new() } else { format!("; no log of {}", c.untold.join(", ")) };
    format!("{} {}: {before} before, {after} after{}{untold}{when}{users}", c.code, c.summary, chance(c.chance))
}
