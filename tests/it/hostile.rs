//! Input made or damaged to hurt: no panic, no hang, and what is around the damage is still read.

use std::fmt::Write;

use proptest::prelude::*;

use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace, report};

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
fn megabytes_of_markers_are_read() {
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

/// What the mutations start from.
const SAMPLES: [&str; 9] = [
    "answered-elsewhere.log",
    "cls-two-servers.log",
    "damaged-paste.txt",
    "desktop-calls.log",
    "edge-only.log",
    "silent-mobile-leg.log",
    "synthetic-failed.log",
    "synthetic-passed.log",
    "utf16.log",
];

proptest! {
    #![proptest_config(crate::common::cases(150))]

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

/// One change of a log: what a fuzzer does to it.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Flips one bit.
    Flip(prop::sample::Index, u8),
    /// Drops everything behind a place.
    Truncate(prop::sample::Index),
    /// Says a stretch a second time, somewhere else.
    Duplicate(prop::sample::Index, usize, prop::sample::Index),
    /// Puts a stretch of another sample over what stands there.
    Splice(prop::sample::Index, usize, prop::sample::Index),
    /// Puts a word of the format in.
    Word(prop::sample::Index, &'static str),
}

const WORDS: &[&str] = &[
    "$$begin_record",
    "$$end_record",
    "\r\n",
    "\n\n",
    "Start-Line: ",
    "Message-Body: ",
    "Content-Length: 99999\r\n",
    "Call-ID: ",
    "CSeq: 0 ",
    "Via: ",
    ";tag=",
    ";branch=",
    "SIP/2.0 ",
    "TL_INFO(TF_PROTOCOL) ",
    "4294967296",
    "-1",
    "\u{feff}",
    "\u{1b}[2J",
    "\0",
    "ms-diagnostics: ",
];

pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    use prop::sample::Index;
    let one = prop_oneof![
        4 => (any::<Index>(), 0u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => any::<Index>().prop_map(Change::Truncate),
        3 => (any::<Index>(), 1usize..4000, any::<Index>()).prop_map(|(from, len, to)| Change::Duplicate(from, len, to)),
        3 => (any::<Index>(), 1usize..2000, any::<Index>()).prop_map(|(from, len, to)| Change::Splice(from, len, to)),
        4 => (any::<Index>(), prop::sample::select(WORDS)).prop_map(|(at, word)| Change::Word(at, word)),
    ];
    prop::collection::vec(one, 1..30)
}

pub(crate) fn change(text: &mut Vec<u8>, other: &[u8], change: &Change) {
    if text.is_empty() {
        return;
    }
    let stretch = |of: &[u8], from: usize, len: usize| of[from..(from + len).min(of.len())].to_vec();
    match change {
        Change::Flip(at, bit) => {
            let at = at.index(text.len());
            text[at] ^= 1 << bit;
        }
        Change::Truncate(at) => text.truncate(at.index(text.len())),
        Change::Duplicate(from, len, to) => {
            let piece = stretch(text, from.index(text.len()), *len);
            let to = to.index(text.len());
            text.splice(to..to, piece);
        }
        Change::Splice(from, len, to) => {
            let piece = stretch(other, from.index(other.len()), *len);
            let to = to.index(text.len());
            text.splice(to..(to + piece.len()).min(text.len()), piece);
        }
        Change::Word(at, word) => {
            let at = at.index(text.len());
            text.splice(at..at, word.bytes());
        }
    }
}

/// Whether every escape sequence is a colour or weight of the report itself.
fn only_styles(text: &[u8]) -> bool {
    text.split(|b| *b == 0x1b).skip(1).all(|rest| {
        let is_parameter = |b: &&u8| b.is_ascii_digit() || **b == b';';
        let style = rest.strip_prefix(b"[");
        style.is_some_and(|style| style.iter().find(|b| !is_parameter(b)) == Some(&b'm'))
    })
}

proptest! {
    #![proptest_config(crate::common::cases(300))]

    /// A bounded stand-in for the fuzz target `report`.
    #[test]
    fn mutated_samples_give_a_clean_report(sample in 0..SAMPLES.len(), other in 0..SAMPLES.len(), changes in changes()) {
        let read = |at: usize| std::fs::read(root("samples").join(SAMPLES[at])).unwrap();
        let (mut text, other) = (read(sample), read(other));
        for one in &changes {
            change(&mut text, &other, one);
        }
        let options = LoadOptions { chunk: 512, ..LoadOptions::default() };
        let trace = Trace::load(vec![Input::from_bytes("fuzz.log", text)], &options);
        let length = trace.inputs()[0].bytes().len() as u64;
        let analysis = siptrail::analyse(&trace, &Options::default());
        let (mut words, mut json) = (Vec::new(), Vec::new());
        report::text::write(&report::digest(&trace, &analysis, &[]), &mut words).unwrap();
        report::write_json(&report::report(&trace, &analysis, &[]), &mut json).unwrap();
        prop_assert!(only_styles(&words) && !json.contains(&0x1b), "an escape sequence of the log reached the report");
        for problem in trace.problems() {
            prop_assert!(problem.byte <= length, "{problem:?} lies outside the log");
        }
    }
}
