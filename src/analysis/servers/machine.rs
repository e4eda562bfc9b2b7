//! Which streams are those of one machine, found out in order: a stream joins the first machine of its name that it may
//! belong to.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::evidence::{self, Stream};
use super::{MOST_ALIKE, ROLLOVER_MS};
use crate::span::FileId;
use crate::time::Timestamp;
use crate::trace::Trace;

/// So many machines of one name are told apart; of more, a stream is held against the last ones.
const MOST_DOUBLES: usize = 64;
/// So many files that end after a stream begins are looked at.
const MOST_LATER: usize = 4_096;

/// The machines found so far.
#[derive(Default)]
pub(super) struct Machines {
    all: Vec<Machine>,
    /// Numbers of machines by what their streams are named.
    named: HashMap<String, BTreeSet<usize>>,
}

/// One machine.
struct Machine {
    streams: Vec<Stream>,
    /// Made anew whenever it is asked for while streams are few: tens of thousands of machines with a stream each would take
    /// more memory for it than for all else.
    times: Option<Box<Times>>,
}

/// More streams than these are not gone through one by one.
const FEW: usize = 8;

/// When the streams of a machine were written.
#[derive(Default)]
struct Times {
    /// By the last time and the file: the first time, and the streams in that file.
    files: BTreeMap<(Timestamp, FileId), (Timestamp, Vec<usize>)>,
    /// The last time of each file.
    last: HashMap<FileId, Timestamp>,
}

impl Machines {
    /// Adds streams that go on in each other, to a machine of their name or as a new one; false where machines of that
    /// name are there and it is none of them.
    pub(super) fn add(&mut self, trace: &Trace, own: Vec<Stream>) -> bool {
        let names: Vec<String> = own.iter().flat_map(Stream::names).collect();
        let alike: BTreeSet<usize> = names
            .iter()
            .filter_map(|name| self.named.get(name))
            .flat_map(|all| all.iter().rev().take(MOST_DOUBLES))
            .copied()
            .collect();
        let admits = |i: &usize| self.all.get(*i).is_some_and(|m| own.iter().all(|s| m.admits(trace, s)));
        let same = alike.iter().copied().find(admits);
        let number = same.unwrap_or(self.all.len());
        if number == self.all.len() {
            if self.all.len() == usize::from(u16::MAX) {
                return alike.is_empty();
            }
            self.all.push(Machine { streams: Vec::with_capacity(own.len()), times: None });
        }
        if let Some(machine) = self.all.get_mut(number) {
            for stream in own {
                machine.add(stream);
            }
        }
        for name in names {
            self.named.entry(name).or_default().insert(number);
        }
        same.is_some() || alike.is_empty()
    }

    /// The streams of each.
    pub(super) fn into_streams(self) -> Vec<Vec<Stream>> {
        self.all.into_iter().map(|m| m.streams).collect()
    }
}

impl Times {
    fn of(streams: &[Stream]) -> Times {
        let mut out = Times::default();
        streams.iter().enumerate().for_each(|(i, stream)| out.add(i, stream));
        out
    }

    fn add(&mut self, number: usize, stream: &Stream) {
        let Some((first, last)) = stream.span else { return };
        let file = stream.file;
        let before = self.last.get(&file).and_then(|end| self.files.remove(&(*end, file)).map(|f| (f, *end)));
        let ((from, mut own), end) = before.unwrap_or(((first, Vec::new()), last));
        own.push(number);
        let (from, end) = (from.min(first), end.max(last));
        self.files.insert((end, file), (from, own));
        self.last.insert(file, end);
    }
}

impl Machine {
    fn add(&mut self, stream: Stream) {
        if let Some(times) = &mut self.times {
            times.add(self.streams.len(), &stream);
        }
        self.streams.push(stream);
        if self.times.is_none() && self.streams.len() > FEW {
            self.times = Some(Box::new(Times::of(&self.streams)));
        }
    }

    /// Whether a stream of this name can be of this machine: one after the other, sharing records, or interleaved in one
    /// sequence. Without times nothing speaks against the name.
    fn admits(&self, trace: &Trace, stream: &Stream) -> bool {
        let Some((first, last)) = stream.span else { return true };
        let shares = |file: FileId| trace.sources().get(file.index()).is_some_and(|s| s.copies > 0);
        if shares(stream.file) {
            return true;
        }
        let meets = |from: Timestamp, to: Timestamp| to.min(last).since(from.max(first)) > ROLLOVER_MS;
        let own;
        let times = if let Some(times) = &self.times {
            times
        } else {
            own = Times::of(&self.streams);
            &own
        };
        let later = times.files.range((first, FileId(0))..).rev().take(MOST_LATER);
        let near = later
            .filter(|((end, file), (start, _))| *file != stream.file && meets(*start, *end) && !shares(*file))
            .flat_map(|(_, (_, own))| own.iter().filter_map(|i| self.streams.get(*i)))
            .filter(|s| s.span.is_some_and(|(start, end)| meets(start, end)));
        near.take(MOST_ALIKE).all(|s| evidence::interleave(trace, s, stream))
    }
}
