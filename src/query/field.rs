//! A field: what it is called, which values it has, and how they are got from a row.

use super::row::{Row, Rows, Visit};
use super::table::Table;
use super::value::Value;
use crate::analysis::{Analysis, Call, Depth, Push};
use crate::trace::{ComponentLine, Event, EventId, LinePlace, Trace};

/// Which values a field has, and so how it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number.
    Number,
    /// Milliseconds.
    Duration,
    /// A time of the log.
    Time,
    /// Yes or no.
    Flag,
}

/// Gives the values of a field of a call, until one is enough; so returns whether one was.
type OfCall = fn(&Rows<'_>, &Call, Visit<'_>) -> bool;
/// The same of a push.
type OfPush = fn(&Rows<'_>, &Push, Visit<'_>) -> bool;
/// The same of a record.
type OfRecord = fn(&Rows<'_>, EventId, &Event, Visit<'_>) -> bool;
/// The same of a component line.
type OfLine = fn(&Rows<'_>, LinePlace, &ComponentLine<'_>, Visit<'_>) -> bool;

/// Tables as bits.
pub(super) const CALLS: u8 = 1;
pub(super) const PUSHES: u8 = 2;
pub(super) const RECORDS: u8 = 4;

/// A field of a table.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Field {
    /// Its name in a query.
    pub name: &'static str,
    /// Its name in JSON and CSV.
    pub key: &'static str,
    /// Which values it has.
    pub kind: Kind,
    /// Finding it out means reading the record, not only the index.
    pub slow: bool,
    /// What it is, for people.
    pub help: &'static str,
    /// Its head in the lists of the terminal UI, and how many columns of the terminal it takes there at least and at most.
    pub title: (&'static str, usize, usize),
    /// Its name in JSON and CSV of calls and of pushes, where that is another.
    own_keys: [Option<&'static str>; 2],
    many: u8,
    /// It tells of people.
    pub(super) of_people: bool,
    /// How much must be known of the logs before a call or push can be asked, and a record.
    depths: (Depth, Depth),
    call: Option<OfCall>,
    push: Option<OfPush>,
    record: Option<OfRecord>,
    line: Option<OfLine>,
}

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.name == other.name
    }
}

impl Eq for Field {}

/// A field that no table has yet.
pub(super) const fn field(name: &'static str, key: &'static str, kind: Kind, help: &'static str) -> Field {
    Field {
        name,
        key,
        kind,
        slow: false,
        help,
        title: (name, 8, 24),
        own_keys: [None; 2],
        many: 0,
        of_people: false,
        depths: (Depth::Calls, Depth::Records),
        call: None,
        push: None,
        record: None,
        line: None,
    }
}

/// A field that is set or not.
pub(super) const fn flag(name: &'static str, key: &'static str, help: &'static str) -> Field {
    field(name, key, Kind::Flag, help)
}

/// How a row of the registry is told.
impl Field {
    /// Calls have it.
    pub(super) const fn call(self, get: OfCall) -> Field {
        Field { call: Some(get), ..self }
    }

    /// Pushes have it.
    pub(super) const fn push(self, get: OfPush) -> Field {
        Field { push: Some(get), ..self }
    }

    /// Records have it.
    pub(super) const fn record(self, get: OfRecord) -> Field {
        Field { record: Some(get), ..self }
    }

    /// Component lines have it, as records have.
    pub(super) const fn line(self, get: OfLine) -> Field {
        Field { line: Some(get), ..self }
    }

    /// The rows of these tables may have several values.
    pub(super) const fn many(self, tables: u8) -> Field {
        Field { many: tables, ..self }
    }

    /// Finding it out means reading the record.
    pub(super) const fn slow(self) -> Field {
        Field { slow: true, ..self }
    }

    /// Its head in the terminal UI, with the least and the greatest width there.
    pub(super) const fn titled(self, title: &'static str, least: usize, most: usize) -> Field {
        Field { title: (title, least, most), ..self }
    }

    /// In JSON and CSV of calls and of pushes it has other names.
    pub(super) const fn keys(self, calls: &'static str, pushes: &'static str) -> Field {
        Field { own_keys: [Some(calls), Some(pushes)], ..self }
    }

    /// It tells of people: what is no message names nobody, its call does.
    pub(super) const fn of_people(self) -> Field {
        Field { of_people: true, ..self }
    }

    /// Calls and pushes have it with their causes only: told with them, or a place of what proves them.
    pub(super) const fn with_causes(self) -> Field {
        Field { depths: (Depth::Causes, self.depths.1), ..self }
    }

    /// Records have it once it is known who logged them.
    pub(super) const fn with_servers(self) -> Field {
        Field { depths: (self.depths.0, Depth::Servers), ..self }
    }
}

impl Field {
    /// Whether the rows of a table have it themselves; others have it through what belongs to them.
    pub fn is_on(&self, table: Table) -> bool {
        match table {
            Table::Calls => self.call.is_some(),
            Table::Pushes => self.push.is_some(),
            Table::Messages | Table::Records => self.record.is_some(),
        }
    }

    /// Whether a row of a table may have several values.
    pub fn is_many(&self, table: Table) -> bool {
        let bit = match table {
            Table::Calls => CALLS,
            Table::Pushes => PUSHES,
            Table::Messages | Table::Records => RECORDS,
        };
        self.many & bit != 0 || !self.is_on(table)
    }

    /// Its name in the output of a table.
    pub fn key_in(&self, table: Table) -> &'static str {
        let own = match table {
            Table::Calls => self.own_keys[0],
            Table::Pushes => self.own_keys[1],
            Table::Messages | Table::Records => None,
        };
        own.unwrap_or(self.key)
    }

    /// How much must be known of the logs before a row of a table can be asked.
    pub(super) fn depth(&self, table: Table) -> Depth {
        let of_records = matches!(table, Table::Messages | Table::Records) && self.is_on(table);
        match of_records {
            true if self.of_people && table == Table::Records => Depth::Calls,
            true => self.depths.1,
            false => self.depths.0,
        }
    }

    /// Tells every value that a row has itself.
    pub fn each(&self, trace: &Trace, analysis: &Analysis, row: Row, tell: &mut dyn FnMut(Value<'_>)) {
        self.visit(&Rows { trace, analysis, notes: None }, row, &mut |value| {
            tell(value);
            false
        });
    }

    /// Gives all values that a row has itself.
    pub(super) fn visit(&self, rows: &Rows<'_>, row: Row, visit: Visit<'_>) -> bool {
        let (trace, analysis) = (rows.trace, rows.analysis);
        match row {
            Row::Call(i) => self.call.zip(analysis.calls.get(i)).is_some_and(|(get, call)| get(rows, call, visit)),
            Row::Push(i) => self.push.zip(analysis.pushes.get(i)).is_some_and(|(get, push)| get(rows, push, visit)),
            Row::Record(id) => self.record.zip(trace.event(id)).is_some_and(|(get, event)| get(rows, id, event, visit)),
            Row::Line(place) => {
                let line = self.line.and_then(|get| Some((get, trace.line_at(place)?)));
                line.is_some_and(|(get, line)| get(rows, place, &line, visit))
            }
        }
    }
}
