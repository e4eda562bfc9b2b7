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
//! # Glossary
//! *Record*: one `$$begin_record` ... `$$end_record` block. *Hop*: one message between two servers.
//! *Branch*: one hop of a transaction, named by its top Via. *Fork, leg*: one INVITE sent to several far ends.
//! *Push*: the MESSAGE by which the mobility service asks the clearing house (PNCH) to wake a phone.

pub mod span;
pub mod text;
pub mod time;

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
pub mod export;
#[deny(clippy::disallowed_methods)]
pub mod findings;
#[deny(clippy::disallowed_methods)]
pub mod knowledge;
#[deny(clippy::disallowed_methods)]
pub mod ladder;
#[deny(clippy::disallowed_methods)]
pub mod query;
#[deny(clippy::disallowed_methods)]
pub mod report;
#[cfg(feature = "synth")]
#[deny(clippy::disallowed_methods)]
pub mod synth;

#[cfg(feature = "anonymise")]
#[deny(clippy::disallowed_methods)]
pub mod anonymise;
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
            let mut out = analysis::analyse(trace, options);
            findings::attach(trace, &mut out);
            out
        }
    }
}
