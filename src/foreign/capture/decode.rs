//! From a packet to a part of a datagram or stream: link layer, IP with its fragments, UDP and TCP.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use etherparse::defrag::IpDefragBuf;
use etherparse::{EtherType, IpFragOffset, LaxNetSlice, LaxSlicedPacket, TcpSlice, UdpSlice, ip_number};
use pcap_parser::Linktype;
use pcap_parser::data::{PacketData, get_packetdata};

use super::packets::{Captured, Kind, Part};
use super::quick;
use crate::foreign::grammar::start_line;

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::foreign::capture::quick::{TCP, UDP, part};

    /// A regular packet, of which some bytes were changed.
    fn packet(link: Linktype, protocol: u8, payload: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
        let own = match protocol {
            UDP => [&[0x13, 0xc4, 0x13, 0xc5, 0, 8 + u8::try_from(payload.len()).unwrap(), 0, 0][..], payload].concat(),
            _ => {
                [&[0x13, 0xc4, 0x13, 0xc5, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 0x18, 0, 0, 0, 0, 0, 0][..], payload].concat()
            }
        };
        let total = u8::try_from(20 + own.len()).unwrap();
        let ip = [&[0x45, 0, 0, total, 0, 1, 0, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2][..], &own].concat();
        let mut out = if link == Linktype::ETHERNET { [&[2; 12][..], &[8, 0], &ip].concat() } else { ip };
        for (at, byte) in changes {
            let at = at % out.len();
            out[at] = *byte;
        }
        out
    }

    proptest! {
        #[test]
        fn the_quick_way_reads_what_the_slow_one_does(
            ethernet: bool,
            tcp: bool,
            payload in prop::collection::vec(any::<u8>(), 0..100),
            changes in prop::collection::vec((0usize..64, any::<u8>()), 0..4),
            kept in 0usize..200,
            padding in 0usize..20,
            cut: bool,
        ) {
            let link = if ethernet { Linktype::ETHERNET } else { Linktype::RAW };
            let mut data = packet(link, if tcp { TCP } else { UDP }, &payload, &changes);
            data.resize(data.len() + padding, 0);
            data.truncate(kept.max(1));
            let captured = Captured { number: 1, time: None, link, data: &data, cut, comments: Vec::new() };
            if let Some(quick) = part(&captured) {
                let mut told = Vec::new();
                slow(&captured, &mut Fragments::default(), &mut |part: &Part<'_>| {
                    let at = part.payload.as_ptr() as usize - data.as_ptr() as usize;
                    told.push((part.from, part.to, part.kind, at, part.payload.len(), part.cut));
                });
                let at = quick.payload.as_ptr() as usize - data.as_ptr() as usize;
                prop_assert_eq!(told, [(quick.from, quick.to, quick.kind, at, quick.payload.len(), quick.cut)]);
            }
            // What nobody changed goes the quick way.
            let regular = changes.is_empty() && !cut && kept >= 200;
            prop_assert!(!regular || part(&captured).is_some());
        }
    }
}
