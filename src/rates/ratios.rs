//! The ratios, and what one call is for each of them.

use super::Definition;
use super::facts::{CallFact, PushFact, is_missed_verdict};
use super::possible::Possible;

/// A ratio over calls.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallRatio {
    /// What it means.
    pub definition: Definition,
    /// What a call is for it.
    pub of: fn(&CallFact<'_>) -> Possible,
}

const RFC_SER: &str = "RFC 6076 section 4.6";
const RFC_SEER: &str = "RFC 6076 section 4.7";
const RFC_ISA: &str = "RFC 6076 section 4.8";

/// All ratios over calls. An INVITE with its forks, hops, challenges and retries is one call.
pub const CALL_RATIOS: [CallRatio; 7] = [
    CallRatio {
        definition: Definition {
            name: "ser",
            title: "Session establishment ratio (SER)",
            unit: "share",
            definition: "calls with a 2xx, of all calls without those that were redirected (3xx)",
            source: RFC_SER,
        },
        of: ser,
    },
    CallRatio {
        definition: Definition {
            name: "seer",
            title: "Session establishment effectiveness (SEER)",
            unit: "share",
            definition: "calls with a 2xx, 480, 486, 600 or 603, of all calls without those that were redirected (3xx)",
            source: RFC_SEER,
        },
        of: seer,
    },
    CallRatio {
        definition: Definition {
            name: "isa",
            title: "Ineffective session attempts (ISA)",
            unit: "share",
            definition: "calls with a 408, 500, 503 or 504, of all calls",
            source: RFC_ISA,
        },
        of: isa,
    },
    CallRatio {
        definition: Definition {
            name: "asr",
            title: "Answer seizure ratio (ASR)",
            unit: "share",
            definition: "calls that were answered, of all calls",
            source: "ITU-T E.425",
        },
        of: asr,
    },
    CallRatio {
        definition: Definition {
            name: "ner",
            title: "Network effectiveness (NER)",
            unit: "share",
            definition: "calls that were answered or declined, met a busy callee, or rang until nobody answered or the \
                         caller gave up, of all calls without those that were redirected",
            source: "ITU-T E.425",
        },
        of: ner,
    },
    CallRatio {
        definition: Definition {
            name: "mobile_answer",
            title: "Answered on the phone",
            unit: "share",
            definition: "calls answered by a phone, of the calls in which a phone took part",
            source: "siptrail, calls[].verdict",
        },
        of: mobile_answer,
    },
    CallRatio {
        definition: Definition {
            name: "missed_per_1000",
            title: "Missed of 1,000 calls to phones",
            unit: "per_1000",
            definition: "missed calls, of 1,000 calls in which a phone took part",
            source: "siptrail, calls[].verdict",
        },
        of: missed,
    },
];

/// The ratio over pushes.
pub const PUSH_ACCEPTED: Definition = Definition {
    name: "push_accepted",
    title: "Pushes accepted",
    unit: "share",
    definition: "pushes that the clearing house accepted, of all but test traffic; accepted is not delivered",
    source: "siptrail, pushes[].result",
};

/// What a push is for the ratio of pushes.
pub fn push_accepted(push: &PushFact<'_>) -> Possible {
    match push.result.as_ref() {
        _ if push.synthetic => Possible::OUT,
        "undetermined" => Possible::EITHER,
        result => Possible::is(result == "accepted"),
    }
}

/// Whether a call was established; `None` where the logs do not tell.
pub(super) fn established(call: &CallFact<'_>) -> Option<bool> {
    match (call.outcome.as_ref(), call.status) {
        ("undetermined", _) => None,
        ("answered", _) => Some(true),
        // Media failed behind the answer, whose 2xx may not be in the log; or the final refused it for its media.
        ("media_failed", status) => Some(status.is_none_or(|s| s < 300)),
        (_, status) => Some(status.is_some_and(|s| (200..300).contains(&s))),
    }
}

fn is_redirected(call: &CallFact<'_>) -> bool {
    call.outcome == "redirected" || call.status.is_some_and(|s| (300..400).contains(&s))
}

fn ser(call: &CallFact<'_>) -> Possible {
    match established(call) {
        None => Possible::ANY,
        Some(_) if is_redirected(call) => Possible::OUT,
        Some(is) => Possible::is(is),
    }
}

/// By the status towards the caller; where none was seen of a call that ended, it may be any of its outcome.
fn by_status(call: &CallFact<'_>, counts: &[u16]) -> Possible {
    match (call.outcome.as_ref(), call.status) {
        ("answered" | "no_final" | "cancelled", _) | (_, Some(_)) => {
            Possible::is(call.status.is_some_and(|s| counts.contains(&s)))
        }
        _ => Possible::EITHER,
    }
}

fn seer(call: &CallFact<'_>) -> Possible {
    match ser(call) {
        Possible::NO => by_status(call, &[480, 486, 600, 603]),
        other => other,
    }
}

fn isa(call: &CallFact<'_>) -> Possible {
    match established(call) {
        None => Possible::EITHER,
        Some(true) => Possible::NO,
        Some(false) => by_status(call, &[408, 500, 503, 504]),
    }
}

fn asr(call: &CallFact<'_>) -> Possible {
    established(call).map_or(Possible::EITHER, Possible::is)
}

fn ner(call: &CallFact<'_>) -> Possible {
    match call.outcome.as_ref() {
        "undetermined" => Possible::ANY,
        "redirected" => Possible::OUT,
        "answered" | "busy" | "declined" | "do_not_disturb" | "no_answer" => Possible::YES,
        "media_failed" => ser(call),
        // A hole may hide that it rang.
        "cancelled" if call.partial && !call.rang => Possible::EITHER,
        "cancelled" => Possible::is(call.rang),
        _ => Possible::NO,
    }
}

/// What a call is for a ratio of calls to phones that counts those with a verdict, where `open` tells whether one that is
/// undetermined may count.
fn of_phones(call: &CallFact<'_>, counts: fn(&str) -> bool, open: bool) -> Possible {
    let may = if open { Possible::EITHER } else { Possible::NO };
    match call.verdict.as_deref() {
        // A Mac, or a phone: nothing names the client.
        Some("undetermined") if call.why() == Some("client_unnamed") => may.or(Possible::OUT),
        Some("undetermined") => may,
        Some(verdict) => Possible::is(counts(verdict)),
        // A hole may hide the phone.
        None if call.partial || call.outcome == "undetermined" => may.or(Possible::OUT),
        None => Possible::OUT,
    }
}

fn mobile_answer(call: &CallFact<'_>) -> Possible {
    of_phones(call, |verdict| verdict == "answered_by_mobile", established(call) != Some(false))
}

fn missed(call: &CallFact<'_>) -> Possible {
    let ended_well = matches!(
        call.outcome.as_ref(),
        "answered" | "media_failed" | "declined" | "busy" | "do_not_disturb" | "cancelled" | "redirected"
    );
    of_phones(call, is_missed_verdict, !ended_well)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6076 counts an established session whatever became of it: media that failed behind the answer, also where its
    /// 2xx is not in the log. One that was refused for its media never was one.
    #[test]
    fn media_that_failed_behind_the_answer_is_an_established_session() {
        let call = |status| CallFact { outcome: "media_failed".into(), status, ..CallFact::default() };
        for (status, is) in [(Some(200), true), (None, true), (Some(488), false), (Some(606), false)] {
            let call = call(status);
            for of in [ser, asr, ner] {
                assert_eq!(of(&call), Possible::is(is), "{status:?}");
            }
            assert_eq!(isa(&call), Possible::NO, "{status:?}");
            assert_eq!(seer(&call), Possible::is(is), "{status:?}");
        }
    }
}
