//! Rates by hour, one small picture each on one time: what is known as a line, what is left open as a band.

use askama::Template;

use crate::rates::{By, Definition, Facts, Rate, definitions, in_words, rates};

/// The rates that have a picture.
const SHOWN: [&str; 6] = ["ser", "seer", "mobile_answer", "missed_per_1000", "push_accepted", "push_latency_p95"];
/// Hours beyond these are left out: the pictures would be unreadable.
const MOST: usize = 24 * 14;
const WIDTH: u64 = 280;
const HEIGHT: f64 = 60.0;

/// The charts.
#[derive(Template)]
#[template(path = "charts/multiples.html", config = "src/report/html/askama.toml")]
pub(in crate::report::html) struct Multiples {
    pictures: Vec<Picture>,
    first: String,
    last: String,
    /// Rates of all calls, in words.
    all: Vec<(&'static str, String, &'static str)>,
    hidden: u64,
    left_out: usize,
}

struct Picture {
    title: &'static str,
    words: String,
    /// From, top and height of what is open, top of what is known; and all of it in words.
    hours: Vec<Hour>,
    width: u64,
}

struct Hour {
    x: u64,
    top: u64,
    height: u64,
    known: Option<u64>,
    words: String,
}

impl Multiples {
    /// `None` where there is nothing to measure.
    pub(in crate::report::html) fn new(facts: &Facts<'_>) -> Option<Multiples> {
        let result = rates(facts, Some(By::Hour));
        if result.all.rates.is_empty() {
            return None;
        }
        let hours = result.groups.get(..MOST.min(result.groups.len())).unwrap_or_default();
        let width = (WIDTH / (hours.len() as u64).max(1)).max(1);
        let picture = |definition: &'static Definition| {
            let all = result.all.rate(definition.name)?;
            let of = |rate: &Rate| [rate.value, rate.high, rate.low].into_iter().flatten().fold(0.0, f64::max);
            let most = match definition.unit {
                "share" => 1.0,
                _ => hours.iter().filter_map(|g| g.rate(definition.name)).map(of).fold(0.0, f64::max),
            };
            let y = |v: f64| pixels(HEIGHT * (1.0 - (v / most.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)));
            let hour = |(number, group): (u64, &crate::rates::Group)| {
                let rate = group.rate(definition.name)?;
                let (top, bottom) = (y(rate.high.unwrap_or(most)), y(rate.low.unwrap_or(0.0)));
                Some(Hour {
                    x: number * width,
                    top,
                    height: (bottom - top.min(bottom)).max(1),
                    known: rate.value.map(y),
                    words: format!("{}: {}", group.value.as_deref().unwrap_or_default(), in_words(definition, rate)),
                })
            };
            let hours: Vec<Hour> = (0..).zip(hours).filter_map(hour).collect();
            Some(Picture { title: definition.title, words: in_words(definition, all), hours, width })
        };
        let shown = definitions().filter(|d| SHOWN.contains(&d.name));
        let value = |g: Option<&crate::rates::Group>| g.and_then(|g| g.value.clone()).unwrap_or_default();
        let words = |d: &'static Definition| Some((d.title, in_words(d, result.all.rate(d.name)?), d.definition));
        Some(Multiples {
            pictures: shown.filter_map(picture).collect(),
            first: value(hours.first()),
            last: value(hours.last()),
            all: definitions().filter_map(words).collect(),
            hidden: result.all.hidden_calls,
            left_out: result.groups.len() - hours.len(),
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the height")]
fn pixels(v: f64) -> u64 {
    v.round() as u64
}
