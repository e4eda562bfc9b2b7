//! Day first or month first: `12/10/2013` does not tell, what stands beside it may.
//!
//! In this order: a date of the input that can only be read one way; numbers that go on over midnight (04/06 to 05/06 is
//! one night or a month); the same of another input of that server; days on which the inputs that are sure were
//! written. What stays open is read month first, as the servers write it (FORMAT.md section 13, item 6), and is told.

use std::collections::BTreeMap;

use super::{Event, Source, Symbol};
use crate::record::DateOrder;
use crate::time::Timestamp;

/// Numbers this close follow each other: lines of components lie between records.
const NEAR: u32 = 4_096;
/// One reading of two dates lies weeks from the other; records that follow each other, days at most.
const WEEKS_MS: i64 = 20 * 86_400_000;
/// Inputs that were collected together speak of the same days.
const BESIDE_MS: i64 = 2 * 86_400_000;

/// What the dates of one input show.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, serde::Serialize)]
pub(super) struct Dates {
    day_first: bool,
    month_first: bool,
    /// Some date can be read both ways.
    ambiguous: bool,
    /// How many midnights speak for month first, and for day first.
    midnights: [u32; 2],
    first: Option<DatedRecord>,
    last: Option<DatedRecord>,
}

/// A record.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
struct DatedRecord {
    time: Timestamp,
    seq: u32,
    server: Symbol,
    ambiguous: bool,
}

impl DatedRecord {
    /// Its time, read one way or the other.
    fn read(self, day_first: bool) -> Timestamp {
        let swapped = self.time.with_day_and_month_swapped();
        swapped.filter(|_| day_first && self.ambiguous).unwrap_or(self.time)
    }
}

impl Dates {
    pub(super) fn note(&mut self, event: &Event) {
        let Some(time) = event.time() else { return };
        let order = event.date_order();
        self.day_first |= order == DateOrder::DayFirst;
        self.month_first |= order == DateOrder::MonthFirst;
        let ambiguous = order == DateOrder::Ambiguous;
        self.ambiguous |= ambiguous;
        let spot = DatedRecord { time, seq: event.seq, server: event.server, ambiguous };
        self.pass(self.last, Some(spot));
        self.first = self.first.or(Some(spot));
        self.last = Some(spot);
    }

    /// Changes the numbers of names.
    pub(super) fn renumber(&mut self, to: &dyn Fn(Symbol) -> Symbol) {
        for spot in [&mut self.first, &mut self.last].into_iter().flatten() {
            spot.server = to(spot.server);
        }
    }

    pub(super) fn join(&mut self, more: &Dates) {
        self.day_first |= more.day_first;
        self.month_first |= more.month_first;
        self.ambiguous |= more.ambiguous;
        for (sum, n) in self.midnights.iter_mut().zip(more.midnights) {
            *sum += n;
        }
        self.pass(self.last, more.first);
        self.first = self.first.or(more.first);
        self.last = more.last.or(self.last);
    }

    /// From one record to the next: only over midnight can the dates tell.
    fn pass(&mut self, from: Option<DatedRecord>, to: Option<DatedRecord>) {
        let Some((from, to)) = from.zip(to) else { return };
        if day(from.time) == day(to.time) || !(from.ambiguous || to.ambiguous) || from.server != to.server {
            return;
        }
        if from.seq == 0 || to.seq == 0 || !(1..=NEAR).contains(&to.seq.wrapping_sub(from.seq)) {
            return;
        }
        let fits = |a: Timestamp, b: Timestamp| (-2_000..WEEKS_MS).contains(&b.since(a));
        match (fits(from.time, to.time), fits(from.read(true), to.read(true))) {
            (true, false) => self.midnights[0] += 1,
            (false, true) => self.midnights[1] += 1,
            _ => {}
        }
    }

    /// Whether they are day first, where they tell.
    fn are_day_first(&self) -> Option<bool> {
        match (self.day_first, self.month_first, self.midnights) {
            // One of them is damaged, or the input is two.
            (true, true, _) => None,
            (true, false, _) => Some(true),
            (false, true, _) => Some(false),
            (_, _, [0, 0]) => (!self.ambiguous).then_some(false),
            (_, _, [month, day]) => (month != day).then_some(day > month),
        }
    }

    /// From when to when the input speaks, read one way or the other.
    fn span(&self, day_first: bool) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.first?.read(day_first), self.last?.read(day_first));
        Some((first.min(last), first.max(last)))
    }

    /// Whether some date can be read both ways.
    pub(super) fn are_ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// Whether it says anything about other inputs.
    fn decides(&self) -> bool {
        self.day_first || self.month_first || self.midnights != [0, 0]
    }
}

fn day(time: Timestamp) -> i64 {
    time.0.div_euclid(86_400_000)
}

/// For each input whether its dates are day first; `None` where nothing tells.
pub(super) fn settle(sources: &[Source], names: &[&str]) -> Vec<Option<bool>> {
    let own: Vec<Dates> = sources.iter().map(|s| s.dates).collect();
    let mut out: Vec<Option<bool>> = own.iter().map(Dates::are_day_first).collect();
    if out.iter().all(Option::is_some) {
        return out;
    }
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (i, (source, name)) in sources.iter().zip(names).enumerate() {
        groups.entry(Key::Family(family(name))).or_default().push(i);
        if let Some(server) = source.only_server() {
            groups.entry(Key::Server(server.0)).or_default().push(i);
        }
    }
    for group in groups.values() {
        let mut all = Dates::default();
        for (at, dates) in group.iter().filter_map(|i| Some((*i, own.get(*i)?))) {
            let sure = out.get(at).copied().flatten().filter(|_| dates.decides());
            all.day_first |= sure == Some(true);
            all.month_first |= sure == Some(false);
        }
        if all.day_first || all.month_first {
            let agreed = (all.day_first != all.month_first).then_some(all.day_first);
            fill(&mut out, group, agreed);
        } else {
            // The log rolled over at midnight.
            let members: Vec<Dates> = group.iter().filter_map(|i| own.get(*i).copied()).collect();
            for (i, a) in members.iter().enumerate() {
                for b in members.iter().skip(i + 1).take(64) {
                    all.pass(a.last, b.first);
                    all.pass(b.last, a.first);
                }
            }
            all.ambiguous = true;
            fill(&mut out, group, all.are_day_first());
        }
    }
    let sure = Spans::new(out.iter().zip(&own).filter_map(|(is, dates)| dates.span((*is)?)).collect());
    for (slot, dates) in out.iter_mut().zip(&own).filter(|(slot, _)| slot.is_none()) {
        let near = |day_first, limit| dates.span(day_first).is_some_and(|span| sure.lie_beside(span, limit));
        *slot = match (near(false, BESIDE_MS), near(true, BESIDE_MS)) {
            (true, false) if !near(true, WEEKS_MS) => Some(false),
            (false, true) if !near(false, WEEKS_MS) => Some(true),
            _ => None,
        };
    }
    out
}

/// From when to when inputs speak, by their beginnings, each with the latest end up to there.
struct Spans(Vec<(Timestamp, Timestamp)>);

impl Spans {
    fn new(mut spans: Vec<(Timestamp, Timestamp)>) -> Spans {
        spans.sort_unstable();
        let mut latest = Timestamp::NONE;
        for (_, last) in &mut spans {
            latest = latest.max(*last);
            *last = latest;
        }
        Spans(spans)
    }

    /// Whether one of them is at most so many milliseconds from this one, before or behind it.
    fn lie_beside(&self, (first, last): (Timestamp, Timestamp), limit: i64) -> bool {
        let behind = self.0.partition_point(|(begin, _)| begin.since(last) <= limit);
        // Of those that begin early enough, the one that ends last.
        let latest = behind.checked_sub(1).and_then(|i| self.0.get(i));
        latest.is_some_and(|(_, end)| first.since(*end) <= limit)
    }
}

fn fill(out: &mut [Option<bool>], group: &[usize], order: Option<bool>) {
    for i in group {
        if let Some(slot) = out.get_mut(*i).filter(|slot| slot.is_none()) {
            *slot = order;
        }
    }
}

/// What inputs of one server have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The name in their prefixes.
    Server(u32),
    /// The name of the files, without what counts or dates them.
    Family(String),
}

/// `fe01` of `traces/fe01-2.log`, `fe01.log.1` and `fe01_20131012.txt.gz`.
fn family(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts = file.split('.').filter(|part| !is_number(part));
    let mut stem: String = parts.take_while(|part| !matches!(*part, "log" | "txt" | "gz" | "zst")).collect();
    while let Some((head, _)) = stem.rsplit_once(['-', '_', ' ']).filter(|(_, tail)| is_number(tail)) {
        stem = head.to_owned();
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// One look says what asking each of them says.
        #[test]
        fn spans_beside_are_found_at_once(
            spans in prop::collection::vec((0i64..300, 0i64..60), 0..12), at in 0i64..300, len in 0i64..60, limit in 0i64..40,
        ) {
            let span = |at: i64, len: i64| (Timestamp(at), Timestamp(at + len));
            let spans: Vec<_> = spans.into_iter().map(|(at, len)| span(at, len)).collect();
            let asked = span(at, len);
            let is_near = |(first, last): &(Timestamp, Timestamp)| asked.0.since(*last) <= limit && first.since(asked.1) <= limit;
            let each = spans.iter().any(is_near);
            prop_assert_eq!(Spans::new(spans).lie_beside(asked, limit), each);
        }
    }
}
