//! The comparison for a ticket.

use std::io::{self, Write};

use super::people::in_words;
use super::text::{OPEN_CAUSES, cause, gaps, headline, told};
use super::words::{change, title};
use super::{CHANCE, Comparison, PatternRow};
use crate::report::markdown::{code, prose};

/// So many users, and groups, are told.
const SHOWN: usize = 50;

/// Writes it, in the order of the text.
///
/// # Errors
/// When the writer fails.
pub fn write(all: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n", headline(all.judgement))?;
    list(out, "", all.because.iter().map(|w| prose(w)))?;
    for (side, when) in [(&all.before, "Before"), (&all.after, "After")] {
        list(out, when, [told(side)].iter().chain(&gaps(side)).map(|l| prose(l)))?;
    }
    list(out, "New causes", all.new_causes.iter().map(|c| prose(&cause(c))))?;
    list(out, OPEN_CAUSES, all.open_causes.iter().map(|c| prose(&cause(c))))?;
    list(out, "New kinds of component lines", all.new_patterns.iter().map(pattern))?;
    list(out, "Rates", all.rates.iter().map(|r| prose(&format!("{}: {}", title(&r.name), change(r)))))?;
    for (title, rows) in [("Outcomes", &all.outcomes), ("Verdicts", &all.verdicts), ("Pushes", &all.push_results)] {
        let changed = rows.iter().filter(|r| r.chance.is_some_and(|p| p < CHANCE));
        list(out, &format!("{title} that changed"), changed.map(|r| prose(&format!("{}: {}", r.name, change(r)))))?;
    }
    let groups = all.groups.iter().filter(|g| g.corrected.is_some_and(|p| p < CHANCE)).take(SHOWN);
    let group =
        |g: &super::GroupRow| prose(&format!("{} {}, {}: {}", g.by, g.value, title(&g.row.name), change(&g.row)));
    list(out, "Where it changed", groups.map(group))?;
    list(out, "Causes on both sides", all.causes.iter().map(|c| prose(&cause(c))))?;
    let hit = all.users.iter().filter(|u| u.missed_after > 0).take(SHOWN);
    let user = |u: &super::UserRow| {
        let state = in_words(u.state);
        let place =
            u.file.as_ref().zip(u.line).map_or(String::new(), |(f, l)| format!(" {}", code(&format!("{f}:{l}"))));
        let (user, causes) = (prose(&u.user), u.causes.join(" "));
        format!(
            "{user}: {state}, missed {} of {}, before {} {causes}{place}",
            u.missed_after, u.calls_after, u.missed_before
        )
    };
    list(out, "Who is hit", hit.map(user))?;
    list(out, "Causes that are gone", all.gone_causes.iter().map(|c| prose(&cause(c))))?;
    list(out, "Kinds of component lines that are gone", all.gone_patterns.iter().map(pattern))
}

fn pattern(p: &PatternRow) -> String {
    format!("{} times {} at {}", p.count, code(&p.pattern), code(&format!("{}:{}", p.file, p.line)))
}

fn list(out: &mut dyn Write, title: &str, rows: impl Iterator<Item = String>) -> io::Result<()> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    if !title.is_empty() {
        writeln!(out, "## {title}\n")?;
    }
    for row in rows {
        writeln!(out, "- {row}")?;
    }
    writeln!(out)
}
