use super::super::catalogue::Step;
use super::*;

#[test]
fn everything_an_engineer_can_point_at_is_found() {
    // (asked, kind/code of every block, part of the first meaning, summary or cause, entries to see)
    for (what, blocks, part, see) in [
        ("pn03", "finding/PN03", "SRV answers", ""),
        ("NF06", "never_reported/NF06", "subscriptions", ""),
        ("1009", "diagnostic/1009", "another domain", "PN03"),
        ("ms-diagnostics: 1009;reason=\"No match\"", "diagnostic/1009", "another domain", "PN03"),
        ("ms-diagnostics-public: 30000;Reason=\"Success\"", "diagnostic/30000", "does not prove", ""),
        ("2139", "diagnostic/2139", "newer subscription", "NF06"),
        ("25008", "diagnostic/25008", "no error", "NF03"),
        ("1015", "diagnostic/1015", "known to exist, but no text", ""),
        ("1999", "diagnostic/1999", "Its range, 1000 to 1999: SIP stack", ""),
        ("18000", "diagnostic/18000", "outside every known range", ""),
        ("99999999999", "diagnostic/99999999999", "outside every known range", ""),
        ("23", "diagnostic/23 gateway_cause/23", "inside and an outside user", ""),
        ("480", "sip_status/480 diagnostic/480", "do not disturb", ""),
        ("504 Server time-out", "sip_status/504 diagnostic/504", "see ms-diagnostics", ""),
        ("499", "sip_status/499 diagnostic/499", "treats it like 400", ""),
        ("150", "sip_status/150 diagnostic/150", "treats it like 183", ""),
        ("700", "diagnostic/700", "common to all components", ""),
        ("99", "diagnostic/99 gateway_cause/99", "common to all components", ""),
        ("48", "diagnostic/48 tls_alert/48", "common to all components", ""),
        ("34", "diagnostic/34 gateway_cause/34", "common to all components", ""),
        ("Q.850 ;cause=34 ;text=\"x\"", "gateway_cause/34", "All lines are taken", ""),
        ("Reason: Q.850;cause=16", "gateway_cause/16", "hung up", ""),
        ("unknown_ca", "tls_alert/48", "authority of our certificate", "PN06 PN15"),
        ("TLS1_ALERT_CERTIFICATE_EXPIRED", "tls_alert/45", "has run out", "PN17"),
        ("0x80090325", "result_code/0x80090325", "TLS alert 48 (unknown_ca)", "PN06 PN15"),
        ("SEC_E_CERT_EXPIRED", "result_code/0x80090328", "TLS alert 45", "PN17"),
        ("CERT_E_WRONG_USAGE", "result_code/0x800b0110", "may not be used", "PN18"),
        ("0x800b010a", "result_code/0x800b010a", "certificate between is missing", ""),
        ("CRYPT_E_REVOCATION_OFFLINE", "result_code/0x80092013", "revoked certificates", ""),
        ("10065", "diagnostic/10065 result_code/0x00002751", "Mediation Server", ""),
        ("WSAHOST_NOT_FOUND", "result_code/0x00002af9", "DNS does not know", ""),
        ("14428", "diagnostic/14428 event/14428", "number translation", ""),
        ("33022", "diagnostic/33022 event/33022", "outside every known range", ""),
        ("30005", "diagnostic/30005", "not published", "PN33"),
        ("10003", "diagnostic/10003", "Lync side refused", ""),
        ("AndroidLync", "client/androidlync", "2019 and the Subscription Edition from version 6 on", ""),
        (
            "RTCC/7.0.0.0 UCWA/7.0.0.0 LyncForMac/16",
            "client/rtcc client/ucwa client/lyncformac",
            "server application",
            "",
        ),
        ("10060", "diagnostic/10060 result_code/0x0000274c", "Mediation Server", ""),
        ("10054(WSAECONNRESET)", "result_code/0x00002746", "10054", ""),
        ("wsaetimedout", "result_code/0x0000274c", "10060", ""),
        ("0x274C", "result_code/0x0000274c", "10060", ""),
        ("0x8007274c", "result_code/0x8007274c", "10060", ""),
        ("0xc3e93d6f", "result_code/0xc3e93d6f", "another domain", "PN03"),
        ("C3E93D6F", "result_code/0xc3e93d6f", "another domain", "PN03"),
        ("0xC3E93C5E(SIPPROXY_E_ROUTING)", "result_code/0xc3e93c5e", "Route headers", "NF02"),
        ("0xc3e93c5e SIPPROXY_E_ROUTING", "result_code/0xc3e93c5e", "Route headers", "NF02"),
        ("HRESULT=\"0x80090322(SEC_E_WRONG_PRINCIPAL)\"", "result_code/0x80090322", "another name", ""),
        ("80090322", "result_code/0x80090322", "another name", ""),
        ("12345678", "diagnostic/12345678", "outside every known range", ""),
        ("SIPPROXY_E_ROUTING", "result_code/0xc3e93c5e", "Route headers", "NF02"),
        (
            "sipproxy_e_eprouting_msg_invalid_ext_split_domain",
            "result_code/SIPPROXY_E_EPROUTING_MSG_INVALID_EXT_SPLIT_DOMAIN",
            "number is not known",
            "PN12",
        ),
        ("0xC3E93FFF(SIPPROXY_E_NEW)", "result_code/0xc3e93fff", "SIP proxy", ""),
        ("not_opened", "verdict/not_opened", "Counts as missed", "PN50"),
        ("No-Answer", "outcome/no_answer", "It rang", ""),
        ("rejected", "outcome/rejected push_result/rejected", "300 or more", ""),
        ("undetermined", "outcome/undetermined verdict/undetermined push_result/undetermined", "inside the call", ""),
    ] {
        let found = lookup(what).unwrap_or_else(|e| panic!("{e}"));
        let named: Vec<String> = found.iter().map(|e| format!("{}/{}", e.kind, e.code)).collect();
        assert_eq!(named.join(" "), blocks, "{what}");
        let first = &found[0];
        let told = [first.meaning.as_deref(), first.summary, first.cause].map(Option::unwrap_or_default).concat();
        assert!(told.contains(part), "{what}: {told}");
        assert_eq!(first.see.join(" "), see, "{what}");
    }
}

/// The vendor's lists, whole: each by number in hexadecimal and decimal, and by name.
#[test]
fn every_code_of_the_tables_is_known_in_every_spelling() {
    let known = |what: &str, kind: &str, name: &str| {
        let found = lookup(what).unwrap_or_else(|e| panic!("{what}: {e}"));
        let is = |e: &Explanation| e.kind == kind && (e.code == name || e.summary == Some(name)) && e.meaning.is_some();
        assert!(found.iter().any(is), "{what}: no {kind} {name}: {found:?}");
    };
    let mut numbered = 0;
    for row in tables::rows(include_str!("../windows_codes.tsv")) {
        let name = row[1];
        let spellings = [name.to_owned(), name.to_ascii_lowercase()];
        for what in &spellings {
            known(what, "result_code", name);
        }
        let Ok(code) = u32::from_str_radix(row[0], 16) else { continue };
        numbered += 1;
        let mut spellings =
            vec![format!("{code:#010x}"), format!("0x{code:X}"), format!("{code:08X}"), code.to_string()];
        spellings.push(format!("0x{code:x}({name})"));
        if code >> 31 == 1 {
            spellings.push(code.cast_signed().to_string());
        } else {
            spellings.push(format!("{code}({name})"));
        }
        for what in &spellings {
            known(what, "result_code", name);
        }
    }
    assert!(numbered > 280, "{numbered} codes");
    for row in tables::rows(include_str!("../tls_alerts.tsv")) {
        for what in row[..3].iter().filter(|what| **what != "-") {
            known(what, "tls_alert", row[0]);
        }
    }
    for row in tables::rows(include_str!("../events.tsv")) {
        known(row[0], "event", row[0]);
    }
    for row in tables::rows(include_str!("../q850.tsv")) {
        known(row[0], "gateway_cause", row[0]);
        known(&format!("Reason: Q.850;cause={}", row[0]), "gateway_cause", row[0]);
    }
    for row in tables::rows(include_str!("../diagnostics.tsv")) {
        known(row[0], "diagnostic", row[0]);
    }
    // A name that is only known in decimal of half of 32 bits, and one that is known to nobody.
    assert!(lookup("-2146893019").is_ok_and(|e| e[0].summary == Some("SEC_E_UNTRUSTED_ROOT")));
    assert!(lookup("-1").is_ok_and(|e| e.len() == 1 && e[0].code == "0xffffffff"));
    assert!(lookup("-99999999999").is_err());
}

#[test]
fn what_is_unknown_is_refused_with_the_nearest_name() {
    for (what, nearest) in [
        ("PN99", Some("PN09")),
        ("PM09", Some("PN09")),
        ("not_openend", Some("not_opened")),
        ("unroutabel", Some("unroutable")),
        ("SIPPROXY_E_ROUTNG", Some("SIPPROXY_E_ROUTING")),
        ("no answr", Some("no_answer")),
        ("kangaroo", None),
        ("0x123456789", None),
        ("0x", None),
        ("", None),
        ("-", None),
    ] {
        assert_eq!(lookup(what).map_err(|e| e.nearest).err(), Some(nearest), "{what}");
    }
}

#[test]
fn what_is_to_be_seen_exists() {
    for word in tables::words() {
        assert!(word.see.split_ascii_whitespace().all(|code| catalogue::find(code).is_some()), "{}", word.word);
    }
    for noise in catalogue::never_reported() {
        let ids = noise.id.iter().map(ToString::to_string);
        for number in ids.chain(noise.result_code.iter().cloned()) {
            assert!(lookup(&number).is_ok_and(|e| e[0].see.contains(&noise.code.as_str())), "{number}");
        }
    }
}

#[test]
fn a_remedy_gives_its_commands_as_they_are_typed() {
    for (what, commands) in [
        ("PN01", vec!["New-CsAllowedDomain -Identity \"push.lync.com\""]),
        (
            "PN11",
            vec![
                "Get-CsMcxConfiguration | Set-CsMcxConfiguration -PushNotificationProxyUri \"sip:push@push.lync.com\"",
            ],
        ),
        (
            "PN10",
            vec![
                "Get-CsImFilterConfiguration",
                "Set-CsImFilterConfiguration -Prefixes @{remove=\"http:\"}",
                "Set-CsImFilterConfiguration -Prefixes @{remove=\"https:\"}",
            ],
        ),
        ("1014", vec!["nslookup <host>"]),
        ("PN63", vec![]),
        ("PN06", vec!["Restart-Service RTCSRV"]),
    ] {
        assert_eq!(lookup(what).unwrap()[0].commands, commands, "{what}");
    }
    // A cmdlet outside the backticks would not be printed on a line of its own.
    let prose = |steps: &[Step]| steps.iter().any(|s| matches!(s, Step::Text(t) if t.contains("Get-Cs")));
    assert!(catalogue::catalogue().iter().all(|f| !prose(&f.steps)));
    let checks = || catalogue::catalogue().iter().flat_map(|f| &f.checks);
    assert!(checks().all(|c| !prose(&catalogue::steps(c))));
    let page = &lookup("PN01").unwrap()[0];
    assert_eq!(page.checks[1].commands, ["Get-CsHostingProvider"]);
    assert!(page.noticed.is_some_and(|t| t.contains("test calls between desktops work")));
    assert!((0..60_000).filter_map(tables::diagnostic).all(|d| !prose(&catalogue::steps(d.remedy))));
}
