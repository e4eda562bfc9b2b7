//! `siptrail export`: what another reader of the capture finds in it.

use std::collections::{BTreeMap, BTreeSet};

use etherparse::{NetSlice, SlicedPacket, TransportSlice};

use crate::program::run;

const FAILED: &str = "samples/push-failed-at-edge";

/// Blocks of a capture: type, body.
fn blocks(mut bytes: &[u8]) -> Vec<(u32, &[u8])> {
    let mut out = Vec::new();
    let number = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    while !bytes.is_empty() {
        let length = number(bytes, 4) as usize;
        assert_eq!(length % 4, 0);
        assert_eq!(number(bytes, length - 4) as usize, length, "the length stands at both ends");
        out.push((number(bytes, 0), &bytes[8..length - 4]));
        bytes = &bytes[length..];
    }
    out
}

/// Time in milliseconds, packet, options.
fn packets(capture: &[u8]) -> Vec<(u64, &[u8], &[u8])> {
    let number = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let packets = blocks(capture).into_iter().filter(|(kind, _)| *kind == 6);
    packets
        .map(|(_, b)| {
            let length = number(b, 12) as usize;
            let time = u64::from(number(b, 4)) << 32 | u64::from(number(b, 8));
            (time, &b[20..20 + length], &b[20 + length.next_multiple_of(4)..])
        })
        .collect()
}

/// What a reader of a capture finds: messages by the first line of each, handshakes, and the ends of connections. A
/// segment whose number was sent before would be hidden as a retransmission.
pub(crate) struct Streams {
    pub(crate) messages: Vec<String>,
    pub(crate) opened: usize,
    pub(crate) ends: BTreeSet<[String; 2]>,
}

pub(crate) fn streams(capture: &[u8]) -> Streams {
    let mut out = Streams { messages: Vec::new(), opened: 0, ends: BTreeSet::new() };
    let mut next: BTreeMap<(String, String), u32> = BTreeMap::new();
    for (_, packet, _) in packets(capture) {
        let sliced = SlicedPacket::from_ip(packet).unwrap();
        let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) = (&sliced.net, &sliced.transport) else {
            panic!("no TCP over IPv4")
        };
        let header = ip.header().to_header();
        let end = |ip: [u8; 4], port: u16| format!("{}:{port}", std::net::Ipv4Addr::from(ip));
        let (from, to) = (end(header.source, tcp.source_port()), end(header.destination, tcp.destination_port()));
        let own = next.entry((from.clone(), to.clone())).or_insert(tcp.sequence_number());
        assert_eq!(*own, tcp.sequence_number(), "{from} to {to} sends a number again, or leaves a hole");
        *own += u32::try_from(tcp.payload().len()).unwrap() + u32::from(tcp.syn());
        out.opened += usize::from(tcp.syn() && !tcp.ack());
        let mut ends = [from, to];
        ends.sort();
        out.ends.insert(ends);
        let text = String::from_utf8_lossy(tcp.payload());
        let first = text.lines().next().unwrap_or_default();
        if first.starts_with("SIP/2.0 ") || first.ends_with(" SIP/2.0") {
            out.messages.push(first.to_owned());
        }
    }
    out
}

/// Only the receiver logged the first message of a connection: it is one stream all the same.
#[test]
fn one_connection_is_one_stream_with_one_address_a_host() {
    let dir = tempfile::tempdir().unwrap();
    for file in ["fe03.log", "edge03.log"] {
        let text = std::fs::read_to_string(crate::common::root(FAILED).join(file)).unwrap();
        // The Front End's own copy of what it sent to the Edge is lost.
        let kept: String = text
            .split_inclusive("$$end_record\n")
            .filter(|r| file != "fe03.log" || !(r.contains("Direction: outgoing") && r.contains("Start-Line: MESSAGE")))
            .collect();
        assert_eq!(kept.len() < text.len(), file == "fe03.log");
        std::fs::write(dir.path().join(file), kept).unwrap();
    }
    let o = run(&["export", "--as", "pcapng", dir.path().to_str().unwrap()]);
    let found = streams(&o.stdout);
    assert_eq!(found.opened, found.ends.len());
    let edge: Vec<&[String; 2]> = found.ends.iter().filter(|e| e.iter().any(|end| end.contains(":55654"))).collect();
    assert_eq!(edge.len(), 1, "{:?}", found.ends);
    assert!(edge[0].iter().any(|end| end == "192.0.2.13:55654"), "{edge:?}");
}

#[test]
fn a_capture_holds_each_message_once_in_streams_that_add_up() {
    let o = run(&["export", "--as", "pcapng", "--where", "missed", FAILED]);
    let all = packets(&o.stdout);
    let mut next: BTreeMap<(String, String), u32> = BTreeMap::new();
    let mut connections = BTreeSet::new();
    let mut messages = Vec::new();
    for (time, packet, options) in &all {
        let sliced = SlicedPacket::from_ip(packet).unwrap();
        let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) = (&sliced.net, &sliced.transport) else {
            panic!("no TCP over IPv4")
        };
        let header = ip.header().to_header();
        assert_eq!(header.calc_header_checksum(), header.header_checksum);
        assert_eq!(tcp.calc_checksum_ipv4(header.source, header.destination).unwrap(), tcp.checksum());
        let end = |ip: [u8; 4], port: u16| format!("{}:{port}", std::net::Ipv4Addr::from(ip));
        let (from, to) = (end(header.source, tcp.source_port()), end(header.destination, tcp.destination_port()));
        let own = next.entry((from.clone(), to.clone())).or_insert(tcp.sequence_number());
        assert_eq!(*own, tcp.sequence_number(), "{from} to {to} leaves a hole");
        *own += u32::try_from(tcp.payload().len()).unwrap() + u32::from(tcp.syn());
        if tcp.ack() {
            let other = next.get(&(to.clone(), from.clone())).copied();
            assert_eq!(other, Some(tcp.acknowledgment_number()), "{to} has not sent that much");
        }
        connections.insert([from.clone(), to.clone()].into_iter().min().map(|a| (a, from.clone().max(to.clone()))));
        let text = String::from_utf8(tcp.payload().to_vec()).unwrap();
        if text.starts_with("SIP/2.0") || text.lines().next().is_some_and(|l| l.ends_with(" SIP/2.0")) {
            messages.push((*time, text.lines().next().unwrap_or_default().to_owned(), from, to, options.to_vec()));
        }
    }
    // Caller and Front End, Front End and mobility service in both directions of setting up, Front End and Edge.
    assert_eq!(connections.len(), 4, "{connections:?}");
    let lines: Vec<&str> = messages.iter().map(|m| m.1.split("sip:").next().unwrap_or_default().trim_end()).collect();
    let expected = "INVITE|SIP/2.0 100 Trying|SIP/2.0 101 Progress Report|INVITE|SIP/2.0 100 Trying|SIP/2.0 180 Ringing|\
                    SIP/2.0 180 Ringing|MESSAGE|MESSAGE|SIP/2.0 504 Server time-out|SIP/2.0 504 Server time-out|\
                    SIP/2.0 408 Request Timeout|ACK|SIP/2.0 408 Request Timeout|ACK";
    assert_eq!(lines.join("|"), expected);
    // From the log: the caller's address, both ends of the connection to the Edge, and the time of the INVITE.
    assert_eq!((messages[0].2.as_str(), messages[0].0), ("192.0.2.103:50425", 1_328_776_220_015));
    assert_eq!((messages[8].2.as_str(), messages[8].3.as_str()), ("192.0.2.13:55654", "203.0.113.1:5061"));
    // The diagnostic record of the Edge stands at the 504 that it explains.
    let told: Vec<usize> = (0..messages.len())
        .filter(|i| String::from_utf8_lossy(&messages[*i].4).contains("edge03.log:23: warning, The domain"))
        .collect();
    assert_eq!(told, [9]);
    let (_, section) = blocks(&o.stdout)[0];
    assert!(String::from_utf8_lossy(section).contains("made up: 203.0.113.1 edge03.contoso.com."));
}

#[test]
fn plain_messages_are_whole() {
    let o = run(&["export", "--as", "sip", "--where", "missed", FAILED]);
    let text = String::from_utf8(o.stdout).unwrap();
    let mut rest = text.as_str();
    let mut messages = 0;
    while !rest.is_empty() {
        let (head, tail) = rest.split_once("\r\n\r\n").unwrap();
        let length = head.lines().find_map(|l| l.strip_prefix("Content-Length: ")).unwrap().parse::<usize>().unwrap();
        rest = tail.get(length..).unwrap().trim_start_matches("\r\n");
        messages += 1;
    }
    // Seventeen records of messages: those that two servers logged are there twice.
    assert_eq!(messages, 17);
    let none = run(&["export", "--as", "sip", "--where", "user:nobody", FAILED]);
    assert!(none.stdout.is_empty() && String::from_utf8_lossy(&none.stderr).contains("no record is selected"));
}
