//! The columns of each table, in the order of the JSON document.

use super::cell::{Cell, Column, Kind, diagnostic, hop, leg, place};
use crate::analysis::{Modality, Told, Verdict};
use crate::report::model::{Call, Finding, Push};

pub(super) const CALLS: &[Column<Call>] = &[
    ("call_id", Kind::Text, |c| Cell::of(&c.call_id)),
    ("from", Kind::Text, |c| Cell::of(&c.from)),
    ("to", Kind::Text, |c| Cell::of(&c.to)),
    ("modality", Kind::Text, |c| Cell::maybe(c.modality.map(Modality::name))),
    ("started", Kind::Text, |c| Cell::maybe(c.started.as_deref())),
    ("ended", Kind::Text, |c| Cell::maybe(c.ended.as_deref())),
    ("rang", Kind::Flag, |c| Cell::flag(c.rang)),
    ("ring_ms", Kind::Number, |c| Cell::number(c.ring_ms)),
    ("answer_ms", Kind::Number, |c| Cell::number(c.answer_ms)),
    ("outcome", Kind::Text, |c| Cell::of(c.outcome.name())),
    ("expected", Kind::Flag, |c| c.expected.map_or(Cell::Empty, Cell::flag)),
    ("status", Kind::Number, |c| Cell::number(c.status)),
    ("reason", Kind::Text, |c| Cell::maybe(c.reason.as_deref())),
    ("diagnostics", Kind::List, |c| Cell::list(c.diagnostics.iter().map(diagnostic))),
    ("attempts", Kind::Number, |c| Cell::number(Some(c.attempts))),
    ("legs", Kind::List, |c| Cell::list(c.legs.iter().map(leg))),
    ("mobile", Kind::Flag, |c| Cell::flag(c.mobile)),
    ("verdict", Kind::Text, |c| Cell::maybe(c.verdict.map(Verdict::name))),
    ("undetermined", Kind::Text, |c| Cell::maybe(c.undetermined.as_ref().map(|u| u.reason.as_str()))),
    ("pushes", Kind::List, |c| Cell::list(c.pushes.iter().map(String::as_str))),
    ("findings", Kind::List, |c| Cell::list(c.findings.iter().copied())),
    ("messages", Kind::Number, |c| Cell::number(Some(c.messages))),
    ("evidence", Kind::List, |c| Cell::list(c.evidence.iter().map(place))),
    ("gateway_cause", Kind::Number, |c| Cell::number(c.gateway_cause.as_ref().map(|g| g.cause))),
    ("told_by_mail", Kind::Text, |c| Cell::maybe(c.told_by_mail.map(Told::name))),
    ("voice_mail", Kind::Flag, |c| Cell::flag(c.voice_mail)),
    ("gave_up_ms", Kind::Number, |c| Cell::number(c.gave_up_ms)),
    ("reached_later", Kind::Text, |c| Cell::maybe(c.reached_later.as_deref())),
    ("conversation", Kind::Text, |c| Cell::maybe(c.conversation.as_deref())),
];

pub(super) const PUSHES: &[Column<Push>] = &[
    ("call_id", Kind::Text, |p| Cell::of(&p.call_id)),
    ("cseq", Kind::Number, |p| Cell::number(Some(p.cseq))),
    ("user", Kind::Text, |p| Cell::maybe(p.user.as_deref())),
    ("mcx_id", Kind::Text, |p| Cell::maybe(p.mcx_id.as_deref())),
    ("synthetic", Kind::Flag, |p| Cell::flag(p.synthetic)),
    ("sent", Kind::Text, |p| Cell::maybe(p.sent.as_deref())),
    ("answered", Kind::Text, |p| Cell::maybe(p.answered.as_deref())),
    ("latency_ms", Kind::Number, |p| Cell::number(p.latency_ms)),
    ("result", Kind::Text, |p| Cell::of(p.result.name())),
    ("undetermined", Kind::Text, |p| Cell::maybe(p.undetermined.as_ref().map(|u| u.reason.as_str()))),
    ("status", Kind::Number, |p| Cell::number(p.status)),
    ("reason", Kind::Text, |p| Cell::maybe(p.reason.as_deref())),
    ("diagnostics", Kind::List, |p| Cell::list(p.diagnostics.iter().map(diagnostic))),
    ("hops", Kind::List, |p| Cell::list(p.hops.iter().map(hop))),
    ("call", Kind::Text, |p| Cell::maybe(p.call.as_deref())),
    ("candidates", Kind::List, |p| Cell::list(p.candidates.iter().map(String::as_str))),
    ("link", Kind::Text, |p| Cell::of(p.link.name())),
    ("findings", Kind::List, |p| Cell::list(p.findings.iter().copied())),
    ("evidence", Kind::List, |p| Cell::list(p.evidence.iter().map(place))),
    ("superseded", Kind::Flag, |p| Cell::flag(p.superseded)),
];

/// Only where notes were asked for.
pub(super) const CALL_NOTE: Column<Call> = ("note", Kind::Text, |c| Cell::maybe(c.note.as_deref()));
/// The same.
pub(super) const PUSH_NOTE: Column<Push> = ("note", Kind::Text, |p| Cell::maybe(p.note.as_deref()));

pub(crate) const FINDINGS: &[Column<Finding>] = &[
    ("code", Kind::Text, |f| Cell::of(f.code)),
    ("severity", Kind::Text, |f| Cell::of(f.severity.name())),
    ("summary", Kind::Text, |f| Cell::of(f.summary)),
    ("cause", Kind::Text, |f| Cell::of(f.cause)),
    ("remedy", Kind::Text, |f| Cell::of(f.remedy)),
    ("count", Kind::Number, |f| Cell::number(Some(f.count))),
    ("calls", Kind::List, |f| Cell::list(f.calls.iter().map(String::as_str))),
    ("pushes", Kind::List, |f| Cell::list(f.pushes.iter().map(String::as_str))),
    ("evidence", Kind::List, |f| Cell::list(f.evidence.iter().map(place))),
];
