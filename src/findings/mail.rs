//! The third kind of notification: a mail of Exchange Unified Messaging.
//!
//! When a caller gives up before voice mail answers, the server sends an INFO with caller and callee to Exchange UM,
//! which mails "missed call" (Missed Called Notifications,
//! <https://learn.microsoft.com/en-us/archive/blogs/jenstr/missed-called-notifications>). How that INFO looks in full is
//! not published, so it is recognised by any sign of Exchange UM.

use super::scanned::Scanned;
use crate::analysis::{self, Analysis, Call, Outcome, Role};
use crate::sip::{HeaderName, Method, NameAddr};
use crate::text::{contains_ignore_case, decode};
use crate::time::Timestamp;
use crate::trace::{Event, Trace};
use hashbrown::{HashMap, HashSet};

/// The INFO follows the end of the call by so much at most, in milliseconds.
const AFTER_MS: i64 = 10_000;
/// Ids of routing to Exchange UM.
const UM: std::ops::Range<u32> = 15_000..16_000;

/// An INFO to Exchange UM: a user that it names, when it was sent, and whether it was taken; `None` where no answer is there.
pub(crate) type Told = (String, Timestamp, Option<bool>);

/// Reads the INFO requests of a trace.
pub(super) fn told(trace: &Trace, analysis: &Analysis, infos: &mut Scanned<()>) -> Vec<Told> {
    let mut out = Vec::new();
    let mut answers: HashMap<(crate::trace::Symbol, u32), u16> = HashMap::new();
    let is_own = |e: &Event| e.method == Method::Info && !e.is_copy() && !e.is_foreign();
    let infos = infos.of(trace, |_, event| is_own(event).then_some(()));
    let infos = || infos.iter().filter_map(|(id, ())| Some((*id, trace.event(*id)?)));
    for (_, event) in infos().filter(|(_, e)| e.status >= 200) {
        if let Some(id) = event.call_id() {
            answers.insert((id, event.cseq), event.status);
        }
    }
    for (id, event) in infos().filter(|(_, e)| e.is_request()) {
        let (Some(time), true) = (analysis.time(trace, id), is_for_um(trace, event)) else { continue };
        let status = event.call_id().and_then(|call| answers.get(&(call, event.cseq)).copied());
        out.extend(named(trace, event).into_iter().map(|user| (user, time, status.map(|s| s < 300))));
    }
    out
}

/// What a trace shows of Exchange UM.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// By the callee in lower case, in order of time: when the INFO was sent, and whether it was taken; `None` where no
    /// answer is there.
    told: HashMap<String, Vec<(Timestamp, Option<bool>)>>,
    /// Callees that are known to have voice mail.
    served: HashSet<String>,
}

impl Mail {
    /// From the INFO requests to Exchange UM; and which users have voice mail.
    pub(super) fn with(told: Vec<Told>, analysis: &Analysis) -> Mail {
        let mut out = Mail::default();
        for (user, time, taken) in told {
            out.told.entry(user).or_default().push((time, taken));
        }
        out.told.values_mut().for_each(|own| own.sort_unstable());
        for call in &analysis.calls {
            let user = call.to.to_ascii_lowercase();
            let routed = call.diagnostics.iter().any(|d| UM.contains(&d.id)) || call.voice_mail;
            if routed || out.of(&user, call).next().is_some() {
                out.served.insert(user);
            }
        }
        out
    }

    /// The INFOs that can be about a call: when its caller gave up, or soon after.
    fn of<'m>(&'m self, user: &str, call: &Call) -> impl Iterator<Item = Option<bool>> + use<'m> {
        let own = self.told.get(user).map_or(&[][..], Vec::as_slice);
        let (from, to) = call.started.zip(end(call)).map_or((0, 0), |(from, end)| {
            (own.partition_point(|(at, _)| *at < from), own.partition_point(|(at, _)| *at <= end.plus(AFTER_MS)))
        });
        own.get(from..to).unwrap_or_default().iter().map(|(_, taken)| *taken)
    }

    /// Whether the callee of a call that nobody answered was told by mail. `None` where the trace shows nothing of
    /// Exchange UM or the call was answered.
    pub(super) fn told(&self, trace: &Trace, analysis: &Analysis, call: &Call) -> Option<analysis::Told> {
        use analysis::Told;
        let unanswered = [Outcome::Cancelled, Outcome::NoAnswer, Outcome::NoResponse];
        if (self.served.is_empty() && self.told.is_empty()) || !unanswered.contains(&call.outcome) {
            return None;
        }
        let user = call.to.to_ascii_lowercase();
        let own: Vec<Option<bool>> = self.of(&user, call).collect();
        if !own.is_empty() {
            // Taken is told; a refusal alone is not; without an answer nobody knows.
            return Some(match () {
                () if own.contains(&Some(true)) => Told::Yes,
                () if own.contains(&None) => Told::Unknown,
                () => Told::No,
            });
        }
        let end = end(call);
        let covered = call.clocks.iter().any(|c| {
            let knows = analysis.servers.get(c.server).is_some_and(|s| s.role == Role::FrontEnd);
            let until = analysis.coverage.covered_until(c.server, c.first).and_then(|id| analysis.time(trace, id));
            knows && until.zip(end).is_some_and(|(until, end)| until >= end.plus(AFTER_MS))
        });
        Some(if self.served.contains(&user) && covered { Told::No } else { Told::Unknown })
    }
}

/// When a call ended, by the last final response.
fn end(call: &Call) -> Option<Timestamp> {
    call.clocks.iter().filter_map(|c| c.end).max().or(call.ended)
}

/// Any sign of Exchange UM in an INFO request, or in its way.
fn is_for_um(trace: &Trace, event: &Event) -> bool {
    let sign = |value: &[u8]| {
        ["exumrouting", "msexchangeum", "opaque=app:exum", "opaque=app:voicemail", "missed-call", "missedcall"]
            .iter()
            .any(|s| contains_ignore_case(value, s.as_bytes()))
    };
    let Some(message) = trace.head(event) else { return false };
    let uri = match message.start_line() {
        crate::sip::StartLine::Request { uri, .. } => sign(uri),
        _ => false,
    };
    uri || message.headers().any(|h| sign(h.raw))
}

/// The users that an INFO is about: whoever stands in To and From, and in what asserts an identity or a diversion.
fn named(trace: &Trace, event: &Event) -> Vec<String> {
    let Some(message) = trace.head(event) else { return Vec::new() };
    let about = |name: &[u8]| {
        matches!(HeaderName::from_token(name), HeaderName::To | HeaderName::From)
            || [&b"p-asserted-identity"[..], b"diversion", b"history-info", b"referred-by"]
                .iter()
                .any(|n| name.eq_ignore_ascii_case(n))
    };
    let mut out: Vec<String> = message
        .headers()
        .filter(|h| about(h.name))
        .map(|h| decode(NameAddr::parse(&h.value()).address()).to_ascii_lowercase())
        .filter(|a| a.contains('@'))
        .take(16)
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}
