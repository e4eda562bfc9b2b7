//! The columns of each table, in the order of the JSON document.

use super::cell::{Cell, Column, diagnostic, hop, leg, place};
use crate::analysis::{Modality, Told, Verdict};
use crate::report::model::{Call, Finding, Push};

pub(super) const CALLS: &[Column<Call>] = &[
    ("call_id", |c| Cell::of(&c.call_id)),
    ("from", |c| Cell::of(&c.from)),
    ("to", |c| Cell::of(&c.to)),
    ("modality", |c| Cell::maybe(c.modality.map(Modality::name))),
    ("started", |c| Cell::maybe(c.started.as_deref())),
    ("ended", |c| Cell::maybe(c.ended.as_deref())),
    ("rang", |c| Cell::plain(&c.rang)),
    ("ring_ms", |c| Cell::number(c.ring_ms)),
    ("answer_ms", |c| Cell::number(c.answer_ms)),
    ("outcome", |c| Cell::of(c.outcome.name())),
    ("expected", |c| Cell::number(c.expected)),
    ("status", |c| Cell::number(c.status)),
    ("reason", |c| Cell::maybe(c.reason.as_deref())),
    ("diagnostics", |c| Cell::list(c.diagnostics.iter().map(diagnostic))),
    ("attempts", |c| Cell::plain(&c.attempts)),
    ("legs", |c| Cell::list(c.legs.iter().map(leg))),
    ("mobile", |c| Cell::plain(&c.mobile)),
    ("verdict", |c| Cell::maybe(c.verdict.map(Verdict::name))),
    ("undetermined", |c| Cell::maybe(c.undetermined.as_ref().map(|u| u.reason.as_str()))),
    ("pushes", |c| Cell::list(&c.pushes)),
    ("findings", |c| Cell::list(&c.findings)),
    ("messages", |c| Cell::plain(&c.messages)),
    ("evidence", |c| Cell::list(c.evidence.iter().map(place))),
    ("gateway_cause", |c| Cell::number(c.gateway_cause.as_ref().map(|g| g.cause))),
    ("told_by_mail", |c| Cell::maybe(c.told_by_mail.map(Told::name))),
    ("voice_mail", |c| Cell::plain(&c.voice_mail)),
    ("gave_up_ms", |c| Cell::number(c.gave_up_ms)),
    ("reached_later", |c| Cell::maybe(c.reached_later.as_deref())),
];

pub(super) const PUSHES: &[Column<Push>] = &[
    ("call_id", |p| Cell::of(&p.call_id)),
    ("cseq", |p| Cell::plain(&p.cseq)),
    ("user", |p| Cell::maybe(p.user.as_deref())),
    ("mcx_id", |p| Cell::maybe(p.mcx_id.as_deref())),
    ("synthetic", |p| Cell::plain(&p.synthetic)),
    ("sent", |p| Cell::maybe(p.sent.as_deref())),
    ("answered", |p| Cell::maybe(p.answered.as_deref())),
    ("latency_ms", |p| Cell::number(p.latency_ms)),
    ("result", |p| Cell::of(p.result.name())),
    ("undetermined", |p| Cell::maybe(p.undetermined.as_ref().map(|u| u.reason.as_str()))),
    ("status", |p| Cell::number(p.status)),
    ("reason", |p| Cell::maybe(p.reason.as_deref())),
    ("diagnostics", |p| Cell::list(p.diagnostics.iter().map(diagnostic))),
    ("hops", |p| Cell::list(p.hops.iter().map(hop))),
    ("call", |p| Cell::maybe(p.call.as_deref())),
    ("candidates", |p| Cell::list(&p.candidates)),
    ("link", |p| Cell::of(p.link.name())),
    ("findings", |p| Cell::list(&p.findings)),
    ("evidence", |p| Cell::list(p.evidence.iter().map(place))),
    ("superseded", |p| Cell::plain(&p.superseded)),
];

pub(super) const FINDINGS: &[Column<Finding>] = &[
    ("code", |f| Cell::of(f.code)),
    ("severity", |f| Cell::of(f.severity.name())),
    ("summary", |f| Cell::of(f.summary)),
    ("cause", |f| Cell::of(f.cause)),
    ("remedy", |f| Cell::of(f.remedy)),
    ("count", |f| Cell::plain(&f.count)),
    ("calls", |f| Cell::list(&f.calls)),
    ("pushes", |f| Cell::list(&f.pushes)),
    ("evidence", |f| Cell::list(f.evidence.iter().map(place))),
];
