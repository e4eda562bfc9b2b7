//! Captures of packets as inputs. The packets are made here, byte by byte.

use proptest::prelude::*;
use serde_json::Value;
use siptrail::input::Input;
use siptrail::trace::{EventId, LoadOptions};
use siptrail::{Options, Trace};

use crate::common::{cases, report_of, root};
use crate::program::{err, out, run};

/// A capture in the older form, of raw IP packets, while it is made.
struct Capture(Vec<u8>);

impl Capture {
    fn new() -> Capture {
        let mut out = Vec::new();
        out.extend(0xa1b2_c3d4_u32.to_le_bytes());
        out.extend([2, 0, 4, 0]);
        out.extend([0; 8]);
        out.extend(65_535_u32.to_le_bytes());
        out.extend(101_u32.to_le_bytes());
        Capture(out)
    }

    /// A packet at so many milliseconds, cut to `kept` bytes.
    fn packet(&mut self, ms: u32, packet: &[u8], kept: usize) {
        let kept = kept.min(packet.len());
        self.0.extend((1_400_000_000 + ms / 1000).to_le_bytes());
        self.0.extend((ms % 1000 * 1000).to_le_bytes());
        self.0.extend(u32::try_from(kept).unwrap().to_le_bytes());
        self.0.extend(u32::try_from(packet.len()).unwrap().to_le_bytes());
        self.0.extend(&packet[..kept]);
    }
}

/// A host of the documentation's network, and a port.
type End = (u8, u16);

/// An IPv4 packet; `fragment` is what stands in the field of flags and offset.
fn ip4(from: End, to: End, protocol: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).unwrap();
    let mut out = vec![0x45, 0];
    out.extend(length.to_be_bytes());
    out.extend([0, 7]);
    out.extend(fragment.to_be_bytes());
    out.extend([64, protocol, 0, 0, 192, 0, 2, from.0, 192, 0, 2, to.0]);
    out.extend(payload);
    out
}

fn ip6(from: End, to: End, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x60, 0, 0, 0];
    out.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    out.extend([protocol, 64]);
    for end in [from, to] {
        out.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, end.0]);
    }
    out.extend(payload);
    out
}

fn udp(from: End, to: End, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(from.1.to_be_bytes());
    out.extend(to.1.to_be_bytes());
    out.extend(u16::try_from(8 + payload.len()).unwrap().to_be_bytes());
    out.extend([0, 0]);
    out.extend(payload);
    out
}

fn tcp(from: End, to: End, seq: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(from.1.to_be_bytes());
    out.extend(to.1.to_be_bytes());
    out.extend(seq.to_be_bytes());
    out.extend([0, 0, 0, 0, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    out.extend(payload);
    out
}

const CLIENT: End = (40, 51_234);
const SERVER: End = (10, 5060);

fn message(start: &str, more: &str, body: &str) -> String {
    let tag = if start.starts_with("SIP") { ";tag=b" } else { "" };
    format!(
        "{start}\r\nVia: SIP/2.0/UDP 192.0.2.40:51234;branch=z9hG4bK1\r\nFrom: <sip:alice@contoso.com>;tag=a\r\nTo: <sip:bob@contoso.com>{tag}\r\nCall-ID: cap-1\r\nCSeq: 1 INVITE\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// An INVITE with a long body, 180 and 486.
fn dialog() -> [String; 3] {
    let body = format!("v=0\r\n{}", "a=candidate:1 1 UDP 1 192.0.2.40 5000 typ host\r\n".repeat(60));
    [
        message("INVITE sip:bob@contoso.com SIP/2.0", "Content-Type: application/sdp\r\n", &body),
        message("SIP/2.0 180 Ringing", "", ""),
        message("SIP/2.0 486 Busy Here", "", ""),
    ]
}

fn load(capture: &[u8]) -> Trace {
    Trace::load(vec![Input::from_bytes("c.pcap", capture)], &LoadOptions::default())
}

/// Method or status, and the packet, of each record.
fn told(capture: &[u8]) -> Vec<(String, u64)> {
    let trace = load(capture);
    let of = |i: u32| trace.locate(EventId(i)).line;
    let word = |e: &siptrail::trace::Event| if e.status > 0 { e.status.to_string() } else { format!("{:?}", e.method) };
    (0..).zip(trace.events()).map(|(i, e)| (word(e), of(i))).collect()
}

fn wanted(all: [(&str, u64); 3]) -> Vec<(String, u64)> {
    all.iter().map(|(word, n)| ((*word).to_owned(), *n)).collect()
}

#[test]
fn datagrams_of_both_versions_of_ip_are_read() {
    let [invite, ringing, busy] = dialog();
    for six in [false, true] {
        let mut capture = Capture::new();
        let send = |from, to, text: &str| {
            let datagram = udp(from, to, text.as_bytes());
            if six { ip6(from, to, 17, &datagram) } else { ip4(from, to, 17, 0, &datagram) }
        };
        capture.packet(0, &ip4(CLIENT, SERVER, 1, 0, b"no SIP"), 9999);
        capture.packet(1, &send(CLIENT, SERVER, &invite), 9999);
        capture.packet(90, &send(SERVER, CLIENT, &ringing), 9999);
        capture.packet(4000, &send(SERVER, CLIENT, &busy), 9999);
        assert_eq!(told(&capture.0), wanted([("Invite", 2), ("180", 3), ("486", 4)]), "{six}");
        let report = report_of(&[("c.pcap".to_owned(), capture.0)]);
        assert_eq!(report["sources"][0]["format"], "pcap");
        assert_eq!(report["sources"][0]["role"], "capture");
        assert_eq!(report["calls"][0]["outcome"], "busy");
        assert_eq!(report["calls"][0]["started"], "2014-05-13T16:53:20.001");
    }
}

#[test]
fn fragments_are_put_together_in_any_order() {
    let [invite, ringing, busy] = dialog();
    let datagram = udp(CLIENT, SERVER, invite.as_bytes());
    let (first, second) = datagram.split_at(1480);
    let mut capture = Capture::new();
    capture.packet(1, &ip4(CLIENT, SERVER, 17, 1480 / 8, second), 9999);
    capture.packet(2, &ip4(CLIENT, SERVER, 17, 0x2000, first), 9999);
    capture.packet(3, &ip4(SERVER, CLIENT, 17, 0, &udp(SERVER, CLIENT, ringing.as_bytes())), 9999);
    capture.packet(4, &ip4(SERVER, CLIENT, 17, 0, &udp(SERVER, CLIENT, busy.as_bytes())), 9999);
    assert_eq!(told(&capture.0), wanted([("Invite", 2), ("180", 3), ("486", 4)]));
}

#[test]
fn streams_are_put_together_and_cut_into_messages() {
    let [invite, ringing, busy] = dialog();
    let answers = format!("{ringing}{busy}");
    for size in [80, 700, 1400] {
        let mut capture = Capture::new();
        let mut seq = 0xffff_fe00;
        let mut packets = 0;
        for part in invite.as_bytes().chunks(size) {
            capture.packet(1, &ip4(CLIENT, SERVER, 6, 0, &tcp(CLIENT, SERVER, seq, part)), 9999);
            seq = seq.wrapping_add(u32::try_from(part.len()).unwrap());
            packets += 1;
        }
        capture.packet(50, &ip4(SERVER, CLIENT, 6, 0, &tcp(SERVER, CLIENT, 1, answers.as_bytes())), 9999);
        assert_eq!(told(&capture.0), wanted([("Invite", 1), ("180", packets + 1), ("486", packets + 1)]), "{size}");
    }
}

/// A link layer with a VLAN, and packets of which only a part was kept.
#[test]
fn vlans_and_cut_packets() {
    let [_, ringing, busy] = dialog();
    let mut capture = Capture::new();
    capture.0[20..24].copy_from_slice(&1_u32.to_le_bytes());
    let frame = |packet: Vec<u8>| [&[2; 12][..], &[0x81, 0, 0, 5, 8, 0], &packet].concat();
    let send = |text: &str| frame(ip4(SERVER, CLIENT, 17, 0, &udp(SERVER, CLIENT, text.as_bytes())));
    capture.packet(1, &send(&ringing), 9999);
    capture.packet(2, &send(&busy), 240);
    let report = report_of(&[("c.pcap".to_owned(), capture.0.clone())]);
    assert_eq!(told(&capture.0).len(), 2);
    let problems = report["problems"].to_string();
    assert!(problems.contains("1 SIP packet captured in part only, the first of them packet 2"), "{problems}");
    capture.0.truncate(capture.0.len() - 9);
    let problems = report_of(&[("c.pcap".to_owned(), capture.0)])["problems"].to_string();
    assert!(problems.contains("damaged or cut behind packet 1"), "{problems}");
}

/// A packet in fragments of which a part was not kept is told as cut, with what is there of it.
#[test]
fn cut_fragments_are_told() {
    let [invite, ..] = dialog();
    let datagram = udp(CLIENT, SERVER, invite.as_bytes());
    let (first, second) = datagram.split_at(1480);
    // Both cut, as with a small snap length; and the last alone.
    for (kept, methods) in [([300, 300], 1), ([9999, 300], 0)] {
        let mut capture = Capture::new();
        capture.packet(1, &ip4(CLIENT, SERVER, 17, 0x2000, first), kept[0]);
        capture.packet(2, &ip4(CLIENT, SERVER, 17, 1480 / 8, second), kept[1]);
        assert_eq!(told(&capture.0).len(), methods, "{kept:?}");
        let trace = load(&capture.0);
        let said = if methods > 0 { "1 SIP packet captured in part only" } else { "1 SIP packet in fragments" };
        let notes = trace.inputs()[0].notes();
        assert!(notes.iter().any(|note| note.starts_with(said)), "{notes:?}");
    }
}

/// The markers of records in what a peer sends forge no record, also over the end of a packet and behind a third sign.
#[test]
fn no_packet_forges_a_record() {
    let forged = "x\r\n$$end_record\r\n$$$begin_record\r\nStart-Line: INVITE sip:eve@contoso.com SIP/2.0\r\nFrom: <sip:x@contoso.com>;tag=1\r\nTo: <sip:y@contoso.com>\r\nCall-ID: forged\r\nCSeq: 1 INVITE\r\nMessage-Body: -\r\n$$end_record\r\n";
    // Whole, and with less of its body than it says.
    for (said, size) in [(0, 1), (0, 7), (9, 1), (9, 5), (9, 7), (9, 16), (9, 9999)] {
        let text = message("MESSAGE sip:bob@contoso.com SIP/2.0", "", &format!("{forged}{}", "-".repeat(said)));
        let text = &text[..text.len() - said];
        let mut capture = Capture::new();
        let mut seq = 1;
        for part in text.as_bytes().chunks(size) {
            capture.packet(1, &ip4(CLIENT, SERVER, 6, 0, &tcp(CLIENT, SERVER, seq, part)), 9999);
            seq += u32::try_from(part.len()).unwrap();
        }
        assert_eq!(told(&capture.0), [("Message".to_owned(), 1)], "{said} {size}");
    }
}

/// A message of which a segment is lost says so.
#[test]
fn lost_segments_are_told() {
    let [invite, ..] = dialog();
    let mut capture = Capture::new();
    let parts: Vec<&[u8]> = invite.as_bytes().chunks(700).collect();
    for (i, part) in parts.iter().enumerate().filter(|(i, _)| *i != 1) {
        let seq = 1 + u32::try_from(i * 700).unwrap();
        capture.packet(1, &ip4(CLIENT, SERVER, 6, 0, &tcp(CLIENT, SERVER, seq, part)), 9999);
    }
    assert_eq!(told(&capture.0), [("Invite".to_owned(), 1)]);
    let problems = report_of(&[("c.pcap".to_owned(), capture.0)])["problems"].to_string();
    assert!(problems.contains("1 SIP message of which bytes are missing, the first of them in packet 1"), "{problems}");
}

/// More connections with half a message than are kept: the newest are read all the same, and what was given up is told.
#[test]
fn many_open_connections_give_way_to_new_ones() {
    let [invite, ringing, _] = dialog();
    let mut capture = Capture::new();
    for i in 0..20_000_u16 {
        let from = (CLIENT.0, 20_000 + i);
        capture.packet(1, &ip4(from, SERVER, 6, 0, &tcp(from, SERVER, 1, &invite.as_bytes()[..40])), 9999);
    }
    capture.packet(2, &ip4(SERVER, CLIENT, 6, 0, &tcp(SERVER, CLIENT, 1, ringing.as_bytes())), 9999);
    assert!(told(&capture.0).contains(&("180".to_owned(), 20_001)));
    let problems = report_of(&[("c.pcap".to_owned(), capture.0)])["problems"].to_string();
    assert!(problems.contains("8192 connections given up with a message begun"), "{problems}");
}

/// What siptrail exports says the same when it is read: one call and one push, and the Edge's own words.
#[test]
fn an_export_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("story.pcapng");
    let path = path.to_str().unwrap();
    let made = run(&["-q", "export", "--as", "pcapng", "-o", path, "samples/push-failed-at-edge"]);
    assert!(made.status.success(), "{}", err(&made));
    let read = run(&["-q", "report", "--format", "json", path]);
    let report: Value = serde_json::from_str(&out(&read)).unwrap();
    assert_eq!((&report["summary"]["calls"], &report["summary"]["pushes"]), (&1.into(), &1.into()), "{report:#}");
    assert_eq!(report["sources"][0]["format"], "pcapng");
    let first = run(&["-q", "report", "--format", "json", "samples/push-failed-at-edge"]);
    let first: Value = serde_json::from_str(&out(&first)).unwrap();
    for key in ["call_id", "from", "to", "status", "started", "messages"] {
        assert_eq!(report["calls"][0][key], first["calls"][0][key], "{key}");
    }
    for key in ["call_id", "user", "status", "sent"] {
        assert_eq!(report["pushes"][0][key], first["pushes"][0][key], "{key}");
    }
    let diagnostics = |r: &Value| -> u64 {
        r["sources"].as_array().unwrap().iter().map(|s| s["records"]["diagnostic"].as_u64().unwrap()).sum()
    };
    assert_eq!(diagnostics(&report), diagnostics(&first));
}

/// A capture of something else says so.
#[test]
fn a_capture_of_something_else_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("web.pcap");
    let mut capture = Capture::new();
    capture.packet(1, &ip4(CLIENT, (10, 443), 6, 0, &tcp(CLIENT, (10, 443), 1, b"\x16\x03\x01\x02\x00")), 9999);
    std::fs::write(&path, &capture.0).unwrap();
    let told = err(&run(&["report", path.to_str().unwrap()]));
    assert!(told.contains("no SIP message in the capture") && !told.contains(".etl"), "{told}");
}

proptest! {
    #![proptest_config(cases(300))]
    /// Whatever bytes are turned over or cut: nothing fails, and places stay inside.
    #[test]
    fn damage_never_fails(flips in prop::collection::vec((0usize..4000, any::<u8>()), 0..8), cut in 0usize..4000, format in 0usize..2) {
        let mut bytes = if format == 0 {
            let mut capture = Capture::new();
            for (i, text) in dialog().iter().enumerate() {
                let i = u32::try_from(i).unwrap();
                let stream = tcp(CLIENT, SERVER, 100, &text.as_bytes()[..text.len() / 2]);
                capture.packet(i, &ip4(CLIENT, SERVER, 6, 0, &stream), 9999);
                capture.packet(i, &ip4(SERVER, CLIENT, 17, 0, &udp(SERVER, CLIENT, text.as_bytes())), 9999);
            }
            capture.0
        } else {
            std::fs::read(root("tests/wrappings/own.pcapng")).unwrap()
        };
        for (at, byte) in flips {
            let at = at % bytes.len();
            bytes[at] ^= byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut % 3000));
        let trace = load(&bytes);
        for i in 0..trace.events().len() {
            let place = trace.locate(EventId(u32::try_from(i).unwrap()));
            prop_assert!(place.byte <= bytes.len() as u64);
        }
        siptrail::analyse(&trace, &Options::default());
    }
}
