//! A scenario for `SIPp` that plays one dialog again, from the side of the client that started it.
//!
//! ```text
//!   the log of the server next to the client          the scenario
//!   ◀── INVITE                                         <send> INVITE, [call_id], [branch], [local_ip] ...
//!   ──▶ 100, 180                                       <recv optional="true">
//!   ◀── CANCEL, 10.2 s later                           <pause>, <send> CANCEL
//!   ──▶ 200, 487                                       <recv>
//!   ◀── ACK                                            <send> ACK
//! ```
//!
//! Only what went between the client and its neighbour is played: what a server did with it shows the replay.
//! Retransmissions are left to `SIPp`. What belongs to the connection of the log is replaced by `SIPp`'s variables or left
//! out, and a comment of the scenario says so.

mod escape;
mod message;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hashbrown::HashSet;

use crate::analysis::Analysis;
use crate::ladder::{self, Arrow, StepKind, Subject};
use crate::sip::Method;
use crate::text::sanitize;
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};
use escape::{attribute, comment};
use message::Writer;

/// Longer pauses are cut to this: nobody waits an hour for a BYE.
const LONGEST_PAUSE_MS: i64 = 60_000;
/// Shorter ones are the way of the message, not somebody's wish.
const SHORTEST_PAUSE_MS: i64 = 100;

/// A response is looked for its request over this many messages: a hostile log must not make this slow.
const SPAN: usize = 200;

/// What can be played again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialog {
    /// Number of a call in [`Analysis::calls`].
    Call(usize),
    /// Number of a push in [`Analysis::pushes`]: its MESSAGE.
    Push(usize),
}

impl Dialog {
    /// The dialogs among selected calls and pushes. A push of a selected call is part of that selection, not a choice.
    pub fn of(analysis: &Analysis, calls: &[usize], pushes: &[usize]) -> Vec<Dialog> {
        let own: HashSet<usize> = calls.iter().copied().collect();
        let apart = |p: &&usize| analysis.pushes.get(**p).is_some_and(|p| p.call.is_none_or(|c| !own.contains(&c)));
        let calls = calls.iter().map(|c| Dialog::Call(*c));
        calls.chain(pushes.iter().filter(apart).map(|p| Dialog::Push(*p))).collect()
    }

    /// One line: time, who, what became of it, and the query that selects it alone.
    pub fn describe(self, analysis: &Analysis) -> String {
        let when = |time: Option<Timestamp>| time.map_or("(no time)".to_owned(), |t| t.iso().replace('T', " "));
        match self {
            Dialog::Call(i) => analysis.calls.get(i).map(|c| {
                let end = c.verdict.map_or(c.outcome.name(), |v| v.name());
                format!("{}  {} to {}, {end}: call-id={}", when(c.started), c.from, c.to, quoted(&c.call_id))
            }),
            Dialog::Push(i) => analysis.pushes.get(i).map(|p| {
                let (user, id) = (p.user.as_deref().unwrap_or("(no user named)"), quoted(&p.call_id));
                format!("{}  push for {user}, {}: call-id={id} cseq={}", when(p.sent), p.result.name(), p.cseq)
            }),
        }
        .unwrap_or_default()
    }

    fn subject(self) -> Subject {
        match self {
            Dialog::Call(i) => Subject::Call(i),
            Dialog::Push(i) => Subject::Push(i),
        }
    }

    fn records(self, analysis: &Analysis) -> &[EventId] {
        match self {
            Dialog::Call(i) => analysis.calls.get(i).map_or(&[], |c| c.own_records()),
            Dialog::Push(i) => analysis.pushes.get(i).map_or(&[], |p| &p.records),
        }
    }
}

fn quoted(id: &str) -> String {
    if id.contains(|c: char| !c.is_ascii_alphanumeric()) { format!("\"{id}\"") } else { id.to_owned() }
}

/// One message between the client and its neighbour.
#[derive(Clone, Copy, Debug)]
struct Step {
    record: EventId,
    time: Option<Timestamp>,
    /// The client sent it.
    sent: bool,
    method: Method,
    /// 0 for a request.
    status: u16,
    cseq: u32,
}

/// The scenario (XML, UTF-8); `None` when the log does not hold the request that starts the dialog.
pub fn scenario(trace: &Trace, analysis: &Analysis, dialog: Dialog) -> Option<String> {
    let steps = steps(trace, analysis, dialog)?;
    let mut writer = Writer::new(trace, steps.first()?.record)?;
    let mut body = String::new();
    // SIPp counts every element, and names branches by that number.
    let mut number = 0;
    let mut opened: Vec<Opened> = Vec::new();
    let mut before: Option<Timestamp> = None;
    let mut cut = false;
    for (i, step) in steps.iter().enumerate() {
        let waited = before.zip(step.time).map_or(0, |(b, t)| t.since(b));
        before = step.time.or(before);
        if step.sent && step.status == 0 && step.method != Method::Ack && waited >= SHORTEST_PAUSE_MS {
            let ms = waited.min(LONGEST_PAUSE_MS);
            cut |= ms < waited;
            let _ = writeln!(body, "  <!-- the log waits {waited} ms -->\n  <pause milliseconds=\"{ms}\"/>");
            number += 1;
        }
        let at = trace.locate(step.record);
        let time = step.time.map_or(String::new(), |t| format!("  {}", t.clock()));
        let _ = writeln!(body, "  <!-- {}{time} -->", comment(&format!("{}:{}", at.file, at.line)));
        if step.sent {
            let invite = opened.iter().rev().find(|o| o.method == Method::Invite && o.cseq == step.cseq);
            let refers = matches!(step.method, Method::Ack | Method::Cancel) && step.status == 0;
            let back = invite.filter(|o| refers && (step.method == Method::Cancel || !o.answered));
            let text = writer.message(step.record, back.map(|o| number - o.number))?;
            let again = if step.status == 0 && step.method != Method::Ack { " retrans=\"500\"" } else { "" };
            let _ = writeln!(body, "  <send{again}>\n    <![CDATA[\n{text}    ]]>\n  </send>");
            if step.status == 0 {
                opened.push(Opened { number, method: step.method, cseq: step.cseq, answered: false });
            }
        } else {
            let more = steps.get(i + 1).is_some_and(|next| !next.sent);
            let _ = writeln!(body, "  {}", receive(step, more));
            if (200..300).contains(&step.status) {
                let own = opened.iter_mut().filter(|o| o.method == step.method && o.cseq == step.cseq);
                own.for_each(|o| o.answered = true);
            }
        }
        number += 1;
    }
    Some(head(analysis, dialog, &steps, &writer, cut) + &body + "</scenario>\n")
}

/// A request that the client sent.
struct Opened {
    number: usize,
    method: Method,
    cseq: u32,
    /// With a 2xx: its ACK is a transaction of its own (RFC 3261 section 13.2.2.4).
    answered: bool,
}

/// What is waited for. `SIPp` wants something certain behind optional elements, so the last provisional response before
/// the client acts is not optional.
fn receive(step: &Step, more: bool) -> String {
    match step.status {
        0 => format!("<recv request=\"{}\"/>", attribute(step.method.name())),
        100..200 if more => format!("<recv response=\"{}\" optional=\"true\"/>", step.status),
        // The route set and the target of the dialog are in it (RFC 3261 section 12.1.2).
        101..300 if step.method == Method::Invite => format!("<recv response=\"{}\" rrs=\"true\"/>", step.status),
        status => format!("<recv response=\"{status}\"/>"),
    }
}

/// What went between the client and its neighbour, from the request that starts the dialog on.
fn steps(trace: &Trace, analysis: &Analysis, dialog: Dialog) -> Option<Vec<Step>> {
    let own: HashSet<EventId> = dialog.records(analysis).iter().copied().collect();
    let ladder = ladder::build(trace, analysis, &dialog.subject());
    let arrows: Vec<(Option<Timestamp>, &Arrow)> = ladder
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            StepKind::Arrow(a) if a.repeat == 0 && a.records.iter().any(|id| own.contains(id)) => Some((step.time, a)),
            _ => None,
        })
        .collect();
    // The fewer Via entries, the nearer to the client.
    let hops = |a: &Arrow| a.records.first().and_then(|id| trace.event(*id)).map(|e| trace.identity(e).vias.len());
    let starts = |a: &&(Option<Timestamp>, &Arrow)| {
        a.1.status.is_none() && matches!(a.1.method, Method::Invite | Method::Message)
    };
    let (_, first) = *arrows.iter().filter(starts).min_by_key(|(_, a)| hops(a).unwrap_or(usize::MAX))?;
    let between = |a: &Arrow| [(a.from, a.to), (a.to, a.from)].contains(&(first.from, first.to));
    let begin = arrows.iter().position(|(_, a)| std::ptr::eq(*a, first))?;
    let mut steps: Vec<Step> = Vec::new();
    for (time, a) in arrows.into_iter().skip(begin).filter(|(_, a)| between(a)) {
        let Some((record, event)) = a.records.first().and_then(|id| Some((*id, trace.event(*id)?))) else { continue };
        let (method, cseq, status) = (a.method, event.cseq, a.status.unwrap_or(0));
        // Where the log tells no directions, a response is of the other side as the request was of this one.
        let asked = |s: &Step| !s.sent && s.status == 0 && (s.method, s.cseq) == (method, cseq);
        let sent = if first.from == first.to { status == 0 } else { a.from == first.from };
        let sent = sent && (status == 0 || steps.iter().rev().take(SPAN).any(asked));
        steps.push(Step { record, time, sent, method, status, cseq });
    }
    Some(steps)
}

/// What a reader must know, and how the scenario is run.
fn head(analysis: &Analysis, dialog: Dialog, steps: &[Step], writer: &Writer<'_>, cut: bool) -> String {
    let mut lines = vec![
        format!("Made from a server's SIP trace by siptrail: {}", dialog.describe(analysis)),
        String::new(),
        format!("  sipp -sf FILE -m 1{} SERVER:PORT", writer.option()),
        String::new(),
        "-t t1 is TCP, -t l1 is TLS; without -t it is UDP. One call is made, and no media are sent.".to_owned(),
        "Replaced by variables of SIPp: Via, Contact, Call-ID, CSeq, Content-Length, the From tag, targets and routes"
            .to_owned(),
        "inside the dialog, addresses and ports of session descriptions.".to_owned(),
    ];
    let out: BTreeSet<&str> = writer.left_out.iter().map(String::as_str).collect();
    if !out.is_empty() {
        let names = out.into_iter().collect::<Vec<_>>().join(", ");
        lines.push(format!("Left out, because it is only true on the connection of the log: {names}."));
    }
    if writer.left_out.iter().any(|name| name.to_ascii_lowercase().contains("authorization")) {
        lines.push(
            "A server that asks for credentials refuses this; SIPp can answer Digest only: auth=\"true\" on".into(),
        );
        lines.push("the recv of 401 or 407, and the keyword authentication in the next message.".into());
    }
    if cut {
        lines.push(format!("Pauses are cut to {} s.", LONGEST_PAUSE_MS / 1000));
    }
    if !steps.iter().any(|s| s.status >= 200) {
        lines.push("The log holds no final response.".to_owned());
    }
    let mut text = String::new();
    for line in &lines {
        let line = comment(&sanitize(line));
        let _ = writeln!(text, "{}", if line.is_empty() { String::new() } else { format!("  {line}") });
    }
    let name = steps.first().map_or("", |s| s.method.name());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!--\n{text}-->\n<scenario name=\"siptrail {}\">\n",
        attribute(name)
    )
}
