//! The comparison as one page that needs no network and no script.

use std::io::{self, Write};

use askama::Template;

use super::people::in_words;
use super::text::{OPEN_CAUSES, cause, gaps, headline, told};
use super::words::{change, title};
use super::{CHANCE, Comparison, Judgement};
use crate::report::html::{STYLE, policy};

#[derive(Template)]
#[template(path = "page.html", config = "src/compare/askama.toml")]
struct Page<'c> {
    all: &'c Comparison,
    headline: &'static str,
    tone: &'static str,
    policy: String,
    style: &'static str,
    sides: Vec<(&'static str, Vec<String>)>,
    /// Headings with lines, in the order of the text.
    before_rates: Vec<(&'static str, Vec<String>)>,
    rates: Vec<Rate>,
    behind_rates: Vec<(&'static str, Vec<String>)>,
}

/// One row with a picture: both values and what is open, on one scale.
struct Rate {
    title: String,
    words: String,
    /// Left end, width and value of before and after, of 300.
    bars: Vec<(i64, i64, i64)>,
}

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(all: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let pattern = |p: &super::PatternRow| format!("{} times: {} at {}:{}", p.count, p.pattern, p.file, p.line);
    let changed = |rows: &[super::Row]| {
        let own = rows.iter().filter(|r| r.chance.is_some_and(|p| p < CHANCE));
        own.map(|r| format!("{}: {}", r.name, change(r))).collect::<Vec<_>>()
    };
    let groups = all.groups.iter().filter(|g| g.corrected.is_some_and(|p| p < CHANCE));
    let group = |g: &super::GroupRow| format!("{} {}, {}: {}", g.by, g.value, title(&g.row.name), change(&g.row));
    let user = |u: &super::UserRow| {
        let place = u.file.as_ref().zip(u.line).map_or(String::new(), |(f, l)| format!(" {f}:{l}"));
        let (causes, missed) = (u.causes.join(" "), u.missed_after);
        format!(
            "{}: {}, missed {missed} of {}, before {} {causes}{place}",
            u.user,
            in_words(u.state),
            u.calls_after,
            u.missed_before
        )
    };
    let mut rest = vec![
        ("Outcomes that changed", changed(&all.outcomes)),
        ("Verdicts that changed", changed(&all.verdicts)),
        ("Pushes that changed", changed(&all.push_results)),
        ("Where it changed", groups.map(group).collect()),
        ("Causes on both sides", all.causes.iter().map(cause).collect()),
        ("Who is hit", all.users.iter().filter(|u| u.missed_after > 0).map(user).collect()),
        ("Causes that are gone", all.gone_causes.iter().map(cause).collect()),
        ("Kinds of component lines that are gone", all.gone_patterns.iter().map(pattern).collect()),
    ];
    rest.retain(|(_, lines): &(_, Vec<String>)| !lines.is_empty());
    let mut first = vec![
        ("New causes", all.new_causes.iter().map(cause).collect::<Vec<_>>()),
        (OPEN_CAUSES, all.open_causes.iter().map(cause).collect()),
        ("New kinds of component lines", all.new_patterns.iter().map(pattern).collect()),
    ];
    first.retain(|(_, lines)| !lines.is_empty());
    let side = |s: &super::Told| [vec![told(s)], gaps(s)].concat();
    let page = Page {
        all,
        headline: headline(all.judgement),
        tone: match all.judgement {
            Judgement::Worse => "bad",
            Judgement::Better => "good",
            _ => "",
        },
        policy: policy(&[STYLE], ""),
        style: STYLE,
        sides: vec![("Before", side(&all.before)), ("After", side(&all.after))],
        before_rates: first,
        rates: all.rates.iter().map(rate).collect(),
        behind_rates: rest,
    };
    page.write_into(&mut &mut *out)
}

fn rate(row: &super::Row) -> Rate {
    let title = title(&row.name).to_owned();
    // From 0 to 1.
    #[expect(clippy::cast_possible_truncation, reason = "0 to 300")]
    let x = |v: f64| (v * 300.0).round() as i64;
    let bar = |c: &super::measures::Count| {
        let (low, high) = (c.low.unwrap_or(0.0), c.high.unwrap_or(1.0));
        c.value.map(|v| (x(low), (x(high) - x(low)).max(1), x(v)))
    };
    Rate { title, words: change(row), bars: [bar(&row.before), bar(&row.after)].into_iter().flatten().collect() }
}
