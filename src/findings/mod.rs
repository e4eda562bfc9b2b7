//! Causes: what the entries of the catalogue ([`crate::knowledge::catalogue`]) match in a log.

use crate::analysis::{Analysis, Call, Diagnostic, Push, PushResult, Verdict};
pub use crate::knowledge::catalogue::{Finding, Matcher, Severity, catalogue, find};
use crate::trace::{EventId, Trace};

/// What a message and the diagnostic records about it say.
struct Evidence {
    ids: Vec<u32>,
    responses: String,
    records: String,
}

impl Evidence {
    fn gather(trace: &Trace, diagnostics: &[Diagnostic], records: &[EventId]) -> Evidence {
        let mut text = String::new();
        for event in records.iter().filter_map(|id| trace.event(*id)) {
            if event.kind == crate::record::RecordKind::Diagnostic {
                text += &crate::text::decode(trace.fields(event)).to_ascii_lowercase();
            }
        }
        let responses = diagnostics.iter().map(Diagnostic::text).collect();
        Evidence { ids: diagnostics.iter().map(|d| d.id).collect(), responses, records: text }
    }

    fn matches(&self, matcher: &Matcher) -> bool {
        let text = |hay: &str| matcher.text.as_ref().is_some_and(|t| hay.contains(t.as_str()));
        match matcher.place.as_str() {
            "response" => matcher.id.is_some_and(|id| self.ids.contains(&id)) || text(&self.responses),
            "diagnostic" => text(&self.records),
            "result_code" => matcher.result_code.as_ref().is_some_and(|c| self.records.contains(c.as_str())),
            _ => false,
        }
    }

    fn causes(&self) -> Vec<&'static str> {
        catalogue().iter().filter(|f| f.matchers.iter().any(|m| self.matches(m))).map(|f| f.code.as_str()).collect()
    }
}

/// Names the causes of every push that was lost and of every call that failed.
pub fn attach(trace: &Trace, analysis: &mut Analysis) {
    for push in &mut analysis.pushes {
        push.findings = of_push(trace, push);
    }
    let pushes = &analysis.pushes;
    for call in &mut analysis.calls {
        let own: Vec<&Push> = call.pushes.iter().filter_map(|p| pushes.get(*p)).collect();
        call.findings = of_call(trace, call, &own);
    }
}

/// Causes of one push.
fn of_push(trace: &Trace, push: &Push) -> Vec<&'static str> {
    match push.result {
        PushResult::Unanswered => vec!["PN30"],
        PushResult::Accepted => {
            let odd = |d: &Diagnostic| (30_001..31_000).contains(&d.id) && d.id != 30_007;
            if push.diagnostics.iter().any(odd) { vec!["PN33"] } else { Vec::new() }
        }
        PushResult::Rejected | PushResult::Unroutable => {
            let evidence = Evidence::gather(trace, &push.diagnostics, &push.records);
            let mut causes = evidence.causes();
            // Another partner's domain may be unknown too; this entry is about the clearing house's.
            causes.retain(|c| *c != "PN01" || evidence.records.contains("push.lync.com"));
            // The domain that is not allowed is refused in words that look like a DNS fault, which it is none.
            if causes.contains(&"PN01") {
                causes.retain(|c| !matches!(*c, "PN03" | "PN04"));
            }
            if causes.is_empty() { vec!["PN35"] } else { causes }
        }
        PushResult::Undetermined => Vec::new(),
    }
}

/// Causes of one call: those of its pushes, what its own failure says, and what did not happen.
fn of_call(trace: &Trace, call: &Call, pushes: &[&Push]) -> Vec<&'static str> {
    let mut out: Vec<&'static str> = pushes.iter().flat_map(|p| p.findings.iter().copied()).collect();
    match call.verdict {
        Some(Verdict::NotOpened) => out.push("PN50"),
        Some(Verdict::MissedNoPush) => {
            let mut mobile = call.legs.iter().filter(|l| l.mobile).filter_map(|l| l.client.as_ref()).peekable();
            let silent_platform = mobile.peek().is_some() && mobile.all(|c| !c.pushes);
            out.push(if silent_platform { "PN23" } else { "PN20" });
        }
        _ => {}
    }
    if call.outcome.expected() == Some(false) {
        let evidence = Evidence::gather(trace, &call.diagnostics, call.own_records());
        out.extend(evidence.causes().into_iter().filter(|c| *c != "PN01"));
    }
    out.sort_unstable();
    out.dedup();
    out
}
