//! A text in another layout, written anew in the one that is read everywhere else, with the way back to the original.

use super::budget::Stop;
use super::format::Formats;
use super::spool::Spool;
use super::{Format, Input, Text};

/// Bytes that are handed on at a time.
const PIECE: usize = 1 << 20;
/// Lines are counted over no more than this where somebody asks for a place.
const STRETCH: usize = 64 << 10;

/// Where a stretch of the new text comes from. What stands behind it, up to the next place, lies as far behind it in the
/// original.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Offset in the new text.
    at: u64,
    /// Offset in the original.
    original: u64,
    /// Line of the original, counted from 1; the number of the packet in a capture.
    line: u64,
    /// Line feeds of the new text are line feeds of the original.
    goes_on: bool,
}

/// What an input was before it was written anew.
pub(super) struct Origin {
    pub(super) text: Text,
    places: Vec<Place>,
}

impl Origin {
    fn place(&self, at: u64) -> Option<&Place> {
        let behind = self.places.partition_point(|p| p.at <= at);
        self.places.get(behind.saturating_sub(1))
    }

    /// The offset in the original.
    pub(super) fn offset(&self, at: u64) -> u64 {
        let Some(place) = self.place(at) else { return 0 };
        let offset = place.original + at.saturating_sub(place.at);
        offset.min(self.text.len() as u64)
    }

    /// The line of the original.
    pub(super) fn line(&self, text: &[u8], at: u64) -> u64 {
        self.lines(text, std::iter::once(at)).first().copied().unwrap_or(1)
    }

    /// The lines of places of which none lies ahead of the one before.
    pub(super) fn lines(&self, text: &[u8], at: impl Iterator<Item = u64>) -> Vec<u64> {
        // Of the place before: its stretch, where it is, and its line.
        let mut last: Option<(u64, u64, u64)> = None;
        let next = at.map(|at| {
            let Some(place) = self.place(at) else { return 1 };
            let known = last.filter(|(stretch, before, _)| *stretch == place.at && *before <= at);
            let (from, line) = known.map_or((place.at, place.line), |(_, before, line)| (before, line));
            let between = text.get(index(from)..index(at)).filter(|_| place.goes_on).unwrap_or_default();
            let line = line + memchr::memchr_iter(b'\n', between).count() as u64;
            last = Some((place.at, at, line));
            line
        });
        next.collect()
    }
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The new text while it is written.
#[derive(Default)]
pub(crate) struct Rewrite {
    /// `None` for a part, which stays in memory until it is added to the whole.
    spool: Option<Spool>,
    buffer: Vec<u8>,
    at: u64,
    places: Vec<Place>,
    /// Line feeds that were written since the last of them.
    feeds: u64,
    formats: Formats,
    outside: u64,
    notes: Vec<String>,
    stop: Option<Stop>,
}

impl Rewrite {
    /// Draws on what the input may take.
    pub(crate) fn of(input: &Input) -> Rewrite {
        Rewrite { spool: Some(Spool::new(&input.budget)), ..Rewrite::default() }
    }

    /// A part of it with room for so many bytes, to be written beside others, in the buffer of an earlier one.
    #[cfg(feature = "captures")]
    pub(crate) fn part_in(mut buffer: Vec<u8>, room: usize) -> Rewrite {
        buffer.clear();
        buffer.reserve(room);
        Rewrite { buffer, ..Rewrite::default() }
    }

    /// A part of it with room for so many bytes, to be written beside others.
    pub(crate) fn part(room: usize) -> Rewrite {
        Rewrite { buffer: Vec::with_capacity(room), ..Rewrite::default() }
    }

    /// Adds a part, whose lines were counted from this line on, the first being 0. Gives back its buffer, which serves the
    /// next one: memory that was in use needs not be cleared by the system.
    pub(crate) fn add(&mut self, part: Rewrite, lines: u64) -> Vec<u8> {
        if self.is_full() {
            return part.buffer;
        }
        self.hand_on();
        let base = self.at;
        let moved = |p: Place| Place { at: p.at + base, line: p.line + lines, ..p };
        // Of two places of one byte the later one holds.
        if part.places.first().is_some_and(|p| p.at == 0) {
            self.places.pop_if(|last| last.at == base);
        }
        self.feeds = if part.places.is_empty() { self.feeds + part.feeds } else { part.feeds };
        self.places.extend(part.places.into_iter().map(moved));
        self.at += part.at;
        self.formats.add_all(part.formats);
        self.outside += part.outside;
        self.notes.extend(part.notes);
        self.buffer = part.buffer;
        self.hand_on();
        std::mem::take(&mut self.buffer)
    }

    /// What is written next comes from this offset and line of the original, and goes on as that does.
    pub(crate) fn place(&mut self, original: usize, line: u64) {
        self.set(original, line, true);
    }

    /// The same of a stretch that is one line of the original, or one packet of a capture.
    pub(crate) fn point(&mut self, original: usize, line: u64) {
        self.set(original, line, false);
    }

    fn set(&mut self, original: usize, line: u64, goes_on: bool) {
        let place = Place { at: self.at, original: original as u64, line, goes_on };
        if goes_on && self.is_known(&place) {
            return;
        }
        self.feeds = 0;
        match self.places.last_mut().filter(|last| last.at == self.at) {
            Some(last) => *last = place,
            None => self.places.push(place),
        }
    }

    /// Whether the last place tells the same of this one, near enough for whoever counts from it.
    fn is_known(&self, place: &Place) -> bool {
        self.places.last().is_some_and(|last| {
            let far = place.at - last.at;
            last.goes_on
                && (1..STRETCH as u64).contains(&far)
                && (last.original + far, last.line + self.feeds) == (place.original, place.line)
        })
    }

    /// How much was written.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Writes.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        if self.places.last().is_some_and(|last| last.goes_on) {
            for bytes in bytes.chunks(STRETCH) {
                self.go_on(bytes);
                self.at += bytes.len() as u64;
            }
        } else {
            self.at += bytes.len() as u64;
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE && self.spool.is_some() {
            self.hand_on();
        }
    }

    /// Notes a place where the last one is far behind; `bytes` come next, and are not many.
    fn go_on(&mut self, bytes: &[u8]) {
        let Some(last) = self.places.last().copied().filter(|last| last.goes_on) else { return };
        let far = self.at - last.at;
        if far >= STRETCH as u64 {
            self.set(index(last.original + far), last.line + self.feeds, true);
        }
        self.feeds += memchr::memchr_iter(b'\n', bytes).count() as u64;
    }

    /// Says that it will have about so many bytes.
    #[cfg(feature = "captures")]
    pub(crate) fn will_have(&mut self, bytes: u64) {
        if let Some(spool) = &mut self.spool {
            spool.will_have(bytes);
        }
    }

    fn hand_on(&mut self) {
        let spool = self.spool.as_mut().filter(|_| self.stop.is_none());
        self.stop = self.stop.take().or_else(|| spool.and_then(|spool| spool.write(&self.buffer).err()));
        self.buffer.clear();
    }

    /// Whether there is no room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.stop.is_some()
    }

    /// A message in this layout was found.
    pub(crate) fn found(&mut self, format: Format) {
        self.formats.add(format);
    }

    /// Which layouts were found so far.
    pub(crate) fn formats(&self) -> Formats {
        self.formats
    }

    /// So many lines were left out that belong to no message.
    pub(crate) fn left_out(&mut self, lines: u64) {
        self.outside += lines;
    }

    /// Something of the original could not be read.
    #[cfg(feature = "captures")]
    pub(crate) fn note(&mut self, what: String) {
        self.notes.push(what);
    }

    /// The input with the new text.
    pub(crate) fn finish(mut self, mut input: Input) -> Input {
        self.hand_on();
        let Some((text, account, why)) = self.spool.map(Spool::finish) else { return input };
        input.notes.append(&mut self.notes);
        input.notes.extend(self.stop.or(why).map(|stop| stop.words()));
        let text = std::mem::replace(&mut input.text, text);
        input.accounts.push(account);
        (input.formats, input.left_out) = (self.formats, self.outside);
        self.places.shrink_to_fit();
        input.origin = Some(Box::new(Origin { text, places: self.places }));
        input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A long copy has places on its way: nobody counts lines over all of it, and all say where they come from.
    #[test]
    fn places_of_a_long_copy_are_near() {
        let line = b"0123456789\n";
        let text = line.repeat(40_000);
        let input = Input::from_bytes("a.log", text.clone());
        let mut out = Rewrite::of(&input);
        out.put(b"ahead\n");
        out.place(0, 1);
        for part in text.chunks(100_001) {
            out.put(part);
        }
        out.point(7, 3);
        out.put(b"\n\n\n");
        let places = out.places.clone();
        assert!(places.len() >= text.len() / STRETCH);
        let input = out.finish(input);
        for at in [6, 7, 5000 * 11 + 6, 39_999 * 11 + 8] {
            assert_eq!(input.original_offset(at), at - 6);
            assert_eq!(input.original_line(at), Some((at - 6) / 11 + 1), "{at}");
        }
        assert_eq!(input.original_line(text.len() as u64 + 8), Some(3));
    }
}
