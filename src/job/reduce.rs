//! The calls and pushes of some Call-IDs.

use super::dialogs::{Dialogs, Left, bucket};
use super::facts::{Surveyed, TIMES, whole};
use super::store::{pack, pack_text};
use super::{Job, JobError, Step, Totals};
use crate::analysis::{self, Analysis, Options};
use crate::findings;
use crate::time::Timestamp;
use crate::trace::part::{Cut, Wanted};
use crate::trace::{Event, EventId, Trace, row};

pub(super) fn run(job: &Job, task: u32) -> Result<Totals, JobError> {
    let surveyed = Surveyed::of(job)?;
    let (mut trace, placed, own) = bucket(job, &surveyed, task, None)?;
    let found = analysis::dialogs(&trace, &Options::default(), &placed);
    let said = analysis::conversation::said(&trace, &placed, &found);
    let times: Vec<Timestamp> = job.store.read(&surveyed.manifest, "facts", TIMES)?;
    let Analysis { servers, clocks, coverage, .. } = placed;
    let found = Analysis { servers, clocks, coverage, ..found };
    let stays = findings::stays(&trace, &found, &times);
    let asked = asked(&trace, &found)?;
    whole(&trace)?;
    // Nobody asks any more, and they are most of what is in memory.
    trace.forget_texts();

    let mut from: Vec<_> = surveyed.units.manifests.iter().collect();
    from.push(&surveyed.manifest);
    let mut out = job.store.begin(Step::Reduce, task, &from)?;
    out.total("records", own);
    out.total("messages", found.messages);
    out.total("calls", found.calls.len() as u64);
    out.total("pushes", found.pushes.len() as u64);
    out.total("messages_inside", found.messages_inside.len() as u64);
    let dialogs = Dialogs::of(task, found, said);
    out.file("dialogs", &[pack(&left(&trace, &dialogs)?)?])?;
    let mut users = Vec::new();
    for own in dialogs.by_user(job.plan.reading().0, job.tasks(Step::Link)) {
        users.push(pack(&left(&trace, &own)?)?);
    }
    out.file("users", &users)?;
    out.file("stays", &[pack(&stays)?])?;
    out.file("asked", &asked)?;
    let totals = out.end()?;
    job.let_go(trace);
    Ok(totals)
}

/// The texts that the next steps read of calls and pushes, with their records, as [`Cut`] and bytes.
fn asked(trace: &Trace, found: &Analysis) -> Result<[Vec<u8>; 2], JobError> {
    let place = |_: EventId, event: &Event| trace.known_place(event);
    let is_kept = |_: EventId, event: &Event| !trace.is_silent(event);
    let ids = findings::asked(trace, found);
    let wanted = Wanted { ids, place: &place, identities: false, text: &is_kept, lines: &[] };
    let mut cut = Cut::default();
    // Packed as they come: they are in memory once already.
    let texts = pack_text(Some(trace.length_of_texts(&wanted)), |out| {
        let mut written = Ok(());
        (cut, _) = trace.cut_beside(&wanted, &mut |text| {
            if written.is_ok() {
                written = out.write_all(text);
            }
        });
        written
    })?;
    Ok([pack(&cut)?, texts])
}

fn left(trace: &Trace, dialogs: &Dialogs) -> Result<Left, JobError> {
    let rows = trace.rows().unwrap_or_default();
    let (packed, named) = row::named_in(rows, || postcard::to_stdvec(dialogs));
    let dialogs = packed.map_err(|e| JobError::new(format!("cannot write calls and pushes: {e}")))?;
    let id = |row: &u32| rows.binary_search(row).ok().and_then(|at| u32::try_from(at).ok()).map(EventId);
    let ids = named.iter().filter_map(id).collect();
    let place = |_: EventId, event: &Event| trace.known_place(event);
    let wanted = Wanted { ids, place: &place, identities: false, text: &|_, _| false, lines: &[] };
    Ok(Left { cut: trace.cut(&wanted).0, dialogs })
}
