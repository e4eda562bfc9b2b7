//! For which times each server's log speaks, and its holes.

use askama::Template;

use crate::report::model::{Coverage, Span};
use crate::time::Timestamp;

/// Columns of the picture that the whole time takes.
const WIDTH: i64 = 640;
/// Servers beyond these, and spans of one server beyond these, are left out.
const MOST: usize = 40;
const MOST_SPANS: usize = 400;

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
    /// From and width of each time without a hole.
    parts: Vec<(i64, i64)>,
}

impl Spans {
    /// `None` where no log has a time.
    pub(in crate::report::html) fn new(coverage: &[Coverage]) -> Option<Spans> {
        let all = || coverage.iter().flat_map(|c| &c.spans).filter_map(times);
        let (first, last) = (all().map(|s| s.0).min()?, all().map(|s| s.1).max()?);
        let whole = last.since(first).max(1);
        let x = |time: Timestamp| {
            240 + i64::try_from(i128::from(time.since(first)) * i128::from(WIDTH) / i128::from(whole)).unwrap_or(0)
        };
        let band = |(i, server): (usize, &Coverage)| {
            let spans = server.spans.iter().take(MOST_SPANS).filter_map(times);
            let label = server.server.as_deref().unwrap_or("(unknown server)");
            Band {
                words: format!("{label}, {} holes", server.holes.len()),
                label: short(label),
                y: i * 20,
                parts: spans.map(|(from, to)| (x(from), (x(to) - x(from)).max(2))).collect(),
            }
        };
        Some(Spans {
            bands: coverage.iter().take(MOST).enumerate().map(band).collect(),
            first: first.short(),
            last: last.short(),
            left_out: coverage.len().saturating_sub(MOST),
        })
    }

    fn height(&self) -> usize {
        self.bands.len() * 20 + 20
    }
}

fn times(span: &Span) -> Option<(Timestamp, Timestamp)> {
    span.first.time.zip(span.last.time)
}

/// The end of a long name.
fn short(name: &str) -> String {
    let chars = name.chars().count();
    if chars <= 30 { name.to_owned() } else { format!("…{}", name.chars().skip(chars - 29).collect::<String>()) }
}
