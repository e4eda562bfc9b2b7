//! Realistic SIPStack logs of any size for benches and big tests, with the truth about what is in them.
//!
//! ```text
//! Traffic ── sessions start at the pace of a busy hour (calls, pushes, presence, OPTIONS)
//!    │ calls, routine   write the script of a session: which records, when
//!    │ traffic          takes the steps of all sessions in time order
//!    ▼
//! frame, sip, route, body   write each record;  truth counts it
//! ```
//!
//! Nothing here is shared with the program: the reader is held against an independent writer. The log is that of a
//! Lync 2013 Front End: every message through it is there twice, incoming and outgoing, its Via list one longer or
//! shorter, its top branch different on each leg. Sessions last as long as real ones, so the records of one call lie
//! megabytes apart.
#![allow(dead_code, reason = "each bench or test uses its own part of this module")]

mod address;
mod answers;
mod body;
mod calls;
mod cast;
mod endings;
mod frame;
mod headers;
mod notes;
mod output;
mod route;
mod routine;
mod script;
mod session;
mod sip;
mod text;
mod traffic;
mod truth;

pub(crate) use frame::Layout;
pub(crate) use traffic::Traffic;
pub(crate) use truth::Truth;

/// A log of about `bytes`, in which every session is over.
pub(crate) fn generate(seed: u64, bytes: usize) -> Vec<u8> {
    generate_with(seed, bytes, Layout::default()).0
}

/// As [`generate`], in a layout of choice, with the truth about it.
pub(crate) fn generate_with(seed: u64, bytes: usize, layout: Layout) -> (Vec<u8>, Truth) {
    let target = u64::try_from(bytes).unwrap_or(u64::MAX);
    let mut out = Vec::with_capacity(bytes + bytes / 8 + 65_536);
    let mut traffic = Traffic::with_layout(seed, layout);
    while traffic.expected_bytes() < target {
        traffic.next_block(&mut out);
    }
    traffic.finish(&mut out);
    (out, traffic.truth().clone())
}
