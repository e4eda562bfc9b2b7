//! Who missed what, grouped by cause, with what the victims have in common and the proof of each.

use std::io::{self, Write};

use super::noted::notes;
use super::{DIM, Paper, cause, heading, line, more, proof};
use crate::analysis::Verdict;
use crate::report::hops::{self, HopText};
use crate::report::labels::{self, MOST, known, told_by_mail};
use crate::report::model::{Call, Report};

/// Missed calls under their causes.
pub(super) fn write(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let missed: Vec<&Call> = report.calls.iter().filter(|c| c.is_missed()).collect();
    if missed.is_empty() {
        return Ok(());
    }
    let mut groups: Vec<(&[&'static str], Vec<&Call>)> = Vec::new();
    for call in &missed {
        match groups.iter_mut().find(|(codes, _)| *codes == &call.findings[..]) {
            Some((_, calls)) => calls.push(call),
            None => groups.push((&call.findings, vec![call])),
        }
    }
    // In the order of the table of causes; of the same cause the most victims first.
    let order = labels::by_use(report);
    let place = |codes: &[&str]| order.iter().position(|f| codes.contains(&f.code)).unwrap_or(usize::MAX);
    groups.sort_by_key(|(codes, calls)| (place(codes), std::cmp::Reverse(calls.len())));
    heading(out, "Missed")?;
    for (codes, calls) in &groups {
        for finding in report.findings.iter().filter(|f| codes.contains(&f.code)) {
            cause(out, 2, finding)?;
        }
        common(report, codes, calls.len(), out)?;
        // Each cause is shown, the big ones do not push the small ones off the page.
        let shown = (MOST / groups.len()).max(3).min(calls.len());
        for call in calls.iter().take(shown) {
            victim(report, call, out)?;
        }
        if calls.len() > shown {
            let text = format!("... and {} more: --format json has them all", calls.len() - shown);
            writeln!(out, "{DIM}    {text}{DIM:#}")?;
        }
    }
    Ok(())
}

/// Messages inside conversations that were missed.
pub(super) fn messages(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    if report.missed_messages.is_empty() {
        return Ok(());
    }
    heading(out, "Missed messages inside conversations")?;
    for message in report.missed_messages.iter().take(MOST) {
        let time = message.sent.as_deref().map_or("(no time in the log)".to_owned(), |t| t.replace('T', " "));
        line(out, 2, &format!("{time}  {}", known(&message.to, "(unknown user)")))?;
        let status = labels::status(message.status, message.reason.as_deref());
        line(out, 4, &format!("{}: from {}, {status}", message.verdict, known(&message.from, "(unknown sender)")))?;
        for finding in report.findings.iter().filter(|f| message.findings.contains(&f.code)) {
            cause(out, 4, finding)?;
        }
        line(out, 4, &format!("Call-ID {} CSeq {}", message.call_id, message.cseq))?;
        notes(out, 4, report.notes_on([&message.call_id].into_iter().chain(&message.pushes)))?;
        proof(out, 4, &message.evidence)?;
    }
    more(out, report.missed_messages.len())
}

/// What many victims of one cause have in common.
fn common(report: &Report, codes: &[&'static str], victims: usize, out: &mut Paper<'_>) -> io::Result<()> {
    if victims > 1 {
        line(out, 4, &format!("{victims} calls"))?;
    }
    // Two causes of the same calls have the same in common.
    let mut told: Vec<String> = Vec::new();
    for c in report.contrasts.iter().filter(|c| codes.contains(&c.finding)) {
        let who = if c.missed == c.missed_of {
            format!("all {}", c.missed)
        } else {
            format!("{} of {}", c.missed, c.missed_of)
        };
        let what = match c.dimension {
            "hour" => format!("came in the hour from {}", c.value),
            "client" => format!("have the client {}", c.value),
            "user_domain" => format!("are for users of {}", c.value),
            "peer" => format!("had a push sent to {}", c.value),
            _ => format!("went through {}", c.value),
        };
        let since = c
            .since
            .as_deref()
            .map_or(String::new(), |t| format!(", and none through it from {} on", t.get(11..16).unwrap_or(t)));
        let lift = c.lift.map_or("no".to_owned(), |_| format!("{} of {}", c.through, c.through_of));
        let text = format!("{who} {what}; {lift} others that came through did{since}{}", labels::chance(c));
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told.iter().take(3).try_for_each(|text| line(out, 4, text))
}

fn victim(report: &Report, call: &Call, out: &mut Paper<'_>) -> io::Result<()> {
    let time = call.started.as_deref().map_or("(no time in the log)".to_owned(), |t| t.replace('T', " "));
    line(out, 4, &format!("{time}  {}", known(&call.to, "(unknown user)")))?;
    let what = call.modality.map_or(String::new(), |m| format!(", {m}"));
    let client =
        call.legs.iter().find(|l| l.mobile).and_then(|l| l.client.clone()).map_or(String::new(), |c| format!(", {c}"));
    line(
        out,
        6,
        &format!(
            "{}: from {}{what}{client}",
            call.verdict.map_or("", Verdict::name),
            known(&call.from, "(unknown caller)")
        ),
    )?;
    let status = call
        .status
        .map_or("no final response".to_owned(), |s| format!("{s} {}", call.reason.as_deref().unwrap_or_default()));
    line(out, 6, &format!("INVITE {status}; push {}", pushes_of(report, call)))?;
    if let Some(later) = &call.reached_later {
        line(out, 6, &format!("they talked later, at {}", later.get(11..19).unwrap_or(later)))?;
    }
    if let Some(told) = told_by_mail(call) {
        line(out, 6, told)?;
    }
    if let Some(cause) = &call.gateway_cause {
        line(out, 6, &labels::gateway_cause(cause.cause))?;
    }
    line(out, 6, &format!("Call-ID {}", call.call_id))?;
    notes(out, 6, report.notes_on(call.call_ids()))?;
    proof(out, 6, &call.evidence)?;
    let pushes = report.pushes.iter().filter(|p| call.pushes.contains(&p.call_id));
    for table in call.hop_tables.iter().chain(pushes.flat_map(|p| &p.hop_tables)) {
        hops::write(table, HopText { width: out.width, indent: 6, ascii: false }, out)?;
    }
    Ok(())
}

/// What became of the pushes of a call.
pub(super) fn pushes_of(report: &Report, call: &Call) -> String {
    let own: Vec<String> =
        report.pushes.iter().filter(|p| call.pushes.contains(&p.call_id)).map(labels::push_result).collect();
    if own.is_empty() { "not sent".to_owned() } else { own.join("; ") }
}
