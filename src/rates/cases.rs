//! Cases of causes: a call and the pushes that it caused are one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::facts::{Facts, Place};
use crate::time::Timestamp;

/// One case of one cause.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case<'f> {
    /// The cause.
    pub code: &'f str,
    /// Call-ID of the call; of a push of no call, its own.
    pub call_id: &'f str,
    /// Call-ID of the push, where only a push has the cause: the log may not have told yet of which call it is.
    pub push: Option<&'f str>,
    /// When the call began, or the push was sent.
    pub time: Option<Timestamp>,
    /// Whom it hit; empty where that is not known.
    pub user: &'f str,
    /// Where its proof begins.
    pub place: Option<&'f Place>,
    /// Servers that logged the call or its pushes; the empty name is that of one without a name.
    pub servers: BTreeSet<&'f str>,
}

impl Facts<'_> {
    /// Every case of every cause, calls first. Test traffic is none.
    pub fn cases(&self) -> Vec<Case<'_>> {
        let mut of_pushes: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for push in &self.pushes {
            if let Some(call) = push.call.as_deref() {
                of_pushes.entry(call).or_default().extend(push.servers());
            }
        }
        let mut told: HashSet<(&str, &str)> = HashSet::new();
        let mut out = Vec::new();
        for call in self.calls.iter().filter(|c| !c.findings.is_empty()) {
            let mut own: BTreeSet<&str> = call.servers.iter().map(AsRef::as_ref).collect();
            own.extend(of_pushes.get(call.call_id.as_ref()).into_iter().flatten());
            let own = named(own);
            for code in &call.findings {
                told.insert((call.call_id.as_ref(), code.as_ref()));
                out.push(Case {
                    code,
                    call_id: &call.call_id,
                    push: None,
                    time: call.started,
                    user: &call.to,
                    place: call.evidence.first(),
                    servers: own.clone(),
                });
            }
        }
        for push in self.pushes.iter().filter(|p| !p.synthetic) {
            let own = named(push.servers().collect());
            for code in &push.findings {
                // Several pushes of one call are one case, whether or not the call has the cause itself.
                if push.call.as_deref().is_some_and(|call| !told.insert((call, code.as_ref()))) {
                    continue;
                }
                out.push(Case {
                    code,
                    call_id: push.call.as_deref().unwrap_or(&push.call_id),
                    push: Some(&push.call_id),
                    time: push.sent,
                    user: push.user.as_deref().unwrap_or_default(),
                    place: push.evidence.first(),
                    servers: own.clone(),
                });
            }
        }
        out
    }
}

/// Whoever logged it has a name, or none.
fn named(servers: BTreeSet<&str>) -> BTreeSet<&str> {
    if servers.is_empty() { BTreeSet::from([""]) } else { servers }
}

#[cfg(test)]
mod tests {
    use super::super::{CallFact, Hop, PushFact};
    use super::*;

    #[test]
    fn a_call_and_its_pushes_are_one_case() {
        let push = |call: Option<&'static str>, id: &'static str| PushFact {
            call_id: id.into(),
            call: call.map(Into::into),
            findings: vec!["PN03".into()],
            hops: vec![Hop::of("fe01"), Hop::of("edge01")],
            ..PushFact::default()
        };
        let call = CallFact {
            call_id: "c1".into(),
            findings: vec!["PN03".into()],
            servers: vec!["fe01".into()],
            ..CallFact::default()
        };
        let test = PushFact { synthetic: true, ..push(None, "p9") };
        let pushes =
            vec![push(Some("c1"), "p1"), push(Some("c2"), "p2"), push(Some("c2"), "p3"), push(None, "p4"), test];
        let facts = Facts { calls: vec![call], pushes, ..Facts::default() };
        let cases = facts.cases();
        assert_eq!(cases.iter().map(|c| c.call_id).collect::<Vec<_>>(), ["c1", "c2", "p4"]);
        assert!(cases.iter().all(|c| c.servers == BTreeSet::from(["edge01", "fe01"])), "{cases:?}");
        assert_eq!(cases.iter().map(|c| c.push).collect::<Vec<_>>(), [None, Some("p2"), Some("p4")]);
    }
}
