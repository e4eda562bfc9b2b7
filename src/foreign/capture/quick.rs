//! The quick way to what a regular packet carries: all of it was captured, IPv4 in Ethernet or raw, not in fragments, UDP or
//! TCP. Everything else goes to the reader of all layers; a property test holds both against each other.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use pcap_parser::Linktype;

use super::packets::{Captured, Kind, Part};

pub(super) const UDP: u8 = 17;
pub(super) const TCP: u8 = 6;
/// Bytes of a header of Ethernet without tags (IEEE 802.3).
const ETHERNET: usize = 14;

/// What a packet carries; `None` where it is not regular.
pub(super) fn part<'p>(packet: &Captured<'p>) -> Option<Part<'p>> {
    let ip = match packet.link {
        Linktype::ETHERNET => {
            let (head, rest) = packet.data.split_at_checked(ETHERNET)?;
            Some(rest).filter(|_| head.ends_with(&[8, 0]))?
        }
        Linktype::RAW => packet.data,
        _ => return None,
    };
    // RFC 791 section 3.1.
    let (head, _) = ip.split_first_chunk::<20>()?;
    let length = usize::from(head[0] & 15) * 4;
    let total = usize::from(u16::from_be_bytes([head[2], head[3]]));
    let in_fragments = u16::from_be_bytes([head[6], head[7]]) & 0x3fff != 0;
    if packet.cut || head[0] >> 4 != 4 || length < 20 || in_fragments || total < length {
        return None;
    }
    let carried = ip.get(length..total)?;
    let address = |at: [u8; 4]| IpAddr::V4(Ipv4Addr::from(at));
    let (from, to) =
        (address([head[12], head[13], head[14], head[15]]), address([head[16], head[17], head[18], head[19]]));
    let (own, _) = carried.split_first_chunk::<8>()?;
    let port = |a: u8, b: u8| u16::from_be_bytes([a, b]);
    let (from, to) = (SocketAddr::new(from, port(own[0], own[1])), SocketAddr::new(to, port(own[2], own[3])));
    match head[9] {
        // RFC 768.
        UDP => {
            let payload = carried.get(8..usize::from(u16::from_be_bytes([own[4], own[5]])))?;
            Some(Part { from, to, kind: Kind::Datagram, payload, cut: false })
        }
        // RFC 9293 section 3.1.
        TCP => {
            let (own, _) = carried.split_first_chunk::<20>()?;
            let payload = carried.get(usize::from(own[12] >> 4) * 4..).filter(|_| own[12] >> 4 >= 5)?;
            let seq = u32::from_be_bytes([own[4], own[5], own[6], own[7]]);
            let (fin, syn, rst) = (own[13] & 1 != 0, own[13] & 2 != 0, own[13] & 4 != 0);
            Some(Part { from, to, kind: Kind::Stream { seq, syn, fin: fin || rst }, payload, cut: false })
        }
        _ => None,
    }
}
