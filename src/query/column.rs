//! Columns of a list, and its order.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::bound::Bound;
use super::error::{QueryError, nearest};
use super::expr::Subject;
use super::field::Kind;
use super::registry::{self, FIELDS};
use super::row::Row;
use super::table::Table;
use super::value::Value;
use crate::analysis::Depth;
use crate::text::decode;

/// One column: a field, or a header.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) subject: Subject,
    name: String,
}

impl Column {
    /// Reads `time,from,header.user-agent`; what is asked twice is there once. A column of another table shows
    /// what belongs to the row: the latency of the pushes of a call.
    ///
    /// # Errors
    /// With the column in the text, for a name that is not known.
    pub fn parse_list(text: &str) -> Result<Vec<Column>, QueryError> {
        let mut out: Vec<Column> = Vec::new();
        for column in Column::parse_all(text)? {
            if !out.iter().any(|c| c.name == column.name) {
                out.push(column);
            }
        }
        Ok(out)
    }

    fn parse_all(text: &str) -> Result<Vec<Column>, QueryError> {
        let mut at = 0;
        let mut out = Vec::new();
        for part in text.split(',') {
            let name = part.trim();
            let lead = part.len() - part.trim_start().len();
            let column = text.get(..at + lead).map_or(0, |t| t.chars().count()) + 1;
            out.push(Column::parse(name).ok_or_else(|| unknown(column, name))?);
            at += part.len() + 1;
        }
        Ok(out)
    }

    fn parse(name: &str) -> Option<Column> {
        if let Some(header) = name.get(..7).filter(|n| n.eq_ignore_ascii_case("header.")).and(name.get(7..)) {
            let header = header.to_ascii_lowercase();
            return (!header.is_empty()).then(|| Column {
                name: format!("header.{header}"),
                subject: Subject::Header(header.into_bytes().into()),
            });
        }
        registry::find(name).map(|field| Column { subject: Subject::Field(field), name: field.name.to_owned() })
    }

    /// The columns that a table shows unless asked for others.
    pub fn usual(table: Table) -> Vec<Column> {
        let names: &[&str] = match table {
            Table::Calls => &["time", "from", "to", "modality", "outcome", "verdict", "call-id"],
            Table::Pushes => &["time", "user", "result", "status", "latency", "link", "call-id"],
            Table::Messages => &["time", "server", "direction", "peer", "message", "call-id"],
            Table::Records => &["time", "place", "kind", "direction", "message"],
        };
        names.iter().filter_map(|name| Column::parse(name)).collect()
    }

    /// Every field that the rows of a table have themselves, but for whole texts.
    pub fn all(table: Table) -> Vec<Column> {
        // From and To tell the users, file and line the place; notes are no part of the logs.
        let own =
            FIELDS.iter().filter(|f| f.is_on(table) && !matches!(f.name, "raw" | "body" | "place" | "note" | "noted"));
        let kept = own.filter(|f| f.name != "user" || table == Table::Pushes);
        kept.map(|f| Column { subject: Subject::Field(f), name: f.name.to_owned() }).collect()
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its name in the JSON and CSV of a table.
    pub fn key(&self, table: Table) -> &str {
        match &self.subject {
            Subject::Field(field) => field.key_in(table),
            _ => &self.name,
        }
    }

    /// How deep an analysis must go before it can be shown of the rows of a table; see [`crate::analyse_to`].
    pub fn depth(&self, table: Table) -> Depth {
        self.subject.depth(table)
    }

    /// Which values it has.
    pub fn kind(&self) -> Kind {
        match &self.subject {
            Subject::Field(field) => field.kind,
            _ => Kind::Text,
        }
    }

    /// A row of the table may have several values.
    pub fn is_many(&self, table: Table) -> bool {
        match &self.subject {
            Subject::Field(field) => field.is_many(table),
            _ => true,
        }
    }
}

fn unknown(column: usize, name: &str) -> QueryError {
    let hint = nearest(name, registry::names()).map_or_else(
        || format!("columns are {}, and header.NAME", FIELDS.iter().map(|f| f.name).collect::<Vec<_>>().join(", ")),
        |known| format!("did you mean {known}?"),
    );
    QueryError { column, what: format!("no column named {name:?}"), hint: Some(hint) }
}

/// One key of an order.
#[derive(Clone, Debug)]
pub struct SortKey {
    column: Column,
    descending: bool,
}

impl SortKey {
    /// How deep an analysis must go before the rows of a table can be ordered by it.
    pub fn depth(&self, table: Table) -> Depth {
        self.column.depth(table)
    }

    /// Reads `-ring,from`: by falling ring time, then by caller.
    ///
    /// # Errors
    /// With the column in the text, for a name that is not known.
    pub fn parse_list(text: &str) -> Result<Vec<SortKey>, QueryError> {
        let plain: Vec<&str> = text.split(',').map(|p| p.trim().trim_start_matches('-')).collect();
        let columns = Column::parse_all(&plain.join(","))?;
        let falling = text.split(',').map(|part| part.trim().starts_with('-'));
        Ok(columns.into_iter().zip(falling).map(|(column, descending)| SortKey { column, descending }).collect())
    }
}

/// What rows are ordered by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Number(i64),
    Text(Box<[u8]>),
}

impl Bound<'_> {
    /// All values of a column, in order, equal neighbours once.
    pub fn values(&self, column: &Column, row: Row) -> Vec<Value<'static>> {
        let mut out: Vec<Value<'static>> = Vec::new();
        self.visit(&column.subject, row, &mut |value| {
            let value = match value {
                Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
                Value::Word(word) => Value::Word(word),
                Value::Number(n) => Value::Number(n),
                Value::Duration(n) => Value::Duration(n),
                Value::Time(t) => Value::Time(t),
                Value::Flag(is) => Value::Flag(is),
            };
            if out.last() != Some(&value) {
                out.push(value);
            }
            // A hostile record does not fill the memory.
            out.len() >= 1000
        });
        out
    }

    /// Orders rows, without regard to the case of letters; rows without a value come last, equal ones stay in order.
    pub fn sort(&self, rows: &mut Vec<Row>, keys: &[SortKey]) {
        if keys.is_empty() {
            return;
        }
        let rank = |key: &SortKey, row: Row| {
            let mut rank = None;
            self.visit(&key.column.subject, row, &mut |value| {
                rank = Some(match value {
                    Value::Text(text) => Rank::Text(decode(&text).to_lowercase().into_bytes().into()),
                    Value::Word(word) => Rank::Text(word.as_bytes().into()),
                    Value::Flag(is) => Rank::Number(i64::from(!is)),
                    Value::Number(n) | Value::Duration(n) => Rank::Number(n),
                    Value::Time(t) => Rank::Number(t.0),
                });
                true
            });
            rank
        };
        let mut ranked: Vec<(Vec<Option<Rank>>, Row)> =
            rows.iter().map(|row| (keys.iter().map(|key| rank(key, *row)).collect(), *row)).collect();
        ranked.sort_by(|a, b| {
            let pairs = a.0.iter().zip(&b.0).zip(keys);
            let each = pairs.map(|((a, b), key)| match (a, b) {
                (Some(a), Some(b)) if key.descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            });
            each.fold(Ordering::Equal, Ordering::then)
        });
        *rows = ranked.into_iter().map(|(_, row)| row).collect();
    }
}
