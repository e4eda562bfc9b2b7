//! Causes that stand in a log without their call.

use crate::time::Timestamp;
use crate::trace::EventId;

/// A record that names a cause of a call or a push that the logs do not show, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct LoneCause {
    /// Code of the catalogue.
    #[serde(with = "crate::knowledge::constant::one")]
    pub code: crate::knowledge::constant::Constant,
    /// The diagnostic, connection or security record; what it speaks of is told by [`crate::findings::lone::about`].
    pub record: EventId,
    /// On the clock of the reference.
    pub time: Option<Timestamp>,
}
