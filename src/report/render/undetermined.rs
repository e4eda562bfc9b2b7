//! Why a call or push could not be judged, in the words of the model.

use crate::analysis::{Analysis, Call, Outcome, Push, PushResult, Verdict};
use crate::case::why_undetermined;
use crate::report::model;
use crate::trace::Trace;

/// The word for why a call could not be judged; `None` where it was.
pub(super) fn word(call: &Call) -> Option<&'static str> {
    let is = call.outcome == Outcome::Undetermined || call.verdict == Some(Verdict::Undetermined);
    is.then(|| call.blind.map_or("outcome", |b| b.name()))
}

/// Why a call could not be judged.
pub(super) fn of_call(trace: &Trace, analysis: &Analysis, call: &Call) -> Option<model::Undetermined> {
    let reason = |call: &Call| match &call.blind {
        Some(blind) => why_undetermined(trace, analysis, blind),
        None => format!("the INVITE ended as {}, which tells nothing of the notification", call.outcome.name()),
    };
    word(call).map(|why| model::Undetermined { why, reason: reason(call) })
}

/// Why the result of a push is not known.
pub(super) fn of_push(trace: &Trace, analysis: &Analysis, push: &Push) -> Option<model::Undetermined> {
    let blind = push.blind.as_ref().filter(|_| push.result == PushResult::Undetermined)?;
    Some(model::Undetermined { why: blind.name(), reason: why_undetermined(trace, analysis, blind) })
}
