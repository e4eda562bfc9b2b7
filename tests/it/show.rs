//! Ladders of the samples, and `siptrail show` as a user runs it.

use std::collections::BTreeSet;
use std::io::Write;

use siptrail::ladder::text::TextOptions;
use siptrail::ladder::{self, LaneRole, StepKind, Subject};
use siptrail::record::RecordKind;
use siptrail::report::story::Story;
use siptrail::{Options, Trace};
use unicode_width::UnicodeWidthStr;

use crate::common::root;
use crate::program::{err, out, run};

const FAILED: &str = "samples/push-failed-at-edge";

#[test]
fn a_call_is_found_by_what_a_user_has_at_hand() {
    let whole = out(&run(&["show", "b45230e872a37c9066ec2be87671bdcc", FAILED]));
    assert!(whole.starts_with("Call b45230e872a37c9066ec2be87671bdcc\n"), "{whole}");
    // Parts, any case, the address of either side, a copied URI, and the Call-ID of the push of the call.
    for what in ["B45230E8", "frank@contoso.com", "ERIN", "<sip:frank@contoso.com>", "d68bd9b8f0eab689"] {
        assert_eq!(out(&run(&["show", what, FAILED])), whole, "{what}");
    }
    let other = out(&run(&["show", "1ff77bf79823", FAILED]));
    assert!(other.starts_with("Dialog 1ff77bf79823") && other.contains("SUBSCRIBE"), "{other}");
}

#[test]
fn several_are_listed_and_one_is_chosen() {
    let list = run(&["show", "uma@contoso.com", "samples/desktop-calls.log"]);
    let text = out(&list);
    assert_eq!(list.status.code(), Some(0));
    assert!(text.contains("--nth N") && text.contains("  2  2012-02-20 10:"), "{text}");
    let second = text.lines().skip_while(|l| !l.starts_with("  2  ")).nth(1).unwrap().trim();
    let chosen = out(&run(&["show", "uma@contoso.com", "samples/desktop-calls.log", "--nth", "2"]));
    assert_eq!(chosen.lines().next(), Some(format!("Call {second}").as_str()));
}

#[test]
fn what_cannot_be_shown_is_a_usage_error_with_a_hint() {
    for (args, hint) in [
        (vec!["show", "nobody", FAILED], "expected a Call-ID"),
        (vec!["show", "", FAILED], "expected a Call-ID"),
        (vec!["show", "Cargo.toml", FAILED], "comes before the inputs"),
        (vec!["show", "contoso", "samples/desktop-calls.log", "-n", "99"], "leave --nth out"),
        (vec!["show", "frank"], "INPUT"),
        (vec!["show", "frank", "no-such.log"], "no-such.log"),
        (vec!["show", "frank", FAILED, "--width", "3"], "--width"),
    ] {
        let o = run(&args);
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert!(err(&o).contains(hint) && out(&o).is_empty(), "{args:?}: {}", err(&o));
    }
}

#[test]
fn raw_prints_every_record_of_the_story_as_logged() {
    let text = out(&run(&["show", "b45230e8", FAILED, "--raw"]));
    let log = ["fe03.log", "edge03.log"].map(|f| std::fs::read_to_string(root(FAILED).join(f)).unwrap()).concat();
    let own = |record: &&str| record.contains("b45230e872a3") || record.contains("d68bd9b8f0ea");
    let records: Vec<&str> = log.split_inclusive("$$end_record").filter(own).collect();
    // Of the call 11; of the push four on the Front End and three on the Edge, a diagnostic record among them.
    assert_eq!(records.len(), 11 + 4 + 3);
    for record in records {
        // Lines of components stand between records.
        let from = record.find("$$begin_record").unwrap();
        assert!(text.contains(&record[from..].replace("\r\n", "\n")), "{record}");
    }
}

#[test]
fn escape_sequences_of_a_log_do_not_reach_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evil.log");
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    let text = text
        .replace("Request Timeout", "Request\u{1b}]0;owned\u{7}\u{202e}Timeout")
        .replace("history-info: ", "history-info: \u{1b}[2J");
    std::fs::write(&path, text).unwrap();
    let o = run(&["show", "hank", path.to_str().unwrap(), "--raw"]);
    assert!(out(&o).contains("owned") && out(&o).contains("[2J"), "{}", out(&o));
    assert!(!out(&o).contains(['\u{1b}', '\u{7}', '\u{202e}']));
}

/// Every story of the samples: each message is drawn once, and the page is as wide as it may be.
#[test]
fn every_story_is_complete_and_fits() {
    let trace = Trace::open([root("samples")]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    let cases = siptrail::case::Index::new(&analysis);
    let calls = (0..analysis.calls.len()).map(Subject::Call);
    for subject in calls.chain((0..analysis.pushes.len()).map(Subject::Push)) {
        let ladder = ladder::build(&trace, &analysis, &subject);
        let drawn: Vec<_> = ladder.steps.iter().flat_map(|s| s.kind.records()).collect();
        let wanted: BTreeSet<_> = ladder.records.iter().filter(|id| !trace.event(**id).unwrap().is_copy()).collect();
        assert_eq!(drawn.len(), wanted.len(), "{subject:?}");
        assert_eq!(drawn.into_iter().collect::<BTreeSet<_>>(), wanted, "{subject:?}");
        for step in &ladder.steps {
            let StepKind::Arrow(arrow) = &step.kind else { continue };
            assert!(arrow.from != arrow.to, "{subject:?}: {} goes nowhere", arrow.label);
        }
        for width in [20, 40, 80, 120] {
            let mut look = TextOptions::default();
            (look.width, look.ascii) = (width, true);
            let mut page = anstream::StripStream::new(Vec::new());
            Story { trace: &trace, analysis: &analysis, ladder: &ladder, cases: &cases, look }
                .write(&mut page)
                .unwrap();
            page.flush().unwrap();
            let text = String::from_utf8(page.into_inner()).unwrap();
            // A command that is to be copied is never broken.
            let wide = text.lines().filter(|l| l.width() > width && !l.starts_with("    "));
            assert_eq!(wide.collect::<Vec<_>>(), [""; 0], "{width} {subject:?}");
            assert!(text.is_ascii(), "{width} {subject:?}");
        }
    }
}

#[test]
fn lanes_are_who_took_part() {
    let trace = Trace::open([root(FAILED)]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    let ladder = ladder::build(&trace, &analysis, &Subject::Call(0));
    let lanes: Vec<_> = ladder.lanes.iter().map(|l| (l.role, l.name.as_str(), l.logged)).collect();
    assert_eq!(
        lanes,
        [
            (LaneRole::Caller, "erin@contoso.com", false),
            (LaneRole::FrontEnd, "fe03.contoso.com", true),
            (LaneRole::MobilityService, "fe03.contoso.com:5087", false),
            (LaneRole::Edge, "edge03.contoso.com", true),
        ]
    );
    let notes = ladder.records.iter().filter(|id| trace.event(**id).unwrap().kind == RecordKind::Diagnostic).count();
    assert_eq!(ladder.steps.iter().filter(|s| matches!(s.kind, StepKind::Note(_))).count(), notes);
    assert!(ladder.steps.iter().filter_map(|s| s.time).is_sorted(), "one clock");
}

/// Every story of the samples in every form; the pictures are well-formed XML that names no other file.
#[test]
fn pictures_are_well_formed_and_stand_alone() {
    let trace = Trace::open([root("samples")]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    for i in 0..analysis.calls.len() {
        let ladder = ladder::build(&trace, &analysis, &Subject::Call(i));
        let mut svg = Vec::new();
        ladder::svg::write(&ladder, &ladder::svg::SvgOptions::default(), &mut svg).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{e}: {svg}"));
        let arrows = document.descendants().filter(|n| n.attribute("class").is_some_and(|c| c.starts_with("st-arrow")));
        let drawn = ladder.steps.iter().filter(|s| matches!(s.kind, StepKind::Arrow(_))).count();
        assert_eq!(arrows.count(), drawn, "{svg}");
        let outside = ["href", "src", "url("].iter().any(|word| svg.contains(word));
        assert!(!outside && !svg.contains("<script"), "{svg}");
        for form in [ladder::mermaid::write, ladder::plantuml::write] {
            let mut text = Vec::new();
            form(&ladder, siptrail::ladder::text::TimeStyle::Start, &mut text).unwrap();
            let text = String::from_utf8(text).unwrap();
            let steps = text.lines().filter(|l| l.contains("->")).count();
            assert_eq!(steps, drawn, "{text}");
        }
    }
}

#[test]
fn what_a_log_says_is_never_markup() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evil.log");
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    let evil = "end</text></svg><script>alert(1)</script>\"'&;#\\n%%{init}%% !include x]]>\u{1b}[2J\u{ffff}";
    let text = text.replace("Request Timeout", evil).replace("No push subscription for target device", evil);
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let form = |form: &str| out(&run(&["show", "hank", path, "--as", form]));
    let svg = form("svg");
    let document = roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{e}: {svg}"));
    assert!(document.descendants().any(|n| n.text().is_some_and(|t| t.contains("</svg><script>"))), "{svg}");
    let html = form("html");
    assert_eq!(html.matches("<script").count(), 0, "{html}");
    assert!(html.contains("&lt;/svg&gt;&lt;script&gt;"), "{html}");
    for name in ["mermaid", "plantuml"] {
        let text = form(name);
        assert!(text.contains("script"), "{text}");
        for line in text.lines().filter(|l| l.contains("script")) {
            let said = line.split_once(" 408 ").map_or("", |(_, said)| said);
            assert!(!said.contains(['<', '!', '%', '"', '{', '\\']), "{line}");
        }
        assert!(!text.contains('\u{1b}'));
    }
}

#[test]
fn a_form_that_holds_one_story_wants_one() {
    let o = run(&["show", "uma@contoso.com", "samples/desktop-calls.log", "--as", "svg"]);
    assert_eq!(o.status.code(), Some(2));
    assert!(err(&o).contains("--nth N") && out(&o).is_empty(), "{}", err(&o));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.svg");
    let o = run(&["show", "frank", FAILED, "--as", "svg", "-o", file.to_str().unwrap()]);
    assert_eq!((o.status.code(), out(&o)), (Some(0), String::new()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), out(&run(&["show", "frank", FAILED, "--as", "svg"])));
}
