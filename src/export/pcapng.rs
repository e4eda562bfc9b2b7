//! A capture that Wireshark, tshark and sngrep open (pcapng, draft-ietf-opsawg-pcapng).
//!
//! Each connection is a TCP stream with a handshake and sequence numbers. Times are those of the log, on the corrected
//! clock. What no record tells is made up and named in the comment of the section; what a diagnostic record says is
//! the comment of the packet whose failure it explains.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;

use etherparse::{IpHeaders, Ipv4Header, Ipv6FlowLabel, Ipv6Header, TcpHeader, ip_number};

use super::streams::Streams;
use super::wire::wire;
use crate::analysis::Analysis;
use crate::analysis::transmission::transmissions;
use crate::record::RecordKind;
use crate::text::{clean, decode, sanitize};
use crate::trace::{EventId, Trace};

/// Largest part of a message in one packet.
const SEGMENT: usize = 1400;
/// Raw IP packets (`LINKTYPE_RAW`).
const LINK: u16 = 101;

/// Writes the messages among `records`, in the order of time, with what their diagnostic records say.
///
/// # Errors
/// When the writer fails.
pub fn write(trace: &Trace, analysis: &Analysis, records: &[EventId], out: &mut dyn Write) -> io::Result<()> {
    let transmissions = transmissions(trace, records);
    let streams = Streams::of(trace, analysis, &transmissions);
    let comments = diagnostics(trace, records);
    section(&streams, out)?;
    names(&streams, out)?;
    let mut last = 0;
    let mut messages: Vec<(i64, EventId, Vec<EventId>)> = transmissions
        .iter()
        .map(|c| {
            let time = c.records().find_map(|id| analysis.time(trace, id)).map_or(last, |t| t.0);
            last = time;
            (time, c.first(), c.records().collect())
        })
        .collect();
    messages.sort_by_key(|(time, id, _)| (*time, *id));
    // By both ends, lower one first: connections that the log does not tell apart are one stream.
    let mut states: BTreeMap<[(IpAddr, u16); 2], State> = BTreeMap::new();
    for (time, id, copies) in messages {
        let Some((stream, side)) = streams.find(trace, analysis, id) else { continue };
        let Some(message) = trace.event(id).and_then(|e| wire(trace, e)) else { continue };
        let ends = [streams.address(stream, side), streams.address(stream, 1 - side)];
        let mut key = ends;
        key.sort_unstable();
        let side = if ends[0] == ends[1] { side } else { usize::from(key[0] != ends[0]) };
        let state = states.entry(key).or_default();
        if !std::mem::replace(&mut state.open, true) {
            for (from, flags) in [(0, SYN), (1, SYN | ACK), (0, ACK)] {
                let ends = if from == 0 { ends } else { [ends[1], ends[0]] };
                let side = if from == 0 { side } else { 1 - side };
                packet(time, &state.segment(ends, side, flags, &[]), "", out)?;
            }
        }
        let told = copies.iter().filter_map(|id| comments.get(id)).flatten().cloned();
        let comment = told.chain(message.remarks).collect::<Vec<_>>().join("\n");
        let mut parts = message.bytes.chunks(SEGMENT).peekable();
        let mut comment = comment.as_str();
        while let Some(part) = parts.next() {
            let flags = if parts.peek().is_none() { ACK | PSH } else { ACK };
            packet(time, &state.segment(ends, side, flags, part), std::mem::take(&mut comment), out)?;
        }
    }
    Ok(())
}

const SYN: u8 = 1;
const ACK: u8 = 2;
const PSH: u8 = 4;

/// How far a stream is.
#[derive(Debug, Default)]
struct State {
    open: bool,
    /// Next sequence number of each side.
    next: [u32; 2],
}

impl State {
    /// One IP packet, its checksums right.
    fn segment(&mut self, ends: [(IpAddr, u16); 2], side: usize, flags: u8, payload: &[u8]) -> Vec<u8> {
        let [(from, from_port), (to, to_port)] = ends;
        let own = self.next.get(side).copied().unwrap_or(0);
        let mut tcp = TcpHeader::new(from_port, to_port, own, u16::MAX);
        (tcp.syn, tcp.ack, tcp.psh) = (flags & SYN > 0, flags & ACK > 0, flags & PSH > 0);
        if tcp.ack {
            tcp.acknowledgment_number = self.next.get(1 - side).copied().unwrap_or(0);
        }
        let length = u32::try_from(payload.len()).unwrap_or(0) + u32::from(tcp.syn);
        if let Some(next) = self.next.get_mut(side) {
            *next = own.wrapping_add(length);
        }
        let behind = u16::try_from(tcp.header_len() + payload.len()).unwrap_or(u16::MAX);
        let ip = match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let header = Ipv4Header::new(behind, 64, ip_number::TCP, from.octets(), to.octets());
                header.ok().map(|header| IpHeaders::Ipv4(header, etherparse::Ipv4Extensions::default()))
            }
            (from, to) => {
                let wide = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                    IpAddr::V6(ip) => ip.octets(),
                };
                let header = Ipv6Header {
                    traffic_class: 0,
                    flow_label: Ipv6FlowLabel::ZERO,
                    payload_length: behind,
                    next_header: ip_number::TCP,
                    hop_limit: 64,
                    source: wide(from),
                    destination: wide(to),
                };
                Some(IpHeaders::Ipv6(header, etherparse::Ipv6Extensions::default()))
            }
        };
        let mut out = Vec::with_capacity(usize::from(behind) + 40);
        // Writing to memory does not fail, and a segment is far smaller than a packet may be.
        let sum = match ip {
            Some(IpHeaders::Ipv4(mut header, _)) => {
                header.header_checksum = header.calc_header_checksum();
                let _ = header.write(&mut out);
                tcp.calc_checksum_ipv4(&header, payload)
            }
            Some(IpHeaders::Ipv6(header, _)) => {
                let _ = header.write(&mut out);
                tcp.calc_checksum_ipv6(&header, payload)
            }
            None => return out,
        };
        tcp.checksum = sum.unwrap_or(0);
        let _ = tcp.write(&mut out);
        out.extend(payload);
        out
    }
}

/// What diagnostic records say, at the message that they explain: the next one of the same Call-ID in the same input,
/// else the one before.
fn diagnostics(trace: &Trace, records: &[EventId]) -> BTreeMap<EventId, Vec<String>> {
    let mut out: BTreeMap<EventId, Vec<String>> = BTreeMap::new();
    let mut sorted = records.to_vec();
    sorted.sort_unstable();
    for id in &sorted {
        let Some(event) = trace.event(*id).filter(|e| e.kind != RecordKind::Protocol && !e.is_copy()) else { continue };
        let same = |other: &&EventId| {
            trace.event(**other).is_some_and(|e| {
                e.kind == RecordKind::Protocol && e.call_id() == event.call_id() && e.file == event.file && !e.is_copy()
            })
        };
        let split = sorted.partition_point(|other| other < id);
        // Far away is another story; and a hostile log must not make this slow.
        let near = sorted.get(split..).into_iter().flatten().take(1000).find(same);
        let near = near.or_else(|| sorted.get(..split).into_iter().flatten().rev().take(1000).find(same));
        let Some(near) = near.filter(|_| event.call_id().is_some()) else { continue };
        let named = |name: &str| trace.field(event, name).map(|raw| decode(&clean(raw)).into_owned());
        let parts: Vec<String> = ["Severity", "Text", "Result-Code", "Data"].into_iter().filter_map(named).collect();
        let at = trace.locate(*id);
        out.entry(*near).or_default().push(format!("{}:{}: {}", at.file, at.line, parts.join(", ")));
    }
    out
}

/// Section header and the one interface.
fn section(streams: &Streams, out: &mut dyn Write) -> io::Result<()> {
    let mut comment = vec![
        "Made from a server's SIP trace by siptrail: messages and times are the log's; packets, acknowledgements and \
         handshakes are not."
            .to_owned(),
    ];
    if !streams.made_up.is_empty() {
        let names: Vec<String> = streams.made_up.iter().take(200).map(|(host, ip)| format!("{ip} {host}")).collect();
        comment.push(format!("Addresses that no record tells, so made up: {}.", names.join(", ")));
    }
    if streams.made_up_ports > 0 {
        comment.push(format!("Ports that no record tells, so 5061: {}.", streams.made_up_ports));
    }
    let comment: Vec<String> = comment.iter().map(|line| sanitize(line).into_owned()).collect();
    let mut body = Vec::new();
    body.extend(0x1a2b_3c4d_u32.to_le_bytes());
    body.extend([1, 0, 0, 0]);
    body.extend((-1_i64).to_le_bytes());
    option(&mut body, 1, comment.join("\n").as_bytes());
    option(&mut body, 4, concat!("siptrail ", env!("CARGO_PKG_VERSION")).as_bytes());
    option(&mut body, 0, &[]);
    block(0x0a0d_0d0a, &body, out)?;
    let mut body = Vec::new();
    body.extend(LINK.to_le_bytes());
    body.extend([0; 6]);
    // Times in milliseconds.
    option(&mut body, 9, &[3]);
    option(&mut body, 0, &[]);
    block(1, &body, out)
}

/// Name resolution: hosts as the log calls them.
fn names(streams: &Streams, out: &mut dyn Write) -> io::Result<()> {
    let mut body = Vec::new();
    for (name, ip) in streams.names() {
        let name = sanitize(name);
        let mut value = match ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let kind = if ip.is_ipv4() { 1 } else { 2 };
        value.extend(name.bytes().take(255));
        value.push(0);
        option(&mut body, kind, &value);
    }
    if body.is_empty() {
        return Ok(());
    }
    option(&mut body, 0, &[]);
    block(4, &body, out)
}

fn packet(time: i64, bytes: &[u8], comment: &str, out: &mut dyn Write) -> io::Result<()> {
    let time = u64::try_from(time).unwrap_or(0).to_le_bytes();
    let length = u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes();
    let mut body = vec![0; 4];
    body.extend(&time[4..]);
    body.extend(&time[..4]);
    body.extend(length);
    body.extend(length);
    body.extend(bytes);
    pad(&mut body);
    if !comment.is_empty() {
        let lines: Vec<String> = comment.lines().map(|line| sanitize(line).into_owned()).collect();
        option(&mut body, 1, lines.join("\n").as_bytes());
        option(&mut body, 0, &[]);
    }
    block(6, &body, out)
}

/// An option or a record of a name block: code, length, value, padding.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
    body.extend(code.to_le_bytes());
    body.extend(u16::try_from(value.len()).unwrap_or(0).to_le_bytes());
    body.extend(value);
    pad(body);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

fn block(kind: u32, body: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let length = u32::try_from(body.len() + 12).unwrap_or(u32::MAX).to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length)?;
    out.write_all(body)?;
    out.write_all(&length)
}
