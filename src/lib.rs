//! Reads SIP traces of OCS, Lync and Skype for Business servers, reassembles calls and push notifications, and
//! tells who missed one, why, and which lines of the log prove it.
//!
//! ```text
//!  files, folders, archives, stdin
//!    │ input      map or unpack; find out the encoding
//!    ▼
//!  bytes ── record ── sip      frame records in parallel; a lazy, borrowed view of each message
//!    ▼
//!  trace          events of at most 64 bytes, positions into the inputs; problems, located
//!    ▼
//!  analysis       hops → transactions → legs → calls; pushes; links; verdicts
//!    │ findings, knowledge     causes and what numbers mean, as data
//!    ▼
//!  report, ladder text for people, JSON for programs; one call as a sequence diagram
//!    └ query       one filter language over calls, pushes, messages and records
//!  anonymise      a copy of the logs without names, proven to tell the same
//! ```
//!
//! ```
//! use siptrail::{Options, Trace};
//!
//! let trace = Trace::open(["samples/silent-mobile-leg.log"])?;
//! let analysis = siptrail::analyse(&trace, &Options::default());
//! for call in analysis.missed() {
//!     let verdict = call.verdict.map_or("", |v| v.name());
//!     println!("{} {verdict} {}", trace.locate(call.evidence[0]), call.to);
//! }
//! assert_eq!(analysis.missed().count(), 1);
//! # Ok::<(), siptrail::input::InputError>(())
//! ```
//!
//! # Invariants
//! * Parsing never fails; only reading a file can. Damage is a located [`trace::Problem`].
//! * The same bytes give the same report, whatever the thread count or chunk size.
//! * Every outcome, verdict and finding carries evidence that opens at `file:line:byte`.
//! * The library prints nothing and reads no clock and no environment.
//! * "Accepted" is never called "delivered"; "missed" is only said of an INVITE that ended in the log.
//!
//! # Features
//! `cli` (the program), `tui`, `html`, `export` (CSV, pcapng, SIPp), `captures` (as inputs), `synth`, `anonymise` and `job` are on
//! by default, `parquet` and `mcp` (questions of an assistant) are not. Without any of them this is the engine: [`span`] to [`findings`], [`query`], [`ladder`], and the
//! report as [`model`](report::model), text and JSON.
//!
//! # Glossary
//! Logs and records:
//! * *Input*: one file, member of an archive, or standard input, as text; its number is a [`span::FileId`].
//! * *Record*: one `$$begin_record` ... `$$end_record` block; where it lies is its *span*. A *component line* is a line
//!   that a component of the server wrote between records; its *prefix* is what the tracing put in front.
//! * *Layout*: how a product writes records (OCS 2007 R2, OCSLogger, the Centralized Logging Service). *CLS*: that
//!   service; *excerpt*: what its search cut out of logs.
//! * *Tape*: where lines end and markers stand in a stretch of bytes, found ahead of the reader. *Flaw*: what is wrong
//!   with one record; *problem*: the same, located in its input.
//! * *Event*: a record as the [`trace`] keeps it, 64 bytes; *symbol*: a text of the log that many events share.
//! * *Copy*: the same record in two inputs, or twice in one; it counts once.
//! * *Product*: what a client or server calls itself in `User-Agent` or `Server`.
//!
//! SIP:
//! * *Transaction*: a request with its answers; *branch*: its part between two neighbours, named by its top Via.
//! * *Hop*: the way from one server to the next; a *hop table* is every place that logged one message. *Sighting*: one
//!   server that logged a push.
//! * *Dialog*: what a Call-ID and two tags name. *INVITE transaction*, *attempt*: one INVITE of a call on all its
//!   branches, with what became of it; a caller that authenticates makes two.
//! * *Fork*: one INVITE sent to several far ends; *leg*: one of these.
//! * *Transmission*: one message on its way from one neighbour to the next, logged by one of them or by both.
//! * *Group*: the events that share a Call-ID.
//! * *Session message*: a MESSAGE inside a conversation, as instant messages are.
//!
//! Servers and clocks:
//! * *Stream*: the records of one file that one server wrote.
//! * *Role*: what a server is (Front End, Edge, Director, mediation); it is concluded, with *evidence*.
//! * *Peer*: the other side of a record, by address or name; *far end*: the last one a request is sent to.
//! * *Clock*: by how much a server's times are off from those of the *reference*; *corrected* times are on its clock.
//!   *Latency*: time between two hops on that clock, and by how much it may be wrong.
//! * *Coverage*: for which times a server's log speaks, in *stretches*; a *hole* is a time for which it does
//!   not. *Blind*: why the logs do not allow a judgement.
//!
//! Judgements:
//! * *Call*: what one Call-ID was about; its *outcome* is what SIP says of it, its *verdict* whether a person with a
//!   phone missed it. *Missed* is only said of an INVITE that ended in the log.
//! * *Push*: the MESSAGE by which the mobility service asks the clearing house (PNCH) to wake a phone; *synthetic* ones
//!   are those of `Test-CsMcxPushNotification`. *Accepted* says that the clearing house took it, not that it was
//!   *delivered*.
//! * *Mcx, UCWA*: the mobility services of Lync 2010 and of 2013 and later.
//! * *Link*: which call a push belongs to, and how sure that is; an *occasion* is what a push may have been sent for.
//! * *Undetermined*: the logs do not show enough; *doubt*: what else may be true.
//! * *Finding*: a cause with remedy and proof, from the *catalogue*; *lone*: one whose call is not in the logs.
//! * *Contrast*: what calls missed for one cause have in common, against those that came through.
//! * *Ambiguity*: pushes that may still be a call's own, though linked to none.
//! * *Server window*: the time in which a message was on one server; the *line index* has the component lines that say
//!   something the catalogue knows, and the *correlator* ties them to messages.
//! * *Evidence, proof*: the records that say so, as *places* `file:line:byte`.
//!
//! Output:
//! * *Story*: one call with its pushes, or one push, from end to end. *Ladder*: a story as a sequence diagram of
//!   *lanes* and *steps*.
//! * *Report, model*: the results as programs read them. *Field, table, row, term*: see [`query`].
//! * *View, page, pane*: one of the six lists of the terminal UI, its lines, and what is told of the selected row.
//! * *Plan, fault, era, truth*: what invented logs are made from, and what really happened in them.
//! * *Pseudonym*: the word that stands for a name in a copy without names.

#![cfg_attr(
    not(feature = "job"),
    expect(
        dead_code,
        unused_imports,
        reason = "what parts of the logs leave to each other is asked for by jobs alone"
    )
)]

pub mod span;
pub mod stats;
pub mod text;
pub mod time;

#[deny(clippy::disallowed_methods)]
mod foreign;
pub mod input;
#[deny(clippy::disallowed_methods)]
pub mod record;
#[deny(clippy::disallowed_methods)]
pub mod sip;
#[deny(clippy::disallowed_methods)]
pub mod trace;

#[deny(clippy::disallowed_methods)]
pub mod analysis;
#[cfg(feature = "export")]
#[deny(clippy::disallowed_methods)]
pub mod bundle;
#[deny(clippy::disallowed_methods)]
pub mod case;
#[deny(clippy::disallowed_methods)]
pub mod compare;
#[cfg(feature = "export")]
#[deny(clippy::disallowed_methods)]
pub mod export;
#[deny(clippy::disallowed_methods)]
pub mod findings;
#[deny(clippy::disallowed_methods)]
pub mod follow;
#[deny(clippy::disallowed_methods)]
pub mod index;
#[deny(clippy::disallowed_methods)]
pub mod knowledge;
#[deny(clippy::disallowed_methods)]
pub mod ladder;
#[deny(clippy::disallowed_methods)]
pub mod query;
#[deny(clippy::disallowed_methods)]
pub mod rates;
#[deny(clippy::disallowed_methods)]
pub mod report;
#[deny(clippy::disallowed_methods)]
pub mod rules;
#[cfg(feature = "synth")]
#[deny(clippy::disallowed_methods)]
pub mod synth;
#[deny(clippy::disallowed_methods)]
pub mod watch;

#[cfg(feature = "anonymise")]
#[deny(clippy::disallowed_methods)]
pub mod anonymise;
#[cfg(feature = "job")]
pub mod job;
#[cfg(feature = "tui")]
pub mod tui;

pub use analysis::{Analysis, Depth, Options};
pub use trace::Trace;

/// Calls and pushes of a trace with outcomes, verdicts and causes.
pub fn analyse(trace: &Trace, options: &Options) -> Analysis {
    analyse_to(trace, options, Depth::Causes)
}

/// The same no deeper than an answer needs it. What lies deeper is empty.
pub fn analyse_to(trace: &Trace, options: &Options, depth: Depth) -> Analysis {
    match depth {
        Depth::Records => Analysis::default(),
        Depth::Servers => analysis::place(trace, options),
        Depth::Calls => analysis::analyse(trace, options),
        Depth::Causes => {
            let mut out = causes(trace, options, |_| {});
            own_rules(trace, &mut out);
            out
        }
    }
}

/// Calls and pushes with the causes of the catalogue. `calls` is shown them before any cause is named, as
/// [`Depth::Calls`] has them.
fn causes(trace: &Trace, options: &Options, calls: impl FnOnce(&Analysis)) -> Analysis {
    // What components wrote says the same whatever becomes of the calls, and one reader of it fills the gaps of others.
    let mut telling = findings::Telling::default();
    let (place, mut found) = rayon::in_place_scope(|scope| {
        scope.spawn(|_| telling = findings::Telling::read(trace));
        analysis::gather(trace, options)
    });
    let needs_lines = findings::needs_lines(&found);
    let judge = || analysis::judge(trace, options, &place, &mut found);
    let ((), lines) = rayon::join(judge, || findings::Lines::of(trace, &place, &telling, needs_lines));
    let mut out = analysis::together(place, found);
    calls(&out);
    findings::attach_with(trace, &mut out, lines);
    out
}

/// Names the causes of calls and pushes that were judged ([`Depth::Calls`]), as [`analyse`] does: those of the catalogue and
/// those that the user's own rules know.
pub fn name_causes(trace: &Trace, analysis: &mut Analysis) {
    findings::attach(trace, analysis);
    own_rules(trace, analysis);
}

/// Names the causes that the user's own rules know: they are not kept in an index, for they may change.
fn own_rules(trace: &Trace, analysis: &mut Analysis) {
    rules::apply(trace, analysis);
}
