//! Captures of packets: SIP over UDP and TCP in clear.
//!
//! A message is told once, as its sender and its receiver saw it. It is put into the log of that one of its ends which has
//! most messages in the capture: mostly the machine on which it was made. What somebody wrote to a packet becomes a
//! diagnostic record at its message.

mod batch;
mod comment;
mod decode;
mod flow;
mod packets;
mod quick;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};

use foldhash::fast;
use rayon::prelude::*;

use super::grammar::start_line;
use super::write::Packet;
use crate::input::{Format, Rewrite};
use crate::text::plural;
use crate::time::Timestamp;
use batch::{Batch, Sides};
use decode::{Fragments, decode};
use flow::Flow;
use packets::{Captured, Kind, Packets, Part};

/// Connections of which something is kept at a time.
const MOST_FLOWS: usize = 16_384;
/// Batches of messages that are written at a time.
const AT_ONCE: usize = 8;
/// Packets that one thread counts at a time.
const COUNTED: usize = if cfg!(debug_assertions) { 64 } else { 4096 };

/// Reads a capture as far as it goes.
pub(super) fn read(bytes: &[u8], format: Format, out: &mut Rewrite) {
    let mut packets = Packets::of(bytes, format);
    let weights = weights(&mut packets);
    let Packets { stopped, names, count: packets, .. } = packets;
    let sides = Sides { format, weights, names };
    let mut reader = Reader::new(bytes, format);
    let (mut found, mut written): (Vec<Batch>, Vec<Rewrite>) = (Vec::new(), Vec::new());
    let mut buffers: Vec<Vec<u8>> = Vec::new();
    loop {
        let own: Vec<Vec<u8>> = found.iter().map(|_| buffers.pop().unwrap_or_default()).collect();
        // While packets are read, the messages of those before them are written, and what was written before is put together.
        let (next, (parts, empty)) = rayon::join(
            || reader.batches(),
            || {
                rayon::join(
                    || found.par_iter().zip(own).map(|(batch, own)| batch.write(&sides, own)).collect(),
                    || written.drain(..).map(|part| out.add(part, 0)).collect::<Vec<_>>(),
                )
            },
        );
        if buffers.is_empty() && !empty.is_empty() {
            // Where there are some messages, all of it is mostly messages; what frames them takes as much as packets do.
            out.will_have(bytes.len() as u64);
        }
        buffers.extend(empty);
        reader.take_back(std::mem::replace(&mut found, next));
        written = parts;
        if (found.is_empty() && written.is_empty()) || out.is_full() {
            break;
        }
    }
    if let Some(at) = stopped {
        out.note(format!("capture is damaged or cut behind packet {packets}, at byte {at}; read up to there"));
    }
    let Reader { cut, partial, fragments, given_up, .. } = reader;
    if let Tally { count: count @ 1.., first } = cut {
        let them = plural(count, "SIP packet");
        out.note(format!("{them} captured in part only, the first of them packet {first}; capture whole packets"));
    }
    if let Tally { count: count @ 1.., first } = partial {
        let them = plural(count, "SIP message");
        out.note(format!(
            "{them} of which bytes are missing, the first of them in packet {first}; read as far as they go"
        ));
    }
    if fragments.lost() > 0 {
        let them = plural(fragments.lost(), "SIP packet");
        out.note(format!("{them} in fragments, not all of which were captured whole; left out"));
    }
    if given_up > 0 {
        let them = plural(given_up, "connection");
        out.note(format!("{them} given up with a message begun, since more than {MOST_FLOWS} were open at a time"));
    }
}

/// Messages of each address, roughly.
type Weights = HashMap<IpAddr, u64, fast::RandomState>;

fn weights(packets: &mut Packets<'_>) -> Weights {
    let mut weights = Weights::default();
    let mut found: Vec<Vec<Captured<'_>>> = Vec::new();
    loop {
        // While packets are read, those before them are counted.
        let (next, counted) = rayon::join(
            || {
                let some = (0..AT_ONCE).map(|_| packets.by_ref().take(COUNTED).collect::<Vec<_>>());
                some.filter(|some| !some.is_empty()).collect::<Vec<_>>()
            },
            || found.par_iter().map(|some| count(some)).collect::<Vec<BTreeMap<IpAddr, u64>>>(),
        );
        if next.is_empty() && found.is_empty() {
            return weights;
        }
        found = next;
        for (ip, count) in counted.into_iter().flatten() {
            if weights.len() < MOST_FLOWS || weights.contains_key(&ip) {
                *weights.entry(ip).or_default() += count;
            }
        }
    }
}

/// Messages of each address in some packets; one in fragments is seen where all of them are among these.
fn count(packets: &[Captured<'_>]) -> BTreeMap<IpAddr, u64> {
    let mut counted: HashMap<(IpAddr, IpAddr), u64, fast::RandomState> = HashMap::default();
    let mut fragments = Fragments::default();
    for packet in packets {
        decode(packet, &mut fragments, &mut |part: &Part<'_>| {
            if start_line(part.payload).is_some() {
                *counted.entry((part.from.ip(), part.to.ip())).or_default() += 1;
            }
        });
    }
    let mut out = BTreeMap::new();
    // In any order: they are added up.
    for ((from, to), count) in counted.into_iter().collect::<Vec<_>>() {
        *out.entry(from).or_default() += count;
        *out.entry(to).or_default() += count;
    }
    out
}

/// From, to.
type Ends = (SocketAddr, SocketAddr);

/// A direction of a connection, and what is told at its next message.
#[derive(Default)]
struct Open {
    flow: Flow,
    time: Option<Timestamp>,
    /// Its last packet.
    last: u64,
    comments: Vec<String>,
}

/// How many, and which packet the first of them is.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    count: u64,
    first: u64,
}

impl Tally {
    fn add(&mut self, packet: u64) {
        self.first = if self.count == 0 { packet } else { self.first };
        self.count += 1;
    }
}

/// Finds the messages.
struct Reader<'t> {
    bytes: &'t [u8],
    packets: Packets<'t>,
    is_read: bool,
    fragments: Fragments,
    flows: HashMap<Ends, Open, fast::RandomState>,
    /// Packets with a part of a message that were not captured whole.
    cut: Tally,
    /// Messages of which bytes are missing.
    partial: Tally,
    /// Connections that were given up since there were too many.
    given_up: u64,
    /// The messages that nobody has taken yet.
    found: Vec<Batch>,
    /// Empty ones.
    empty: Vec<Batch>,
}

impl<'t> Reader<'t> {
    fn new(bytes: &'t [u8], format: Format) -> Reader<'t> {
        Reader {
            bytes,
            packets: Packets::of(bytes, format),
            is_read: false,
            fragments: Fragments::default(),
            flows: HashMap::default(),
            cut: Tally::default(),
            partial: Tally::default(),
            given_up: 0,
            found: Vec::new(),
            empty: Vec::new(),
        }
    }

    /// Takes batches back that were written: memory that was in use needs not be cleared by the system.
    fn take_back(&mut self, written: Vec<Batch>) {
        self.empty.extend(written.into_iter().map(Batch::emptied));
    }

    /// The next messages, in some batches; none at the end.
    fn batches(&mut self) -> Vec<Batch> {
        while self.found.len() <= AT_ONCE && !self.is_read {
            match self.packets.next() {
                Some(packet) => self.packet(&packet),
                None => self.end(),
            }
        }
        // The last one has room.
        let full = if self.is_read { self.found.len() } else { self.found.len().saturating_sub(1) };
        self.found.drain(..full).collect()
    }

    fn packet(&mut self, packet: &Captured<'_>) {
        let start = (packet.data.as_ptr() as usize).saturating_sub(self.bytes.as_ptr() as usize);
        let mut fragments = std::mem::take(&mut self.fragments);
        decode(packet, &mut fragments, &mut |part: &Part<'_>| {
            // What was put together of fragments lies nowhere in the capture: then the packet stands for it.
            let own = (part.payload.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize);
            let original = own.filter(|at| *at < self.bytes.len()).unwrap_or(start);
            let place = Packet { at: 0, original, number: packet.number };
            self.part(part, packet, place);
        });
        self.fragments = fragments;
    }

    fn part(&mut self, part: &Part<'_>, packet: &Captured<'_>, place: Packet) {
        let ends = (part.from, part.to);
        if part.cut && (start_line(part.payload).is_some() || self.flows.get(&ends).is_some_and(|o| !o.flow.is_empty()))
        {
            self.cut.add(place.number);
        }
        let Kind::Stream { seq, syn, fin } = part.kind else {
            let time = packet.time;
            return flow::datagram(part.payload, place, &mut |one| {
                batch::push((&mut self.found, &mut self.empty), &mut self.partial, (ends, time), &packet.comments, one);
            });
        };
        if part.payload.is_empty() && !syn && !fin {
            return;
        }
        if !self.flows.contains_key(&ends) {
            if part.payload.is_empty() && !syn {
                return;
            }
            if self.flows.len() >= MOST_FLOWS {
                self.make_room();
            }
        }
        let open = self.flows.entry(ends).or_default();
        (open.time, open.last) = (packet.time, place.number);
        open.comments.extend(packet.comments.iter().take(64).cloned());
        let lane = (ends, packet.time);
        let mut told = false;
        open.flow.add(seq, syn, part.payload, place, &mut |one| {
            let comments = if told { &[][..] } else { &open.comments };
            batch::push((&mut self.found, &mut self.empty), &mut self.partial, lane, comments, one);
            told = true;
        });
        if told || open.flow.is_empty() {
            open.comments.clear();
        }
        open.comments.truncate(64);
        if fin {
            open.flow
                .end(&mut |one| batch::push((&mut self.found, &mut self.empty), &mut self.partial, lane, &[], one));
            self.flows.remove(&ends);
        }
    }

    /// Forgets connections of which nothing is kept, and those that have been quiet longest.
    fn make_room(&mut self) {
        self.flows.retain(|_, open| !open.flow.is_empty());
        if self.flows.len() < MOST_FLOWS / 2 {
            return;
        }
        let mut quiet: Vec<(u64, Ends)> = self.flows.iter().map(|(ends, open)| (open.last, *ends)).collect();
        quiet.sort_unstable();
        quiet.truncate(MOST_FLOWS / 2);
        self.given_up += quiet.len() as u64;
        for (_, ends) in quiet {
            let Some(open) = self.flows.remove(&ends) else { continue };
            self.close(ends, open);
        }
    }

    /// Tells what is left when nothing more comes.
    fn end(&mut self) {
        self.is_read = true;
        let mut ends: Vec<(Ends, Open)> = self.flows.drain().collect();
        ends.sort_unstable_by_key(|(ends, _)| *ends);
        for (ends, open) in ends {
            self.close(ends, open);
        }
    }

    fn close(&mut self, ends: Ends, mut open: Open) {
        let lane = (ends, open.time);
        open.flow.end(&mut |one| {
            batch::push((&mut self.found, &mut self.empty), &mut self.partial, lane, &open.comments, one);
        });
    }
}
