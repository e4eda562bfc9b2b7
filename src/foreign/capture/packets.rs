//! From the bytes of a capture to packets: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng).

use std::collections::BTreeMap;
use std::net::IpAddr;

use pcap_parser::{Block, Linktype, OptionCode, PcapNGOption};

use crate::input::Format;
use crate::time::Timestamp;

/// One packet as captured.
#[derive(Debug)]
pub(super) struct Captured<'t> {
    /// Counted from 1, as Wireshark does.
    pub(super) number: u64,
    pub(super) time: Option<Timestamp>,
    pub(super) link: Linktype,
    pub(super) data: &'t [u8],
    /// Less was kept of it than there was.
    pub(super) cut: bool,
    /// What somebody wrote to it.
    pub(super) comments: Vec<String>,
}

/// How far a capture could be read.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) packets: u64,
    /// Where it ends early: the offset.
    pub(super) stopped: Option<usize>,
    /// Names of addresses.
    pub(super) names: BTreeMap<IpAddr, String>,
}

/// An interface of a section.
#[derive(Clone, Copy)]
struct Interface {
    link: Linktype,
    /// Units of time a second.
    units: u64,
    offset: i64,
    /// Bytes kept of a packet, 0 for all.
    most: u32,
}

/// Tells every packet.
pub(super) fn each<'t>(bytes: &'t [u8], format: Format, tell: &mut dyn FnMut(Captured<'t>)) -> Read {
    if format == Format::Pcap { pcap(bytes, tell) } else { pcapng(bytes, tell) }
}

fn pcap<'t>(bytes: &'t [u8], tell: &mut dyn FnMut(Captured<'t>)) -> Read {
    let mut out = Read::default();
    let Ok((mut rest, header)) = pcap_parser::parse_pcap_header(bytes) else {
        return Read { stopped: Some(0), ..out };
    };
    let parse = match (header.is_bigendian(), header.is_modified_format()) {
        (true, _) => pcap_parser::parse_pcap_frame_be,
        (false, true) => pcap_parser::parse_pcap_frame_modified,
        (false, false) => pcap_parser::parse_pcap_frame,
    };
    let fraction = if header.is_nanosecond_precision() { 1_000_000 } else { 1_000 };
    // The high bits hold what the link layer adds to a packet.
    let link = Linktype(header.network.0 & 0xffff);
    while !rest.is_empty() {
        let Ok((next, block)) = parse(rest) else {
            out.stopped = Some(bytes.len() - rest.len());
            break;
        };
        out.packets += 1;
        let time = i64::from(block.ts_sec) * 1000 + i64::from(block.ts_usec / fraction).min(999);
        tell(Captured {
            number: out.packets,
            time: Some(Timestamp(time)),
            link,
            data: block.data,
            cut: block.caplen < block.origlen,
            comments: Vec::new(),
        });
        rest = next;
    }
    out
}

fn pcapng<'t>(bytes: &'t [u8], tell: &mut dyn FnMut(Captured<'t>)) -> Read {
    let mut out = Read::default();
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut big = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        let parsed = if big { pcap_parser::parse_block_be(rest) } else { pcap_parser::parse_block_le(rest) };
        let Ok((next, block)) = parsed else {
            out.stopped = Some(bytes.len() - rest.len());
            break;
        };
        if next.len() >= rest.len() {
            break;
        }
        rest = next;
        match block {
            Block::SectionHeader(section) => {
                big = section.big_endian();
                interfaces.clear();
            }
            Block::InterfaceDescription(block) => interfaces.push(Interface {
                link: block.linktype,
                units: block.ts_resolution().unwrap_or(1_000_000).max(1),
                offset: block.ts_offset(),
                most: block.snaplen,
            }),
            Block::EnhancedPacket(block) => {
                out.packets += 1;
                let own = usize::try_from(block.if_id).ok().and_then(|i| interfaces.get(i));
                let Some(own) = own else { continue };
                let ticks = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                let length = usize::try_from(block.caplen).unwrap_or(usize::MAX);
                tell(Captured {
                    number: out.packets,
                    time: time(ticks, *own),
                    link: own.link,
                    data: block.data.get(..length).unwrap_or(block.data),
                    cut: block.caplen < block.origlen,
                    comments: comments(&block.options),
                });
            }
            Block::SimplePacket(block) => {
                out.packets += 1;
                let Some(own) = interfaces.first() else { continue };
                let kept = if own.most == 0 { block.origlen } else { block.origlen.min(own.most) };
                let length = usize::try_from(kept).unwrap_or(usize::MAX);
                tell(Captured {
                    number: out.packets,
                    time: None,
                    link: own.link,
                    data: block.data.get(..length).unwrap_or(block.data),
                    cut: kept < block.origlen,
                    comments: Vec::new(),
                });
            }
            Block::NameResolution(block) => {
                for record in &block.nr {
                    name(record.record_type.0, record.record_value, &mut out.names);
                }
            }
            _ => {}
        }
    }
    out
}

/// The time of so many units, in milliseconds since 1970.
fn time(ticks: u64, own: Interface) -> Option<Timestamp> {
    let ms = u128::from(ticks) * 1000 / u128::from(own.units);
    let ms = i64::try_from(ms).ok()?.checked_add(own.offset.checked_mul(1000)?)?;
    // Later than the year 9999 is damage.
    (0..253_402_300_800_000).contains(&ms).then_some(Timestamp(ms))
}

fn comments(options: &[PcapNGOption<'_>]) -> Vec<String> {
    let own = options.iter().filter(|o| o.code == OptionCode::Comment);
    own.filter_map(|o| o.as_bytes().ok()).map(|text| crate::text::decode(text).into_owned()).collect()
}

/// More names than this are not kept.
const MOST_NAMES: usize = 65_536;

fn name(kind: u16, value: &[u8], names: &mut BTreeMap<IpAddr, String>) {
    let (ip, rest): (IpAddr, &[u8]) = match kind {
        1 => match value.split_first_chunk::<4>() {
            Some((ip, rest)) => ((*ip).into(), rest),
            None => return,
        },
        2 => match value.split_first_chunk::<16>() {
            Some((ip, rest)) => ((*ip).into(), rest),
            None => return,
        },
        _ => return,
    };
    let host: Vec<u8> = rest.iter().copied().take_while(|b| *b != 0).collect();
    let is_host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if (1..=253).contains(&host.len()) && host.iter().all(is_host) && names.len() < MOST_NAMES {
        names.entry(ip).or_insert_with(|| crate::text::decode(&host).into_owned());
    }
}
