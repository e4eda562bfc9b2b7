//! The comparison for people, 80 columns.

use std::io::{self, Write};

use super::measures::Count;
use super::people::in_words;
use super::words::{chance, change};
use super::{CHANCE, CauseRow, Comparison, Judgement, PatternRow, Row, Told};
use crate::rates;
use crate::text::page::{self, BAD, DIM, GOOD, HEAD, WIDTH};
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
    let style = match all.judgement {
        Judgement::Worse => BAD,
        Judgement::Better => GOOD,
        _ => HEAD,
    };
    writeln!(out, "{style}{}{style:#}", headline(all.judgement))?;
    for why in &all.because {
        line(out, 2, why)?;
    }
    for (side, when) in [(&all.before, "Before"), (&all.after, "After")] {
        line(out, 0, &format!("{when}: {}", told(side)))?;
        for gap in gaps(side) {
            line(out, 2, &gap)?;
        }
    }
    causes(out, "New causes", &all.new_causes)?;
    causes(out, OPEN_CAUSES, &all.open_causes)?;
    lines(out, "New kinds of component lines", &all.new_patterns)?;
    heading(out, "Rates", all.rates.is_empty())?;
    for row in &all.rates {
        let title = rates::definitions().find(|d| d.name == row.name).map_or(row.name.as_str(), |d| d.title);
        line(out, 2, &format!("{title}: {}", change(row)))?;
    }
    for (title, rows) in [("Outcomes", &all.outcomes), ("Verdicts", &all.verdicts), ("Pushes", &all.push_results)] {
        let changed: Vec<&Row> = rows.iter().filter(|r| r.chance.is_some_and(|p| p < CHANCE)).collect();
        heading(out, &format!("{title} that changed"), changed.is_empty())?;
        for row in changed {
            line(out, 2, &format!("{}: {}", row.name, change(row)))?;
        }
    }
    let groups: Vec<_> = all.groups.iter().filter(|g| g.corrected.is_some_and(|p| p < CHANCE)).collect();
    heading(out, "Where it changed", groups.is_empty())?;
    for group in groups.iter().take(SHOWN) {
        line(out, 2, &format!("{} {}, {}: {}", group.by, group.value, group.row.name, change(&group.row)))?;
    }
    causes(out, "Causes on both sides", &all.causes)?;
    let hit: Vec<_> = all.users.iter().filter(|u| u.missed_after > 0).collect();
    heading(out, "Who is hit", hit.is_empty())?;
    for user in hit.iter().take(SHOWN) {
        let place = user.file.as_ref().zip(user.line).map_or(String::new(), |(f, l)| format!("  {f}:{l}"));
        let state = in_words(user.state);
        let (after, of) = (user.missed_after, plural(user.calls_after, "call"));
        let text = format!("{}: {state}, missed {after} of {of}, before {}", user.user, user.missed_before);
        line(out, 2, &format!("{text}  {}{place}", user.causes.join(" ")))?;
    }
    if hit.len() > SHOWN {
        line(out, 2, &format!("and {} more; --format json has them", hit.len() - SHOWN))?;
    }
    causes(out, "Causes that are gone", &all.gone_causes)?;
    lines(out, "Kinds of component lines that are gone", &all.gone_patterns)?;
    writeln!(out)?;
    write!(out, "{DIM}")?;
    let told = "A difference has the interval that 95 % of chance, and all that is not known, leave open; chance: how often \
                it alone makes so much of a difference.";
    line(out, 0, told)?;
    write!(out, "{DIM:#}")
}

fn line(out: &mut dyn Write, indent: usize, text: &str) -> io::Result<()> {
    page::paragraph(out, WIDTH, indent, text)
}

fn heading(out: &mut dyn Write, text: &str, empty: bool) -> io::Result<()> {
    if empty { Ok(()) } else { writeln!(out, "\n{HEAD}{text}{HEAD:#}") }
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

fn causes(out: &mut dyn Write, title: &str, rows: &[CauseRow]) -> io::Result<()> {
    heading(out, title, rows.is_empty())?;
    rows.iter().try_for_each(|c| line(out, 2, &cause(c)))
}

fn lines(out: &mut dyn Write, title: &str, rows: &[PatternRow]) -> io::Result<()> {
    heading(out, title, rows.is_empty())?;
    rows.iter().try_for_each(|p| line(out, 2, &format!("{} times  {}  {}:{}", p.count, p.pattern, p.file, p.line)))
}
