//! What messages and records have, and component lines between them.

use crate::query::field::{Field, Kind, field};
use crate::query::row::{At, number, one, text};
use crate::query::value::Value;
use crate::record::{Direction, RecordKind, prefix};
use crate::sip::StartLine;
use crate::trace::component;

const METHODS: &[&str] = &[
    "ACK",
    "BENOTIFY",
    "BYE",
    "CANCEL",
    "INFO",
    "INVITE",
    "MESSAGE",
    "NEGOTIATE",
    "NOTIFY",
    "OPTIONS",
    "PRACK",
    "PUBLISH",
    "REFER",
    "REGISTER",
    "SERVICE",
    "SUBSCRIBE",
    "UPDATE",
    "UNKNOWN",
];
const ROLES: &[&str] = &["front_end", "director", "edge", "mediation", "client", "gateway", "capture", "unknown"];
const DIRECTIONS: &[&str] = &["incoming", "outgoing", "none"];
const KINDS: &[&str] = &["protocol", "diagnostic", "connection", "other", "component"];

pub(super) const RECORDS: &[Field] = &[
    field("server", "server", Kind::Text, "server that logged the record")
        .with_servers()
        .record(|rows, _, e, v| one(rows.analysis.servers.name(e).and_then(text), v))
        .line(|rows, at, _, v| {
            let server = rows.analysis.servers.get(rows.analysis.line_server(rows.trace, at));
            one(server.and_then(|s| text(s.name.as_deref()?)), v)
        }),
    field("role", "role", Kind::Word(ROLES), "what that server does")
        .with_servers()
        .record(|rows, _, e, v| {
            let servers = &rows.analysis.servers;
            one(servers.get(servers.of(e)).map(|s| Value::Word(s.role.name())), v)
        })
        .line(|rows, at, _, v| {
            let server = rows.analysis.servers.get(rows.analysis.line_server(rows.trace, at));
            one(server.map(|s| Value::Word(s.role.name())), v)
        }),
    field("direction", "direction", Kind::Word(DIRECTIONS), "received, sent, or neither").record(|_, _, e, v| {
        v(Value::Word(match e.direction {
            Direction::Incoming => "incoming",
            Direction::Outgoing => "outgoing",
            Direction::Unknown => "none",
        }))
    }),
    field("peer", "peer", Kind::Text, "the other side of the connection")
        .titled("Peer", 10, 30)
        .slow()
        .record(|rows, _, e, v| one(rows.trace.peer(e).and_then(text), v)),
    field(
        "kind",
        "kind",
        Kind::Word(KINDS),
        "what the record is; component: a line between records, which only a query for it lists",
    )
    .record(|_, _, e, v| {
        v(Value::Word(match e.kind {
            RecordKind::Protocol => "protocol",
            RecordKind::Diagnostic => "diagnostic",
            RecordKind::Connection => "connection",
            RecordKind::Other => "other",
        }))
    })
    .line(|_, _, _, v| v(Value::Word("component"))),
    field("method", "method", Kind::Word(METHODS), "method of the request, or of the one that is answered")
        .record(|_, _, e, v| one(Some(Value::Word(e.method.name())).filter(|_| e.kind == RecordKind::Protocol), v)),
    field("cseq", "cseq", Kind::Number, "CSeq number")
        .push(|_, p, v| v(number(p.cseq)))
        .record(|_, _, e, v| one(Some(number(e.cseq)).filter(|_| e.kind == RecordKind::Protocol), v)),
    field("message", "message", Kind::Text, "method and address, status and reason, or text of a diagnostic")
        .slow()
        .record(|rows, id, e, v| rows.summary(id, e, v))
        .line(|_, _, line, v| one(text(line.message()), v)),
    field("uri", "uri", Kind::Text, "Request-URI").slow().record(|rows, _, e, v| {
        rows.message(e, |m| match m.start_line() {
            StartLine::Request { uri, .. } => one(text(uri), v),
            _ => false,
        })
    }),
    field("body", "body", Kind::Text, "body of the message")
        .slow()
        .record(|rows, _, e, v| rows.message(e, |m| one(text(m.body()), v))),
    field("raw", "raw", Kind::Text, "whole record as logged")
        .slow()
        .record(|rows, _, e, v| v(Value::text(rows.trace.record(e))))
        .line(|_, _, line, v| one(text(line.text), v)),
    field("file", "file", Kind::Text, "input of the first record that proves it")
        .with_causes()
        .call(|rows, c, v| rows.first_of(At::File, (&c.evidence, &c.lines), v))
        .push(|rows, p, v| rows.first_of(At::File, (&p.evidence, &p.lines), v))
        .record(|rows, _, e, v| rows.at(At::File, e.span(), v))
        .line(|rows, _, line, v| rows.at(At::File, line.span, v)),
    field("line", "line", Kind::Number, "its line")
        .slow()
        .with_causes()
        .call(|rows, c, v| rows.first_of(At::Line, (&c.evidence, &c.lines), v))
        .push(|rows, p, v| rows.first_of(At::Line, (&p.evidence, &p.lines), v))
        .record(|rows, _, e, v| rows.at(At::Line, e.span(), v))
        .line(|rows, _, line, v| rows.at(At::Line, line.span, v)),
    field("place", "place", Kind::Text, "file:line")
        .slow()
        .with_causes()
        .call(|rows, c, v| rows.first_of(At::Place, (&c.evidence, &c.lines), v))
        .push(|rows, p, v| rows.first_of(At::Place, (&p.evidence, &p.lines), v))
        .record(|rows, _, e, v| rows.at(At::Place, e.span(), v))
        .line(|rows, _, line, v| rows.at(At::Place, line.span, v)),
    field("size", "size", Kind::Number, "bytes of the record")
        .record(|_, _, e, v| v(number(e.len)))
        .line(|_, _, line, v| v(number(line.span.len))),
    field("seq", "seq", Kind::Number, "its number in the log of its server")
        .record(|_, _, e, v| one(Some(e.seq).filter(|s| *s > 0).map(number), v))
        .line(|_, _, line, v| one(line.prefix().seq.map(number), v)),
    field("component", "component", Kind::Text, "who wrote it: SIPStack, UserServices")
        .slow()
        .record(|rows, _, e, v| one(text(component(rows.trace.record(e))), v))
        .line(|_, _, line, v| one(text(line.component()), v)),
    field("level", "level", Kind::Text, "its level: info, warn, error")
        .slow()
        .record(|rows, _, e, v| one(text(prefix::parse(rows.trace.record(e)).level), v))
        .line(|_, _, line, v| one(text(line.prefix().level), v)),
];
