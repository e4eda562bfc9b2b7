//! Since when a cause hits: named where something changed, and never where only the log did.

use siptrail::case::{Change, Index, courses};
use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{PhoneCall, phone_calls};

/// A call to a phone a minute, each with a push: `-` is answered, `x` missed because the push was refused, and of `?` the log
/// does not hold the answer to the push.
fn change(calls: &str) -> Option<Change> {
    let one = |(i, sign)| {
        let (refused, told) = (sign != '-', sign != '?');
        PhoneCall { hour: 9 + i / 60, minute: i % 60, edge: "edge01", refused, told }
    };
    let files = phone_calls(&calls.chars().enumerate().map(one).collect::<Vec<_>>());
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    let open = analysis.calls.iter().filter(|c| c.verdict == Some(siptrail::analysis::Verdict::Undetermined));
    assert_eq!(open.count(), calls.matches('?').count());
    courses(&analysis, &Index::new(&analysis)).remove("PN35").unwrap().change
}

#[test]
fn less_log_makes_no_onset() {
    let (spared, hit, open) = ("-".repeat(20), "x".repeat(20), "?".repeat(20));
    let found = change(&(spared.clone() + &hit)).unwrap();
    assert_eq!(found.in_words(), "from 09:20:00, 0 of 20 before, 20 of 20 after");
    // Every call is hit; where the answers to some pushes are gone, no call of them becomes one that was spared.
    assert_eq!(change(&(hit.clone() + &hit)), None);
    assert_eq!(change(&(open.clone() + &hit)), None);
    assert_eq!(change(&(hit.clone() + &open)), None);
    // What is open takes nothing from what is known, as long as there is enough of that.
    let found = change(&("?".to_owned() + &spared + &hit + "?")).unwrap();
    assert_eq!(found.in_words(), "from 09:21:00, 0 of 20 before, 20 of 20 after (2 open)");
}
