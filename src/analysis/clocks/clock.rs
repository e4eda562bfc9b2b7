//! One clock against that of the reference.

use serde::Serialize;

use super::segment::Segment;
use crate::analysis::servers::ServerId;
use crate::trace::EventId;

/// How the offset of a clock is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClockBasis {
    /// The clock on which the report tells its times.
    Reference,
    /// From messages in common with servers whose offset is known.
    Measured,
    /// Given by the user.
    Given,
    /// No message in common: not corrected.
    Unknown,
}

impl ClockBasis {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            ClockBasis::Reference => "reference",
            ClockBasis::Measured => "measured",
            ClockBasis::Given => "given",
            ClockBasis::Unknown => "unknown",
        }
    }
}

/// The clock of one server against the reference.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub struct Clock {
    /// How it is known.
    pub basis: ClockBasis,
    /// Milliseconds that it is ahead of the clock that it is told against, as at the middle of the common messages.
    pub offset_ms: i64,
    /// Width of the band in which the offset lies at any record, drift and the cut of times to milliseconds allowed for;
    /// `None` where messages bound it from one side only.
    pub spread_ms: Option<i64>,
    /// Milliseconds that the offset grew from the first to the last common message by drift, not by being set.
    pub drift_ms: i64,
    /// Common messages that were used.
    pub messages: usize,
    /// From a record on, how far the clock is ahead; in the order of the server's records.
    pub(super) segments: Vec<Segment>,
    /// The server on whose clock its times are told, when that is another.
    pub against: Option<ServerId>,
    /// What messages in common say, where the user said something else.
    pub measured_ms: Option<i64>,
    /// Clocks of different groups cannot be compared.
    pub(super) group: u16,
}

impl Clock {
    /// A clock of which nothing is known.
    pub(super) fn own() -> Clock {
        Clock {
            basis: ClockBasis::Unknown,
            offset_ms: 0,
            spread_ms: None,
            drift_ms: 0,
            messages: 0,
            segments: Vec::new(),
            against: None,
            measured_ms: None,
            group: 0,
        }
    }

    /// Where the offset changed, from how many milliseconds to how many: a clock that drifts or was set.
    pub fn changes(&self) -> impl Iterator<Item = (EventId, i64, i64)> {
        self.segments.windows(2).filter_map(|pair| match pair {
            [before, now] => Some((now.at, before.ahead_at(now), now.ahead_at(now))),
            _ => None,
        })
    }
}
