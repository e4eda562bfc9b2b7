//! Groups of equal records, and in how many inputs each stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::span::FileId;
use crate::trace::{EventId, Trace};

/// Groups of equal records.
#[derive(Default)]
pub(super) struct Groups {
    /// Group of a record, by record.
    of: Vec<(EventId, u32)>,
    /// The same for records that were added one by one.
    added: BTreeMap<EventId, u32>,
    /// What is left of records that are cut: it stands for no whole one.
    lefts: BTreeSet<EventId>,
    /// By group.
    pub(super) members: Vec<Vec<EventId>>,
    /// By group: in how many inputs that stay it stands, whole.
    standing: Vec<u32>,
}

impl Groups {
    pub(super) fn new(trace: &Trace, alike: &[(u32, EventId)]) -> Groups {
        let mut out = Groups { of: Vec::with_capacity(alike.len()), ..Groups::default() };
        for (group, same) in (0..).zip(alike.chunk_by(|a, b| a.0 == b.0)) {
            out.of.extend(same.iter().map(|(_, id)| (*id, group)));
            out.members.push(same.iter().map(|(_, id)| *id).collect());
        }
        out.of.sort_unstable();
        out.standing = out.members.iter().map(|m| files(trace, m)).collect();
        out
    }

    /// Adds what is left of a record to the group of that record.
    pub(super) fn add(&mut self, left: EventId, whole: EventId) {
        let group = self.get(whole).unwrap_or(self.members.len());
        if group == self.members.len() {
            self.members.push(vec![whole]);
            self.standing.push(1);
        }
        let number = u32::try_from(group).unwrap_or(u32::MAX);
        self.added.extend([(left, number), (whole, number)]);
        self.lefts.insert(left);
        if let Some(members) = self.members.get_mut(group) {
            members.push(left);
        }
    }

    pub(super) fn get(&self, id: EventId) -> Option<usize> {
        let of = || self.of.binary_search_by_key(&id, |(id, _)| *id).ok().and_then(|at| self.of.get(at));
        self.added.get(&id).or_else(|| of().map(|(_, group)| group)).map(|group| *group as usize)
    }

    /// Whether a record stands in another input that stays.
    pub(super) fn is_elsewhere(&self, id: EventId) -> bool {
        let needed = u32::from(!self.is_cut(id));
        self.get(id).and_then(|g| self.standing.get(g)).is_some_and(|n| *n > needed)
    }

    /// Whether a record is what is left of another.
    pub(super) fn is_cut(&self, id: EventId) -> bool {
        self.lefts.contains(&id)
    }

    /// The groups of the records of an input, of those that are cut too.
    pub(super) fn of_file(&self, trace: &Trace, file: FileId, cut: bool) -> Vec<usize> {
        let own = trace.ids_of(file).filter(|id| cut || !self.is_cut(*id));
        let mut groups: Vec<usize> = own.filter_map(|id| self.get(id)).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// An input does not stay.
    pub(super) fn leave(&mut self, trace: &Trace, file: FileId) {
        for group in self.of_file(trace, file, false) {
            if let Some(n) = self.standing.get_mut(group) {
                *n = n.saturating_sub(1);
            }
        }
    }
}

fn files(trace: &Trace, members: &[EventId]) -> u32 {
    let mut files: Vec<FileId> = members.iter().filter_map(|id| Some(trace.event(*id)?.file)).collect();
    files.sort_unstable();
    files.dedup();
    u32::try_from(files.len()).unwrap_or(u32::MAX)
}
