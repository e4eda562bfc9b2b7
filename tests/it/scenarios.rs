//! Every scenario gives the report it expects.

use siptrail::time::parse_seconds;

use crate::common::{differences, report_of, report_with, root, scenarios};
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
        if !found.is_empty() {
            failures.push(format!("{}:\n    {}", scenario.name, found.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{} of {} scenarios differ\n{}", failures.len(), all.len(), failures.join("\n"));
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
