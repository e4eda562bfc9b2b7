//! Horizontal bars: a word, a bar, a number.

use std::collections::BTreeMap;

use askama::Template;

use crate::analysis::{Outcome, PushResult, Verdict};

use super::scaled;

/// Columns of the picture that a full bar takes.
const LONGEST: u32 = 320;

/// One chart.
#[derive(Template)]
#[template(path = "charts/bars.html", config = "src/report/html/askama.toml")]
pub(in crate::report::html) struct Bars {
    title: &'static str,
    bars: Vec<Bar>,
}

struct Bar {
    label: String,
    n: u64,
    y: usize,
    length: u32,
    /// Class of the colour.
    tone: &'static str,
}

impl Bars {
    /// The largest first.
    pub(in crate::report::html) fn counts(title: &'static str, counts: &BTreeMap<impl Judgement, u64>) -> Bars {
        let mut rows: Vec<_> = counts.iter().map(|(word, n)| (word.to_string(), *n, word.tone())).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Bars::new(title, rows)
    }

    /// In the order of the buckets: how many of `values` lie below each limit and not below the one before.
    pub(in crate::report::html) fn distribution(title: &'static str, values: impl Iterator<Item = i64>) -> Bars {
        let limits = [
            (50, "below 50 ms"),
            (100, "50 to 100 ms"),
            (200, "100 to 200 ms"),
            (500, "200 to 500 ms"),
            (1_000, "0.5 to 1 s"),
            (2_000, "1 to 2 s"),
            (5_000, "2 to 5 s"),
            (10_000, "5 to 10 s"),
            (32_000, "10 to 32 s"),
            (i64::MAX, "32 s and more"),
        ];
        let mut counts = [0u64; 10];
        for value in values {
            let at = limits.iter().position(|(limit, _)| value < *limit).unwrap_or(limits.len() - 1);
            counts[at] += 1;
        }
        let used = |at: usize| counts[at] > 0;
        let first = (0..limits.len()).find(|at| used(*at)).unwrap_or(0);
        let last = (0..limits.len()).rfind(|at| used(*at)).map_or(0, |at| at + 1);
        let rows = (first..last).map(|at| (limits[at].1.to_owned(), counts[at], "neutral")).collect();
        Bars::new(title, rows)
    }

    fn new(title: &'static str, rows: Vec<(String, u64, &'static str)>) -> Bars {
        let most = rows.iter().map(|r| r.1).max().unwrap_or(0);
        let bar = |(i, (label, n, tone)): (usize, (String, u64, &'static str))| Bar {
            label,
            n,
            y: i * 22,
            length: scaled(n, most, LONGEST),
            tone,
        };
        Bars { title, bars: rows.into_iter().enumerate().map(bar).collect() }
    }

    /// There is nothing to show.
    pub(in crate::report::html) fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    fn height(&self) -> usize {
        self.bars.len() * 22
    }

    /// Everything the picture shows.
    fn words(&self) -> String {
        let all: Vec<String> = self.bars.iter().map(|b| format!("{}: {}", b.label, b.n)).collect();
        format!("{}. {}", self.title, all.join(", "))
    }
}

/// What bars count: each has a class of colour.
pub(in crate::report::html) trait Judgement: std::fmt::Display {
    fn tone(&self) -> &'static str;
}

impl Judgement for Outcome {
    fn tone(&self) -> &'static str {
        match self {
            Outcome::Answered | Outcome::AnsweredElsewhere => "good",
            Outcome::Rejected => "bad3",
            _ => "neutral",
        }
    }
}

impl Judgement for Verdict {
    fn tone(&self) -> &'static str {
        match self {
            Verdict::AnsweredByMobile | Verdict::AnsweredElsewhere => "good",
            Verdict::NotOpened => "bad1",
            Verdict::MissedNoPush => "bad2",
            Verdict::MissedPushFailed => "bad3",
            Verdict::MissedPushUnanswered => "bad4",
            Verdict::DeclinedByMobile | Verdict::CallerGaveUp | Verdict::Undetermined => "neutral",
        }
    }
}

impl Judgement for PushResult {
    fn tone(&self) -> &'static str {
        match self {
            PushResult::Accepted => "good",
            PushResult::Rejected | PushResult::Unroutable => "bad3",
            PushResult::Unanswered => "bad4",
            PushResult::Undetermined => "neutral",
        }
    }
}
