//! Missed calls over time: one column a span of time, one colour a verdict.

use askama::Template;

use super::bars::Judgement;
use super::scaled;
use crate::analysis::{Analysis, Verdict};
use crate::report::labels::MISSED;
use crate::time::Timestamp;

/// Spans that a column may stand for, in milliseconds, and how they are called.
const SPANS: [(i64, &str); 11] = [
    (60_000, "a minute"),
    (300_000, "5 minutes"),
    (900_000, "a quarter of an hour"),
    (3_600_000, "an hour"),
    (4 * 3_600_000, "4 hours"),
    (12 * 3_600_000, "12 hours"),
    (24 * 3_600_000, "a day"),
    (7 * 24 * 3_600_000, "a week"),
    (28 * 24 * 3_600_000, "4 weeks"),
    (364 * 24 * 3_600_000, "a year"),
    (3_640 * 24 * 3_600_000, "10 years"),
];
/// Columns of the chart at the most.
const MOST: i64 = 48;
const HEIGHT: u32 = 150;
const WIDTH: u32 = 900;

/// The chart.
#[derive(Template)]
#[template(path = "charts/timeline.html", config = "src/report/html/askama.toml")]
pub(in crate::report::html) struct Timeline {
    span: &'static str,
    columns: Vec<Column>,
    kinds: Vec<(&'static str, &'static str, u64)>,
    most: u64,
    first: String,
    last: String,
}

struct Column {
    words: String,
    x: u32,
    width: u32,
    parts: Vec<Part>,
}

struct Part {
    tone: &'static str,
    y: u32,
    height: u32,
}

impl Timeline {
    /// `None` where nothing is missed, or no missed call has a time.
    pub(in crate::report::html) fn new(analysis: &Analysis) -> Option<Timeline> {
        let missed: Vec<(Timestamp, Verdict)> =
            analysis.missed().filter_map(|c| Some((c.started?, c.verdict?))).collect();
        let (first, last) = (missed.iter().map(|m| m.0).min()?, missed.iter().map(|m| m.0).max()?);
        let fits = |ms: i64| last.0.div_euclid(ms) - first.0.div_euclid(ms) < MOST;
        let (ms, span) = SPANS.iter().copied().find(|(ms, _)| fits(*ms)).unwrap_or(SPANS[SPANS.len() - 1]);
        let begin = first.0.div_euclid(ms);
        let count = usize::try_from(last.0.div_euclid(ms) - begin).unwrap_or(0).min(1_000) + 1;
        let mut counts = vec![[0u64; 4]; count];
        for (time, verdict) in &missed {
            let at = usize::try_from(time.0.div_euclid(ms) - begin).unwrap_or(0);
            let kind = MISSED.iter().position(|(word, _)| word == verdict);
            if let Some(n) = counts.get_mut(at).zip(kind).and_then(|(column, kind)| column.get_mut(kind)) {
                *n += 1;
            }
        }
        let most = counts.iter().map(|c| c.iter().sum()).max().unwrap_or(0);
        let kind = |(i, (word, words)): (usize, &(Verdict, &'static str))| {
            (word.tone(), *words, counts.iter().map(|c| c[i]).sum::<u64>())
        };
        let kinds = MISSED.iter().enumerate().map(kind).filter(|(_, _, n)| *n > 0).collect();
        let start = |at: usize| Timestamp((begin + i64::try_from(at).unwrap_or(0)).saturating_mul(ms));
        let width = WIDTH / u32::try_from(count).unwrap_or(1).max(8);
        let columns = counts
            .iter()
            .enumerate()
            .map(|(at, counts)| Column {
                words: words(start(at), counts),
                x: u32::try_from(at).unwrap_or(0) * width,
                width: width.saturating_sub(2).max(1),
                parts: parts(counts, most),
            })
            .collect();
        Some(Timeline { span, columns, kinds, most, first: first.short(), last: last.short() })
    }
}

fn words(start: Timestamp, counts: &[u64; 4]) -> String {
    let kinds: Vec<String> =
        MISSED.iter().zip(counts).filter(|(_, n)| **n > 0).map(|((_, words), n)| format!("{n} {words}")).collect();
    let kinds = if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") };
    format!("from {}: {kinds}", start.short())
}

/// The parts of a column, from the bottom.
fn parts(counts: &[u64; 4], most: u64) -> Vec<Part> {
    let mut y = HEIGHT;
    let mut out = Vec::new();
    for ((word, _), n) in MISSED.iter().zip(counts).filter(|(_, n)| **n > 0) {
        let height = scaled(*n, most, HEIGHT);
        y = y.saturating_sub(height);
        out.push(Part { tone: word.tone(), y, height });
    }
    out
}
