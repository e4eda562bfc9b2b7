//! One filter language for `report --where`, `siptrail list`, `siptrail grep` and the terminal UI.
//!
//! ```text
//! outcome:no_answer user:bob@contoso.com after:10:14 missed
//! ring>5s or latency>500ms            -mobile            (status:4xx or status:5xx) not reason:"Request Timeout"
//! header.user-agent~/Lync/i           raw~/epid=01[0-9a-f]+/                         diagnostic:1009,1034
//! ```
//!
//! | written | selects rows |
//! |---|---|
//! | `missed`, `is:missed`, `missed:no` | a flag is set, or not |
//! | `bob`, `504`, `"Request Timeout"` | a column that a list can show of the row: a text or word that holds it, a number or duration that is it, a time that starts so; of a record also its whole text |
//! | `user:bob,carol` | the field holds one of these texts, in any case |
//! | `user=bob@contoso.com` | the field is this text; `!=` is not |
//! | `outcome:busy,dec` | the field is one of these words, or of the only words that start so |
//! | `status:408`, `status:4xx`, `status:400..499`, `status>=400` | numbers |
//! | `ring>5s`, `latency:100ms..1s`, `duration>2m` | durations; the unit is part of them |
//! | `after:10:14`, `before:2013-10-16`, `at:10:14`, `time:10:14..10:20` | times: from, up to, in that minute, from the first to the end of the last minute |
//! | `ring:*` | the log tells a value |
//! | `@vip` | what the filter of that name selects; [`install_named`] |
//! | `from~/^b.*@/`, `header.NAME~/x/i`, `raw~/x/` | a regular expression matches the text as shown; `i` for any case, `\/` for a slash |
//!
//! Terms that stand side by side must all hold; `or` is weaker than that, `-` or `not` negates one term or
//! parenthesis. A comparison with a value that the log does not tell is false, and its negation is true.
//!
//! Each row can be asked for the fields of what belongs to it: a call for those of its pushes and of the records of
//! both, a push for its call and records, a record for its call and pushes. A record that is no message names nobody:
//! its users are those of its call or push. So `siptrail list messages --where missed` gives the messages of
//! missed calls and their pushes. [`FIELDS`] has all fields.
//!
//! ```
//! use siptrail::query::{Query, Row, Table};
//! use siptrail::{Options, Trace};
//!
//! let trace = Trace::open(["samples/silent-mobile-leg.log"])?;
//! let analysis = siptrail::analyse(&trace, &Options::default());
//! let query = Query::parse("missed outcome:no_answer -synthetic")?;
//! assert_eq!(query.bind(&trace, &analysis).rows(Table::Calls), [Row::Call(0)]);
//!
//! let error = Query::parse("user:bob outcom:busy").map(|_| ()).unwrap_err();
//! assert_eq!(error.to_string(), "column 10: no field named \"outcom\"; did you mean outcome?");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bound;
mod column;
mod cursor;
mod error;
mod expr;
mod field;
mod literal;
mod named;
mod notes;
mod parse;
mod registry;
mod row;
mod shown;
mod table;
mod test;
mod value;

pub use bound::Bound;
pub use column::{Column, SortKey};
pub use error::QueryError;
pub use field::{Field, Kind};
pub use named::{install as install_named, is_name, named};
pub use notes::Notes;
pub use registry::{FIELDS, find as find_field};
pub use row::Row;
pub use table::Table;
pub use value::Value;

use std::sync::Arc;

use crate::analysis::{Analysis, Depth};
use crate::trace::Trace;
use expr::{Expr, Subject};

/// A query, read once and asked of any number of rows.
#[derive(Clone, Debug)]
pub struct Query {
    expr: Expr,
    text: String,
    misspelt: Option<(String, String)>,
    /// What `noted` and `note:` look at.
    notes: Option<Arc<Notes>>,
}

impl Default for Query {
    /// The query that selects every row.
    fn default() -> Query {
        Query { expr: Expr::And(Vec::new()), text: String::new(), misspelt: None, notes: None }
    }
}

/// What to look for in records.
#[derive(Clone, Copy, Debug)]
pub enum Pattern<'p> {
    /// A text, in any case.
    Text(&'p str),
    /// A regular expression over bytes, `^` and `$` at lines.
    Regex {
        /// The expression.
        text: &'p str,
        /// Letters match in any case.
        any_case: bool,
    },
}

impl Query {
    /// Reads a query. An empty one selects every row.
    ///
    /// # Errors
    /// With the column, when it cannot be read.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        parse::parse(text).map(|parsed| Query {
            expr: parsed.expr,
            text: parsed.text,
            misspelt: parsed.misspelt,
            notes: None,
        })
    }

    /// Rows with a record that holds a text in any case, or that a regular expression matches; with a header only
    /// where one of its values does. An empty text is in everything.
    ///
    /// # Errors
    /// When the regular expression cannot be read; the column counts from its start.
    pub fn pattern(pattern: &Pattern<'_>, header: Option<&str>) -> Result<Query, QueryError> {
        let subject = match header {
            Some(name) => Subject::Header(name.to_ascii_lowercase().into_bytes().into()),
            None => registry::find("raw").map_or(Subject::Anything, Subject::Field),
        };
        let (Pattern::Text(text) | Pattern::Regex { text, .. }) = pattern;
        let text = (*text).to_owned();
        literal::pattern_test(pattern).map(|test| Query {
            expr: Expr::term(subject, test),
            text,
            misspelt: None,
            notes: None,
        })
    }

    /// A word that is looked for as text, and the flag, the value or the named filter that was perhaps meant: worth a word
    /// where nothing is selected.
    pub fn misspelt_flag(&self) -> Option<(&str, &str)> {
        self.misspelt.as_ref().map(|(word, flag)| (word.as_str(), flag.as_str()))
    }

    /// As it was written, with what its names stand for.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same query over these notes: without them nothing is noted.
    #[must_use]
    pub fn with_notes(self, notes: Notes) -> Query {
        Query { notes: Some(Arc::new(notes)), ..self }
    }

    /// Whether it asks for notes.
    pub fn asks_notes(&self) -> bool {
        self.expr.asks(&|field| matches!(field.name, "note" | "noted"))
    }

    /// Whether it asks for component lines, which stand between the records and are no rows of a list otherwise.
    pub fn asks_lines(&self) -> bool {
        self.expr.asks(&|field| matches!(field.name, "component" | "level")) || self.expr.wants("kind", "component")
    }

    /// True when it selects every row.
    pub fn is_empty(&self) -> bool {
        matches!(&self.expr, Expr::And(all) if all.is_empty())
    }

    /// Whether the rows of a table can be asked from the index alone: a million of them take a moment. Otherwise
    /// records are read, and a large log wants [`Bound::select`] with progress.
    pub fn is_indexed(&self, table: Table) -> bool {
        self.expr.is_indexed(table)
    }

    /// How deep an analysis must go before the rows of a table can be asked; see [`crate::analyse_to`].
    pub fn depth(&self, table: Table) -> Depth {
        self.expr.depth(table).max(table.depth())
    }

    /// Rows that both queries select.
    #[must_use]
    pub fn and(self, other: Query) -> Query {
        let text = match (self.text.as_str(), other.text.as_str()) {
            (one, "") | ("", one) => one.to_owned(),
            (one, other) => format!("({one}) ({other})"),
        };
        Query {
            expr: Expr::and(vec![self.expr, other.expr]),
            text,
            misspelt: self.misspelt.or(other.misspelt),
            notes: self.notes.or(other.notes),
        }
    }

    /// The query over one trace. Times of day are those of the first day of its logs, on the corrected clock.
    pub fn bind<'t>(&self, trace: &'t Trace, analysis: &'t Analysis) -> Bound<'t> {
        Bound::new(&self.expr, trace, analysis, self.notes.clone())
    }
}
