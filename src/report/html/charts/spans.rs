//! Which times each source speaks for.

use askama::Template;

use crate::trace::Trace;

/// Columns of the picture that the whole time takes.
const WIDTH: i64 = 640;
/// Sources beyond these are in the table only.
const MOST: usize = 40;

/// The chart.
#[derive(Template)]
#[template(path = "charts/spans.html", config = "src/report/html/askama.toml")]
pub(in crate::report::html) struct Spans {
    bands: Vec<Band>,
    first: String,
    last: String,
    left_out: usize,
}

struct Band {
    label: String,
    words: String,
    y: usize,
    x: i64,
    width: i64,
}

impl Spans {
    /// `None` where no source has a time.
    pub(in crate::report::html) fn new(trace: &Trace) -> Option<Spans> {
        let with_time = || {
            let all = trace.inputs().iter().zip(trace.sources());
            all.filter_map(|(input, source)| Some((input.name(), source.span?)))
        };
        let first = with_time().map(|(_, (first, _))| first).min()?;
        let last = with_time().map(|(_, (_, last))| last).max()?;
        let whole = last.since(first).max(1);
        let at = |ms: i64| 240 + i64::try_from(i128::from(ms) * i128::from(WIDTH) / i128::from(whole)).unwrap_or(0);
        let band = |(i, (name, (from, to))): (usize, (&str, _))| {
            let (from, to): (crate::time::Timestamp, crate::time::Timestamp) = (from, to);
            let chars = name.chars().count();
            let tail: String = name.chars().skip(chars.saturating_sub(30)).collect();
            Band {
                label: if chars > 30 { format!("…{tail}") } else { tail },
                words: format!("{name}: {} to {}", from.short(), to.short()),
                y: i * 20,
                x: at(from.since(first)),
                width: (at(to.since(first)) - at(from.since(first))).max(2),
            }
        };
        Some(Spans {
            bands: with_time().take(MOST).enumerate().map(band).collect(),
            first: first.short(),
            last: last.short(),
            left_out: with_time().count().saturating_sub(MOST),
        })
    }

    fn height(&self) -> usize {
        self.bands.len() * 20 + 20
    }
}
