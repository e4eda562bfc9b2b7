//! What rows share against the rest (`b`): what was planted is named, and what was not is not.

use siptrail::case::{Shared, shared};
use siptrail::input::Input;
use siptrail::query::{Query, Row, Table};
use siptrail::trace::LoadOptions;
use siptrail::{Analysis, Options, Trace};

use crate::common::{PhoneCall, phone_calls};

fn analysed(files: &[(String, Vec<u8>)]) -> (Trace, Analysis) {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    (trace, analysis)
}

/// Numbers of the calls that a query selects.
fn rows(trace: &Trace, analysis: &Analysis, query: &str) -> Vec<u32> {
    let query = Query::parse(query).unwrap();
    let rows = query.bind(trace, analysis).rows(Table::Calls);
    rows.into_iter().map(|row| if let Row::Call(i) = row { u32::try_from(i).unwrap() } else { panic!() }).collect()
}

/// What is surely no chance and no result, as field and value.
fn named(all: &[Shared]) -> Vec<(&str, &str)> {
    all.iter().filter(|s| !s.is_result && !s.may_be_chance()).map(|s| (s.what, s.value.as_str())).collect()
}

/// Calls to phones, every fourth of them missed for one of what `planted` changes in its line of the log.
fn planted(change: impl Fn(usize, bool) -> (usize, &'static str)) -> (Trace, Analysis) {
    let one = |i: usize| {
        let refused = i % 4 == 3;
        let (hour, edge) = change(i, refused);
        PhoneCall { hour, minute: i % 60, edge, refused, told: true }
    };
    let mut calls: Vec<PhoneCall<'_>> = (0..60).map(one).collect();
    // A log goes on in time.
    calls.sort_by_key(|c| (c.hour, c.minute));
    analysed(&phone_calls(&calls))
}

#[test]
fn a_fault_that_is_bound_to_something_is_named_by_it() {
    // One next hop, one hour; nothing, as every hop and hour has its part of both.
    let hop = planted(|i, refused| (8 + i % 5, if refused { "edge02" } else { ["edge01", "edge03", "edge04"][i % 3] }));
    let hour = planted(|i, refused| (if refused { 14 } else { 8 + i % 5 }, ["edge01", "edge03", "edge04"][i / 4 % 3]));
    let nothing = planted(|i, _| (8 + i / 4 % 5, ["edge01", "edge03", "edge04"][i / 4 % 3]));
    for (what, (trace, analysis), expected) in [
        ("hop", hop, Some(("peer", "edge02.contoso.com"))),
        ("hour", hour, Some(("hour", "14:00"))),
        ("nothing", nothing, None),
    ] {
        let missed = rows(&trace, &analysis, "missed");
        assert_eq!(missed.len(), 15, "{what}");
        let all = shared(&trace, &analysis, Table::Calls, &missed, None);
        let found = named(&all);
        // A hop is a peer of the server, too: both names are one thing.
        let own =
            found.iter().filter(|(field, value)| Some((*field, *value)) != expected && !value.starts_with("edge02"));
        assert_eq!(own.count(), 0, "{what}: {found:?}");
        assert!(expected.is_none_or(|e| found.contains(&e)), "{what}: {found:?}");
        if let Some(first) = all.iter().find(|s| expected == Some((s.what, &s.value))) {
            assert_eq!((first.here.part, first.here.all, first.elsewhere.part), (15, 15, 0), "{what}");
        }
        // What became of them is told apart from where they were.
        assert!(all.iter().any(|s| s.is_result && s.what == "finding"), "{what}");
    }
}

/// On an ordinary day: rows that were chosen for a property are told by it, those that were drawn by their number by nothing.
#[cfg(feature = "synth")]
#[test]
fn rows_are_told_by_what_they_were_chosen_for() {
    use siptrail::synth::{Extent, Plan, in_memory};

    let plan = Plan { extent: Extent::Calls(400), servers: 4, ..Plan::default() };
    let (trace, analysis) = analysed(&in_memory(&plan).0);
    let several = |of: &dyn Fn(&Shared) -> bool, rows: &[u32]| {
        let all = shared(&trace, &analysis, Table::Calls, rows, None);
        assert!(all.iter().any(|s| of(s) && s.here.part == s.here.all && !s.may_be_chance()), "{all:#?}");
    };
    let servers: Vec<&str> = analysis.servers.all().iter().filter_map(|s| s.name.as_deref()).collect();
    let mut pools = 0;
    for server in servers.iter().filter(|name| name.starts_with("fe")) {
        let chosen = rows(&trace, &analysis, &format!("server:{server}"));
        if !chosen.is_empty() && chosen.len() < analysis.calls.len() {
            pools += 1;
            several(&|s| s.value == *server, &chosen);
        }
    }
    assert!(pools > 0, "{servers:?}");
    let client = rows(&trace, &analysis, "client:android");
    assert!(client.len() > 10);
    several(&|s| s.value.to_lowercase().contains("android"), &client);
    for (first, step) in [(0, 7), (3, 5), (1, 11)] {
        let drawn: Vec<u32> = (first..400).step_by(step).collect();
        let all = shared(&trace, &analysis, Table::Calls, &drawn, None);
        assert_eq!(named(&all), [], "every {step}th from {first}");
    }
}

/// Counts join to the same whatever the pieces: more rows than one piece has, told by all threads and by one.
#[test]
fn counts_are_the_same_in_any_pieces() {
    let log = b"TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:00:00.669.00000001 (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record\r\nInstance-Id: 1\r\nDirection: incoming\r\nPeer: PEER\r\nMessage-Type: request\r\nStart-Line: OPTIONS sip:a@contoso.com SIP/2.0\r\nFrom: <sip:a@contoso.com>;tag=1\r\nTo: <sip:a@contoso.com>\r\nCSeq: 1 OPTIONS\r\nCall-ID: NUMBER\r\nVia: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1\r\nContent-Length: 0\r\nMessage-Body: -\r\n$$end_record\r\n\r\n";
    let log = String::from_utf8_lossy(log);
    // Every peer is one of few, every Call-ID its own; of the first 3,000 most are of one peer.
    let one = |i: usize| {
        let peer = if i < 3_000 && !i.is_multiple_of(10) {
            "192.0.2.7:5061".to_owned()
        } else {
            format!("192.0.2.{}:5061", 20 + i % 90)
        };
        log.replace("PEER", &peer).replace("NUMBER", &i.to_string())
    };
    let text: String = (0..10_000).map(one).collect();
    let (trace, analysis) = analysed(&[("fe01.log".to_owned(), text.into_bytes())]);
    let chosen: Vec<u32> = (0..3_000).collect();
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| shared(&trace, &analysis, Table::Records, &chosen, None))
    };
    let all = of(1);
    assert_eq!(all, of(4));
    let peer = all.iter().find(|s| s.what == "peer" && s.value.contains("192.0.2.7")).unwrap();
    assert_eq!((peer.here.part, peer.here.all, peer.elsewhere.part, peer.elsewhere.all), (2_700, 3_000, 0, 7_000));
    // Held against some of the others only.
    let among: Vec<u32> = (0..4_000).collect();
    let some = shared(&trace, &analysis, Table::Records, &chosen, Some(&among));
    let peer = some.iter().find(|s| s.what == "peer" && s.value.contains("192.0.2.7")).unwrap();
    assert_eq!((peer.here.part, peer.here.all, peer.elsewhere.all), (2_700, 3_000, 1_000));
}
