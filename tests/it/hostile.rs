//! Input made or damaged to hurt: no panic, no hang, and what is around the damage is still read.

use std::fmt::Write;

use proptest::prelude::*;

use crate::common::{report_of, root};

fn log(text: impl Into<Vec<u8>>) -> [(String, Vec<u8>); 1] {
    [("hostile.log".to_owned(), text.into())]
}

fn prefix(n: usize) -> String {
    format!(
        "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:{:02}:{:02}.669.{n:08x} (SIPStack,A::B:C.cpp(125))",
        n / 60 % 60,
        n % 60
    )
}

fn invite(n: usize, branch: &str, extra: &str) -> String {
    format!(
        "{}$$begin_record\nInstance-Id: {n:08X}\nDirection: outgoing\nPeer: 192.0.2.9:5061\nMessage-Type: request\n\
         Start-Line: INVITE sip:bob@contoso.com SIP/2.0\nFrom: <sip:alice@contoso.com>;tag=a\nTo: <sip:bob@contoso.com>\n\
         CSeq: 1 INVITE\nCall-ID: one\nVia: SIP/2.0/TLS 192.0.2.1:5061;branch={branch}\nVia: SIP/2.0/TLS 192.0.2.2:4000;branch=z9hG4bKroot\n{extra}Content-Length: 0\nMessage-Body: -\n$$end_record\n",
        prefix(n)
    )
}

#[test]
fn twenty_thousand_forks_under_one_call_id_are_one_call() {
    let text: String = (0..20_000).map(|n| invite(n, &format!("z9hG4bK{n}"), "")).collect();
    let report = report_of(&log(text));
    assert_eq!(report["summary"]["records"], 20_000);
    assert_eq!(report["summary"]["calls"], 1);
    assert_eq!(report["calls"][0]["legs"].as_array().unwrap().len(), 20_000);
}

#[test]
fn a_header_of_two_megabytes_and_an_endless_prefix_line_do_not_hide_their_neighbours() {
    let long = format!("X-Long: {}\n", "y".repeat(2 << 20));
    let mut text = invite(1, "z9hG4bK1", "");
    text += &invite(2, "z9hG4bK2", &long);
    text += &"TL_INFO(".repeat(300_000);
    text += "\n";
    text += &invite(3, "z9hG4bK3", "");
    assert_eq!(report_of(&log(text))["summary"]["records"], 3);
}

#[test]
fn megabytes_of_markers_are_read_in_reasonable_time() {
    for piece in
        ["$$begin_record\n", "$$end_record\n", "$$", "Start-Line: x\n", "Peer: x\n", "Via: SIP/2.0/TLS a\n,", "\n"]
    {
        let report = report_of(&log(piece.repeat((1 << 20) / piece.len())));
        assert!(report["summary"]["records"].is_number(), "{piece:?}");
    }
    // One message with an endless Via list, and false lengths that point far ahead.
    let vias: String = (0..50_000).fold(String::new(), |mut s, n| {
        let _ = writeln!(s, "Via: SIP/2.0/TLS 192.0.2.1:{n};branch=z9hG4bK{n}");
        s
    });
    let lying = "Content-Length: 4000000000\nMessage-Body: x\n$$end_record\n";
    let text = invite(1, "z9hG4bK1", &vias) + &invite(2, "z9hG4bK2", lying).repeat(2_000);
    assert_eq!(report_of(&log(text))["summary"]["calls"], 1);
}

#[test]
fn a_log_cut_anywhere_keeps_its_whole_records() {
    let text = std::fs::read(root("samples/silent-mobile-leg.log")).unwrap();
    let whole = report_of(&log(text.clone()))["summary"]["records"].as_u64().unwrap();
    let ends = |part: &[u8]| part.windows(12).filter(|w| *w == b"$$end_record").count() as u64;
    assert_eq!(whole, ends(&text));
    for cut in (0..text.len()).step_by(97) {
        let report = report_of(&log(&text[..cut]));
        let records = report["summary"]["records"].as_u64().unwrap();
        let complete = ends(&text[..cut]);
        assert!(records == complete || records == complete + 1, "cut at {cut}: {records} records, {complete} complete");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn flipped_and_spliced_bytes_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60), from: prop::sample::Index, to: prop::sample::Index) {
        let mut text = std::fs::read(root("samples/cls-two-servers.log")).unwrap();
        for (at, byte) in flips {
            let at = at.index(text.len());
            text[at] = byte;
        }
        let (from, to) = (from.index(text.len()), to.index(text.len()));
        text.drain(from.min(to)..(from.min(to) + 300).min(from.max(to)));
        let report = report_of(&log(text));
        prop_assert!(report["summary"]["records"].is_number());
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(report_of(&log(bytes))["summary"]["records"].is_number());
    }
}
