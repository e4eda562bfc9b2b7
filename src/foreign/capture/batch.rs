//! Messages of a capture until they are written: some at a time, so that several threads can write.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::ops::Range;

use foldhash::fast;

use super::flow::Found;
use super::{Ends, Tally, Weights, comment};
use crate::foreign::layout::{Head, What};
use crate::foreign::shape::shape_of_head;
use crate::foreign::write::{Opener, Packet, Piece, Places, body_of};
use crate::input::{Format, Rewrite};
use crate::record::Direction;
use crate::time::Timestamp;

/// A batch is full with so many bytes of messages.
const FULL: usize = if cfg!(debug_assertions) { 4 << 10 } else { 1 << 20 };

/// Messages one behind the other.
#[derive(Default)]
pub(super) struct Batch {
    text: Vec<u8>,
    packets: Vec<Packet>,
    messages: Vec<Message>,
}

struct Message {
    ends: Ends,
    time: Option<Timestamp>,
    /// What somebody wrote to its packets.
    comments: Vec<String>,
    text: Range<usize>,
    packets: Range<usize>,
    /// Length of start line and headers, with the empty line behind them.
    head: usize,
}

/// Adds a message to the last batch, or to an empty one where that is full.
pub(super) fn push(
    (to, empty): (&mut Vec<Batch>, &mut Vec<Batch>),
    partial: &mut Tally,
    (ends, time): (Ends, Option<Timestamp>),
    comments: &[String],
    found: &Found<'_>,
) {
    if !found.is_whole {
        partial.add(found.packets.first().map_or(0, |p| p.number));
    }
    if to.last().is_none_or(|last| last.text.len() >= FULL) {
        to.push(empty.pop().unwrap_or_else(|| Batch { text: Vec::with_capacity(FULL + FULL / 8), ..Batch::default() }));
    }
    let Some(batch) = to.last_mut() else { return };
    let (text, packets) = (batch.text.len(), batch.packets.len());
    batch.text.extend_from_slice(found.bytes);
    batch.packets.extend_from_slice(found.packets);
    batch.messages.push(Message {
        ends,
        time,
        comments: comments.to_vec(),
        text: text..batch.text.len(),
        packets: packets..batch.packets.len(),
        head: found.head,
    });
}

/// What is known of the machines of a capture.
pub(super) struct Sides {
    pub(super) format: Format,
    pub(super) weights: Weights,
    pub(super) names: BTreeMap<IpAddr, String>,
}

/// In whose log a message is told, and with whom it was exchanged.
struct Lane {
    machine: String,
    head: Head<'static>,
    opener: Opener,
}

impl Sides {
    fn lane(&self, (from, to): Ends) -> Lane {
        let weight = |ip: IpAddr| (self.weights.get(&ip).copied().unwrap_or(0), std::cmp::Reverse(ip));
        let at_sender = weight(from.ip()) >= weight(to.ip());
        let (own, peer) = if at_sender { (from, to) } else { (to, from) };
        let machine = self.names.get(&own.ip()).cloned().unwrap_or_else(|| own.ip().to_string());
        let peer = match self.names.get(&peer.ip()) {
            Some(name) => format!("{name}:{}", peer.port()),
            None => peer.to_string(),
        };
        let mut head = Head::new(self.format, What::Announced);
        head.direction = if at_sender { Direction::Outgoing } else { Direction::Incoming };
        head.peer = Some(peer.into_bytes().into());
        let opener = Opener::of(&head, Some(machine.as_bytes()));
        Lane { machine, head, opener }
    }
}

impl Batch {
    /// Without messages, and with the room that it has.
    pub(super) fn emptied(mut self) -> Batch {
        self.text.clear();
        self.packets.clear();
        self.messages.clear();
        self
    }

    /// The records of these messages, written to this buffer.
    pub(super) fn write(&self, sides: &Sides, buffer: Vec<u8>) -> Rewrite {
        // What stands around a message takes some room, too.
        let mut out = Rewrite::part_in(buffer, self.text.len() + self.text.len() / 4);
        let mut lanes: HashMap<Ends, Lane, fast::RandomState> = HashMap::default();
        for message in &self.messages {
            let lane = lanes.entry(message.ends).or_insert_with(|| sides.lane(message.ends));
            self.message(message, lane, &mut out);
        }
        out
    }

    /// Writes one message, and what was written to its packets.
    fn message(&self, own: &Message, lane: &Lane, out: &mut Rewrite) {
        let text = self.text.get(own.text.clone()).unwrap_or_default();
        let packets = self.packets.get(own.packets.clone()).unwrap_or_default();
        let mut parts = shape_of_head(text.get(..own.head).unwrap_or(text));
        // The empty line is no part of the headers.
        let headers = text.get(parts.headers.start..own.head).unwrap_or_default();
        let blank = headers.strip_suffix(b"\r\n\r\n").map_or(headers.len(), |h| h.len() + 2);
        parts.headers.end = parts.headers.start + blank;
        parts.body = own.head.min(text.len())..text.len();
        let piece = Piece::new(text, Places::Packets(packets));
        for comment in own.comments.iter().flat_map(|c| c.lines()).take(64) {
            piece.place(0, out);
            comment::write(comment, &lane.machine, &Head { time: own.time, ..lane.head.clone() }, text, out);
        }
        piece.place(0, out);
        lane.opener.write(own.time, out);
        body_of(&piece, &parts, out);
    }
}
