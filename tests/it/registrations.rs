//! What became of REGISTER and SUBSCRIBE dialogs, and of the day of a user.

use siptrail::case::{Registration, registrations};
use siptrail::input::Input;
use siptrail::report::day::Day;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::story;

fn of(text: &str) -> (Trace, siptrail::Analysis) {
    let files = story::write(&format!("call r1 alice@contoso.com alice@contoso.com\n{text}"));
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    (trace, analysis)
}

/// The dialog that these records of a Front End show.
fn dialog(records: &str) -> Registration {
    let (trace, analysis) = of(&format!("--- fe01.log cls=pool01\\fe01\n{records}"));
    let mut all = registrations(&trace, &analysis);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// Requests, each with its CSeq and the status of its answer: none is unanswered, a minus behind it ends what began.
fn course(method: &str, answers: &[(u32, &str)]) -> String {
    let mut out = Vec::new();
    for (i, (cseq, answer)) in answers.iter().enumerate() {
        let (minute, peer) = (10 + i, "192.0.2.103:50425");
        let expires = if answer.ends_with('-') { " | Expires: 0" } else { "" };
        out.push(format!("09:{minute}:00.000 in {peer} {method} r1 cseq={cseq} via=a{expires}\n"));
        if let Ok(status) = answer.trim_end_matches('-').parse::<u16>() {
            out.push(format!("09:{minute}:00.100 out {peer} {status} {method} r1 cseq={cseq} via=a\n"));
        }
    }
    out.concat()
}

#[test]
fn the_answer_to_the_latest_request_decides() {
    for (method, answers, outcome, status) in [
        ("REGISTER", &[(1, "401"), (2, "200")][..], "registered", Some(200)),
        // A refresh that is refused ends it, one that is challenged and then taken does not.
        ("REGISTER", &[(1, "401"), (2, "200"), (3, "403")], "refused", Some(403)),
        ("REGISTER", &[(1, "200"), (2, "404")], "refused", Some(404)),
        ("REGISTER", &[(1, "200"), (2, "401"), (3, "200")], "registered", Some(200)),
        // Nobody gave the credentials that it was asked for.
        ("REGISTER", &[(1, "200"), (2, "401")], "challenged", Some(401)),
        ("REGISTER", &[(1, "401"), (2, "401"), (3, "403")], "refused", Some(403)),
        // Refused first and taken later: what is last counts.
        ("REGISTER", &[(1, "503"), (2, "200")], "registered", Some(200)),
        ("REGISTER", &[(1, "200"), (2, "200-")], "signed_out", Some(200)),
        // A sign-out that nobody answered took nothing away yet, and one before the last sign-in no longer does.
        ("REGISTER", &[(1, "200"), (2, "-")], "registered", Some(200)),
        ("REGISTER", &[(1, "200-"), (2, "200")], "registered", Some(200)),
        ("REGISTER", &[(1, "")], "unanswered", None),
        ("SUBSCRIBE", &[(1, "200"), (2, "481")], "refused", Some(481)),
        ("SUBSCRIBE", &[(1, "202"), (2, "200-")], "ended", Some(200)),
    ] {
        let found = dialog(&course(method, answers));
        assert_eq!((found.outcome, found.status), (outcome, status), "{method} {answers:?}");
        assert_eq!(found.is_failed(), outcome == "refused");
        // Whichever stands first in the log: numbers tell the order, not places.
        let turned: Vec<_> = answers.iter().rev().copied().collect();
        assert_eq!(dialog(&course(method, &turned)).outcome, outcome, "{method} {turned:?}");
    }
}

#[test]
fn a_server_that_refuses_is_no_end_where_another_takes_it() {
    let found = dialog(
        "09:10:00.000 in 192.0.2.103:50425 REGISTER r1 via=a
         09:10:00.010 out fe02.contoso.com:5061 REGISTER r1 via=fe,a
         09:10:00.020 in fe02.contoso.com:5061 404 REGISTER r1 via=fe,a
         09:10:00.030 out fe03.contoso.com:5061 REGISTER r1 via=fe,a
         09:10:00.040 in fe03.contoso.com:5061 200 REGISTER r1 via=fe,a
         09:10:00.050 out 192.0.2.103:50425 200 REGISTER r1 via=a\n",
    );
    assert_eq!((found.outcome, found.status), ("registered", Some(200)));
}

#[test]
fn no_hole_is_said_only_where_the_logs_would_show_one() {
    let signs = course("REGISTER", &[(1, "200"), (2, "200"), (3, "200")]);
    let (head, tail) = signs.split_at(signs.find("09:12:00.000").unwrap());
    let fe01 = "--- fe01.log cls=pool01\\fe01\n";
    let late = "--- fe02.log cls=pool01\\fe02\n09:11:30.000 in 192.0.2.9:5061 OPTIONS r1 cseq=9 via=b\n";
    for (text, told) in [
        (format!("{fe01}{signs}"), "the logs have no hole in that time."),
        (format!("{fe01}{head}skip 5\n{tail}"), "the logs have 1 hole in that time: what was there is not told."),
        // It may have seen more of her ahead of its first record.
        (format!("{fe01}{signs}{late}"), "no hole is known, but 1 of 2 logs does not speak for all of that time."),
    ] {
        let (trace, analysis) = of(&text);
        let mut page = Vec::new();
        Day::of(&trace, &analysis, "alice@contoso.com").write(400, true, &mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(page.trim_end().ends_with(told), "{told} is not in\n{page}");
    }
    // A user without any time.
    let (trace, analysis) = of(&format!("{fe01}{signs}"));
    let mut page = Vec::new();
    Day::of(&trace, &analysis, "nobody@contoso.com").write(400, true, &mut page).unwrap();
    assert!(String::from_utf8(page).unwrap().contains("nothing tells whether the logs have holes"));
}
