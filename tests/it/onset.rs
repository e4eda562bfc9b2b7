//! Since when a cause hits: named where something changed, and never where only the log did.

use std::fmt::Write as _;

use siptrail::case::{Change, Index, courses};
use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::story;

/// A call to a phone a minute, each with a push: `-` is answered, `x` missed because the push was refused, and of `?` the log
/// does not hold the answer to the push.
fn change(calls: &str) -> Option<Change> {
    let (mut names, mut log) = (String::new(), String::from("--- fe01.log cls=pool01\\fe01\n"));
    for (i, sign) in calls.chars().enumerate() {
        let (push, second, last) = if sign == '-' { (200, 5, 200) } else { (504, 30, 408) };
        let client = if sign == '-' { "pnch" } else { "wp" };
        let at = |second: usize| format!("{:02}:{:02}:{second:02}", 9 + i / 60, i % 60);
        let _ = write!(names, "call c{i} alice@contoso.com u{i}@contoso.com\npush p{i} u{i}@contoso.com\n");
        let _ = write!(
            log,
            "{0}.000 in 192.0.2.103:50425 INVITE c{i} via=a
{0}.010 out fe01.contoso.com:5087 INVITE c{i} via=fe,a
{0}.200 in fe01.contoso.com:55153 MESSAGE p{i} via=mcx
{0}.210 out edge01.contoso.com:5061 MESSAGE p{i} via=fe,mcx\n",
            at(0)
        );
        let _ = match sign {
            '?' => writeln!(log, "skip 2"),
            _ => write!(
                log,
                "{0}.300 in edge01.contoso.com:5061 {push} MESSAGE p{i} via=fe,mcx client={client}
{0}.310 out fe01.contoso.com:55153 {push} MESSAGE p{i} via=mcx client={client}\n",
                at(0)
            ),
        };
        let _ = write!(
            log,
            "{0}.100 in fe01.contoso.com:5087 {last} INVITE c{i} via=fe,a client=wp
{0}.110 out 192.0.2.103:50425 {last} INVITE c{i} via=a client=wp\n",
            at(second)
        );
    }
    let files = story::write(&(names + &log));
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
