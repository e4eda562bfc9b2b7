//! From what a user types to stories: a Call-ID, an address, or a part of either.

use hashbrown::HashMap;

use super::Subject;
use crate::analysis::Analysis;
use crate::text::{Finder, decode};
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Symbol, Trace};

/// The stories that `what` names, by time. A whole Call-ID or address goes before a part of one; a push that is
/// linked to a call is part of the story of that call. Only where no call and no push is meant, other dialogs
/// (presence, registration) are looked for by their Call-ID.
pub fn find(trace: &Trace, analysis: &Analysis, what: &str) -> Vec<Subject> {
    let wanted = plain(what);
    if wanted.is_empty() {
        return Vec::new();
    }
    let Some(finder) = Finder::new(&wanted) else { return Vec::new() };
    let whole = |text: &str| finder.is_all(text.as_bytes());
    let part = |text: &str| finder.is_in(text.as_bytes());
    let found = [&whole as &dyn Fn(&str) -> bool, &part];
    let stories = found.iter().map(|is| stories(analysis, is)).find(|all| !all.is_empty());
    stories.or_else(|| found.iter().map(|is| dialogs(trace, is)).find(|all| !all.is_empty())).unwrap_or_default()
}

/// Lower case, without the scheme and the brackets that a copy from a log brings along.
fn plain(what: &str) -> String {
    let text = what.trim().trim_start_matches('<').trim_end_matches('>').to_lowercase();
    text.strip_prefix("sip:").or(text.strip_prefix("sips:")).unwrap_or(&text).to_owned()
}

fn stories(analysis: &Analysis, is: &dyn Fn(&str) -> bool) -> Vec<Subject> {
    let mut calls: Vec<bool> = analysis.calls.iter().map(|c| is(&c.call_id) || is(&c.from) || is(&c.to)).collect();
    let mut out: Vec<(Option<Timestamp>, Subject)> = Vec::new();
    for (i, push) in analysis.pushes.iter().enumerate() {
        if is(&push.call_id) || push.user.as_deref().is_some_and(is) {
            match push.call.and_then(|c| calls.get_mut(c)) {
                Some(call) => *call = true,
                None => out.push((push.sent, Subject::Push(i))),
            }
        }
    }
    let calls = calls.iter().zip(&analysis.calls).enumerate().filter(|(_, (wanted, _))| **wanted);
    out.extend(calls.map(|(i, (_, call))| (call.started, Subject::Call(i))));
    out.sort_by_key(|(time, _)| (time.is_none(), *time));
    out.into_iter().map(|(_, subject)| subject).collect()
}

fn dialogs(trace: &Trace, is: &dyn Fn(&str) -> bool) -> Vec<Subject> {
    let mut at: HashMap<Symbol, Option<usize>> = HashMap::new();
    let mut out: Vec<Vec<EventId>> = Vec::new();
    for (id, event) in (0..).map(EventId).zip(trace.events()) {
        let Some(call) = event.call_id().filter(|_| !event.is_copy()) else { continue };
        let place = *at.entry(call).or_insert_with(|| {
            is(&decode(trace.symbol(call))).then(|| {
                out.push(Vec::new());
                out.len() - 1
            })
        });
        if let Some(records) = place.and_then(|i| out.get_mut(i)) {
            records.push(id);
        }
    }
    out.sort_by_key(|records| {
        let time = records.first().and_then(|id| trace.event(*id)).and_then(Event::time);
        (time.is_none(), time)
    });
    out.into_iter().map(Subject::Records).collect()
}
