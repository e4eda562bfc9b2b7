//! The quick way to what a regular packet carries: all of it was captured, IPv4 in Ethernet or raw, not in fragments, UDP or
//! TCP. Everything else goes to the reader of all layers; a property test holds both against each other.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use pcap_parser::Linktype;

use super::decode::{Kind, Part};
use super::packets::Captured;

const UDP: u8 = 17;
const TCP: u8 = 6;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::foreign::capture::decode::{Fragments, slow};

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
