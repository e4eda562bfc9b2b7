//! From a packet to a part of a datagram or stream: link layer, IP with its fragments, UDP and TCP.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use etherparse::defrag::IpDefragBuf;
use etherparse::{EtherType, IpFragOffset, LaxNetSlice, LaxSlicedPacket, TcpSlice, UdpSlice, ip_number};
use pcap_parser::Linktype;
use pcap_parser::data::{PacketData, get_packetdata};

use super::packets::Captured;
use super::quick;
use crate::foreign::grammar::start_line;

/// What one packet carries.
#[derive(Clone, Debug)]
pub(super) struct Part<'p> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) kind: Kind,
    pub(super) payload: &'p [u8],
    /// Bytes are missing at its end.
    pub(super) cut: bool,
}

/// How it is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Datagram,
    Stream { seq: u32, syn: bool, fin: bool },
}

/// Packets in fragments that wait for their rest.
#[derive(Default)]
pub(super) struct Fragments {
    waiting: BTreeMap<Key, Waiting>,
    order: VecDeque<Key>,
    /// Packets with a message that were given up.
    lost: u64,
}

/// What is there of a packet.
struct Waiting {
    parts: IpDefragBuf,
    /// A message begins in it.
    is_sip: bool,
}

/// Source, destination, protocol, number.
type Key = (IpAddr, IpAddr, u8, u32);

/// So many may wait; older ones are given up.
const MOST: usize = 512;

/// Reads a packet and tells what it carries.
pub(super) fn decode(packet: &Captured<'_>, fragments: &mut Fragments, tell: &mut dyn FnMut(&Part<'_>)) {
    match quick::part(packet) {
        Some(part) => tell(&part),
        None => slow(packet, fragments, tell),
    }
}

/// The same of any packet, layer by layer.
pub(super) fn slow(packet: &Captured<'_>, fragments: &mut Fragments, tell: &mut dyn FnMut(&Part<'_>)) {
    let data = packet.data;
    let sliced = match get_packetdata(data, packet.link, data.len()) {
        Some(PacketData::L2(frame)) => LaxSlicedPacket::from_ethernet(frame).ok(),
        Some(PacketData::L3(kind, rest)) => Some(LaxSlicedPacket::from_ether_type(EtherType(kind), rest)),
        // Loopback of the BSDs, in the byte order of the network.
        _ if packet.link == Linktype(108) => data.get(4..).and_then(|ip| LaxSlicedPacket::from_ip(ip).ok()),
        _ if packet.link == Linktype(12) || packet.link == Linktype(14) => LaxSlicedPacket::from_ip(data).ok(),
        _ => None,
    };
    let Some(net) = sliced.and_then(|s| s.net) else { return };
    let (from, to, payload, fragment) = match &net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            let fragment = header
                .is_fragmenting_payload()
                .then(|| (u32::from(header.identification()), header.fragments_offset(), header.more_fragments()));
            (IpAddr::from(header.source_addr()), IpAddr::from(header.destination_addr()), ip.payload(), fragment)
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            let fragment = ip.extensions().clone().into_iter().find_map(|e| match e {
                etherparse::Ipv6ExtensionSlice::Fragment(f) if f.is_fragmenting_payload() => {
                    Some((f.identification(), f.fragment_offset(), f.more_fragments()))
                }
                _ => None,
            });
            (IpAddr::from(header.source_addr()), IpAddr::from(header.destination_addr()), ip.payload(), fragment)
        }
        LaxNetSlice::Arp(_) => return,
    };
    let protocol = payload.ip_number.0;
    match fragment {
        None => carried((from, to), protocol, payload.payload, packet.cut || payload.incomplete, tell),
        Some((id, offset, more)) => {
            let key = (from, to, protocol, id);
            if packet.cut || payload.incomplete {
                // Its rest does not fit to it any more; a beginning tells what it was.
                fragments.give_up(key);
                if offset.value() == 0 {
                    carried((from, to), protocol, payload.payload, true, tell);
                }
                return;
            }
            if let Some(whole) = fragments.add(key, payload.ip_number, (offset, more), payload.payload) {
                carried((from, to), protocol, &whole, false, tell);
            }
        }
    }
}

impl Fragments {
    /// Packets with a message that are not whole.
    pub(super) fn lost(&self) -> u64 {
        self.lost + self.waiting.values().filter(|w| w.is_sip).count() as u64
    }

    /// Forgets a packet that will not be whole.
    fn give_up(&mut self, key: Key) {
        if let Some(own) = self.waiting.remove(&key) {
            self.order.retain(|k| *k != key);
            self.lost += u64::from(own.is_sip);
        }
    }

    fn add(
        &mut self,
        key: Key,
        protocol: etherparse::IpNumber,
        (offset, more): (IpFragOffset, bool),
        payload: &[u8],
    ) -> Option<Vec<u8>> {
        if !self.waiting.contains_key(&key) {
            if self.order.len() >= MOST
                && let Some(oldest) = self.order.front().copied()
            {
                self.give_up(oldest);
            }
            self.order.push_back(key);
        }
        let own = self
            .waiting
            .entry(key)
            .or_insert_with(|| Waiting { parts: IpDefragBuf::new(protocol, Vec::new(), Vec::new()), is_sip: false });
        // Behind the header of UDP.
        own.is_sip |= offset.value() == 0 && payload.get(8..).and_then(start_line).is_some();
        // One that does not fit is left out: the packet stays incomplete.
        own.parts.add(offset, more, payload).ok()?;
        if !own.parts.is_complete() {
            return None;
        }
        self.order.retain(|k| *k != key);
        self.waiting.remove(&key).map(|own| own.parts.take_bufs().0)
    }
}

fn carried((from, to): (IpAddr, IpAddr), protocol: u8, bytes: &[u8], cut: bool, tell: &mut dyn FnMut(&Part<'_>)) {
    let ends = |a: u16, b: u16| (SocketAddr::new(from, a), SocketAddr::new(to, b));
    if protocol == ip_number::UDP.0 {
        let Ok(udp) = UdpSlice::from_slice_lax(bytes) else { return };
        // It says how long it is; a layer above may have been cut, too.
        let cut = cut || usize::from(udp.length()) > bytes.len();
        let (from, to) = ends(udp.source_port(), udp.destination_port());
        tell(&Part { from, to, kind: Kind::Datagram, payload: udp.payload(), cut });
    } else if protocol == ip_number::TCP.0 {
        let Ok(tcp) = TcpSlice::from_slice(bytes) else { return };
        let (from, to) = ends(tcp.source_port(), tcp.destination_port());
        let kind = Kind::Stream { seq: tcp.sequence_number(), syn: tcp.syn(), fin: tcp.fin() || tcp.rst() };
        tell(&Part { from, to, kind, payload: tcp.payload(), cut });
    }
}
