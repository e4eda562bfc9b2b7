//! Captures of packets: SIP over UDP and TCP in clear.
//!
//! A message is told once, as its sender and its receiver saw it. It is put into the log of that one of its ends which has
//! most messages in the capture: mostly the machine on which it was made. What somebody wrote to a packet becomes a
//! diagnostic record at its message.

mod comment;
mod decode;
mod flow;
mod packets;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};

use super::grammar::start_line;
use super::layout::{Head, What};
use super::shape::shape;
use super::write::{Packet, Piece, Places, body_of, opener};
use crate::input::{Format, Rewrite};
use crate::record::Direction;
use crate::text::plural;
use crate::time::Timestamp;
use decode::{Fragments, Kind, Part, decode};
use flow::{Flow, Found};
use packets::{Captured, Read};

/// Connections of which something is kept at a time.
const MOST_FLOWS: usize = 16_384;

/// Reads a capture as far as it goes.
pub(super) fn read(bytes: &[u8], format: Format, out: &mut Rewrite) {
    let mut weights: HashMap<IpAddr, u64> = HashMap::new();
    let mut fragments = Fragments::default();
    let read = packets::each(bytes, format, &mut |packet| {
        decode(&packet, &mut fragments, &mut |part: &Part<'_>| {
            if start_line(part.payload).is_some() && weights.len() < MOST_FLOWS {
                *weights.entry(part.from.ip()).or_default() += 1;
                *weights.entry(part.to.ip()).or_default() += 1;
            }
        });
    });
    let Read { stopped, names, packets } = read;
    let mut reader =
        Reader { bytes, format, weights, names, flows: HashMap::new(), cut: [0, 0], partial: [0, 0], given_up: 0, out };
    let mut fragments = Fragments::default();
    packets::each(bytes, format, &mut |packet| reader.packet(&packet, &mut fragments));
    let mut ends: Vec<(Ends, Open)> = reader.flows.drain().collect();
    ends.sort_unstable_by_key(|(ends, _)| *ends);
    for (ends, mut open) in ends {
        let (time, comments) = (open.time, std::mem::take(&mut open.comments));
        open.flow.end(&mut |found| reader.message(ends, time, &comments, found));
    }
    if let Some(at) = stopped {
        reader.out.note(format!("capture is damaged or cut behind packet {packets}, at byte {at}; read up to there"));
    }
    let Reader { cut, partial, given_up, out, .. } = reader;
    if let [count @ 1..=u64::MAX, first] = cut {
        let them = plural(count, "SIP packet");
        out.note(format!("{them} captured in part only, the first of them packet {first}; capture whole packets"));
    }
    if let [count @ 1..=u64::MAX, first] = partial {
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

struct Reader<'t, 'o> {
    bytes: &'t [u8],
    format: Format,
    /// Messages of each address, roughly.
    weights: HashMap<IpAddr, u64>,
    names: BTreeMap<IpAddr, String>,
    flows: HashMap<Ends, Open>,
    /// Packets with a part of a message that were not captured whole: how many, and the first.
    cut: [u64; 2],
    /// Messages of which bytes are missing: how many, and in which packet the first begins.
    partial: [u64; 2],
    /// Connections that were given up since there were too many.
    given_up: u64,
    out: &'o mut Rewrite,
}

impl Reader<'_, '_> {
    fn packet(&mut self, packet: &Captured<'_>, fragments: &mut Fragments) {
        let start = (packet.data.as_ptr() as usize).saturating_sub(self.bytes.as_ptr() as usize);
        decode(packet, fragments, &mut |part: &Part<'_>| {
            // What was put together of fragments lies nowhere in the capture: then the packet stands for it.
            let own = (part.payload.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize);
            let original = own.filter(|at| *at < self.bytes.len()).unwrap_or(start);
            let place = Packet { at: 0, original, number: packet.number };
            self.part(part, packet, place);
        });
    }

    fn part(&mut self, part: &Part<'_>, packet: &Captured<'_>, place: Packet) {
        let ends = (part.from, part.to);
        if part.cut && (start_line(part.payload).is_some() || self.flows.get(&ends).is_some_and(|o| !o.flow.is_empty()))
        {
            let [count, first] = &mut self.cut;
            *first = if *count == 0 { place.number } else { *first };
            *count += 1;
        }
        let Kind::Stream { seq, syn, fin } = part.kind else {
            let mut found = Vec::new();
            flow::datagram(part.payload, place, &mut |one| found.push((one.bytes.len(), one.head)));
            if !found.is_empty() {
                flow::datagram(part.payload, place, &mut |one| {
                    self.message(ends, packet.time, &packet.comments, one);
                });
            }
            return;
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
        let mut open = self.flows.remove(&ends).unwrap_or_default();
        (open.time, open.last) = (packet.time, place.number);
        open.comments.extend(packet.comments.iter().take(64).cloned());
        let mut comments = std::mem::take(&mut open.comments);
        let time = open.time;
        let mut told = false;
        open.flow.add(seq, syn, part.payload, place, &mut |found| {
            self.message(ends, time, if told { &[] } else { &comments }, found);
            told = true;
        });
        if told || open.flow.is_empty() {
            comments.clear();
        }
        comments.truncate(64);
        open.comments = comments;
        if fin {
            open.flow.end(&mut |found| self.message(ends, time, &[], found));
        } else {
            self.flows.insert(ends, open);
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
            let Some(mut open) = self.flows.remove(&ends) else { continue };
            let (time, comments) = (open.time, std::mem::take(&mut open.comments));
            open.flow.end(&mut |found| self.message(ends, time, &comments, found));
        }
    }

    /// Writes one message, and what was written to its packets.
    fn message(&mut self, (from, to): Ends, time: Option<Timestamp>, comments: &[String], found: &Found<'_>) {
        if !found.is_whole {
            let [count, first] = &mut self.partial;
            *first = if *count == 0 { found.packets.first().map_or(0, |p| p.number) } else { *first };
            *count += 1;
        }
        let weight = |ip: IpAddr| (self.weights.get(&ip).copied().unwrap_or(0), std::cmp::Reverse(ip));
        let at_sender = weight(from.ip()) >= weight(to.ip());
        let (own, peer) = if at_sender { (from, to) } else { (to, from) };
        let machine = self.names.get(&own.ip()).cloned().unwrap_or_else(|| own.ip().to_string());
        let peer = match self.names.get(&peer.ip()) {
            Some(name) => format!("{name}:{}", peer.port()),
            None => peer.to_string(),
        };
        let mut head = Head::new(self.format, What::Announced);
        head.time = time;
        head.direction = if at_sender { Direction::Outgoing } else { Direction::Incoming };
        head.peer = Some(peer.into_bytes().into());
        let text = found.bytes;
        let mut parts = shape(text.get(..found.head).unwrap_or(text), 0, true, &|_| None);
        // The empty line is no part of the headers.
        let headers = text.get(parts.headers.start..found.head).unwrap_or_default();
        let blank = headers.strip_suffix(b"\r\n\r\n").map_or(headers.len(), |h| h.len() + 2);
        parts.headers.end = parts.headers.start + blank;
        parts.body = found.head.min(text.len())..text.len();
        let piece = Piece::new(text, Places::Packets(found.packets));
        for comment in comments.iter().flat_map(|c| c.lines()).take(64) {
            piece.place(0, self.out);
            comment::write(comment, &machine, &head, text, self.out);
        }
        piece.place(0, self.out);
        opener(&head, Some(machine.as_bytes()), self.out);
        body_of(&piece, &parts, self.out);
    }
}
