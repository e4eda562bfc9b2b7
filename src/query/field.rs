//! What can be asked for and shown: one row a field.

use crate::analysis::{Depth, Link, Modality, Outcome, PushResult, Told, Verdict};

/// What a list holds one row of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Table {
    /// [`crate::analysis::Analysis::calls`].
    Calls,
    /// [`crate::analysis::Analysis::pushes`].
    Pushes,
    /// Records that hold a SIP message. One that a server received and sent on is two rows.
    Messages,
    /// All records, whatever they hold.
    Records,
}

impl Table {
    /// The word on the command line and in output.
    pub fn name(self) -> &'static str {
        match self {
            Table::Calls => "calls",
            Table::Pushes => "pushes",
            Table::Messages => "messages",
            Table::Records => "records",
        }
    }

    /// How deep an analysis must go for its rows to be there.
    pub(super) fn depth(self) -> Depth {
        match self {
            Table::Calls | Table::Pushes => Depth::Calls,
            Table::Messages | Table::Records => Depth::Records,
        }
    }

    fn bit(self) -> u8 {
        match self {
            Table::Calls => C,
            Table::Pushes => P,
            Table::Messages | Table::Records => R,
        }
    }
}

const C: u8 = 1;
const P: u8 = 2;
const R: u8 = 4;

/// Which values a field has, and so how it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number.
    Number,
    /// Milliseconds.
    Duration,
    /// A time of the log.
    Time,
    /// Yes or no.
    Flag,
}

/// A field of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    pub(super) id: Name,
    /// Its name in a query.
    pub name: &'static str,
    /// Its name in JSON and CSV.
    pub key: &'static str,
    /// Which values it has.
    pub kind: Kind,
    on: u8,
    many: bool,
    /// Finding it out means reading the record, not only the index.
    pub slow: bool,
    /// What it is, for people.
    pub help: &'static str,
}

impl Field {
    /// Whether the rows of a table have it themselves; others have it through what belongs to them.
    pub fn is_on(&self, table: Table) -> bool {
        self.on & table.bit() != 0
    }

    /// Whether a row of a table may have several values.
    pub fn is_many(&self, table: Table) -> bool {
        match (self.id, table) {
            (Name::User, Table::Pushes) | (Name::Client, Table::Messages | Table::Records) => false,
            _ => self.many || !self.is_on(table),
        }
    }

    /// Its name in the output of a table.
    pub fn key_in(&self, table: Table) -> &'static str {
        match (self.id, table) {
            (Name::Time, Table::Calls) => "started",
            (Name::Time, Table::Pushes) => "sent",
            _ => self.key,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Name {
    Time,
    Ended,
    From,
    To,
    User,
    Modality,
    Outcome,
    Verdict,
    Result,
    Status,
    Reason,
    Ring,
    Answer,
    Duration,
    Latency,
    Diagnostic,
    Finding,
    Client,
    Target,
    Attempts,
    Messages,
    Legs,
    Pushes,
    Link,
    Call,
    CallId,
    McxId,
    Server,
    Role,
    Direction,
    Peer,
    Kind,
    Method,
    CSeq,
    Message,
    Uri,
    Body,
    Raw,
    File,
    Line,
    Place,
    Size,
    Sequence,
    Component,
    Level,
    Mail,
    GatewayCause,
    VoiceMail,
    GaveUp,
    ReachedLater,
    Conversation,
    MessageMissed,
    Superseded,
    Missed,
    Mobile,
    Rang,
    Answered,
    Failed,
    Pushed,
    Forked,
    Synthetic,
    Lost,
    Linked,
    Request,
    Response,
    Copy,
    Inferred,
}

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
const ROLES: &[&str] = &["front_end", "director", "edge", "mediation", "unknown"];

const fn field(id: Name, name: &'static str, key: &'static str, kind: Kind, on: u8, help: &'static str) -> Field {
    Field { id, name, key, kind, on, many: false, slow: false, help }
}

const fn many(field: Field) -> Field {
    Field { many: true, ..field }
}

const fn slow(field: Field) -> Field {
    Field { slow: true, ..field }
}

const fn flag(id: Name, name: &'static str, on: u8, help: &'static str) -> Field {
    field(id, name, name, Kind::Flag, on, help)
}

/// All fields, in the order in which a list with all columns shows them.
pub const FIELDS: &[Field] = &[
    field(
        Name::Time,
        "time",
        "time",
        Kind::Time,
        C | P | R,
        "when it started, was sent or logged, on the corrected clock",
    ),
    field(Name::Ended, "ended", "ended", Kind::Time, C, "time of the last record of a call"),
    field(Name::From, "from", "from", Kind::Text, C | R, "address of the caller or sender"),
    field(Name::To, "to", "to", Kind::Text, C | R, "address of the callee or receiver"),
    many(field(Name::User, "user", "user", Kind::Text, C | P | R, "address of either side, or of the mobile user")),
    field(Name::Modality, "modality", "modality", Kind::Word(Modality::WORDS), C, "what the INVITE offers"),
    field(Name::Outcome, "outcome", "outcome", Kind::Word(Outcome::WORDS), C, "how a call ended"),
    field(Name::Verdict, "verdict", "verdict", Kind::Word(Verdict::WORDS), C, "what happened to the mobile callee"),
    field(Name::Result, "result", "result", Kind::Word(PushResult::WORDS), P, "what became of a push"),
    field(
        Name::Status,
        "status",
        "status",
        Kind::Number,
        C | P | R,
        "status of the final or of this response: 408, 4xx",
    ),
    field(Name::Reason, "reason", "reason", Kind::Text, C | P | R, "its reason phrase"),
    field(Name::Ring, "ring", "ring_ms", Kind::Duration, C, "time to the first 180"),
    field(Name::Answer, "answer", "answer_ms", Kind::Duration, C, "time to the 2xx"),
    field(
        Name::Duration,
        "duration",
        "duration_ms",
        Kind::Duration,
        C,
        "time from the first to the last record of a call",
    ),
    field(Name::Latency, "latency", "latency_ms", Kind::Duration, P, "time from a push to its answer"),
    many(field(
        Name::Diagnostic,
        "diagnostic",
        "diagnostic_ids",
        Kind::Number,
        C | P | R,
        "id of a header of the ms-diagnostics family",
    )),
    many(field(Name::Finding, "finding", "findings", Kind::Text, C | P, "code of a cause: PN03")),
    many(field(
        Name::Client,
        "client",
        "client",
        Kind::Text,
        C | R,
        "client of a leg; Server or User-Agent of a message",
    )),
    many(field(Name::Target, "target", "targets", Kind::Text, C, "host:port to which a leg went")),
    field(Name::Attempts, "attempts", "attempts", Kind::Number, C, "INVITEs with the same purpose"),
    field(Name::Messages, "messages", "messages", Kind::Number, C, "different messages of a call"),
    field(Name::Legs, "legs", "leg_count", Kind::Number, C, "far ends of a call"),
    field(Name::Pushes, "pushes", "push_count", Kind::Number, C, "pushes of a call"),
    field(Name::Link, "link", "link", Kind::Word(Link::WORDS), P, "how sure the call of a push is"),
    field(Name::Call, "call", "call", Kind::Text, P, "Call-ID of the call of a push"),
    field(Name::CallId, "call-id", "call_id", Kind::Text, C | P | R, "Call-ID"),
    field(Name::McxId, "mcx-id", "mcx_id", Kind::Text, P, "hex digits of the McxUser address of a push"),
    field(Name::Server, "server", "server", Kind::Text, R, "server that logged the record"),
    field(Name::Role, "role", "role", Kind::Word(ROLES), R, "what that server does"),
    field(
        Name::Direction,
        "direction",
        "direction",
        Kind::Word(&["incoming", "outgoing", "none"]),
        R,
        "received, sent, or neither",
    ),
    slow(field(Name::Peer, "peer", "peer", Kind::Text, R, "the other side of the connection")),
    field(
        Name::Kind,
        "kind",
        "kind",
        Kind::Word(&["protocol", "diagnostic", "connection", "other", "component"]),
        R,
        "what the record is; in the terminal UI also component: a line between records",
    ),
    field(
        Name::Method,
        "method",
        "method",
        Kind::Word(METHODS),
        R,
        "method of the request, or of the one that is answered",
    ),
    field(Name::CSeq, "cseq", "cseq", Kind::Number, P | R, "CSeq number"),
    slow(field(
        Name::Message,
        "message",
        "message",
        Kind::Text,
        R,
        "method and address, status and reason, or text of a diagnostic",
    )),
    slow(field(Name::Uri, "uri", "uri", Kind::Text, R, "Request-URI")),
    slow(field(Name::Body, "body", "body", Kind::Text, R, "body of the message")),
    slow(field(Name::Raw, "raw", "raw", Kind::Text, R, "whole record as logged")),
    field(Name::File, "file", "file", Kind::Text, C | P | R, "input of the first record that proves it"),
    slow(field(Name::Line, "line", "line", Kind::Number, C | P | R, "its line")),
    slow(field(Name::Place, "place", "place", Kind::Text, C | P | R, "file:line")),
    field(Name::Size, "size", "size", Kind::Number, R, "bytes of the record"),
    field(Name::Sequence, "seq", "seq", Kind::Number, R, "its number in the log of its server"),
    slow(field(Name::Component, "component", "component", Kind::Text, R, "who wrote it: SIPStack, UserServices")),
    slow(field(Name::Level, "level", "level", Kind::Text, R, "its level: info, warn, error")),
    field(
        Name::Mail,
        "mail",
        "mail",
        Kind::Word(Told::WORDS),
        C,
        "whether the callee of a call that nobody answered was told by mail (Exchange UM)",
    ),
    field(
        Name::GatewayCause,
        "gateway-cause",
        "gateway_cause",
        Kind::Number,
        C,
        "cause of the telephone network (Q.850) of a failed call",
    ),
    field(Name::VoiceMail, "voice-mail", "voice_mail", Kind::Flag, C, "voice mail answered: missed for the person"),
    field(Name::GaveUp, "gave-up", "gave_up_ms", Kind::Duration, C, "time that it had rung when the caller gave up"),
    field(
        Name::ReachedLater,
        "reached-later",
        "reached_later",
        Kind::Flag,
        C,
        "a missed call whose caller and callee talked within five minutes",
    ),
    field(
        Name::Conversation,
        "conversation",
        "conversation",
        Kind::Text,
        C,
        "Call-ID of the first call of a conversation that has several",
    ),
    field(
        Name::MessageMissed,
        "message-missed",
        "message_missed",
        Kind::Flag,
        C,
        "a message inside this conversation was missed",
    ),
    flag(Name::Superseded, "superseded", P, "a push that failed, where a later one of the same call was accepted"),
    flag(Name::Missed, "missed", C, "the mobile callee missed the call"),
    flag(Name::Mobile, "mobile", C, "a mobile endpoint took part"),
    flag(Name::Rang, "rang", C, "a 180 was seen"),
    flag(Name::Answered, "answered", C, "a 2xx went to the caller"),
    flag(Name::Failed, "failed", C, "the call ended as no call should: its outcome is not an expected one"),
    flag(Name::Pushed, "pushed", C, "the call has a push"),
    flag(Name::Forked, "forked", C, "the INVITE went to several far ends"),
    flag(Name::Synthetic, "synthetic", P, "a push of Test-CsMcxPushNotification"),
    flag(Name::Lost, "lost", P, "a push that was rejected, unroutable or unanswered, and no test"),
    flag(Name::Linked, "linked", P, "the call of the push is known"),
    flag(Name::Request, "request", R, "a SIP request"),
    flag(Name::Response, "response", R, "a SIP response"),
    flag(Name::Copy, "copy", R, "stands in another place, too, and counts there"),
    flag(Name::Inferred, "inferred", R, "its time is that of the line above it"),
];

/// Other names of fields, as people write them.
const ALIASES: &[(&str, &str)] = &[
    ("started", "time"),
    ("sent", "time"),
    ("caller", "from"),
    ("callee", "to"),
    ("code", "status"),
    ("ms-diagnostics", "diagnostic"),
    ("diag", "diagnostic"),
    ("agent", "client"),
    ("dir", "direction"),
    ("text", "raw"),
    ("type", "kind"),
    ("sequence", "seq"),
    ("callid", "call-id"),
    ("id", "call-id"),
    ("told-by-mail", "mail"),
    ("q.850", "gateway-cause"),
    ("q850", "gateway-cause"),
];

/// Names that stand for a comparison with the time.
pub(super) const TIME_WORDS: [&str; 3] = ["after", "before", "at"];

/// The field of a name, in any case, with `-` or `_`; keys of the output count too.
pub(super) fn find(name: &str) -> Option<&'static Field> {
    let plain = name.to_ascii_lowercase().replace('_', "-");
    let plain = ALIASES.iter().find(|(alias, _)| *alias == plain).map_or(plain.as_str(), |(_, name)| name);
    let is_key = |key: &str| {
        key.len() == plain.len() && key.bytes().zip(plain.bytes()).all(|(a, b)| a == b || (a == b'_' && b == b'-'))
    };
    FIELDS.iter().find(|f| f.name == plain).or_else(|| FIELDS.iter().find(|f| is_key(f.key)))
}

/// Every name under which a field is found.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|f| f.name).chain(ALIASES.iter().map(|(alias, _)| *alias)).chain(TIME_WORDS)
}
