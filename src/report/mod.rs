//! Results to bytes. [`model`] is what programs read (CONTRACT.md); [`text`] is what people read, laid out by [`crate::text::page`].
//!
//! [`ndjson`] and [`csv`] are for programs too, [`markdown`] for a ticket, [`html`] to send on.

mod components;
#[cfg(feature = "export")]
pub mod csv;
pub mod day;
pub mod hops;
#[cfg(feature = "html")]
pub mod html;
pub mod json;
mod labels;
pub mod list;
pub mod markdown;
pub mod model;
pub mod ndjson;
mod noted;
mod render;
mod selected;
pub mod story;
pub mod text;

use std::collections::HashSet;
use std::io::{self, Write};

use rayon::prelude::*;

use crate::analysis::{Analysis, Call, Push, SessionMessage};
use crate::query::{Query, Row};
use crate::rates;
use crate::text::Finder;
use crate::time::Timestamp;
use crate::trace::Trace;

/// Which calls and pushes to show. Verdicts are made before anything is left out.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Selection {
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Not after this time.
    pub until: Option<Timestamp>,
    /// Only what concerns an address that contains this text, in any case.
    pub user: Option<String>,
}

impl Selection {
    fn in_time(&self, time: Option<Timestamp>) -> bool {
        self.since.is_none_or(|s| time.is_some_and(|t| t >= s))
            && self.until.is_none_or(|u| time.is_some_and(|t| t <= u))
    }

    fn call(&self, call: &Call, is_user: &dyn Fn(&str) -> bool) -> bool {
        self.in_time(call.started) && (is_user(&call.from) || is_user(&call.to))
    }

    fn push(&self, push: &Push, is_user: &dyn Fn(&str) -> bool) -> bool {
        self.in_time(push.sent) && is_user(push.user.as_deref().unwrap_or_default())
    }

    fn inside(&self, message: &SessionMessage, is_user: &dyn Fn(&str) -> bool) -> bool {
        self.in_time(message.sent) && (is_user(&message.from) || is_user(&message.to))
    }

    /// Leaves out of an analysis what is not selected; numbers of calls and pushes are adjusted.
    pub fn apply(&self, analysis: Analysis) -> Analysis {
        if self.since.is_none() && self.until.is_none() && self.user.is_none() {
            return analysis;
        }
        let wanted = self.user.as_deref().map(Finder::new);
        // What is too long to look for is in no address.
        let is_user =
            |address: &str| wanted.as_ref().is_none_or(|w| w.as_ref().is_some_and(|w| w.is_in(address.as_bytes())));
        let calls: Vec<bool> = analysis.calls.iter().map(|c| self.call(c, &is_user)).collect();
        let pushes: Vec<bool> = analysis.pushes.iter().map(|p| self.push(p, &is_user)).collect();
        let lone = analysis.lone.iter().filter(|l| self.in_time(l.time)).copied().collect();
        let inside: Vec<bool> = analysis.messages_inside.iter().map(|m| self.inside(m, &is_user)).collect();
        keep(Analysis { lone, ..analysis }, &calls, &pushes, &inside)
    }
}

/// Leaves out of an analysis what a query does not select; numbers of calls and pushes are adjusted.
///
/// A query of a report is asked of calls: `status:200` is the status of the call, not that of its push. The pushes of a
/// selected call and the messages inside it stay with it; a push without a call is asked itself. Only where that selects
/// nothing, a call is kept for a push of it that the query selects, such as one that is named by its Call-ID.
pub fn select(trace: &Trace, analysis: Analysis, query: &Query) -> Analysis {
    if query.is_empty() {
        return analysis;
    }
    let bound = query.bind(trace, &analysis);
    let of_calls: Vec<bool> = (0..analysis.calls.len()).into_par_iter().map(|i| bound.matches(Row::Call(i))).collect();
    let any: Vec<bool> = (0..analysis.pushes.len()).into_par_iter().map(|i| bound.matches(Row::Push(i))).collect();
    let alone: Vec<bool> = any.iter().zip(&analysis.pushes).map(|(is, p)| *is && p.call.is_none()).collect();
    let pushes = if of_calls.iter().chain(&alone).any(|is| *is) { alone } else { any };
    let conversations: HashSet<&str> =
        analysis.calls.iter().zip(&of_calls).filter(|(_, is)| **is).map(|(c, _)| c.call_id.as_str()).collect();
    let is_inside = |m: &SessionMessage| {
        conversations.contains(m.call_id.as_str()) || m.pushes.iter().any(|p| pushes.get(*p) == Some(&true))
    };
    let inside: Vec<bool> = analysis.messages_inside.iter().map(is_inside).collect();
    keep(analysis, &of_calls, &pushes, &inside)
}

/// Keeps these calls, pushes and messages inside conversations, with the calls and pushes of their stories.
fn keep(analysis: Analysis, calls: &[bool], pushes: &[bool], inside: &[bool]) -> Analysis {
    // A call and its pushes are one story: what keeps one of them keeps all.
    let asked = |i: usize, call: &Call| {
        calls.get(i) == Some(&true) || call.pushes.iter().any(|p| pushes.get(*p) == Some(&true))
    };
    let all = (analysis.calls.len() + analysis.pushes.len()) as u64;
    let calls: Vec<Option<usize>> = numbers(analysis.calls.iter().enumerate().map(|(i, c)| asked(i, c)));
    let mut inside: Vec<SessionMessage> =
        analysis.messages_inside.into_iter().zip(inside).filter(|(_, kept)| **kept).map(|(m, _)| m).collect();
    let told: HashSet<usize> = inside.iter().flat_map(|m| &m.pushes).copied().collect();
    let linked = |p: &Push| p.call.is_some_and(|c| calls.get(c).is_some_and(Option::is_some));
    let of_story = analysis.pushes.iter().zip(pushes).enumerate();
    let pushes: Vec<Option<usize>> =
        numbers(of_story.map(|(i, (p, selected))| *selected || linked(p) || told.contains(&i)));
    let kept = |map: &[Option<usize>], i: usize| map.get(i).copied().flatten();
    for message in &mut inside {
        message.pushes = message.pushes.iter().filter_map(|p| kept(&pushes, *p)).collect();
    }
    let (servers, clocks, coverage) = (analysis.servers, analysis.clocks, analysis.coverage);
    let (messages, lone) = (analysis.messages, analysis.lone);
    let messages_inside = inside;
    let mut out = Analysis { messages_inside, messages, servers, clocks, coverage, lone, ..Analysis::default() };
    for (i, mut call) in analysis.calls.into_iter().enumerate() {
        call.pushes = call.pushes.iter().filter_map(|p| kept(&pushes, *p)).collect();
        call.renumber(|other| kept(&calls, other));
        if kept(&calls, i).is_some() {
            out.calls.push(call);
        }
    }
    for (i, mut push) in analysis.pushes.into_iter().enumerate() {
        push.call = push.call.and_then(|c| kept(&calls, c));
        let candidate = |call: &u32| u32::try_from(kept(&calls, *call as usize)?).ok();
        push.candidates = push.candidates.iter().filter_map(candidate).collect();
        if kept(&pushes, i).is_some() {
            out.pushes.push(push);
        }
    }
    out.left_out = analysis.left_out + all - (out.calls.len() + out.pushes.len()) as u64;
    out
}

fn numbers(keep: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
    let mut next = 0;
    keep.map(|k| {
        k.then(|| {
            next += 1;
            next - 1
        })
    })
    .collect()
}

/// The report as one JSON document, as CONTRACT.md section 2 lays it down.
///
/// # Errors
/// When the writer fails.
pub fn write_json(report: &model::Report, out: &mut dyn Write) -> io::Result<()> {
    json::pretty(report, out)
}

pub use crate::case::why_undetermined;
/// Adds inputs that another process could not read: file, and why.
pub fn add_unread(report: &mut model::Report, unread: &[(String, String)]) {
    let problem = |(file, what): &(String, String)| model::Problem {
        file: file.clone(),
        line: None,
        byte: None,
        what: what.clone().into(),
    };
    report.problems.splice(0..0, unread.iter().map(problem));
}

/// Adds the rates of its calls and pushes to a report of this analysis: `siptrail rates` tells what each means.
pub fn add_rates(report: &mut model::Report, trace: &Trace, analysis: &Analysis) {
    report.rates = Some(rates::rates(&rates::Facts::of(trace, analysis), None));
}

pub use components::{ComponentSpan, ServerCoverage, coverage_of_servers, write_coverage};
pub use noted::add_notes;
pub use render::{add_cards, add_hops, coverage, digest, digest_with, hop_table, report, report_with};
pub use render::{report_without_lists, write_json_of};
pub use selected::add_selection;
