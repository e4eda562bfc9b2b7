//! Reads the files of one unit, a long log stretch by stretch.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::facts::{Inputs, Rows};
use super::plan::Unread;
use super::store::{Task, Window, pack, pack_bytes};
use super::{Job, JobError, Step, Totals};
use crate::analysis::coverage;
use crate::findings;
use crate::foreign;
use crate::input::{self, Input, Whence};
use crate::record::{RecordKind, sign};
use crate::sip::Method;
use crate::span::{FileId, Span};
use crate::trace::part::{Place, Wanted};
use crate::trace::{Event, EventId, Symbol, Trace};

/// A file of the unit, opened.
struct Opened {
    inputs: Vec<Input>,
    whence: Vec<Whence>,
    /// What could not be read, with the number of inputs ahead of it.
    errors: Vec<(usize, Unread)>,
}

pub(super) fn run(job: &Job, task: u32) -> Result<Totals, JobError> {
    let mut opened = open(job, task)?;
    if opened.inputs.len() == 1 {
        opened.inputs = opened.inputs.into_iter().map(foreign::read).collect();
    }
    let in_stretches = match opened.inputs.as_slice() {
        [only] if only.is_plain_log() && only.len() as u64 > job.plan.piece => stretches(job, task)?,
        _ => None,
    };
    let out = if let Some(out) = in_stretches {
        out
    } else {
        let mut out = job.store.begin(Step::Map, task, &[])?;
        let Opened { inputs, whence, errors } = opened;
        let trace = Trace::load_part(inputs, job.plan.reading().0);
        add(job, &mut out, &trace, &whence, errors, None)?;
        out
    };
    // A file that was cut meanwhile was read as something else.
    let files = job.plan.units.get(task as usize).copied().unwrap_or_default();
    for file in job.plan.files.iter().skip(files.0).take(files.1) {
        job.plan.check(file)?;
    }
    out.end()
}

/// Reads a long log stretch by stretch: no more than one is in memory, the pages of the log among it. `None` where the
/// stretches must know of each other.
fn stretches(job: &Job, task: u32) -> Result<Option<Task<'_>>, JobError> {
    let mut out = job.store.begin(Step::Map, task, &[])?;
    let (mut reached, mut records, mut first) = (None, 0, true);
    // Whose lines stand between the records: of one server alone a line need not name it.
    let mut servers: Option<Vec<Vec<u8>>> = None;
    loop {
        let Opened { mut inputs, whence, errors } = open(job, task)?;
        let input = inputs.pop().map(foreign::read);
        let Some(input) = input.filter(|i| inputs.is_empty() && i.is_plain_log()) else { return Ok(None) };
        let (trace, next) = Trace::load_stretch(input, job.plan.reading().0, reached.take(), job.plan.piece);
        let own: Vec<Vec<u8>> = trace.prefix_names(FileId(0)).into_iter().map(<[u8]>::to_vec).collect();
        let is_silent = trace.events().is_empty();
        if !is_silent && servers.get_or_insert_with(|| own.clone()) != &own || is_silent && next.is_none() {
            return Ok(None);
        }
        let errors = if first { errors } else { Vec::new() };
        add(job, &mut out, &trace, &whence, errors, Some((records, !first)))?;
        (records, first) = (records + trace.events().len(), false);
        match next {
            Some(next) => reached = Some(next),
            None => return Ok(Some(out)),
        }
    }
}

/// Writes what was read at once. Of a stretch, how many records of its log stand ahead of it, and whether it goes on with it.
fn add(
    job: &Job,
    out: &mut Task<'_>,
    trace: &Trace,
    whence: &[Whence],
    errors: Vec<(usize, Unread)>,
    stretch: Option<(usize, bool)>,
) -> Result<(), JobError> {
    let (ahead, goes_on) = stretch.unwrap_or_default();
    let places = trace.places();
    let place = |id: EventId, _: &Event| places.get(id.0 as usize).copied();
    let says: Vec<bool> = trace.events().par_iter().map(|event| findings::says(trace, event)).collect();
    let says = |id: EventId| says.get(id.0 as usize) == Some(&true);
    let all: Vec<EventId> = (0..).map(EventId).take(trace.events().len()).collect();

    let wanted = Wanted { ids: all.clone(), place: &place, identities: true, text: &|_, _| false, lines: &[] };
    let (cut, names) = trace.cut(&wanted);
    let name = |symbol: Symbol| names.get(&symbol).copied().unwrap_or(Symbol::NONE);
    let mut kept = trace.kept(whence);
    for k in &mut kept {
        k.source.renumber(&name);
    }
    let mut gaps = coverage::gaps(trace);
    for gap in gaps.iter_mut().flat_map(|(_, own)| own) {
        gap.server = gap.server.map(name);
        gap.before += ahead;
    }

    let lines = lines(trace);
    let telling: Vec<EventId> = all.iter().copied().filter(|id| says(*id)).collect();
    let wanted = Wanted { ids: telling, place: &place, identities: false, text: &|_, _| true, lines: &lines };
    let (told, _) = trace.cut(&wanted);

    let is_wanted = kinds(trace);
    let text = |id: EventId, event: &Event| is_wanted(event) || says(id);
    let buckets = buckets(trace, &all, job.tasks(Step::Reduce));
    let cuts = buckets.par_iter().map(|ids| {
        let wanted = Wanted { ids: ids.clone(), place: &place, identities: true, text: &text, lines: &[] };
        let (mut cut, _) = trace.cut(&wanted);
        let texts = cut.take_texts();
        Ok((texts.len() as u64, pack(&cut)?, pack_bytes(&texts)?))
    });
    let cuts: Vec<(u64, Vec<u8>, Vec<u8>)> = cuts.collect::<Result<_, JobError>>()?;

    let problems: Vec<_> = kept.iter_mut().map(|k| std::mem::take(&mut k.problems)).collect();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let window = Window { files: number(kept.len()), records: number(trace.events().len()), goes_on };
    if !goes_on {
        out.total("files", kept.len() as u64);
        out.total("bytes", trace.inputs().iter().map(|i| i.len() as u64).sum());
    }
    out.total("records", trace.events().len() as u64);
    out.total("with_call_id", buckets.iter().map(|ids| ids.len() as u64).sum());
    out.total("problems", problems.iter().map(|own| own.len() as u64).sum());
    out.total("text_bytes", cuts.iter().map(|(len, ..)| len).sum::<u64>() + told.text_len());
    out.file("inputs", &[pack(&Inputs { kept, errors })?])?;
    out.file("problems", &[pack(&problems)?])?;
    out.file("rows", &[pack(&Rows { cut, gaps })?])?;
    let told = pack(&told)?;
    let (parts, texts): (Vec<Vec<u8>>, Vec<Vec<u8>>) = cuts.into_iter().map(|(_, own, texts)| (own, texts)).unzip();
    let bytes = |all: &[Vec<u8>]| all.iter().map(|p| p.len() as u64).sum::<u64>();
    out.total("travels_bytes", bytes(&parts) + bytes(&texts) + told.len() as u64);
    out.total("travels_text_bytes", bytes(&texts) + told.len() as u64);
    out.file("telling", &[told])?;
    out.file("buckets", &parts)?;
    out.file("texts", &texts)?;
    out.window(window);
    Ok(())
}

fn open(job: &Job, task: u32) -> Result<Opened, JobError> {
    let (first, count) = job.plan.units.get(task as usize).copied().unwrap_or_default();
    let mut out = Opened { inputs: Vec::new(), whence: Vec::new(), errors: Vec::new() };
    for file in job.plan.files.iter().skip(first).take(count) {
        job.plan.check(file)?;
        let path = job.plan.path(file);
        let opened = input::open_listed(&path, file.in_folder, job.plan.reading().1);
        let at = out.inputs.len();
        for error in opened.errors {
            let given = |text: &str| job.plan.as_given(file, text);
            let unread = Unread { path: given(&error.path().display().to_string()), what: given(&error.to_string()) };
            out.errors.push((at, unread));
        }
        for (number, mut input) in opened.inputs.into_iter().enumerate() {
            input.rename(job.plan.as_given(file, input.name()));
            out.inputs.push(input);
            out.whence.push(Whence { path: path.clone(), in_folder: file.in_folder, number });
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

/// What this unit tells of a Call-ID.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
struct Course {
    /// It is that of a call or a push.
    is_asked: bool,
    begins: bool,
    /// Or given up.
    answered: bool,
    /// An INVITE was refused, or something was said of its end.
    fails: bool,
}

/// Whether the text of a record is asked for: it is of a call or a push, as far as this unit tells, and rules ask of it what is not
/// kept beside it. Who asks more reads the log again.
fn kinds(trace: &Trace) -> impl Fn(&Event) -> bool + Sync {
    use Method::{Ack, Bye, Cancel, Info, Invite, Message, Prack, Refer, Update};
    let mut of_calls = vec![Course::default(); trace.symbol_count()];
    for event in trace.events().iter().filter(|e| matches!(e.method, Invite | Ack | Cancel | Bye | Message)) {
        let Some(course) = event.call_id().and_then(|call| of_calls.get_mut(call.0 as usize)) else { continue };
        course.is_asked = true;
        match (event.method, event.status) {
            (Invite, 0) => course.begins = true,
            // Or its caller gave up.
            (Invite, 200..300) | (Cancel, 0) => course.answered = true,
            // What is challenged is sent again, what is cancelled was not refused.
            (Invite, 300..) => course.fails |= !matches!(event.status, 401 | 407 | 487),
            (Bye, 0) => course.fails |= !trace.lacks(event, RARE),
            _ => {}
        }
    }
    move |event| {
        let course = event.call_id().and_then(|call| of_calls.get(call.0 as usize)).copied().unwrap_or_default();
        if course.is_asked {
            !(course.begins && course.answered && !course.fails && is_plain(trace, event))
        } else {
            event.kind == RecordKind::Protocol && matches!(event.method, Info | Prack | Refer | Update)
        }
    }
}

/// Headers by which a message tells why.
const RARE: u16 = sign::REASON | sign::WARNING | sign::DIAGNOSTICS | sign::ASSERTED;

/// Whether all that rules ask of a message of a call that went well stands in what is kept beside its text.
fn is_plain(trace: &Trace, event: &Event) -> bool {
    use Method::{Ack, Bye, Cancel, Invite};
    let told = matches!((event.method, event.status), (Ack, _) | (Bye, 0) | (Bye | Cancel, 200..300) | (Invite, 100));
    told && event.has_identity() && trace.lacks(event, RARE)
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
