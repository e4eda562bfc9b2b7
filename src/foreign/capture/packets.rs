//! From the bytes of a capture to packets: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng).

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use pcap_parser::{Block, LegacyPcapBlock, Linktype, OptionCode, PcapError, PcapNGOption};

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

/// A capture while it is read, packet by packet.
pub(super) struct Packets<'t> {
    bytes: &'t [u8],
    rest: &'t [u8],
    form: Form,
    /// Packets so far.
    pub(super) count: u64,
    /// Where it ends early: the offset.
    pub(super) stopped: Option<usize>,
    /// Names of addresses.
    pub(super) names: BTreeMap<IpAddr, String>,
}

/// The two forms.
enum Form {
    Old { parse: Parse, link: Linktype, fraction: u32 },
    New { interfaces: Vec<Interface>, big: bool },
}

type Parse = for<'i> fn(&'i [u8]) -> nom::IResult<&'i [u8], LegacyPcapBlock<'i>, PcapError<&'i [u8]>>;

impl<'t> Packets<'t> {
    pub(super) fn of(bytes: &'t [u8], format: Format) -> Packets<'t> {
        let form = Form::New { interfaces: Vec::new(), big: false };
        let mut out = Packets { bytes, rest: bytes, form, count: 0, stopped: None, names: BTreeMap::new() };
        if format != Format::Pcap {
            return out;
        }
        let Ok((rest, header)) = pcap_parser::parse_pcap_header(bytes) else {
            (out.rest, out.stopped) = (&[], Some(0));
            return out;
        };
        let parse: Parse = match (header.is_bigendian(), header.is_modified_format()) {
            (true, _) => pcap_parser::parse_pcap_frame_be,
            (false, true) => pcap_parser::parse_pcap_frame_modified,
            (false, false) => pcap_parser::parse_pcap_frame,
        };
        let fraction = if header.is_nanosecond_precision() { 1_000_000 } else { 1_000 };
        // The high bits hold what the link layer adds to a packet.
        let link = Linktype(header.network.0 & 0xffff);
        (out.rest, out.form) = (rest, Form::Old { parse, link, fraction });
        out
    }

    fn stop(&mut self) {
        self.stopped = Some(self.bytes.len() - self.rest.len());
        self.rest = &[];
    }

    fn old(&mut self, parse: Parse, link: Linktype, fraction: u32) -> Option<Captured<'t>> {
        let Ok((next, block)) = parse(self.rest) else {
            self.stop();
            return None;
        };
        self.count += 1;
        let time = i64::from(block.ts_sec) * 1000 + i64::from(block.ts_usec / fraction).min(999);
        self.rest = next;
        Some(Captured {
            number: self.count,
            time: known(time),
            link,
            data: block.data,
            cut: block.caplen < block.origlen,
            comments: Vec::new(),
        })
    }

    /// The next block; `None` where it is none of a packet.
    fn new_block(&mut self) -> Option<Captured<'t>> {
        let Form::New { interfaces, big } = &mut self.form else { return None };
        let parsed = if *big { pcap_parser::parse_block_be(self.rest) } else { pcap_parser::parse_block_le(self.rest) };
        let Ok((next, block)) = parsed else {
            self.stop();
            return None;
        };
        // A block without a length would be read for ever.
        self.rest = if next.len() < self.rest.len() { next } else { &[] };
        if self.rest.len() != next.len() {
            return None;
        }
        match block {
            Block::SectionHeader(section) => {
                *big = section.big_endian();
                interfaces.clear();
                None
            }
            Block::InterfaceDescription(block) => {
                interfaces.push(Interface {
                    link: block.linktype,
                    units: block.ts_resolution().unwrap_or(1_000_000).max(1),
                    offset: block.ts_offset(),
                    most: block.snaplen,
                });
                None
            }
            Block::EnhancedPacket(block) => {
                self.count += 1;
                let own = usize::try_from(block.if_id).ok().and_then(|i| interfaces.get(i))?;
                let ticks = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                let length = usize::try_from(block.caplen).unwrap_or(usize::MAX);
                Some(Captured {
                    number: self.count,
                    time: time(ticks, *own),
                    link: own.link,
                    data: block.data.get(..length).unwrap_or(block.data),
                    cut: block.caplen < block.origlen,
                    comments: comments(&block.options),
                })
            }
            Block::SimplePacket(block) => {
                self.count += 1;
                let own = interfaces.first()?;
                let kept = if own.most == 0 { block.origlen } else { block.origlen.min(own.most) };
                let length = usize::try_from(kept).unwrap_or(usize::MAX);
                Some(Captured {
                    number: self.count,
                    time: None,
                    link: own.link,
                    data: block.data.get(..length).unwrap_or(block.data),
                    cut: kept < block.origlen,
                    comments: Vec::new(),
                })
            }
            Block::NameResolution(block) => {
                for record in &block.nr {
                    name(record.record_type.0, record.record_value, &mut self.names);
                }
                None
            }
            _ => None,
        }
    }
}

impl<'t> Iterator for Packets<'t> {
    type Item = Captured<'t>;

    fn next(&mut self) -> Option<Captured<'t>> {
        while !self.rest.is_empty() {
            let found = match self.form {
                Form::Old { parse, link, fraction } => self.old(parse, link, fraction),
                Form::New { .. } => self.new_block(),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// The time of so many units, in milliseconds since 1970.
fn time(ticks: u64, own: Interface) -> Option<Timestamp> {
    let ms = u128::from(ticks) * 1000 / u128::from(own.units);
    let ms = i64::try_from(ms).ok()?.checked_add(own.offset.checked_mul(1000)?)?;
    known(ms)
}

/// Whoever knows no time writes zero, as our own captures do; later than the year 9999 is damage.
fn known(ms: i64) -> Option<Timestamp> {
    (1..253_402_300_800_000).contains(&ms).then_some(Timestamp(ms))
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
