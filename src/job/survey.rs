//! What all files tell together.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::dialogs::add_told;
use super::facts::{Facts, Placed, Placement, Rows, Units, add_kept, whole, within};
use super::store::pack;
use super::{Job, JobError, Step, Totals};
use crate::analysis::{self, Analysis, Options};
use crate::findings::{self, LineIndex};
use crate::record::RecordKind;
use crate::sip::Method;
use crate::span::FileId;
use crate::trace::part::{Cut, Join, Kept, Known, Place, Wanted};
use crate::trace::{Event, EventId, Symbol, Trace, row};

pub(super) fn run(job: &Job) -> Result<Totals, JobError> {
    let units = Units::of(job)?;
    let mut join = Join::default();
    let mut kept: Vec<Kept> = Vec::new();
    join.reserve(usize::try_from(units.total("records")).unwrap_or(0));
    for (manifest, window) in units.iter() {
        let (part, base) = (window.part, window.base);
        let Rows { mut cut, gaps } = job.store.read(manifest, "rows", part)?;
        // Most of what is in memory would be what few records are asked for, once these are known.
        cut.leave_places();
        cut.leave_words();
        let names = join.add(cut, base, false);
        let name = |symbol: Symbol| names.get(symbol.0 as usize).copied().unwrap_or(Symbol::NONE);
        for (file, mut own) in gaps {
            for gap in &mut own {
                gap.server = gap.server.map(name);
            }
            join.add_gaps(FileId(file.0 + base.0), own);
        }
        let mut own = job.store.read::<super::facts::Inputs>(manifest, "inputs", part)?.kept;
        for k in &mut own {
            k.source.renumber(&name);
        }
        add_kept(&mut kept, own, window);
    }
    let is_shared = shared(join.events());
    for (manifest, window) in units.iter() {
        let Rows { cut, .. } = job.store.read(manifest, "rows", window.part)?;
        join.add_words(&cut, window.base.1, &|call| is_shared.get(call.0 as usize) == Some(&true));
    }
    drop(is_shared);
    add_told(job, units.iter(), &mut join, true)?;
    for k in &mut kept {
        k.source.complete();
    }
    let trace = join.done(kept, None, job.plan.reading());
    let options = Options::default();
    let placed = analysis::place(&trace, &options);
    let telling = LineIndex::read(&trace, &placed);
    let worked = findings::worked(&trace, &placed);
    let rows = trace.rows().unwrap_or_default();
    let messages = || (0..).map(EventId).zip(trace.events()).filter(|(_, e)| e.method == Method::Message);
    let of_row = |id: EventId| rows.get(id.0 as usize).copied().unwrap_or(id.0);
    let worked: Vec<(u32, i64)> = worked.into_iter().map(|(id, ms)| (of_row(id), ms)).collect();
    let timeless = messages().filter(|(_, e)| e.time().is_none());
    let ahead = timeless.map(|(id, _)| (of_row(id), analysis::time_ahead(&trace, &options, &placed, id))).collect();
    let times = telling.times();

    let Analysis { servers, clocks, coverage, .. } = placed;
    let mut names: Vec<(Symbol, Vec<u8>)> = servers.symbols().map(|s| (s, trace.symbol(s).to_vec())).collect();
    names.sort_unstable();
    names.dedup();
    let placed = Placed { servers, clocks, coverage };
    let (placed, mut landmarks) = row::named_in(rows, || pack(&placed));
    // What stands for the first record stands there, too.
    landmarks.insert(0);
    landmarks.extend(others(&trace).into_iter().map(of_row));
    let landmarks = landmarks_of(job, &units, &trace, &landmarks)?;
    let copies =
        (0..).map(EventId).zip(trace.events()).filter(|(_, e)| e.is_copy()).map(|(id, _)| of_row(id)).collect();
    let holders = (0..).map(FileId).take(trace.inputs().len()).map(|file| trace.holders(file).to_vec()).collect();
    let known = Known { sources: trace.sources().to_vec(), holders, copies, ahead };
    whole(&trace)?;

    let manifests: Vec<_> = units.manifests.iter().collect();
    let mut out = job.store.begin(Step::Survey, 0, &manifests)?;
    out.total("files", trace.inputs().len() as u64);
    out.total("records", trace.events().len() as u64);
    out.total("copies", known.copies.len() as u64);
    out.total("landmarks", landmarks.columns.rows.len() as u64);
    let facts = pack(&Facts { known, landmarks, names })?;
    let parts = [facts, placed?, within(&trace, || pack(&telling))?, pack(&worked)?, pack(&times)?];
    out.file("facts", &parts)?;
    out.end()
}

/// By Call-ID, whether its records have several logs or prefixes: only then may two servers have logged one message.
fn shared(events: &[Event]) -> Vec<bool> {
    let mut out: Vec<bool> = Vec::new();
    let mut first: Vec<Option<(FileId, Option<Symbol>)>> = Vec::new();
    for event in events {
        let Some(call) = event.call_id().map(|call| call.0 as usize) else { continue };
        if out.len() <= call {
            out.resize(call + 1, false);
            first.resize(call + 1, None);
        }
        let here = (event.file, event.server());
        if let (Some(slot), Some(first)) = (out.get_mut(call), first.get_mut(call)) {
            *slot |= *first.get_or_insert(here) != here;
        }
    }
    out
}

/// Messages about no call, of Call-IDs that records name which say something.
fn others(trace: &Trace) -> Vec<EventId> {
    let says = |e: &&Event| e.kind != RecordKind::Protocol && !trace.is_silent(e);
    let named: HashSet<Symbol> = trace.events().iter().filter(says).filter_map(Event::call_id).collect();
    findings::lone::no_calls(trace, &named)
}

/// Records with some rows. Where they stand is read again, of the units that have them.
fn landmarks_of(job: &Job, units: &Units, trace: &Trace, wanted: &BTreeSet<u32>) -> Result<Cut, JobError> {
    let rows = trace.rows().unwrap_or_default();
    let mut places: HashMap<(FileId, u64), Place> = HashMap::new();
    let mut windows = units.iter().peekable();
    while let Some((manifest, Placement { part, base, .. })) = windows.next() {
        let end = windows.peek().map_or(u32::MAX, |(_, next)| next.base.1);
        let own: Vec<u32> = wanted.range(base.1..end.max(base.1)).map(|row| row - base.1).collect();
        if !own.is_empty() {
            let Rows { cut, .. } = job.store.read(manifest, "rows", part)?;
            let own = cut.places_of(&own).map(|(file, place)| ((FileId(file.0 + base.0), place.byte), place));
            places.extend(own);
        }
    }
    let id = |row: &u32| rows.binary_search(row).ok().and_then(|at| u32::try_from(at).ok()).map(EventId);
    let ids = wanted.iter().filter_map(id).collect();
    let place = |_: EventId, event: &Event| places.get(&(event.file, event.start)).copied();
    Ok(trace.cut(&Wanted { ids, place: &place, identities: false, text: &|_, _| false, lines: &[] }).0)
}
