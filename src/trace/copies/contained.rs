//! Inputs that add nothing: each of their records stands in another input, whole.
//!
//! A folder of logs often holds what was cut out of them: an excerpt, a saved story, both logs of a case in one file. Such
//! a file looks like the log of a server with other habits, so it must not speak for one. Of inputs that contain each
//! other some stay: logs of one server before mixtures, inputs with component lines before those without, the bigger
//! ones before the smaller. The order in which they are given decides nothing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cut::{Lost, whole};
use super::groups::Groups;
use super::mixture::{Mixture, mixture};
use crate::span::FileId;
use crate::trace::{EventId, Trace};

/// What counts where.
pub(super) struct Choice {
    /// Records that count in another place.
    pub(super) copies: Vec<EventId>,
    /// For each input that adds nothing, the inputs that hold its records, those with most of them first.
    pub(super) holders: Vec<Vec<FileId>>,
}

/// What decides which of two inputs stays that contain each other.
struct Facts {
    mixture: Mixture,
    /// Component lines.
    lines: u64,
}

/// So many excerpts whose first or last record is cut are looked up; each costs a walk over all records.
const MOST_CUT: usize = 64;

/// Decides which of equal records (by number of their group) counts.
pub(super) fn choose(trace: &Trace, suspected: &[bool], alike: &[(u32, EventId)]) -> Choice {
    let mut groups = Groups::new(trace, alike);
    let candidates = candidates(trace, suspected, &mut groups);
    let order = order(trace, &candidates);
    // The one that would go last is the best.
    let mut rank = vec![usize::MAX; trace.inputs().len()];
    for (i, file) in order.iter().rev().enumerate() {
        if let Some(slot) = rank.get_mut(file.index()) {
            *slot = i;
        }
    }
    let place = |id: &EventId| trace.event(*id).map(|e| (rank.get(e.file.index()).copied(), e.start));
    let mut members = std::mem::take(&mut groups.members);
    // What counts is whole.
    for of_group in &mut members {
        of_group.sort_unstable_by_key(|id| (groups.is_cut(*id), place(id)));
    }
    groups.members = members;
    let mut stays = vec![true; trace.inputs().len()];
    let mut counted: BTreeMap<FileId, u64> = candidates.iter().map(|(file, facts)| (*file, facts.lines)).collect();
    for file in order {
        if let Some(facts) = candidates.get(&file)
            && can_go(trace, &groups, file, facts, &stays, &mut counted)
        {
            groups.leave(trace, file);
            if let Some(slot) = stays.get_mut(file.index()) {
                *slot = false;
            }
        }
    }
    count(trace, &groups, &stays, &rank)
}

/// Leaves the first record of every group in an input that stays; all others are copies.
fn count(trace: &Trace, groups: &Groups, stays: &[bool], rank: &[usize]) -> Choice {
    let mut out = Choice { copies: Vec::new(), holders: vec![Vec::new(); stays.len()] };
    let mut held: BTreeMap<(FileId, FileId), u64> = BTreeMap::new();
    for members in &groups.members {
        let Some(keeper) = keeper(trace, members, stays, None) else { continue };
        for id in members.iter().filter(|id| **id != keeper) {
            out.copies.push(*id);
            if let Some((own, other)) = trace.event(*id).zip(trace.event(keeper))
                && stays.get(own.file.index()) == Some(&false)
            {
                *held.entry((own.file, other.file)).or_default() += 1;
            }
        }
    }
    let mut held: Vec<_> = held.into_iter().collect();
    held.sort_by_key(|((_, holder), n)| (Reverse(*n), rank.get(holder.index()).copied()));
    for ((file, holder), _) in held {
        if let Some(all) = out.holders.get_mut(file.index()) {
            all.push(holder);
        }
    }
    out
}

/// The first of equal records in an input that stays and is not `but`.
fn keeper(trace: &Trace, members: &[EventId], stays: &[bool], but: Option<FileId>) -> Option<EventId> {
    let file = |id: &EventId| trace.event(*id).map(|e| e.file).filter(|f| Some(*f) != but);
    members.iter().find(|id| file(id).is_some_and(|f| stays.get(f.index()) == Some(&true))).copied()
}

/// Inputs all of whose records stand in others; the first and the last may be cut.
fn candidates(trace: &Trace, suspected: &[bool], groups: &mut Groups) -> BTreeMap<FileId, Facts> {
    let mut out = BTreeMap::new();
    let mut cut: Vec<(FileId, Vec<EventId>)> = Vec::new();
    for events in trace.events().chunk_by(|a, b| a.file == b.file) {
        let Some(file) = events.first().map(|e| e.file).filter(|f| suspected.get(f.index()) == Some(&true)) else {
            continue;
        };
        let mut all = trace.ids_of(file);
        let (first, last) = (all.clone().next(), all.clone().last());
        let is_end = |id: EventId| (Some(id) == first || Some(id) == last) && groups.get(id).is_none();
        if all.all(|id| groups.is_elsewhere(id) || is_end(id)) {
            let ends = [first, last.filter(|l| Some(*l) != first)].into_iter().flatten();
            cut.push((file, ends.filter(|id| !groups.is_elsewhere(*id)).collect()));
        }
    }
    let name = |file: FileId| trace.inputs().get(file.index()).map(crate::input::Input::name);
    cut.sort_by_key(|(file, ends)| (!ends.is_empty(), name(*file)));
    let looked_up = cut.iter().filter(|(_, ends)| ends.is_empty()).count() + MOST_CUT;
    for (file, ends) in cut.into_iter().take(looked_up) {
        let of = |id: EventId| {
            let is_first = trace.ids_of(file).next() == Some(id);
            let is_last = trace.ids_of(file).last() == Some(id);
            let head = is_first.then(|| whole(trace, suspected, id, Lost::Head)).flatten();
            head.or_else(|| is_last.then(|| whole(trace, suspected, id, Lost::Tail)).flatten())
        };
        let wholes: Vec<EventId> = ends.iter().map_while(|id| of(*id)).collect();
        if wholes.len() == ends.len() {
            ends.iter().zip(wholes).for_each(|(id, whole)| groups.add(*id, whole));
            let lines = lines(trace, file);
            out.insert(file, Facts { mixture: mixture(trace, file), lines });
        }
    }
    out
}

/// Component lines of an input. One that the end of the input cuts off is perhaps the prefix of a record.
fn lines(trace: &Trace, file: FileId) -> u64 {
    let end = trace.inputs().get(file.index()).map_or(0, |i| i.len() as u64);
    trace.lines_in(file).filter(|l| l.span.start + u64::from(l.span.len) < end).count() as u64
}

/// The inputs, those that go first ahead: every candidate before the others.
fn order(trace: &Trace, candidates: &BTreeMap<FileId, Facts>) -> Vec<FileId> {
    let mut all: Vec<FileId> = (0..).map(FileId).take(trace.inputs().len()).collect();
    all.sort_by_cached_key(|file| {
        let source = trace.sources().get(file.index());
        let records = source.map_or(0, crate::trace::Source::record_count);
        let name = trace.inputs().get(file.index()).map(|i| Reverse((i.name().len(), i.name())));
        let first = Reverse(source.and_then(|s| s.span).map(|(first, _)| first));
        let Some(facts) = candidates.get(file) else { return (true, true, true, records, 0, 0, first, name) };
        let prose = source.map_or(0, |s| s.lines_outside.saturating_sub(facts.lines));
        let alone = facts.mixture == Mixture::No;
        (false, alone, facts.lines > 0, records, facts.lines, u64::MAX - prose, first, name)
    });
    all
}

/// Whether inputs that stay hold all records of this one. Component lines count too: an input that has some goes only
/// where the others have some, and one of several servers that it names goes only where theirs are as many.
///
/// `counted`: the component lines of inputs, as far as somebody asked.
fn can_go(
    trace: &Trace,
    groups: &Groups,
    file: FileId,
    facts: &Facts,
    stays: &[bool],
    counted: &mut BTreeMap<FileId, u64>,
) -> bool {
    if !trace.ids_of(file).all(|id| groups.is_elsewhere(id)) {
        return false;
    }
    if facts.lines == 0 {
        return true;
    }
    let other = |group: usize| {
        let keeper = keeper(trace, groups.members.get(group)?, stays, Some(file))?;
        Some(trace.event(keeper)?.file)
    };
    let mut holders: Vec<FileId> = groups.of_file(trace, file, true).into_iter().filter_map(other).collect();
    holders.sort_unstable();
    holders.dedup();
    let mut count = |file: &FileId| *counted.entry(*file).or_insert_with(|| lines(trace, *file));
    if facts.mixture == Mixture::Named {
        holders.iter().map(count).sum::<u64>() >= facts.lines
    } else {
        holders.iter().any(|file| count(file) > 0)
    }
}
