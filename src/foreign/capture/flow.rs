//! One direction of a TCP connection put together again, and the SIP messages in it (RFC 3261 section 18.3: Content-Length
//! says where one ends).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::foreign::grammar::start_line;
use crate::foreign::write::Packet;

/// Ends the headers of a message. Made once: that takes longer than most searches.
static EMPTY_LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\r\n\r\n"));

/// What is kept of a message that is not whole yet, in bytes.
const MOST: usize = 8 << 20;
/// What is kept of segments that came too early.
const EARLY: usize = 256 << 10;
/// How many of them.
const EARLY_COUNT: usize = 256;
/// Headers end within this.
const HEADERS: usize = 256 << 10;

/// A message, cut out of a stream.
pub(super) struct Found<'f> {
    pub(super) bytes: &'f [u8],
    pub(super) packets: &'f [Packet],
    /// Length of start line and headers, with the empty line behind them.
    pub(super) head: usize,
    /// Nothing of it is missing.
    pub(super) is_whole: bool,
}

/// One direction of a connection.
#[derive(Default)]
pub(super) struct Flow {
    /// The number of the next byte.
    next: Option<u32>,
    held: Vec<u8>,
    packets: Vec<Packet>,
    early: BTreeMap<u32, (Vec<u8>, Packet)>,
    early_bytes: usize,
    /// Nothing in it is SIP, as far as can be seen.
    pub(super) is_other: bool,
    /// How much of what is held was looked through for the end of headers.
    looked: usize,
    /// How long the message is with which that begins, once its head is known: until then nothing is to be told.
    whole: usize,
}

impl Flow {
    /// Whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.early.is_empty()
    }

    /// Takes a segment in, and tells the messages that are whole now.
    pub(super) fn add(
        &mut self,
        seq: u32,
        syn: bool,
        payload: &[u8],
        packet: Packet,
        tell: &mut dyn FnMut(&Found<'_>),
    ) {
        let seq = if syn {
            // A new connection with the same ports.
            self.reset();
            seq.wrapping_add(1)
        } else {
            seq
        };
        if payload.is_empty() {
            if syn {
                self.next = Some(seq);
            }
            return;
        }
        let next = *self.next.get_or_insert(seq);
        let ahead = seq.wrapping_sub(next);
        if ahead == 0 {
            self.take(payload, packet);
        } else if ahead < 1 << 31 {
            self.wait(seq, payload, packet);
        } else {
            // Sent again, perhaps with more behind it.
            let known = usize::try_from(next.wrapping_sub(seq)).unwrap_or(usize::MAX);
            if let Some(new) = payload.get(known..).filter(|new| !new.is_empty()) {
                self.take(new, Packet { original: packet.original + known, ..packet });
            }
        }
        self.follow_up();
        self.tell(tell);
        if self.early_bytes > EARLY || self.early.len() > EARLY_COUNT {
            self.jump(tell);
        }
    }

    /// Tells what is left when nothing more comes.
    pub(super) fn end(&mut self, tell: &mut dyn FnMut(&Found<'_>)) {
        while !self.early.is_empty() {
            self.jump(tell);
        }
        self.rest(tell);
        self.reset();
    }

    fn reset(&mut self) {
        *self = Flow { is_other: self.is_other, ..Flow::default() };
    }

    fn take(&mut self, payload: &[u8], packet: Packet) {
        self.next = self.next.map(|n| n.wrapping_add(u32::try_from(payload.len()).unwrap_or(0)));
        if self.is_other && start_line(payload).is_none() {
            return;
        }
        self.is_other = false;
        self.packets.push(Packet { at: self.held.len(), ..packet });
        self.held.extend_from_slice(payload);
    }

    fn wait(&mut self, seq: u32, payload: &[u8], packet: Packet) {
        if self.is_other {
            // What is lost of it does not matter.
            self.next = Some(seq);
            return self.take(payload, packet);
        }
        let known = self.early.get(&seq).map_or(0, |(bytes, _)| bytes.len());
        if payload.len() > known {
            self.early_bytes += payload.len() - known;
            self.early.insert(seq, (payload.to_vec(), packet));
        }
    }

    /// Takes in what came too early and fits now.
    fn follow_up(&mut self) {
        while let Some(next) = self.next {
            let Some(seq) = self.early.keys().copied().find(|seq| next.wrapping_sub(*seq) < 1 << 31) else { return };
            let Some((bytes, packet)) = self.early.remove(&seq) else { return };
            self.early_bytes -= bytes.len();
            let known = usize::try_from(next.wrapping_sub(seq)).unwrap_or(usize::MAX);
            if let Some(new) = bytes.get(known..).filter(|new| !new.is_empty()) {
                self.take(new, Packet { original: packet.original + known, ..packet });
            }
        }
    }

    /// Gives up what is lost, and goes on with the next segment that is there.
    fn jump(&mut self, tell: &mut dyn FnMut(&Found<'_>)) {
        self.rest(tell);
        let next = self.next.unwrap_or(0);
        let Some(seq) = self.early.keys().copied().min_by_key(|seq| seq.wrapping_sub(next)) else { return };
        self.next = Some(seq);
        // The middle of a message is of no use.
        self.is_other = true;
        self.follow_up();
        self.tell(tell);
    }

    /// Tells every whole message at the beginning.
    fn tell(&mut self, tell: &mut dyn FnMut(&Found<'_>)) {
        if self.held.len() < self.whole {
            return;
        }
        let (mut done, mut whole) = (0, 0);
        loop {
            let rest = self.held.get(done..).unwrap_or_default();
            // Empty lines keep a connection alive (RFC 5626 section 3.5.1).
            done += rest.iter().take_while(|b| matches!(b, b'\r' | b'\n' | b' ' | 0)).count();
            let rest = self.held.get(done..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            if !may_be_message(rest) {
                done = if let Some(at) = next_start(rest) {
                    done + at
                } else {
                    self.is_other = true;
                    self.held.len()
                };
                continue;
            }
            let Some((head, length)) = self.measure(done) else {
                if self.held.len() - done > HEADERS {
                    self.is_other = true;
                    done = self.held.len();
                }
                break;
            };
            let Some(bytes) = self.held.get(done..done + head + length) else {
                if head + length > MOST {
                    // Nobody sends that: what is there of it is told.
                    self.one((done, self.held.len() - done), head, false, tell);
                    self.is_other = true;
                    done = self.held.len();
                } else {
                    whole = head + length;
                }
                break;
            };
            self.one((done, bytes.len()), head, true, tell);
            done += head + length;
            self.looked = 0;
        }
        self.drop_first(done);
        self.whole = whole;
    }

    /// Tells what there is of a message that is not whole.
    fn rest(&mut self, tell: &mut dyn FnMut(&Found<'_>)) {
        let rest = self.held.as_slice();
        if start_line(rest).is_some() {
            let head = EMPTY_LINE.find(rest).map_or(rest.len(), |at| at + 4);
            self.one((0, self.held.len()), head, false, tell);
        }
        self.drop_first(self.held.len());
        self.whole = 0;
    }

    fn one(&self, (from, length): (usize, usize), head: usize, is_whole: bool, tell: &mut dyn FnMut(&Found<'_>)) {
        let first = self.packets.partition_point(|p| p.at <= from).saturating_sub(1);
        let last = self.packets.partition_point(|p| p.at < from + length);
        let own = self.packets.get(first..last).unwrap_or_default();
        let moved = |p: &Packet| Packet {
            at: p.at.saturating_sub(from),
            original: p.original + from.saturating_sub(p.at),
            number: p.number,
        };
        let packets: Vec<Packet> = own.iter().map(moved).collect();
        let bytes = self.held.get(from..from + length).unwrap_or_default();
        tell(&Found { bytes, packets: &packets, head, is_whole });
    }

    fn drop_first(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        self.held.drain(..n);
        let first = self.packets.partition_point(|p| p.at <= n).saturating_sub(1);
        self.packets.drain(..first);
        for packet in &mut self.packets {
            packet.original += n.saturating_sub(packet.at);
            packet.at = packet.at.saturating_sub(n);
        }
        if self.held.is_empty() {
            self.packets.clear();
        }
        self.looked = 0;
    }

    /// Length of the head and of the body of a message that begins at a place.
    fn measure(&mut self, from: usize) -> Option<(usize, usize)> {
        let text = self.held.get(from..)?;
        let behind = text.get(self.looked..)?;
        let Some(at) = EMPTY_LINE.find(behind) else {
            self.looked = text.len().saturating_sub(3);
            return None;
        };
        let head = self.looked + at + 4;
        Some((head, content_length(text.get(..head)?)))
    }
}

/// The messages of a datagram: one, unless its sender did not read the rules.
pub(super) fn datagram(payload: &[u8], packet: Packet, tell: &mut dyn FnMut(&Found<'_>)) {
    let skip = payload.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let text = payload.get(skip..).unwrap_or_default();
    if start_line(text).is_none() {
        return;
    }
    let head = EMPTY_LINE.find(text).map_or(text.len(), |at| at + 4);
    let packets = [Packet { at: 0, original: packet.original + skip, number: packet.number }];
    tell(&Found { bytes: text, packets: &packets, head, is_whole: true });
}

/// What Content-Length says (or `l`); 0 where nothing does.
fn content_length(head: &[u8]) -> usize {
    for at in memchr::memchr_iter(b'\n', head) {
        let line = head.get(at + 1..).unwrap_or_default();
        // Names in question begin so; no other line is looked at.
        if !matches!(line.first(), Some(b'c' | b'C' | b'l' | b'L')) {
            continue;
        }
        let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len())).unwrap_or_default();
        if let Some(value) = crate::foreign::grammar::value(line, &[b"content-length", b"l"]) {
            let digits = value.iter().take(9).take_while(|b| b.is_ascii_digit());
            return digits.fold(0, |n, b| n * 10 + usize::from(b & 15));
        }
    }
    0
}

/// Whether a text is, or may become, the beginning of a message.
fn may_be_message(text: &[u8]) -> bool {
    if memchr::memchr(b'\n', text.get(..8192).unwrap_or(text)).is_some() {
        return start_line(text).is_some();
    }
    let is_line = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\r');
    text.len() < 8192 && text[0].is_ascii_uppercase() && text.iter().take(16).all(is_line)
}

/// Where behind the first line a message begins.
fn next_start(text: &[u8]) -> Option<usize> {
    let text = text.get(..64 << 10).unwrap_or(text);
    memchr::memchr_iter(b'\n', text)
        .map(|at| at + 1)
        .take(512)
        .find(|at| text.get(*at..).and_then(start_line).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "OPTIONS sip:a@contoso.com SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 5\r\n\r\nhello";
    const SECOND: &str = "SIP/2.0 200 OK\r\nCall-ID: 2\r\nl: 0\r\n\r\n";

    /// Plays segments, each with its place in the stream, and gives the messages with the packet each begins in.
    fn play(segments: &[(usize, &str)]) -> Vec<(String, u64)> {
        let mut flow = Flow::default();
        let mut out = Vec::new();
        let mut tell = |found: &Found<'_>| {
            out.push((String::from_utf8_lossy(found.bytes).into_owned(), found.packets[0].number));
        };
        for (i, (at, text)) in segments.iter().enumerate() {
            let packet = Packet { at: 0, original: 0, number: i as u64 + 1 };
            let seq = u32::try_from(*at).unwrap().wrapping_add(u32::MAX - 40);
            flow.add(seq, false, text.as_bytes(), packet, &mut tell);
        }
        flow.end(&mut tell);
        out
    }

    #[test]
    fn messages_come_out_of_segments_of_any_size_and_order() {
        let both = format!("{FIRST}\r\n\r\n{SECOND}");
        let wanted = |a, b| vec![(FIRST.to_owned(), a), (SECOND.to_owned(), b)];
        assert_eq!(play(&[(0, &both)]), wanted(1, 1));
        let (a, b) = both.split_at(40);
        assert_eq!(play(&[(0, a), (40, b)]), wanted(1, 2));
        let (b, c) = b.split_at(20);
        // Late, and sent again with more than before.
        assert_eq!(play(&[(0, a), (60, c), (40, b)]), wanted(1, 2));
        assert_eq!(play(&[(0, a), (0, a), (20, &both[20..]), (40, b)]), wanted(1, 3));
        let single: Vec<(usize, &str)> = (0..both.len()).map(|i| (i, &both[i..=i])).collect();
        assert_eq!(play(&single).iter().map(|m| m.0.as_str()).collect::<Vec<_>>(), [FIRST, SECOND]);
    }

    #[test]
    fn what_is_lost_costs_one_message() {
        let both = format!("{FIRST}{SECOND}{SECOND}");
        let at = FIRST.len();
        let cut = play(&[(0, &FIRST[..50]), (at, &both[at..])]);
        assert_eq!(cut.iter().map(|m| m.0.as_str()).collect::<Vec<_>>(), [&FIRST[..50], SECOND, SECOND]);
        // A capture that begins inside a message, and one of something else.
        assert_eq!(play(&[(0, &FIRST[30..]), (at - 30, SECOND)]), [(SECOND.to_owned(), 2)]);
        assert!(play(&[(0, "\x16\x03\x01 is no SIP"), (14, "nor is this")]).is_empty());
    }
}
