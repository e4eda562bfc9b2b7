//! Hop tables of the samples against what their logs say.

use siptrail::analysis::hops::{Change, HopRow, HopTable, of_call, of_event, of_push};
use siptrail::{Analysis, Options, Trace};

use crate::common::root;

fn read(sample: &str) -> (Trace, Analysis) {
    let trace = Trace::open([root("samples").join(sample)]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    (trace, analysis)
}

/// Server, direction, peer, time as logged.
fn seen(table: &HopTable) -> Vec<String> {
    let row = |r: &HopRow| {
        let (server, peer) = (r.server.as_deref().unwrap(), r.peer.as_deref().unwrap());
        format!("{server} {:?} {peer} {}", r.direction, r.logged.unwrap().clock())
    };
    table.rows.iter().map(row).collect()
}

/// `+Via`, `~Max-Forwards`, ...
fn changed(row: &HopRow) -> Vec<String> {
    let of = |c: &Change| match c {
        Change::RequestUri { .. } => "~URI".to_owned(),
        Change::AddedVia(_) => "+Via".to_owned(),
        Change::RemovedVia(_) => "-Via".to_owned(),
        Change::Added { name, .. } => format!("+{name}"),
        Change::Removed { name, .. } => format!("-{name}"),
        Change::Changed { name, .. } => format!("~{name}"),
        Change::Body { .. } => "~body".to_owned(),
        other => panic!("{other:?} is a new change"),
    };
    let mut all: Vec<String> = row.changes.iter().map(of).collect();
    all.sort();
    all
}

#[test]
fn a_push_and_its_answer_go_over_front_end_and_edge() {
    let (trace, analysis) = read("push-opened");
    let push = &analysis.pushes[0];
    let [message, answer] = &of_push(&trace, &analysis, push)[..] else { panic!("two tables") };
    assert_eq!(message.message, "MESSAGE sip:push@push.lync.com");
    assert_eq!(
        seen(message),
        [
            "fe01.contoso.com Incoming fe01.contoso.com:55357 09:14:02.275",
            "fe01.contoso.com Outgoing edge01.contoso.com:5061 09:14:02.282",
            "edge01.contoso.com Incoming fe01.contoso.com:55569 09:14:03.538",
            "edge01.contoso.com Outgoing sipfed.online.lync.com:5061 09:14:03.543",
        ]
    );
    assert_eq!(answer.message, "200 OK (MESSAGE)");
    assert_eq!(
        seen(answer),
        [
            "edge01.contoso.com Incoming sipfed.online.lync.com:5061 09:14:03.695",
            "edge01.contoso.com Outgoing fe01.contoso.com:55569 09:14:03.704",
            "fe01.contoso.com Incoming edge01.contoso.com:5061 09:14:02.458",
            "fe01.contoso.com Outgoing fe01.contoso.com:55357 09:14:02.462",
        ]
    );
    for table in [message, answer] {
        assert_eq!(table.rows.iter().map(|r| r.before).collect::<Vec<_>>(), [None, Some(0), Some(1), Some(2)]);
        let times: Vec<_> = table.rows.iter().map(|r| r.time).collect();
        assert!(times.is_sorted(), "corrected times go the way of the message: {times:?}");
    }
    let latency = |t: &HopTable, i: usize| (t.rows[i].latency_ms, t.rows[i].unsure_ms);
    assert_eq!((latency(message, 1), latency(message, 3)), ((Some(7), 0), (Some(5), 0)));
    assert_eq!((latency(answer, 1), latency(answer, 3)), ((Some(9), 0), (Some(4), 0)));
    // 1.256 s on two clocks, the other way -1.246 s: ten milliseconds there and back, so five; one more for bounds and
    // two for a step that are cut to milliseconds, and what clocks drift between the two, rounded up.
    let (there, back) = (message.rows[2].latency_ms.unwrap(), answer.rows[2].latency_ms.unwrap());
    assert_eq!(there + back, 10);
    assert!(there >= 0 && back >= 0 && (1..=9).contains(&message.rows[2].unsure_ms));
    assert_eq!(changed(&message.rows[1]), ["+Via", "~Max-Forwards", "~Via"]);
    assert_eq!(changed(&message.rows[2]), [""; 0]);
    assert_eq!(changed(&message.rows[3]), ["+Via", "+ms-asserted-verification-level", "~Max-Forwards", "~Via"]);
    assert_eq!(changed(&answer.rows[1]), ["+ms-edge-proxy-message-trust", "-Via", "-ms-asserted-verification-level"]);
}

#[test]
fn a_push_that_an_edge_refuses_ends_there() {
    let (trace, analysis) = read("push-failed-at-edge");
    let tables = of_push(&trace, &analysis, &analysis.pushes[0]);
    let [message, answer] = &tables[..] else { panic!("two tables") };
    assert_eq!(message.rows.len(), 3);
    assert_eq!(
        seen(answer),
        [
            "edge03.contoso.com Outgoing fe03.contoso.com:55654 08:30:19.396",
            "fe03.contoso.com Incoming edge03.contoso.com:5061 08:30:20.221",
            "fe03.contoso.com Outgoing fe03.contoso.com:55153 08:30:20.223",
        ]
    );
    let added = Change::Changed { name: "Max-Forwards".into(), from: "70".into(), to: "69".into() };
    assert!(message.rows[1].changes.contains(&added));
    let via = "SIP/2.0/TLS 192.0.2.13:55654;branch=z9hG4bKD044636F.4C08CE635EC05F7E;branched=FALSE";
    assert!(message.rows[1].changes.contains(&Change::AddedVia(via.into())));
    let via = format!("{via};ms-received-port=55654;ms-received-cid=571700");
    assert_eq!(answer.rows[2].changes, [Change::RemovedVia(via)]);
}

#[test]
fn the_invite_of_a_call_and_the_final_that_the_caller_got() {
    let (trace, analysis) = read("push-failed-at-edge");
    let call = analysis.calls.iter().find(|c| c.call_id == "b45230e872a37c9066ec2be87671bdcc").unwrap();
    let [invite, last] = &of_call(&trace, &analysis, call)[..] else { panic!("two tables") };
    assert_eq!(
        seen(invite),
        [
            "fe03.contoso.com Incoming 192.0.2.103:50425 08:30:20.015",
            "fe03.contoso.com Outgoing fe03.contoso.com:5087 08:30:20.035",
        ]
    );
    assert_eq!(invite.rows[1].latency_ms, Some(20));
    assert_eq!(
        changed(&invite.rows[1]),
        [
            "+P-Asserted-Identity",
            "+Record-Route",
            "+Via",
            "+history-info",
            "-Proxy-Authorization",
            "~Max-Forwards",
            "~URI",
            "~Via",
        ]
    );
    assert_eq!(last.message, "408 Request Timeout (INVITE)");
    assert_eq!(
        seen(last),
        [
            "fe03.contoso.com Incoming fe03.contoso.com:5087 08:30:50.135",
            "fe03.contoso.com Outgoing 192.0.2.103:50425 08:30:50.143",
        ]
    );
    assert_eq!(changed(&last.rows[1]), ["-Via"]);
    let again = of_event(&trace, &analysis, last.rows[1].event).unwrap();
    assert_eq!(seen(&again), seen(last), "any copy leads to the whole table");
}

#[test]
fn two_servers_in_one_file_are_two_places() {
    let (trace, analysis) = read("cls-two-servers.log");
    let tables = of_push(&trace, &analysis, &analysis.pushes[0]);
    let servers = |t: &HopTable| t.rows.iter().map(|r| r.server.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(servers(&tables[0]), ["fe10", "fe10", "edge10", "edge10"]);
    assert_eq!(servers(&tables[1]), ["edge10", "edge10", "fe10", "fe10"]);
}

#[test]
fn a_fork_goes_on_in_rows_with_one_row_before() {
    let (trace, analysis) = read("answered-elsewhere.log");
    let tables = of_call(&trace, &analysis, &analysis.calls[0]);
    let before: Vec<_> = tables[0].rows.iter().map(|r| r.before).collect();
    assert_eq!(before, [None, Some(0), Some(0)]);
    assert!(tables[1].message.starts_with("200 "), "the caller got the 200: {}", tables[1].message);
    assert_eq!(tables[1].rows.len(), 2);
}
