//! The servers that run today: what TODAY.md says of clients behind UCWA, of certificates, of mail and voice mail.

use serde_json::{Value, json};
use siptrail::input::Input;
use siptrail::report;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{report_of, root};
use crate::program::{out, run};
use crate::story;

fn base(name: &str) -> String {
    std::fs::read_to_string(root(&format!("tests/findings/{name}.base"))).unwrap()
}

fn of<'r>(report: &'r Value, kind: &str, id: &str) -> &'r Value {
    report[kind]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["call_id"] == id)
        .unwrap_or_else(|| panic!("no {id}: {report:#}"))
}

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

/// The text for people.
fn text(files: &[(String, Vec<u8>)]) -> String {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    let mut out = Vec::new();
    report::text::write(&report::digest(&trace, &analysis, &[]), &mut out).unwrap();
    String::from_utf8(out).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A call to a partner that fails at the Edge, with a header of that answer.
fn failed(status: u16, header: &str) -> String {
    format!(
        "call c1 alice@contoso.com ben@fabrikam.com
call o2 alice@contoso.com bob@contoso.com
--- edge01.log cls=edgepool\\edge01
08:30:00.000 edge-in fe01.contoso.com:55654 INVITE c1 via=fe,a
08:30:00.200 edge-out fe01.contoso.com:55654 {status} INVITE c1 via=fe,a | {header}
08:35:00.000 edge-in fe01.contoso.com:55654 OPTIONS o2 via=fe
"
    )
}

/// On a call the code of Windows decides; with whom and when stands beside the cause.
#[test]
fn faults_of_certificates_name_the_other_side_and_the_time() {
    let hresult = |code: &str| {
        format!(
            "ms-diagnostics: 1010;reason=\"Certificate trust with another server could not be established\";tls-target=\"sip.fabrikam.com\";HRESULT=\"{code}\";source=\"edge01.contoso.com\""
        )
    };
    let cut = "ms-diagnostics: 1047;reason=\"Failed to complete TLS negotiation with a federated peer server\";WinsockFailureCode=\"10054(WSAECONNRESET)\";PeerServer=\"sip.fabrikam.com\";source=\"edge01.contoso.com\"".to_owned();
    for (header, code) in [
        (hresult("0x80090325(SEC_E_UNTRUSTED_ROOT)"), "PN15"),
        (hresult("0x800b0109(CERT_E_UNTRUSTEDROOT)"), "PN15"),
        (cut, "PN16"),
        (hresult("0x80090328(SEC_E_CERT_EXPIRED)"), "PN17"),
        (hresult("0x80090349(SEC_E_CERT_WRONG_USAGE)"), "PN18"),
        (hresult("0x80090322(SEC_E_WRONG_PRINCIPAL)"), "PN05"),
    ] {
        let files = story::write(&failed(504, &header));
        let report = report_of(&files);
        assert_eq!(of(&report, "calls", "c1")["findings"], json!([code]), "{header}");
        let peers = report["findings"][0].get("peers");
        if code == "PN05" {
            assert_eq!(peers, None);
            continue;
        }
        let times = peers.and_then(|p| Some((p[0]["first"].as_str()?.len(), p[0]["last"].as_str()?.len())));
        assert_eq!(
            peers.map(|p| (&p[0]["peer"], &p[0]["count"])),
            Some((&json!("sip.fabrikam.com"), &json!(1))),
            "{code}"
        );
        assert_eq!(times, Some((23, 23)), "{code}");
        assert!(text(&files).contains("with sip.fabrikam.com, once, 2012-"), "{}", text(&files));
    }
}

/// Ids that no entry of the catalogue explains stand in the report for people, once for each id.
#[test]
fn failed_calls_without_a_cause_are_told_by_their_id() {
    for (header, words) in [
        (
            "ms-diagnostics: 12001;reason=\"Called number not allowed\"",
            ["12001 \"Called number not allowed\": The caller's voice policy", "(1 call: c1)"],
        ),
        (
            "ms-diagnostics: 15000;reason=\"Unable to read\"",
            ["15000 \"Unable to read\": The data that says where", "Do: Check Exchange UM"],
        ),
        (
            "ms-client-diagnostics: 52035;reason=\"This client has\"",
            ["52035 \"This client has\": No error", "(1 call: c1)"],
        ),
        (
            "Reason: Q.850;cause=34;text=\"no circuit\"",
            ["Q.850 cause 34: No circuit or channel available: All lines are taken.", "Get-CsTrunkConfiguration"],
        ),
        (
            "ms-diagnostics: 1999;reason=\"X\"",
            ["1999 \"X\": Not documented; ids of this range come from: SIP stack.", "c1"],
        ),
    ] {
        let files = story::write(&failed(488, header));
        let told = text(&files);
        assert!(words.iter().all(|w| told.contains(w)), "{header}: {told}");
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
        assert!(csv.lines().next().unwrap().ends_with(",gateway_cause,told_by_mail,voice_mail"), "{csv}");
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

/// The cause of the telephone network is asked for and shown wherever a call is.
#[test]
fn causes_of_the_telephone_network_are_in_every_form() {
    let header = "Reason: SIP;cause=503;text=\"a, Q.850;cause=3\", Q.850 ; cause=34 ;text=\"no circuit\"";
    let dir = tempfile::tempdir().unwrap();
    for (name, log) in story::write(&failed(488, header)) {
        std::fs::write(dir.path().join(name), log).unwrap();
    }
    let folder = dir.path().to_str().unwrap();
    let list = run(&[
        "list",
        "calls",
        "--where",
        "gateway-cause:30..40",
        "--columns",
        "call-id,gateway-cause",
        "--format",
        "csv",
        folder,
    ]);
    assert_eq!(out(&list), "call_id,gateway_cause\r\nc1,34\r\n");
    assert!(out(&run(&["show", "c1", folder])).contains("Q.850 cause 34: No circuit or channel available"));
    assert!(out(&run(&["report", "--format", "csv", "--table", "calls", folder])).contains(",34,,false"));
    let report: Value = serde_json::from_str(&out(&run(&["report", "--format", "json", folder]))).unwrap();
    assert_eq!(of(&report, "calls", "c1")["gateway_cause"]["cause"], 34);
    // Beside a missed call, in the same words wherever people read them.
    for (cause, words) in [
        ("34", "Q.850 cause 34: No circuit or channel available: All lines are taken."),
        ("126", "Q.850 cause 126: not in the table of causes"),
    ] {
        let missed = base("nopush").replace(" #final2", &format!(" | Reason: Q.850;cause={cause}"));
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().to_str().unwrap();
        for (name, log) in story::write(&missed) {
            std::fs::write(dir.path().join(name), log).unwrap();
        }
        for form in
            [&["report"][..], &["report", "--format", "markdown"], &["report", "--format", "html"], &["show", "c1"]]
        {
            let text = out(&run(&[form, &[folder]].concat()));
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(words), "{form:?} {cause}: {text}");
        }
    }
}

/// Number and reason as they came, and that their meaning is not published, in every form for people.
#[test]
fn ids_of_the_clearing_house_without_a_text_are_said_to_have_none() {
    let refused = base("nopush").replace(
        "08:30:30.100 in",
        "08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx\n\
         08:30:00.900 out fe01.contoso.com:55153 403 MESSAGE p1 via=mcx client=pnch | ms-diagnostics-public: 30005;reason=\"Odd\"\n\
         08:30:30.100 in",
    );
    let dir = tempfile::tempdir().unwrap();
    for (name, log) in story::write(&format!("push p1 bob@contoso.com\n{refused}")) {
        std::fs::write(dir.path().join(name), log).unwrap();
    }
    let folder = dir.path().to_str().unwrap();
    for args in [&["report"][..], &["report", "--format", "markdown"], &["report", "--format", "html"], &["show", "c1"]]
    {
        let text = out(&run(&[args, &[folder]].concat()));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("30005") && text.contains("Odd") && text.contains("meaning not published"),
            "{args:?}: {text}"
        );
    }
    // Of a lost push without a missed call, too.
    let alone = "push p1 bob@contoso.com\n--- fe01.log cls=pool01\\fe01\n\
        08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx\n\
        08:30:00.900 out fe01.contoso.com:55153 403 MESSAGE p1 via=mcx client=pnch | ms-diagnostics-public: 30005;reason=\"Odd\"\n";
    let dir = tempfile::tempdir().unwrap();
    for (name, log) in story::write(alone) {
        std::fs::write(dir.path().join(name), log).unwrap();
    }
    let folder = dir.path().to_str().unwrap();
    let told = out(&run(&["report", folder])).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("bob@contoso.com: rejected 403 Forbidden [30005 \"Odd\", meaning not published]"), "{told}");
    let told = out(&run(&["report", "--format", "markdown", folder]));
    assert!(told.contains("- **rejected**: 403 `Forbidden`, 30005 `Odd`, meaning not published"), "{told}");
}

/// A lost push of a call that was perhaps missed stands with that call, in each form for people.
#[test]
fn a_lost_push_stands_with_the_call_it_is_for() {
    let refused = base("nopush").replace(
        "08:30:30.100 in",
        "08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx\n\
         08:30:00.900 out fe01.contoso.com:55153 403 MESSAGE p1 via=mcx client=pnch | ms-diagnostics-public: 30005;reason=\"Odd\"\n\
         08:30:30.100 in",
    );
    let log = format!("push p1 bob@contoso.com\n{refused}");
    // Its final is not in the log.
    let open: String = log.split_inclusive('\n').filter(|l| !l.contains("#final")).collect();
    let dir = tempfile::tempdir().unwrap();
    for (name, log) in story::write(&open) {
        std::fs::write(dir.path().join(name), log).unwrap();
    }
    let folder = dir.path().to_str().unwrap();
    for form in ["text", "markdown"] {
        let told = out(&run(&["report", "--format", form, folder]));
        let (_, perhaps) = told.split_once("Perhaps missed").unwrap_or_else(|| panic!("{form}: {told}"));
        let perhaps = perhaps.split("Call-ID").next().unwrap();
        assert!(perhaps.contains("rejected") && perhaps.contains("30005"), "{form}: {told}");
        assert!(!told.contains("Lost pushes"), "{form}: {told}");
    }
}
