//! Which cause leads: the one that somebody can do something about.

use std::cmp::{Ordering, Reverse};

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

/// The code of pushes that were refused, where nothing tells why.
pub(super) const REFUSED: &str = "PN35";

/// Whether a cause says why something failed: `PN30` and [`REFUSED`] say that a push was lost, and the reason may stand in a log
/// that is not here.
pub(super) fn says_why(code: &str) -> bool {
    !matches!(code, "PN30" | REFUSED)
}

/// A cause with how many calls were missed for it, and how many cases it has in all.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// The cause.
    pub finding: &'static Finding,
    /// Missed calls.
    pub missed: u64,
    /// Cases.
    pub cases: u64,
}

/// The order of causes: what no trace shows last, and `PN50` behind that; else those of missed calls first, then by use, then
/// the most frequent, then by code.
pub fn by_use(a: Weight, b: Weight) -> Ordering {
    let key = |w: Weight| {
        let rank = rank(w.finding);
        (rank.max(7), w.missed == 0, rank, Reverse(w.missed), Reverse(w.cases), &w.finding.code)
    };
    key(a).cmp(&key(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::catalogue::find;

    #[test]
    fn what_a_command_mends_leads_and_what_no_trace_shows_comes_last() {
        let of = |code: &str| rank(find(code).unwrap());
        assert_eq!(of("PN01"), 0);
        assert!(of("PN01") <= of("PN20") && of("PN20") < of("PN41") && of("PN41") < of("PN50"));
        // A frequent cause that nothing can be done about does not push a rare one off the top, even one that nobody missed a
        // call for; one for which calls were missed goes before one for which none was.
        let weight = |code, missed, cases| Weight { finding: find(code).unwrap(), missed, cases };
        for (first, second) in [
            (weight("PN03", 1, 1), weight("PN50", 900, 900)),
            (weight("PN04", 0, 2), weight("PN50", 900, 900)),
            (weight("PN01", 1, 1), weight("PN04", 0, 2)),
            (weight("PN03", 2, 2), weight("PN01", 1, 9)),
        ] {
            assert_eq!(by_use(first, second), Ordering::Less, "{first:?} {second:?}");
        }
    }
}
