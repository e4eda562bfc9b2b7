//! Every scenario gives the report it expects.

use siptrail::input::Input;
use siptrail::report;
use siptrail::synth::{Extent, Plan, in_memory};
use siptrail::time::parse_seconds;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{differences, report_of, report_with, root, scenarios, unproven};
use crate::story;

#[test]
fn every_scenario_gives_its_report() {
    let all = scenarios();
    assert!(all.len() >= 20, "scenarios are missing: {} found", all.len());
    let mut failures = Vec::new();
    for scenario in &all {
        let actual = report_of(&scenario.files);
        let mut found = Vec::new();
        differences("", &scenario.expect, &actual, &mut found);
        found.extend(unproven(&scenario.proof, &actual));
        if scenario.proof.is_empty() {
            found.push("no line of proof".to_owned());
        }
        if !found.is_empty() {
            failures.push(format!("{}:\n    {}", scenario.name, found.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{} of {} scenarios differ\n{}", failures.len(), all.len(), failures.join("\n"));
}

/// The forms for people are made of less than the whole report, and lack nothing.
#[test]
fn a_digest_says_what_the_whole_report_says() {
    let plan = Plan {
        extent: Extent::Calls(300),
        gaps_ppm: 80_000,
        damage_ppm: 20_000,
        servers: 3,
        seed: 1,
        ..Plan::default()
    };
    let all = scenarios().into_iter().map(|s| (s.name, s.files)).chain([("synthetic".to_owned(), in_memory(&plan).0)]);
    let mut perhaps = 0;
    for (name, files) in all {
        let inputs = files.into_iter().map(|(name, text)| Input::from_bytes(name, text)).collect();
        let trace = Trace::load(inputs, &LoadOptions::default());
        let analysis = siptrail::analyse(&trace, &Options::default());
        let both = [report::digest(&trace, &analysis, &[]), report::report(&trace, &analysis, &[])];
        let [short, whole] = both.map(|mut report| {
            report::add_cards(&mut report, &trace, &analysis);
            let (mut text, mut page) = (Vec::new(), Vec::new());
            report::text::write(&report, &mut text).unwrap();
            report::markdown::write(&report, &mut page).unwrap();
            (String::from_utf8(text).unwrap(), String::from_utf8(page).unwrap())
        });
        for (short, whole) in [(&short.0, &whole.0), (&short.1, &whole.1)] {
            let differs = short.lines().zip(whole.lines()).find(|(a, b)| a != b);
            assert!(short == whole, "{name}: {differs:?}");
        }
        perhaps += usize::from(short.0.contains("its push was accepted"));
    }
    assert!(perhaps > 0, "no accepted push of a call that was perhaps missed");
}

#[test]
fn every_story_gives_its_report() {
    let mut paths: Vec<_> = std::fs::read_dir(root("tests/stories")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "story"));
    paths.sort();
    assert!(paths.len() >= 10, "stories are missing: {} found", paths.len());
    let mut failures = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let (story, expect) = text.split_once("--- expect").unwrap_or_else(|| panic!("{name}: no expect section"));
        let expect = serde_json::from_str(expect).unwrap_or_else(|e| panic!("{name}: expect is no JSON: {e}"));
        let clocks = story.lines().filter_map(|l| l.strip_prefix("clock ")?.split_once('='));
        let clocks = clocks.map(|(server, ahead)| (server.to_owned(), parse_seconds(ahead).unwrap())).collect();
        let mut found = Vec::new();
        differences("", &expect, &report_with(&story::write(story), clocks), &mut found);
        if !found.is_empty() {
            failures.push(format!("{name}:\n    {}", found.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{} stories differ\n{}", failures.len(), failures.join("\n"));
}
