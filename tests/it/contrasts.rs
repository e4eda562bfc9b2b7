//! What the calls missed for one cause have in common, and silence where chance would do.

use serde_json::{Value, json};
use siptrail::input::Input;
use siptrail::report;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{PhoneCall, phone_calls};

/// Calls to phones over two Edges: `good` are answered after a push, the first three of them over edge02; `bad` are
/// missed because edge02 refuses their pushes from 10:14 on.
fn traffic(good: usize, bad: usize) -> Vec<(String, Vec<u8>)> {
    let one = |i| {
        let (refused, minute) = (i >= good, if i < good { 1 + i } else { 14 + i - good });
        PhoneCall { hour: 10, minute, edge: if refused || i < 3 { "edge02" } else { "edge01" }, refused, told: true }
    };
    phone_calls(&(0..good + bad).map(one).collect::<Vec<_>>())
}

fn told(files: &[(String, Vec<u8>)]) -> (Value, String) {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    let model = report::report(&trace, &analysis, &[]);
    let mut text = Vec::new();
    report::text::write(&model, &mut text).unwrap();
    (serde_json::to_value(&model).unwrap(), String::from_utf8(text).unwrap())
}

/// Of the 5,005 ways to draw six of fifteen 84 are all of nine, and 54 and one, which are no likelier, one of them and none; five
/// values were compared: one Front End, peer, client, domain and hour is common to the missed.
const CHANCE: f64 = (84.0 + 54.0 + 1.0) / 5_005.0 * 5.0;

#[test]
fn one_line_says_what_the_missed_have_in_common() {
    let (report, text) = told(&traffic(9, 6));
    assert_eq!(report["summary"]["missed"], 6);
    let peer = report["contrasts"].as_array().unwrap().iter().find(|c| c["dimension"] == "peer").unwrap();
    let mut peer = peer.clone();
    let chance = peer.as_object_mut().unwrap().remove("chance").and_then(|c| c.as_f64()).unwrap();
    assert!((chance - CHANCE).abs() < 0.000_5, "{chance}");
    // Six of six against three of nine: three times as frequent, and nothing came through it from the first on.
    let expected = json!({
        "finding": "PN35", "dimension": "peer", "value": "edge02.contoso.com",
        "missed": 6, "missed_of": 6, "missed_share": 1.0, "through": 3, "through_of": 9, "through_share": 0.333,
        "lift": 3.0, "since": "2012-02-09T10:14:00.000"
    });
    assert_eq!(peer, expected);
    let line = "all 6 had a push sent to edge02.contoso.com; 3 of 9 others that came through";
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(line) && flat.contains("and none through it from 10:14 on"), "{text}");
    assert!(flat.contains("[PN35]") && flat.contains("6 calls"), "{text}");
    // All calls are of one domain, one Front End, one client: nothing to learn there.
    for dimension in ["user_domain", "front_end", "client"] {
        assert!(report["contrasts"].as_array().unwrap().iter().all(|c| c["dimension"] != dimension), "{dimension}");
    }
}

#[test]
fn chance_is_told_from_a_difference() {
    let of = |good, bad| {
        let (report, text) = told(&traffic(good, bad));
        let all = report["contrasts"].as_array().unwrap().clone();
        let peer = all.iter().find(|c| c["dimension"] == "peer").unwrap();
        (peer["chance"].as_f64().unwrap(), text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let ((few, said), (many, told)) = (of(9, 6), of(30, 20));
    assert!(many < 0.001 && (few - CHANCE).abs() < 0.000_5, "{many} {few}");
    assert!(said.contains("this may be chance") && !told.contains("this may be chance"), "{said}\n{told}");
}

#[test]
fn few_cases_make_no_pattern() {
    for (good, bad) in [(9, 4), (4, 9)] {
        let (report, _) = told(&traffic(good, bad));
        assert_eq!(report["summary"]["missed"], bad);
        assert_eq!(report.get("contrasts"), None, "{good} through, {bad} missed");
    }
}
