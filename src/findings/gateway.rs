//! What the telephone network says of a failed call: the cause in a `Reason` header (RFC 3326, ITU-T Q.850).

use crate::analysis::Call;
use crate::record::sign;
use crate::sip::Method;
use crate::trace::{Event, Trace};

/// The cause of a failed call, in a final response or in what ended the call.
pub(super) fn cause(trace: &Trace, call: &Call) -> Option<u32> {
    if call.outcome.expected() != Some(false) {
        return None;
    }
    let ends = |e: &&Event| {
        (e.status >= 300 && e.method == Method::Invite)
            || (e.status == 0 && matches!(e.method, Method::Bye | Method::Cancel))
    };
    let events = call.own_records().iter().filter_map(|id| trace.event(*id));
    let mut may = events.filter(ends).filter(|event| !trace.lacks(event, sign::REASON));
    may.find_map(|event| trace.head(event)?.gateway_cause())
}
