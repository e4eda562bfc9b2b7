//! Reads the files of one unit.

use std::path::PathBuf;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::facts::{Inputs, Rows};
use super::plan::Unread;
use super::store::pack;
use super::{Job, JobError, Step, Totals};
use crate::analysis::coverage;
use crate::findings;
use crate::input::{self, Input};
use crate::record::RecordKind;
use crate::sip::Method;
use crate::span::{FileId, Span};
use crate::trace::part::{Place, Wanted};
use crate::trace::{Event, EventId, Symbol, Trace};

/// A file of the unit, opened.
struct Opened {
    inputs: Vec<Input>,
    paths: Vec<PathBuf>,
    /// What could not be read, with the number of inputs ahead of it.
    errors: Vec<(usize, Unread)>,
}

pub(super) fn run(job: &Job, task: u32) -> Result<Totals, JobError> {
    let Opened { inputs, paths, errors } = open(job, task)?;
    let bytes: u64 = inputs.iter().map(|i| i.len() as u64).sum();
    let trace = Trace::load_part(inputs, job.plan.seed);
    let places = trace.places();
    let place = |id: EventId, _: &Event| places.get(id.0 as usize).copied();
    let says: Vec<bool> = trace.events().par_iter().map(|event| findings::says(&trace, event)).collect();
    let says = |id: EventId| says.get(id.0 as usize) == Some(&true);
    let all: Vec<EventId> = (0..).map(EventId).take(trace.events().len()).collect();

    let wanted = Wanted { ids: all.clone(), place: &place, identities: true, text: &|_, _| false, lines: &[] };
    let (cut, names) = trace.cut(&wanted);
    let name = |symbol: Symbol| names.get(&symbol).copied().unwrap_or(Symbol::NONE);
    let mut kept = trace.kept(&paths);
    for k in &mut kept {
        k.source.renumber(&name);
    }
    let mut gaps = coverage::gaps(&trace);
    gaps.iter_mut().flat_map(|(_, own)| own).for_each(|gap| gap.server = gap.server.map(name));

    let lines = lines(&trace);
    let telling: Vec<EventId> = all.iter().copied().filter(|id| says(*id)).collect();
    let wanted = Wanted { ids: telling, place: &place, identities: false, text: &|_, _| true, lines: &lines };
    let (told, _) = trace.cut(&wanted);

    let is_wanted = kinds(&trace);
    let text = |id: EventId, event: &Event| is_wanted(event) || says(id);
    let buckets = buckets(&trace, &all, job.tasks(Step::Reduce));
    let cuts = buckets.par_iter().map(|ids| {
        let wanted = Wanted { ids: ids.clone(), place: &place, identities: true, text: &text, lines: &[] };
        let (cut, _) = trace.cut(&wanted);
        Ok((cut.text_len(), pack(&cut)?))
    });
    let cuts: Vec<(u64, Vec<u8>)> = cuts.collect::<Result<_, JobError>>()?;
    // A file that was cut meanwhile was read as something else.
    let files = job.plan.units.get(task as usize).copied().unwrap_or_default();
    for file in job.plan.files.iter().skip(files.0).take(files.1) {
        job.plan.check(file)?;
    }

    let mut out = job.store.begin(Step::Map, task, &[])?;
    let problems: Vec<_> = kept.iter_mut().map(|k| std::mem::take(&mut k.problems)).collect();
    out.total("files", kept.len() as u64);
    out.total("bytes", bytes);
    out.total("records", trace.events().len() as u64);
    out.total("with_call_id", buckets.iter().map(|ids| ids.len() as u64).sum());
    out.total("problems", problems.iter().map(|own| own.len() as u64).sum());
    out.total("text_bytes", cuts.iter().map(|(len, _)| len).sum::<u64>() + told.text_len());
    out.file("inputs", &[pack(&Inputs { kept, errors })?])?;
    out.file("problems", &[pack(&problems)?])?;
    out.file("rows", &[pack(&Rows { cut, gaps })?])?;
    let told = pack(&told)?;
    let parts: Vec<Vec<u8>> = cuts.into_iter().map(|(_, packed)| packed).collect();
    out.total("travels_bytes", parts.iter().chain([&told]).map(|p| p.len() as u64).sum());
    out.file("telling", &[told])?;
    out.file("buckets", &parts)?;
    out.end()
}

fn open(job: &Job, task: u32) -> Result<Opened, JobError> {
    let (first, count) = job.plan.units.get(task as usize).copied().unwrap_or_default();
    let mut out = Opened { inputs: Vec::new(), paths: Vec::new(), errors: Vec::new() };
    let limits = input::Limits { format: job.plan.format_in(), ..input::Limits::default() };
    for file in job.plan.files.iter().skip(first).take(count) {
        job.plan.check(file)?;
        let path = job.plan.path(file);
        let opened = input::open_listed(&path, file.in_folder, limits);
        let at = out.inputs.len();
        for error in opened.errors {
            let given = |text: &str| job.plan.as_given(file, text);
            let unread = Unread { path: given(&error.path().display().to_string()), what: given(&error.to_string()) };
            out.errors.push((at, unread));
        }
        for mut input in opened.inputs {
            input.rename(job.plan.as_given(file, input.name()));
            out.inputs.push(input);
            out.paths.push(path.clone());
        }
    }
    Ok(out)
}

/// The lines between records that say something.
fn lines(trace: &Trace) -> Vec<(Span, Place)> {
    let count = u32::try_from(trace.events().len()).unwrap_or(u32::MAX);
    let before = (0..count).into_par_iter().flat_map_iter(|id| trace.lines_before(EventId(id)));
    let files = 0..u32::try_from(trace.inputs().len()).unwrap_or(u32::MAX);
    let behind = files.into_par_iter().flat_map_iter(|file| trace.lines_behind(FileId(file)));
    let told = before.chain(behind).filter(|line| findings::is_telling(line.text)).map(|line| {
        let at = trace.location(line.span.file, line.span.start);
        (line.span, Place { byte: line.span.start, line: at.line, original: at.byte })
    });
    told.collect()
}

/// Whether the text of a record is asked for: it is of a call or a push, as far as this unit tells.
fn kinds(trace: &Trace) -> impl Fn(&Event) -> bool + Sync {
    use Method::{Ack, Bye, Cancel, Info, Invite, Message, Prack, Refer, Update};
    let mut of_calls = vec![false; trace.symbol_count()];
    for event in trace.events().iter().filter(|e| matches!(e.method, Invite | Ack | Cancel | Bye | Message)) {
        if let Some(slot) = event.call_id().and_then(|call| of_calls.get_mut(call.0 as usize)) {
            *slot = true;
        }
    }
    move |event| {
        let of_call = event.call_id().is_some_and(|call| of_calls.get(call.0 as usize) == Some(&true));
        of_call || event.kind == RecordKind::Protocol && matches!(event.method, Info | Prack | Refer | Update)
    }
}

/// The records of each bucket, by Call-ID.
fn buckets(trace: &Trace, all: &[EventId], count: u32) -> Vec<Vec<EventId>> {
    let mut out = vec![Vec::new(); count as usize];
    let mut known: HashMap<Symbol, usize> = HashMap::new();
    for id in all {
        let Some(call) = trace.event(*id).and_then(Event::call_id) else { continue };
        let number = trace.number_of(call) % u64::from(count.max(1));
        let at = *known.entry(call).or_insert_with(|| usize::try_from(number).unwrap_or(0));
        if let Some(bucket) = out.get_mut(at) {
            bucket.push(*id);
        }
    }
    out
}
