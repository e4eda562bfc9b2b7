//! Which cause leads: the one that somebody can do something about.

use std::cmp::Ordering;

use crate::knowledge::catalogue::{Finding, Severity, Step, section_of};

/// How little can be done about a cause; 0 is a fault that one command mends. What no trace shows stands behind that, and
/// last `PN50`, which says no more than that the push was accepted and the call not opened.
pub fn rank(finding: &Finding) -> u8 {
    if finding.code == "PN50" {
        return 9;
    }
    if section_of(finding).is_some_and(|s| s.name == "accepted") {
        return 8;
    }
    let has_command = finding.steps.iter().any(|s| matches!(s, Step::Command(_)));
    match (finding.severity, has_command) {
        (Severity::Error, true) => 0,
        (Severity::Error, false) => 1,
        (Severity::Warning, true) => 2,
        (Severity::Warning, false) => 3,
        (Severity::Info, _) => 4,
    }
}

/// The order of causes with their numbers of cases: by use, then the most frequent, then by code.
pub fn by_use(a: (&Finding, u64), b: (&Finding, u64)) -> Ordering {
    rank(a.0).cmp(&rank(b.0)).then(b.1.cmp(&a.1)).then_with(|| a.0.code.cmp(&b.0.code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::catalogue::find;

    #[test]
    fn what_a_command_mends_leads_and_what_no_trace_shows_comes_last() {
        let of = |code: &str| rank(find(code).unwrap());
        assert_eq!(of("PN01"), 0);
        assert!(of("PN01") < of("PN20") && of("PN20") < of("PN41") && of("PN41") < of("PN50"));
        // A frequent cause that nothing can be done about does not push a rare one off the top.
        assert_eq!(by_use((find("PN50").unwrap(), 900), (find("PN03").unwrap(), 1)), Ordering::Greater);
        assert_eq!(by_use((find("PN01").unwrap(), 1), (find("PN03").unwrap(), 2)), Ordering::Greater);
    }
}
