//! Rows of a list as something to send on: a report of them, a table, a capture.

use std::collections::BTreeSet;
use std::io::{self, Write};

use hashbrown::HashSet;

use super::data::Data;
use super::rows;
use super::view::View;
#[cfg(feature = "export")]
use super::within::Within;
use crate::analysis::{Analysis, Call};
use crate::case::Index;
use crate::ladder::Subject;
use crate::query::{Notes, Query};
use crate::report::{self, Selection};
use crate::time::Timestamp;
use crate::trace::EventId;

/// Rows of a list, and what is to be told of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The list.
    pub view: View,
    /// Its rows as they are shown, by their numbers in the data.
    pub rows: Vec<u32>,
    /// Its columns as they are shown.
    pub columns: Vec<usize>,
    /// The filter by which it was narrowed.
    pub query: Option<String>,
    /// The span of time to which it was narrowed.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Notes on calls and pushes.
    pub notes: Notes,
}

/// A report for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For a ticket.
    Markdown,
    /// One page.
    Html,
}

/// Which messages a capture holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packets {
    /// Those of a story.
    Story(Subject),
    /// Those of the stories of these rows.
    Rows(View, Vec<u32>),
    /// These.
    Records(Vec<EventId>),
}

/// The stories of rows: calls with their pushes, and pushes with their call and its other pushes.
pub(super) fn stories(analysis: &Analysis, view: View, rows: &[u32]) -> (Vec<usize>, Vec<usize>) {
    let own = rows.iter().map(|row| *row as usize);
    let pushes_of = |call: &usize| analysis.calls.get(*call).map_or(&[][..], |c| &c.pushes);
    let (calls, mut pushes): (BTreeSet<usize>, BTreeSet<usize>) = match view {
        View::Pushes => {
            let pushes: BTreeSet<usize> = own.collect();
            (pushes.iter().filter_map(|p| analysis.pushes.get(*p)?.call).collect(), pushes)
        }
        _ => (own.collect(), BTreeSet::new()),
    };
    pushes.extend(calls.iter().flat_map(pushes_of));
    (calls.into_iter().collect(), pushes.into_iter().collect())
}

/// Some calls and pushes, given by their numbers in rising order, as an analysis of their own.
pub(super) fn part(data: &Data, calls: &[usize], pushes: &[usize]) -> Analysis {
    let all = &data.analysis;
    let place = |list: &[usize], wanted: usize| list.binary_search(&wanted).ok();
    let mut part = Analysis {
        servers: all.servers.clone(),
        clocks: all.clocks.clone(),
        coverage: all.coverage.clone(),
        ..Analysis::default()
    };
    for call in calls.iter().filter_map(|i| all.calls.get(*i)) {
        let mut call = call.clone();
        call.pushes = call.pushes.iter().filter_map(|p| place(pushes, *p)).collect();
        call.renumber(|other| place(calls, other));
        part.messages += call.messages;
        part.calls.push(call);
    }
    for push in pushes.iter().filter_map(|i| all.pushes.get(*i)) {
        let mut push = push.clone();
        push.call = push.call.and_then(|c| place(calls, c));
        let candidate = |call: &u32| u32::try_from(place(calls, *call as usize)?).ok();
        push.candidates = push.candidates.iter().filter_map(candidate).collect();
        part.pushes.push(push);
    }
    let shown = (part.calls.len() + part.pushes.len()) as u64;
    part.left_out = (all.calls.len() + all.pushes.len()) as u64 - shown;
    part
}

/// The report of some calls and pushes as JSON; their numbers are adjusted.
pub(super) fn json(data: &Data, calls: &[usize], pushes: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let (mut calls, mut pushes) = (calls.to_vec(), pushes.to_vec());
    calls.sort_unstable();
    pushes.sort_unstable();
    pushes.dedup();
    let part = part(data, &calls, &pushes);
    report::write_json(&report::report(&data.trace, &part, &[]), out)
}

impl Taken {
    /// The report of the stories of the rows, which says what they were selected by.
    pub(super) fn report(&self, data: &Data, form: Form, out: &mut dyn Write) -> io::Result<()> {
        let (trace, all) = (&data.trace, &data.analysis);
        let (calls, pushes) = stories(all, self.view, &self.rows);
        let part = part(data, &calls, &pushes);
        let cases = Index::new(&part);
        let mut told = match form {
            Form::Markdown => report::digest_with(trace, &part, &[], &cases),
            Form::Html => report::report_with(trace, &part, &[], &cases),
        };
        if form == Form::Markdown {
            report::add_cards(&mut told, trace, &part, &cases);
        }
        let mut selection = Selection::default();
        (selection.since, selection.until) = (self.span.map(|s| s.0), self.span.map(|s| s.1));
        let query = self.query.as_deref().and_then(|text| Query::parse(text).ok()).unwrap_or_default();
        report::add_selection(&mut told, &selection, &query, (all.calls.len(), all.pushes.len()));
        if !self.notes.is_empty() {
            report::add_notes(&mut told, trace, &part, &self.notes);
        }
        match form {
            Form::Markdown => report::markdown::write(&told, out),
            #[cfg(feature = "html")]
            Form::Html => {
                let sources = report::html::Sources { trace, analysis: &part, cases: &cases, report: &told };
                report::html::write(sources, out)
            }
            #[cfg(not(feature = "html"))]
            Form::Html => Err(io::Error::other("this build has no pages (feature html)")),
        }
    }

    /// The rows as CSV, with the columns that are shown, and with what finds them again.
    #[cfg(feature = "export")]
    pub(super) fn sheet(&self, data: &Data, out: &mut dyn Write) -> io::Result<()> {
        use crate::text::{no_formula, sanitize};
        let safe = |text: &str| no_formula(&sanitize(text)).into_owned();
        let columns = rows::columns(self.view);
        let names = self.columns.iter().filter_map(|i| columns.get(*i)).map(|c| c.name);
        let has_id = self.view != View::Findings;
        let is_place = self.view == View::Records;
        let more = [(has_id && !is_place, "call-id"), (is_place, "place"), (has_id, "note")];
        let more: Vec<&str> = more.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
        let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        sheet.write_record(names.chain(more.iter().copied()))?;
        let within = self.span.map(|span| Within::of(data, span));
        for row in self.rows.iter().map(|row| *row as usize) {
            let own = self.columns.iter().map(|i| safe(&rows::plain(data, self.view, (row, *i), within.as_ref())));
            let call_id = rows::call_id(data, self.view, row);
            let others = more.iter().map(|name| match *name {
                "call-id" => safe(call_id.unwrap_or_default()),
                "place" => rows::place(data, row).map_or(String::new(), |place| safe(&place)),
                _ => call_id.and_then(|id| self.notes.get(id)).map_or(String::new(), safe),
            });
            sheet.write_record(own.chain(others))?;
        }
        sheet.flush()
    }

    #[cfg(not(feature = "export"))]
    #[expect(clippy::unused_self, reason = "with the feature it has something to do")]
    pub(super) fn sheet(&self, _: &Data, _: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this build has no files for other programs (feature export)"))
    }
}

impl Packets {
    /// The capture.
    #[cfg(feature = "export")]
    pub(super) fn write(&self, data: &Data, out: &mut dyn Write) -> io::Result<()> {
        let mut records = self.records(data);
        records.sort_unstable();
        records.dedup();
        crate::export::pcapng::write(&data.trace, &data.analysis, &records, out)
    }

    #[cfg(not(feature = "export"))]
    #[expect(clippy::unused_self, reason = "with the feature it has something to do")]
    pub(super) fn write(&self, _: &Data, _: &mut dyn Write) -> io::Result<()> {
        Err(io::Error::other("this build has no files for other programs (feature export)"))
    }

    #[cfg(feature = "export")]
    fn records(&self, data: &Data) -> Vec<EventId> {
        let (trace, analysis) = (&data.trace, &data.analysis);
        match self {
            Packets::Records(records) => records.clone(),
            Packets::Story(subject) => crate::ladder::build(trace, analysis, subject).records,
            Packets::Rows(View::Records, rows) => {
                rows.iter().filter_map(|row| data.records.get(*row as usize)?.record()).collect()
            }
            Packets::Rows(View::Registrations, rows) => {
                let first = |row: &u32| rows::record(data, View::Registrations, *row as usize);
                let dialogs: HashSet<_> = rows.iter().filter_map(|row| trace.event(first(row)?)?.call_id()).collect();
                let own = (0..).map(EventId).zip(trace.events()).filter(|(_, e)| !e.is_copy());
                own.filter(|(_, e)| e.call_id().is_some_and(|c| dialogs.contains(&c))).map(|(id, _)| id).collect()
            }
            Packets::Rows(view, rows) => {
                let (calls, pushes) = stories(analysis, *view, rows);
                let calls = calls.iter().filter_map(|i| analysis.calls.get(*i)).flat_map(Call::own_records);
                let pushes = pushes.iter().filter_map(|i| analysis.pushes.get(*i)).flat_map(|p| &p.records);
                calls.chain(pushes).copied().collect()
            }
        }
    }
}
