//! From a call or push to its ladder.

use hashbrown::HashMap;

use super::lanes::Lanes;
use super::legs::Legs;
use super::{Arrow, Ladder, MAX_STEPS, Note, NoteKind, Step, StepKind, Subject, order};
use crate::analysis::Analysis;
use crate::analysis::transmission::{Transmission, transmissions};
use crate::record::RecordKind;
use crate::sip::{Method, StartLine};
use crate::text::{clean, decode};
use crate::trace::{EventId, Symbol, Trace};

pub(super) fn build(trace: &Trace, analysis: &Analysis, subject: &Subject) -> Ladder {
    let mut ladder = story(analysis, subject);
    let transmissions = transmissions(trace, &ladder.records);
    let legs = Legs::new(trace, &transmissions);
    let mut lanes = Lanes::new(trace, &analysis.servers, &transmissions, &legs);
    let notes: Vec<EventId> = ladder
        .records
        .iter()
        .copied()
        .filter(|id| trace.event(*id).is_some_and(|e| e.kind != RecordKind::Protocol && !e.is_copy()))
        .collect();
    let mut items: Vec<Vec<EventId>> = transmissions.iter().map(|c| c.records().collect()).collect();
    items.extend(notes.iter().map(|id| vec![*id]));
    let pushes = push_of_records(analysis, &ladder);
    let mut transactions = Transactions::default();
    for at in order::merge(trace, analysis, &items) {
        if ladder.steps.len() == MAX_STEPS {
            ladder.left_out += 1;
            continue;
        }
        let kind = match transmissions.get(at) {
            Some(c) => {
                let (from, to) = lanes.ends.get(at).copied().unwrap_or_default();
                StepKind::Arrow(Arrow {
                    from,
                    to,
                    method: c.key.method,
                    status: Some(c.key.status).filter(|s| *s > 0),
                    label: label(trace, c),
                    transaction: transactions.number(c),
                    leg: legs.number(at),
                    repeat: c.repeat,
                    push: c.records().find_map(|id| pushes.get(&id).copied()),
                    records: c.records().collect(),
                    diagnostics: diagnostics(trace, c, c.before.and_then(|b| transmissions.get(b))),
                })
            }
            None => match items.get(at).and_then(|r| r.first()) {
                Some(id) => StepKind::Note(note(trace, *id, lanes.of_record(trace, &analysis.servers, *id))),
                None => continue,
            },
        };
        let time = items.get(at).into_iter().flatten().find_map(|id| analysis.time(trace, *id));
        ladder.steps.push(Step { time, delta_ms: None, since_start_ms: None, kind });
    }
    ladder.lanes = lanes.finish();
    ladder.start = ladder.steps.iter().find_map(|s| s.time);
    let mut before = None;
    for step in &mut ladder.steps {
        let Some(time) = step.time else { continue };
        step.delta_ms = before.map(|b| time.since(b));
        step.since_start_ms = ladder.start.map(|s| time.since(s));
        before = Some(time);
    }
    ladder
}

/// Which call, pushes and records belong to the story, and what it is called.
fn story(analysis: &Analysis, subject: &Subject) -> Ladder {
    let mut out = Ladder::default();
    match subject {
        Subject::Call(i) => out.call = analysis.calls.get(*i).map(|_| *i),
        Subject::Push(i) => {
            out.call = analysis.pushes.get(*i).and_then(|p| p.call);
            out.pushes.extend(analysis.pushes.get(*i).map(|_| *i).filter(|_| out.call.is_none()));
        }
        Subject::Records(records) => out.records.clone_from(records),
    }
    if let Some(call) = out.call.and_then(|i| analysis.calls.get(i)) {
        let what = call.modality.map_or(String::new(), |m| format!(" ({m})"));
        out.title = format!("{} to {}{what}", call.from, call.to);
        out.records.extend(call.own_records());
        out.pushes.extend(&call.pushes);
    }
    for push in out.pushes.iter().filter_map(|p| analysis.pushes.get(*p)) {
        if out.title.is_empty() {
            out.title = format!("push for {}", push.user.as_deref().unwrap_or("(no user named)"));
        }
        out.records.extend(&push.records);
    }
    out
}

/// Which push of the ladder each record belongs to.
fn push_of_records(analysis: &Analysis, ladder: &Ladder) -> HashMap<EventId, usize> {
    let mut out = HashMap::new();
    for (i, push) in ladder.pushes.iter().enumerate() {
        for id in analysis.pushes.get(*push).into_iter().flat_map(|p| &p.records) {
            out.insert(*id, i);
        }
    }
    out
}

/// Numbers of transactions, in order of appearance.
#[derive(Default)]
struct Transactions {
    numbers: HashMap<(Option<Symbol>, u64, u32, Method), u32>,
}

impl Transactions {
    fn number(&mut self, c: &Transmission) -> u32 {
        let method = match c.key.method {
            Method::Ack | Method::Cancel => Method::Invite,
            other => other,
        };
        let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
        *self.numbers.entry((c.key.call, c.key.from_tag, c.key.cseq, method)).or_insert(next)
    }
}

fn label(trace: &Trace, c: &Transmission) -> String {
    let message = trace.event(c.first()).and_then(|e| trace.message(e));
    match message.map(|m| m.start_line()) {
        Some(StartLine::Response { status, reason }) => format!("{status} {}", decode(reason)).trim_end().to_owned(),
        _ => c.key.method.name().to_owned(),
    }
}

fn diagnostics(trace: &Trace, c: &Transmission, before: Option<&Transmission>) -> Vec<String> {
    let family: [&[u8]; 3] = [b"ms-diagnostics", b"ms-diagnostics-public", b"ms-client-diagnostics"];
    let of = |c: &Transmission| -> Vec<String> {
        let message = trace.event(c.first()).and_then(|e| trace.message(e));
        let headers = message.into_iter().flat_map(|m| m.headers());
        let own = headers.filter(|h| family.iter().any(|f| f.eq_ignore_ascii_case(h.name)));
        own.take(8).map(|h| format!("{}: {}", decode(h.name), decode(&h.value()))).collect()
    };
    let known = before.map(of).unwrap_or_default();
    of(c).into_iter().filter(|d| !known.contains(d)).collect()
}

/// What a record that is no message says, in one line.
fn note(trace: &Trace, id: EventId, lane: usize) -> Note {
    let mut text = String::new();
    let mut kind = NoteKind::Diagnostic;
    if let Some(event) = trace.event(id) {
        if event.kind == RecordKind::Connection {
            kind = NoteKind::Connection;
        }
        let field = |name: &str| trace.field(event, name).map(|raw| decode(&clean(raw)).into_owned());
        let parts = ["Severity", "Text", "Result-Code", "Data"].into_iter().filter_map(field);
        text = parts.collect::<Vec<_>>().join(", ");
    }
    Note { lane, kind, text, records: vec![id] }
}
