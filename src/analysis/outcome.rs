//! Final responses to outcomes: the decision table of OUTCOMES.md section 2, in its order.

use super::diagnostic::Diagnostic;
use super::terms::Outcome;

/// Ids with which the SIP stack says that it could not route to another domain (MS-OCER section 7.2).
const ROUTING: [u32; 9] = [1005, 1008, 1009, 1010, 1014, 1017, 1027, 1034, 1047];
/// Media could not be set up: in a BYE (MS-OCER; call failed to establish due to media connectivity).
const MEDIA_BYE: [u32; 3] = [21, 22, 23];
/// Encryption mismatch, unsupported or unreadable session description.
const MEDIA_FINAL: [u32; 3] = [52017, 52063, 7008];
/// Call admission control: no bandwidth.
const BANDWIDTH: [u32; 2] = [4, 5];

/// The status of which warning, reason phrase and texts of diagnostics are read: 480.
pub(super) const BY_WORDS: u16 = 480;

/// What is known when a final response is judged.
pub(super) struct Final<'a> {
    pub(super) status: u16,
    /// Value of Warning, if any; empty for any other status than [`BY_WORDS`].
    pub(super) warning: &'a [u8],
    /// Reason phrase and diagnostics texts; likewise.
    pub(super) reason: &'a str,
    pub(super) diagnostics: &'a [Diagnostic],
    /// 180 was seen. 183 is early media and no ringing: `no_answer` and `no_response` differ by this.
    pub(super) rang: bool,
    /// An Edge's diagnostic record names this request as not routable.
    pub(super) edge_record: bool,
}

pub(super) fn is_media_failure(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| MEDIA_BYE.contains(&d.id))
}

pub(super) fn of_final(f: &Final<'_>) -> Outcome {
    let has = |ids: &[u32]| f.diagnostics.iter().any(|d| ids.contains(&d.id));
    let routing = f.edge_record || has(&ROUTING) || f.diagnostics.iter().any(Diagnostic::is_from_edge);
    match f.status {
        200..=299 => Outcome::Answered,
        401 | 407 => Outcome::AuthFailed,
        488 | 606 | 415 if has(&MEDIA_FINAL) => Outcome::MediaFailed,
        400.. if has(&BANDWIDTH) => Outcome::MediaFailed,
        603 | 605 => Outcome::Declined,
        BY_WORDS if does_not_disturb(f) => Outcome::DoNotDisturb,
        486 | 600 => Outcome::Busy,
        487 => Outcome::Cancelled,
        408 | 480 if f.rang => Outcome::NoAnswer,
        408 | 480 | 504 if !f.rang && !routing => Outcome::NoResponse,
        300..=399 => Outcome::Redirected,
        403 if has(&[1001, 1002, 1012, 12001]) => Outcome::Forbidden,
        404 if has(&[1003, 4005]) => Outcome::NotFound,
        403 | 404 | 408 | 480 | 503 | 504 if routing => Outcome::FederationFailed,
        404 | 604 => Outcome::NotFound,
        403 => Outcome::Forbidden,
        488 | 606 | 415 => Outcome::NotAcceptable,
        500 | 503 | 513 => Outcome::ServerError,
        _ if has(&[0, 1, 5000, 5001, 5002, 5003, 5004, 5005, 5006, 5007, 17000]) && f.status >= 500 => {
            Outcome::ServerError
        }
        _ => Outcome::Rejected,
    }
}

/// Lync answers 480 with a Warning 391 when the callee does not want to be disturbed.
fn does_not_disturb(f: &Final<'_>) -> bool {
    let text = f.reason.to_ascii_lowercase();
    f.warning.trim_ascii_start().starts_with(b"391") || text.contains("do not disturb") || text.contains("donotdisturb")
}
