//! What calls and pushes have, and some of it records too.

use crate::analysis::{Link, Modality, Outcome, PushResult, Verdict};
use crate::query::field::{CALLS, Field, Kind, PUSHES, RECORDS, field};
use crate::query::row::{address, count, diagnostics, number, one, text};
use crate::query::value::Value;
use crate::sip::{HeaderName, StartLine};

pub(super) const CASES: &[Field] = &[
    field("time", "time", Kind::Time, "when it started, was sent or logged, on the corrected clock")
        .titled("Time", 14, 14)
        .keys("started", "sent")
        .with_servers()
        .call(|_, c, v| one(c.started.map(Value::Time), v))
        .push(|_, p, v| one(p.sent.map(Value::Time), v))
        .record(|rows, id, _, v| one(rows.analysis.time(rows.trace, id).map(Value::Time), v))
        .line(|rows, at, _, v| one(rows.analysis.line_time(rows.trace, at).map(Value::Time), v)),
    field("ended", "ended", Kind::Time, "time of the last record of a call")
        .call(|_, c, v| one(c.ended.map(Value::Time), v)),
    field("from", "from", Kind::Text, "address of the caller or sender")
        .titled("From", 12, 40)
        .of_people()
        .call(|_, c, v| one(text(&c.from), v))
        .record(|rows, _, e, v| rows.message(e, |m| address(m, HeaderName::From, v))),
    field("to", "to", Kind::Text, "address of the callee or receiver")
        .titled("To", 14, 40)
        .of_people()
        .call(|_, c, v| one(text(&c.to), v))
        .record(|rows, _, e, v| rows.message(e, |m| address(m, HeaderName::To, v))),
    field("user", "user", Kind::Text, "address of either side, or of the mobile user")
        .of_people()
        .many(CALLS | RECORDS)
        .call(|_, c, v| [&c.from, &c.to].into_iter().filter_map(text).any(v))
        .push(|_, p, v| one(p.user.as_deref().and_then(text), v))
        .record(|rows, _, e, v| {
            rows.message(e, |m| address(m, HeaderName::From, &mut *v) || address(m, HeaderName::To, v))
        }),
    field("modality", "modality", Kind::Word(Modality::WORDS), "what the INVITE offers")
        .titled("What", 5, 19)
        .call(|_, c, v| one(c.modality.map(|m| Value::Word(m.name())), v)),
    field("outcome", "outcome", Kind::Word(Outcome::WORDS), "how a call ended")
        .titled("Outcome", 12, 18)
        .call(|_, c, v| v(Value::Word(c.outcome.name()))),
    field("verdict", "verdict", Kind::Word(Verdict::WORDS), "what happened to the mobile callee")
        .titled("Verdict", 18, 22)
        .call(|_, c, v| one(c.verdict.map(|w| Value::Word(w.name())), v)),
    field("result", "result", Kind::Word(PushResult::WORDS), "what became of a push")
        .titled("Result", 10, 12)
        .push(|_, p, v| v(Value::Word(p.result.name()))),
    field("status", "status", Kind::Number, "status of the final or of this response: 408, 4xx")
        .titled("Status", 6, 6)
        .call(|_, c, v| one(c.status.map(number), v))
        .push(|_, p, v| one(p.status.map(number), v))
        .record(|_, _, e, v| one(Some(e.status).filter(|s| *s > 0).map(number), v)),
    field("reason", "reason", Kind::Text, "its reason phrase")
        .call(|_, c, v| one(c.reason.as_deref().and_then(text), v))
        .push(|_, p, v| one(p.reason.as_deref().and_then(text), v))
        .record(|rows, _, e, v| {
            rows.message(e, |m| match m.start_line() {
                StartLine::Response { reason, .. } => one(text(reason), v),
                _ => false,
            })
        }),
    field("ring", "ring_ms", Kind::Duration, "time to the first 180")
        .call(|_, c, v| one(c.ring_ms.map(Value::Duration), v)),
    field("answer", "answer_ms", Kind::Duration, "time to the 2xx")
        .call(|_, c, v| one(c.answer_ms.map(Value::Duration), v)),
    field("duration", "duration_ms", Kind::Duration, "time from the first to the last record of a call")
        .call(|_, c, v| one(c.started.zip(c.ended).map(|(a, b)| Value::Duration(b.since(a))), v)),
    field("latency", "latency_ms", Kind::Duration, "time from a push to its answer")
        .titled("ms", 5, 7)
        .push(|_, p, v| one(p.latency_ms().map(Value::Duration), v)),
    field("diagnostic", "diagnostic_ids", Kind::Number, "id of a header of the ms-diagnostics family")
        .many(CALLS | PUSHES | RECORDS)
        .call(|_, c, v| c.diagnostics.iter().map(|d| number(d.id)).any(v))
        .push(|_, p, v| p.diagnostics.iter().map(|d| number(d.id)).any(v))
        .record(|rows, _, e, v| rows.message(e, |m| diagnostics(m, v))),
    field("finding", "findings", Kind::Text, "code of a cause: PN03")
        .titled("Causes", 6, 14)
        .with_causes()
        .many(CALLS | PUSHES)
        .call(|_, c, v| c.findings.iter().map(Value::text).any(v))
        .push(|_, p, v| p.findings.iter().map(Value::text).any(v)),
    field("client", "client", Kind::Text, "client of a leg; Server or User-Agent of a message")
        .many(CALLS)
        .call(|_, c, v| c.legs.iter().filter_map(|l| text(&l.client.as_ref()?.name)).any(v))
        .record(|rows, _, e, v| {
            rows.message(e, |m| {
                let product = m.header(HeaderName::Server).or_else(|| m.header(HeaderName::UserAgent));
                product.is_some_and(|h| v(Value::Text(h.value())))
            })
        }),
    field("target", "targets", Kind::Text, "host:port to which a leg went")
        .many(CALLS)
        .call(|_, c, v| c.legs.iter().filter_map(|l| text(l.target.as_ref()?)).any(v)),
    field("attempts", "attempts", Kind::Number, "INVITEs with the same purpose").call(|_, c, v| v(number(c.attempts))),
    field("messages", "messages", Kind::Number, "different messages of a call")
        .titled("Messages", 8, 8)
        .call(|_, c, v| one(i64::try_from(c.messages).ok().map(Value::Number), v)),
    field("legs", "leg_count", Kind::Number, "far ends of a call").call(|_, c, v| v(count(c.legs.len()))),
    field("pushes", "push_count", Kind::Number, "pushes of a call").call(|_, c, v| v(count(c.pushes.len()))),
    field("link", "link", Kind::Word(Link::WORDS), "how sure the call of a push is")
        .push(|_, p, v| v(Value::Word(p.link.name()))),
    field("call", "call", Kind::Text, "Call-ID of the call of a push")
        .push(|rows, p, v| one(p.call.and_then(|c| rows.analysis.calls.get(c)).and_then(|c| text(&c.call_id)), v)),
    field("call-id", "call_id", Kind::Text, "Call-ID")
        .titled("Call-ID", 8, 34)
        .call(|_, c, v| one(text(&c.call_id), v))
        .push(|_, p, v| one(text(&p.call_id), v))
        .record(|rows, _, e, v| one(e.call_id().and_then(|s| text(rows.trace.symbol(s))), v)),
    field("mcx-id", "mcx_id", Kind::Text, "hex digits of the McxUser address of a push")
        .push(|_, p, v| one(p.mcx_id.as_deref().and_then(text), v)),
];
