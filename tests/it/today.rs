//! The servers that run today: what TODAY.md says of clients behind UCWA, of mail and voice mail.

use serde_json::{Value, json};

use crate::common::report_of;
use crate::program::{out, run};
use crate::story::{self, base, of, text};

/// A call whose one leg goes to a port of the mobility service and ends unanswered; no push.
fn silent(port: u16, client: &str) -> Value {
    let text = base("nopush").replace(":5087", &format!(":{port}"));
    let client = if client.is_empty() { String::new() } else { format!(" client={client}") };
    report_of(&story::write(&text.replace(" client=wp", &client)))
}

/// TODAY.md sections 2 and 3. Nothing here may say that there is nothing to repair.
#[test]
fn a_silent_leg_of_a_client_of_today_is_judged_by_client_and_port() {
    for (port, client, mobile, verdict, findings) in [
        // Phones of today get pushes: that none came is a fault (PN20).
        (5088, "android6", true, json!("missed_no_push"), json!(["PN20", "PN60"])),
        (5089, "iphone6", true, json!("missed_no_push"), json!(["PN20", "PN60"])),
        // Versions that are none, and those to come.
        (5089, "androidx", true, json!("missed_no_push"), json!(["PN20", "PN60"])),
        (5089, "android7", true, json!("missed_no_push"), json!(["PN20", "PN60"])),
        // Nobody says what is behind UCWA: a phone, or a Mac.
        (5088, "", true, json!("undetermined"), json!([])),
        (5089, "ucwa7", true, json!("undetermined"), json!(["PN60"])),
        // A Mac is a desktop, whatever the port.
        (5088, "mac", false, json!(null), json!([])),
        (5087, "mac", false, json!(null), json!([])),
        // MCX speaks for phones alone.
        (5087, "", true, json!("missed_no_push"), json!(["PN20"])),
        // Clients of old stay what they are.
        (5087, "android", true, json!("missed_no_push"), json!(["PN23"])),
        (5088, "iphone2013", true, json!("missed_no_push"), json!(["PN23", "PN60"])),
    ] {
        let report = silent(port, client);
        let call = of(&report, "calls", "c1");
        let told = (&call["mobile"], &call["verdict"], &call["findings"], &call["legs"][0]["mobile"]);
        assert_eq!(told, (&mobile.into(), &verdict, &findings, &mobile.into()), "{client} on {port}");
        if verdict == "undetermined" {
            assert_eq!(call["undetermined"]["why"], "client_unnamed");
        }
    }
}

/// A client that names itself anywhere in the call is named: in a 100, or in its own requests.
#[test]
fn any_record_of_the_call_names_the_client() {
    let unnamed = base("nopush").replace(":5087", ":5088").replace(" client=wp", "");
    let with = |line: &str| unnamed.replace("08:30:00.100 in", &format!("{line}\n08:30:00.100 in"));
    let hundred =
        |client: &str| with(&format!("08:30:00.050 in fe01.contoso.com:5088 100 INVITE c1 via=fe,a client={client}"));
    for (text, mobile, verdict) in [
        (hundred("android6"), true, json!("missed_no_push")),
        (hundred("mac"), false, json!(null)),
        // A server that answers for another, and a name that no table has.
        (hundred("pnch"), true, json!("undetermined")),
        (
            with("08:30:00.050 in fe01.contoso.com:5088 100 INVITE c1 via=fe,a | Server: ContosoPhone/6.1"),
            true,
            json!("undetermined"),
        ),
    ] {
        let report = report_of(&story::write(&text));
        let call = of(&report, "calls", "c1");
        assert_eq!((&call["mobile"], &call["verdict"]), (&mobile.into(), &verdict), "{text}");
    }
    let answered =
        unnamed.replace("30.100 in fe01.contoso.com:5088 408", "09.100 in fe01.contoso.com:5088 200").replace(
            "30.110 out 192.0.2.103:50425 408 INVITE c1 via=a",
            "09.110 out 192.0.2.103:50425 200 INVITE c1 via=a",
        );
    for (agent, verdict) in [
        ("RTCC/7.0.0.0 UCWA/7.0.0.0 AndroidLync/6.25.0.27", json!("answered_by_mobile")),
        ("RTCC/7.0.0.0 UCWA/7.0.0.0 LyncForMac/16.29", json!(null)),
        ("RTCC/7.0.0.0 UCWA/7.0.0.0", json!("undetermined")),
    ] {
        // The callee hangs up: From and To have changed sides.
        let bye = format!(
            "call c1 alice@contoso.com bob@contoso.com\n08:31:00.000 in fe01.contoso.com:5088 INFO c1 via=mcx tag= cseq=7 | From: <sip:bob@contoso.com>;tag=tc1 | User-Agent: {agent}\n08:35:00.000 in"
        );
        let text = answered.replace("08:35:00.000 in", &bye);
        let mut files = story::write(&text);
        // The story's own From of that request stands first; take it out.
        let log = String::from_utf8(files[0].1.clone()).unwrap();
        let at = log.find("Start-Line: INFO").unwrap();
        let (head, tail) = log.split_at(at);
        files[0].1 =
            (head.to_owned() + &tail.replacen("From: <sip:alice@contoso.com>;tag=fc1;epid=aa\n", "", 1)).into_bytes();
        let report = report_of(&files);
        assert_eq!(of(&report, "calls", "c1")["verdict"], verdict, "{agent}");
    }
}

/// Of two legs the one that answered counts: a phone beside it does not make it one.
#[test]
fn an_answer_of_an_unnamed_leg_beside_a_phone_stays_open() {
    let fork = "08:30:00.020 out fe01.contoso.com:5089 INVITE c1 via=mcx,a\n08:30:00.120 in fe01.contoso.com:5089 180 INVITE c1 via=mcx,a client=android6 tag=2\n";
    let text = base("nopush")
        .replace(":5087", ":5088")
        .replace(" client=wp", "")
        .replace("08:30:00.100 in", &format!("{fork}08:30:00.100 in"));
    let text = text
        .replace("408 INVITE c1 via=fe,a #final", "200 INVITE c1 via=fe,a #final")
        .replace("408 INVITE c1 via=a", "200 INVITE c1 via=a");
    let report = report_of(&story::write(&text));
    let call = of(&report, "calls", "c1");
    assert_eq!(
        (&call["verdict"], &call["undetermined"]["why"]),
        (&json!("undetermined"), &json!("client_unnamed")),
        "{call:#}"
    );
}

/// A message inside a conversation that a Mac did not take is no missed notification of a phone.
#[test]
fn messages_to_a_mac_are_not_missed_by_a_phone() {
    for (client, missed) in [("android6", 1), ("mac", 0), ("", 0)] {
        let client = if client.is_empty() { String::new() } else { format!(" client={client}") };
        let text = base("nopush")
            .replace(":5087", ":5088")
            .replace(" client=wp", &client)
            .replace("08:30:30.1", "08:30:05.1")
            .replace("408 INVITE", "200 INVITE")
            .replace(
                "08:35:00.000 in",
                "08:30:05.300 in 192.0.2.103:50425 ACK c1 via=a\n\
                 08:31:00.000 in 192.0.2.103:50425 MESSAGE c1 via=a tag= cseq=2\n\
                 08:31:00.010 out fe01.contoso.com:5088 MESSAGE c1 via=fe,a tag= cseq=2\n\
                 08:31:30.000 in fe01.contoso.com:5088 408 MESSAGE c1 via=fe,a cseq=2\n\
                 08:31:30.010 out 192.0.2.103:50425 408 MESSAGE c1 via=a cseq=2\n\
                 08:35:00.000 in",
            );
        let report = report_of(&story::write(&text));
        let own = report["missed_messages"].as_array().map_or(0, Vec::len);
        assert_eq!(own, missed, "{client}: {report:#}");
    }
}

/// From is no McxUser and nothing names MCX: the user stands in P-Asserted-Identity or in From.
#[test]
fn a_push_of_ucwa_is_linked_by_its_user() {
    for (headers, user) in [
        (" | P-Asserted-Identity: <sip:bob@contoso.com>,<tel:+15550100>", json!("bob@contoso.com")),
        (" | P-Asserted-Identity: \"Bob\"<sip:bob@contoso.com>", json!("bob@contoso.com")),
        ("", json!("bob@contoso.com")),
    ] {
        let from = if headers.is_empty() { "bob@contoso.com" } else { "ucwa-service@contoso.com" };
        let text = base("nopush").replace(":5087", ":5088").replace(" client=wp", "").replace(
            "08:30:30.100 in",
            &format!(
                "08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=ucwa | User-Agent: RTCC/7.0.0.0 UCWA/7.0.0.0{headers}\n\
                 08:30:00.900 out fe01.contoso.com:55153 200 MESSAGE p1 via=ucwa client=pnch | ms-diagnostics-public: 30000;reason=\"Success\"\n\
                 08:30:30.100 in"
            ),
        );
        let text = format!("call p1 {from} push@push.lync.com\n{text}");
        let report = report_of(&story::write(&text));
        let (call, push) = (of(&report, "calls", "c1"), of(&report, "pushes", "p1"));
        assert_eq!((&push["user"], &push["synthetic"]), (&user, &json!(false)), "{headers}");
        assert_eq!((&push["call"], &push["link"]), (&json!("c1"), &json!("certain")), "{headers}");
        // A push went out, so there is a phone.
        assert_eq!((&call["verdict"], &call["findings"]), (&json!("not_opened"), &json!(["PN50"])), "{headers}");
    }
}

/// Exchange UM: an INFO when the caller gives up; voice mail that answers.
#[test]
fn mail_and_voice_mail_are_told() {
    let base = base("nopush").replace("--- fe01.log", "call m1 alice@contoso.com bob@contoso.com\n--- fe01.log");
    let info = |answer: &str| {
        base.replace(
            "08:35:00.000 in edge01",
            &format!(
                "08:30:31.000 out um01.contoso.com:5061 INFO m1 via=fe uri=um01.contoso.com;opaque=app:exum:dialplan\n{answer}08:35:00.000 in edge01"
            ),
        )
    };
    let taken = "08:30:31.100 in um01.contoso.com:5061 200 INFO m1 via=fe client=um\n";
    let refused = "08:30:31.100 in um01.contoso.com:5061 404 INFO m1 via=fe client=um\n";
    for (text, told) in [(info(taken), json!(true)), (info(refused), json!(false)), (info(""), json!(null))] {
        let report = report_of(&story::write(&text));
        let call = of(&report, "calls", "c1");
        assert_eq!((&call["verdict"], call.get("told_by_mail")), (&json!("missed_no_push"), Some(&told)));
    }
    // Lists, queries and stories tell the same.
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    for (text, word, sentence) in [
        (info(taken), "told", "told by mail (Exchange UM)"),
        (info(refused), "not_told", "not told by mail"),
        (info(""), "unknown", "is not known"),
    ] {
        for (name, log) in story::write(&text) {
            std::fs::write(dir.path().join(name), log).unwrap();
        }
        for query in [format!("mail:{word}"), format!("told-by-mail:{word} -voice-mail -gateway-cause:*")] {
            let o = run(&[
                "list",
                "calls",
                "--where",
                &query,
                "--columns",
                "call-id,mail,voice-mail",
                "--format",
                "csv",
                folder,
            ]);
            assert_eq!(out(&o), format!("call_id,mail,voice_mail\r\nc1,{word},false\r\n"), "{query}");
        }
        assert!(out(&run(&["show", "c1", folder])).contains(sentence), "{word}");
        let csv = out(&run(&["report", "--format", "csv", "--table", "calls", folder]));
        assert!(
            csv.lines()
                .next()
                .unwrap()
                .ends_with(",gateway_cause,told_by_mail,voice_mail,gave_up_ms,reached_later,conversation"),
            "{csv}"
        );
        assert!(csv.contains(&format!(",,{word},false")), "{csv}");
    }
    // A trace without any Exchange UM says nothing of mail.
    assert_eq!(of(&report_of(&story::write(&base)), "calls", "c1").get("told_by_mail"), None);

    let answered = "08:30:30.100 in um01.contoso.com:5061 200 INVITE c1 via=fe,b,a client=um tag=um\n";
    let voice = base
        .replace(
            "08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp #final\n",
            &format!(
                "08:30:20.000 out um01.contoso.com:5061 INVITE c1 via=um,a\n{}",
                answered.replace("via=fe,b,a", "via=um,a")
            ),
        )
        .replace("408 INVITE c1 via=a #final2", "200 INVITE c1 via=a client=um tag=um");
    let files = story::write(&voice);
    let report = report_of(&files);
    let call = of(&report, "calls", "c1");
    assert_eq!((&call["verdict"], &call["voice_mail"]), (&json!("answered_elsewhere"), &json!(true)), "{call:#}");
    assert!(text(&files).contains("Answered by voice mail"), "{}", text(&files));
}
