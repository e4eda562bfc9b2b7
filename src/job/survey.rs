//! What all files tell together.

use std::collections::{BTreeSet, HashSet};

use super::facts::{Facts, Placed, Rows, Units, add_kept, whole, within};
use super::store::pack;
use super::{Job, JobError, Step, Totals};
use crate::analysis::{self, Analysis, Options};
use crate::findings::{self, LineIndex};
use crate::record::RecordKind;
use crate::sip::Method;
use crate::span::FileId;
use crate::trace::part::{Cut, Join, Kept, Known, Wanted};
use crate::trace::{Event, EventId, Symbol, Trace, row};

pub(super) fn run(job: &Job) -> Result<Totals, JobError> {
    let units = Units::of(job)?;
    let mut join = Join::default();
    let mut kept: Vec<Kept> = Vec::new();
    for (manifest, window) in units.iter() {
        let (part, base) = (window.part, window.base);
        let Rows { cut, gaps } = job.store.read(manifest, "rows", part)?;
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
        let told: Cut = job.store.read(manifest, "telling", part)?;
        join.add(told, base, true);
    }
    for k in &mut kept {
        k.source.complete();
    }
    let trace = join.done(kept, None, job.plan.reading());
    let options = Options::default();
    let placed = analysis::place(&trace, &options);
    let telling = LineIndex::read(&trace, &placed);
    let worked = findings::worked(&trace, &placed);
    let rows = trace.rows().unwrap_or_default().to_vec();
    let messages = || (0..).map(EventId).zip(trace.events()).filter(|(_, e)| e.method == Method::Message);
    let of_row = |id: EventId| rows.get(id.0 as usize).copied().unwrap_or(id.0);
    let worked: Vec<(u32, i64)> =
        messages().map(|(id, _)| (of_row(id), worked.get(id.0 as usize).copied().unwrap_or(0))).collect();
    let timeless = messages().filter(|(_, e)| e.time().is_none());
    let ahead = timeless.map(|(id, _)| (of_row(id), analysis::time_ahead(&trace, &options, &placed, id))).collect();
    let times = telling.times();

    let Analysis { servers, clocks, coverage, .. } = placed;
    let mut names: Vec<(Symbol, Vec<u8>)> = servers.symbols().map(|s| (s, trace.symbol(s).to_vec())).collect();
    names.sort_unstable();
    names.dedup();
    let placed = Placed { servers, clocks, coverage };
    let (placed, mut landmarks) = row::named_in(&rows, || pack(&placed));
    // What stands for the first record stands there, too.
    landmarks.insert(0);
    landmarks.extend(others(&trace).into_iter().map(of_row));
    let landmarks = landmarks_of(&trace, &rows, &landmarks);
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

/// Messages about no call, of Call-IDs that records name which say something.
fn others(trace: &Trace) -> Vec<EventId> {
    let says = |e: &&Event| e.kind != RecordKind::Protocol && !trace.is_silent(e);
    let named: HashSet<Symbol> = trace.events().iter().filter(says).filter_map(Event::call_id).collect();
    findings::lone::no_calls(trace, &named)
}

fn landmarks_of(trace: &Trace, rows: &[u32], wanted: &BTreeSet<u32>) -> Cut {
    let id = |row: &u32| rows.binary_search(row).ok().and_then(|at| u32::try_from(at).ok()).map(EventId);
    let ids = wanted.iter().filter_map(id).collect();
    let place = |_: EventId, event: &Event| trace.known_place(event);
    trace.cut(&Wanted { ids, place: &place, identities: false, text: &|_, _| false, lines: &[] }).0
}
