//! What stands beside the words: mail, voice mail, flags.

use crate::analysis::{Link, Told};
use crate::query::field::{CALLS, Field, Kind, field, flag};
use crate::query::row::{is, number, one, text};
use crate::query::value::Value;

pub(super) const MARKS: &[Field] = &[
    field(
        "mail",
        "mail",
        Kind::Word(Told::WORDS),
        "whether the callee of a call that nobody answered was told by mail (Exchange UM)",
    )
    .with_causes()
    .call(|_, c, v| one(c.told_by_mail.map(|t| Value::Word(t.name())), v)),
    field("gateway-cause", "gateway_cause", Kind::Number, "cause of the telephone network (Q.850) of a failed call")
        .with_causes()
        .call(|_, c, v| one(c.gateway_cause.map(number), v)),
    field("note", "note", Kind::Text, "note on a call or push, with --notes or the terminal UI's own")
        .many(CALLS)
        .call(|rows, c, v| rows.notes_of(c, v))
        .push(|rows, p, v| one(rows.note(&p.call_id).map(Value::text), v)),
    flag("noted", "noted", "there is a note on it")
        .call(|rows, c, v| is(rows.notes_of(c, &mut |_| true), v))
        .push(|rows, p, v| is(rows.note(&p.call_id).is_some(), v)),
    flag("voice-mail", "voice_mail", "voice mail answered: missed for the person").call(|_, c, v| is(c.voice_mail, v)),
    field("gave-up", "gave_up_ms", Kind::Duration, "time that it had rung when the caller gave up")
        .call(|_, c, v| one(c.gave_up_ms.map(Value::Duration), v)),
    flag("reached-later", "reached_later", "a missed call whose caller and callee talked within five minutes")
        .call(|_, c, v| is(c.reached_later.is_some(), v)),
    field("conversation", "conversation", Kind::Text, "Call-ID of the first call of a conversation that has several")
        .call(|rows, c, v| {
            let first = c.conversation.and_then(|first| rows.analysis.calls.get(first));
            one(first.and_then(|c| text(&c.call_id)), v)
        }),
    flag("message-missed", "message_missed", "a message inside this conversation was missed")
        .call(|_, c, v| is(c.missed_messages > 0, v)),
    flag("superseded", "superseded", "a push that failed, where a later one of the same call was accepted")
        .push(|_, p, v| is(p.superseded, v)),
    flag("missed", "missed", "the mobile callee missed the call").call(|_, c, v| is(c.is_missed(), v)),
    flag("mobile", "mobile", "a mobile endpoint took part").call(|_, c, v| is(c.mobile, v)),
    flag("rang", "rang", "a 180 was seen").call(|_, c, v| is(c.rang, v)),
    flag("answered", "answered", "a 2xx went to the caller")
        .call(|_, c, v| is(c.status.is_some_and(|s| (200..300).contains(&s)), v)),
    flag("failed", "failed", "the call ended as no call should: its outcome is not an expected one")
        .call(|_, c, v| is(c.outcome.expected() == Some(false), v)),
    flag("pushed", "pushed", "the call has a push").call(|_, c, v| is(!c.pushes.is_empty(), v)),
    flag("forked", "forked", "the INVITE went to several far ends").call(|_, c, v| is(c.legs.len() > 1, v)),
    flag("synthetic", "synthetic", "a push of Test-CsMcxPushNotification").push(|_, p, v| is(p.synthetic, v)),
    flag("lost", "lost", "a push that was rejected, unroutable or unanswered, and no test")
        .push(|_, p, v| is(p.result.is_lost() && !p.synthetic, v)),
    flag("linked", "linked", "the call of the push is known").push(|_, p, v| is(p.link != Link::None, v)),
    flag("request", "request", "a SIP request").record(|_, _, e, v| is(e.is_request(), v)),
    flag("response", "response", "a SIP response").record(|_, _, e, v| is(e.status > 0, v)),
    flag("copy", "copy", "stands in another place, too, and counts there").record(|_, _, e, v| is(e.is_copy(), v)),
    flag("inferred", "inferred", "its time is that of the line above it")
        .record(|_, _, e, v| is(e.time_is_inferred(), v)),
];
