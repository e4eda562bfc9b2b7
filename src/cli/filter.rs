//! `--where`: the filter language on the command line.

use std::fmt::Write as _;

use clap::Args;
#[cfg(feature = "tui")]
use siptrail::query::Notes;
use siptrail::query::{FIELDS, Kind, Query, Table};

use super::hinted::{hinted, terms};

/// Arguments of commands that take a query.
#[derive(Debug, Args)]
pub(super) struct Filter {
    /// Only what a query selects: "missed user:bob after:10:14", "status:4xx or ring>5s"; given more than once, all
    /// must hold
    #[arg(long = "where", value_name = "QUERY", allow_hyphen_values = true, value_parser = hinted(read, terms))]
    #[arg(hide_possible_values = true)]
    queries: Vec<Query>,
    /// Notes that `noted` and `note:vip` of a query look at [default: those of the terminal UI]
    #[cfg(feature = "tui")]
    #[arg(long, value_name = "FILE", value_parser = notes)]
    notes: Option<Notes>,
}

impl Filter {
    pub(super) fn query(&self) -> Query {
        self.query_with(false)
    }

    /// The same, where `noted` columns ask for notes, too.
    pub(super) fn query_with(&self, noted: bool) -> Query {
        let query = self.queries.iter().cloned().reduce(Query::and).unwrap_or_default();
        #[cfg(feature = "tui")]
        if noted || query.asks_notes() {
            return query.with_notes(self.notes.clone().unwrap_or_else(own_notes));
        }
        #[cfg(not(feature = "tui"))]
        let _ = noted;
        query
    }

    /// The notes that a report tells: where it is asked for them (`wanted`), or where `--notes` or a query names them.
    #[cfg(feature = "tui")]
    pub(super) fn notes(&self, wanted: bool) -> Option<Notes> {
        let asked = wanted || self.queries.iter().any(Query::asks_notes);
        self.notes.clone().or_else(|| asked.then(own_notes))
    }

    /// Where nothing is selected: `; missd is looked for as text (did you mean missed?)`.
    pub(super) fn meant(&self) -> String {
        let found = self.queries.iter().find_map(Query::misspelt_flag);
        found.map_or(String::new(), |(word, flag)| format!("; {word:?} is looked for as text (did you mean {flag}?)"))
    }
}

/// Reads a file of notes.
#[cfg(feature = "tui")]
fn notes(path: &str) -> Result<Notes, String> {
    Notes::read(std::path::Path::new(path))
}

/// The notes of the terminal UI; none where they cannot be read, which is told.
#[cfg(feature = "tui")]
fn own_notes() -> Notes {
    super::tui::own_notes().map_or(Ok(Notes::default()), |path| Notes::read(&path)).unwrap_or_else(|why| {
        super::say(&format!("siptrail: {why}"));
        Notes::default()
    })
}

/// Reads a query; nothing at all selects everything, and was hardly meant.
fn read(text: &str) -> Result<Query, String> {
    if text.trim().is_empty() {
        return Err(
            "expected a query such as missed or user:bob, found nothing; leave --where out to select all".to_owned()
        );
    }
    Query::parse(text).map_err(|e| e.to_string())
}

/// The language and its fields, for `--help`.
pub(super) fn help() -> String {
    let mut out = "Queries:
  missed  -mobile  is:lost          flags; - or not in front negates
  user:bob  to=bob@contoso.com      text that is part of the value, the whole value
  outcome:busy,declined             one of these words, or the start of one
  status:4xx  status:400..499       classes and ranges of numbers; <, <=, >, >= too
  ring>5s  latency:100ms..1s        durations: ms, s, m, h
  after:10:14  before:2013-10-16  at:10:14  time:10:14..10:20
                                    the last one up to the end of that minute; a time of day is on the first day
  header.user-agent~/Lync/i         a regular expression on any header; raw~/.../ on the whole record
  @vip                              a query with a name, from [filters] of the configuration file
  bob  504  \"Request Timeout\"       any column: a text that holds it, a number that is it; of a record all its text
  a b   a or b   (a or b) c         side by side is and; && and | stand for the words, ! for -
Text is looked for as it is shown, in any case. A row also has the fields of what belongs to it: a call those of its
pushes and records, a push those of its call and records, a record those of its call and pushes. In a report a query
selects calls, which keep their pushes, and the pushes that have no call; where there are none, it selects pushes, which
keep their call.

Fields (c calls, p pushes, r messages and records):
"
    .to_owned();
    for field in FIELDS {
        let on = [(Table::Calls, 'c'), (Table::Pushes, 'p'), (Table::Records, 'r')];
        let tables: String = on.iter().map(|(table, letter)| if field.is_on(*table) { *letter } else { ' ' }).collect();
        let what = if field.kind == Kind::Flag { "flag: " } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {:<11} {tables}  {what}{}", field.name, field.help);
    }
    out + "  header.NAME   r  any header, or field of a record"
}
