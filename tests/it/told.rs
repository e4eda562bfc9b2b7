//! What reports for people say of a failure: causes of certificates and of the telephone network, ids without a text, lost
//! pushes, and the marks of a call.

use serde_json::{Value, json};

use crate::common::{report_of, scenarios};
use crate::program::{out, run};
use crate::story::{self, base, of, text};

/// The forms of a report for people, and one story.
const FORMS: [&[&str]; 4] =
    [&["report"], &["report", "--format", "markdown"], &["report", "--format", "html"], &["show", "c1"]];

/// Text without its line breaks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A missed call whose push the clearing house refused with an id that nobody explains.
fn refused() -> String {
    let refused = base("nopush").replace(
        "08:30:30.100 in",
        "08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx\n\
         08:30:00.900 out fe01.contoso.com:55153 403 MESSAGE p1 via=mcx client=pnch | ms-diagnostics-public: 30005;reason=\"Odd\"\n\
         08:30:30.100 in",
    );
    format!("push p1 bob@contoso.com\n{refused}")
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

/// The cause of the telephone network is asked for and shown wherever a call is.
#[test]
fn causes_of_the_telephone_network_are_in_every_form() {
    let header = "Reason: SIP;cause=503;text=\"a, Q.850;cause=3\", Q.850 ; cause=34 ;text=\"no circuit\"";
    let dir = story::folder(&failed(488, header));
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
        ("126", "Q.850 cause 126: Not in the table of causes."),
    ] {
        let missed = base("nopush").replace(" #final2", &format!(" | Reason: Q.850;cause={cause}"));
        let dir = story::folder(&missed);
        let folder = dir.path().to_str().unwrap();
        for form in FORMS {
            let text = flat(&out(&run(&[form, &[folder]].concat())));
            assert!(text.contains(words), "{form:?} {cause}: {text}");
        }
    }
}

/// Number and reason as they came, and that their meaning is not published, in every form for people.
#[test]
fn ids_of_the_clearing_house_without_a_text_are_said_to_have_none() {
    let dir = story::folder(&refused());
    let folder = dir.path().to_str().unwrap();
    for args in FORMS {
        let text = flat(&out(&run(&[args, &[folder]].concat())));
        assert!(
            text.contains("30005") && text.contains("Odd") && text.contains("meaning not published"),
            "{args:?}: {text}"
        );
    }
    // Of a lost push without a missed call, too.
    let alone = "push p1 bob@contoso.com\n--- fe01.log cls=pool01\\fe01\n\
        08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx\n\
        08:30:00.900 out fe01.contoso.com:55153 403 MESSAGE p1 via=mcx client=pnch | ms-diagnostics-public: 30005;reason=\"Odd\"\n";
    let dir = story::folder(alone);
    let folder = dir.path().to_str().unwrap();
    let told = flat(&out(&run(&["report", folder])));
    assert!(told.contains("bob@contoso.com: rejected 403 Forbidden [30005 \"Odd\", meaning not published]"), "{told}");
    let told = out(&run(&["report", "--format", "markdown", folder]));
    assert!(told.contains("- **rejected**: 403 `Forbidden`, 30005 `Odd`, meaning not published"), "{told}");
}

/// A lost push of a call that was perhaps missed stands with that call, in text and in Markdown.
#[test]
fn a_lost_push_stands_with_the_call_it_is_for() {
    let log = refused();
    // Its final is not in the log.
    let open: String = log.split_inclusive('\n').filter(|l| !l.contains("#final")).collect();
    let dir = story::folder(&open);
    let folder = dir.path().to_str().unwrap();
    for form in ["text", "markdown"] {
        let told = out(&run(&["report", "--format", form, folder]));
        let (_, perhaps) = told.split_once("Perhaps missed").unwrap_or_else(|| panic!("{form}: {told}"));
        let perhaps = perhaps.split("Call-ID").next().unwrap();
        assert!(perhaps.contains("rejected") && perhaps.contains("30005"), "{form}: {told}");
        assert!(!told.contains("Lost pushes"), "{form}: {told}");
    }
}
/// What marks a call or a push is asked for by name, in lists and in their columns.
#[test]
fn marks_are_fields_of_the_filter_language() {
    for (scenario, table, query, columns, row) in [
        ("116-story-reached-later", "calls", "reached-later", "call-id,reached-later", "call0001,true"),
        ("95-story-missed-message", "calls", "message-missed", "call-id,message-missed", "call0001,true"),
        ("109-story-gave-up-after-long", "calls", "gave-up>1s", "call-id,gave-up", "call0001,28900"),
        ("97-story-second-push-accepted", "pushes", "superseded", "call-id,superseded", "push0001,true"),
    ] {
        let scenario = scenarios().into_iter().find(|s| s.name == scenario).unwrap();
        let dir = story::files(scenario.files);
        let folder = dir.path().to_str().unwrap();
        let ask = |query: &str| {
            out(&run(&["list", table, "--where", query, "--columns", columns, "--format", "csv", folder]))
        };
        assert_eq!(ask(query).lines().skip(1).collect::<Vec<_>>(), [row], "{query}");
        assert!(!ask(&format!("not ({query})")).contains(row), "{query}");
    }
}
