//! `siptrail list`

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::Depth;
use siptrail::query::{Column, QueryError, SortKey, Table};
use siptrail::report::list::List;

use super::clock::GivenClocks;
use super::filter::{self, Filter};
use super::hinted::{fields, hinted};
use super::number::whole;
use super::output::Output;
use super::{Status, failed, note, registrations};

/// List calls, pushes, messages or records as a table, CSV or JSON
///
/// A message that a server received and sent on stands there twice, once for each direction. Calls and pushes are in
/// the order of time, messages and records in the order of the inputs, unless sorted.
/// --memory and --work are for calls and pushes: messages, records and registrations are read at once.
#[derive(Debug, Args)]
#[command(after_long_help = examples(), after_help = "See siptrail list --help for the query language and all fields.")]
pub(crate) struct ListArgs {
    /// What to list
    #[arg(value_enum, value_name = "TABLE")]
    table: TableName,
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    filter: Filter,
    /// What to show of each: fields, comma between them, header.NAME too
    #[arg(long, value_name = "FIELDS", value_parser = hinted(columns, fields), hide_possible_values = true)]
    columns: Option<Columns>,
    /// Order by these fields; - in front of one for falling
    #[arg(long, value_name = "FIELDS", allow_hyphen_values = true, value_parser = hinted(order, fields))]
    #[arg(hide_possible_values = true)]
    sort: Option<Order>,
    /// At most this many
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<usize>)]
    limit: Option<usize>,
    /// What to print
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    clocks: GivenClocks,
    #[cfg(feature = "job")]
    #[command(flatten)]
    pieces: super::pieces::Pieces,
}

fn examples() -> String {
    format!(
        "Examples:
  siptrail list calls --where \"outcome:no_answer user:bob after:10:14\" logs
  siptrail list calls --where missed --sort -ring --columns time,to,ring,call-id logs
  siptrail list pushes --where \"latency>500ms or lost\" --format csv -o pushes.csv logs
  siptrail list messages --where \"missed status>=400\" --columns time,server,message,place logs
  siptrail list registrations logs
  siptrail list records --where \"kind:diagnostic raw~/ROUTING/\" --format ndjson logs | jq .

{}",
        filter::help()
    )
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TableName {
    /// One row a call
    Calls,
    /// One row a push notification
    Pushes,
    /// One row a SIP message, on each server and in each direction
    Messages,
    /// One row a record, diagnostic ones too
    Records,
    /// One row a REGISTER or SUBSCRIBE dialog: who signed in with what, and what became of it; all columns, by time
    Registrations,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// Columns, cut to the width of a terminal
    Table,
    /// RFC 4180, safe to open in a spreadsheet
    #[cfg(feature = "export")]
    Csv,
    /// An array of objects
    Json,
    /// One object a line
    Ndjson,
}

// Clap takes a bare Vec for an argument that is given several times.
#[derive(Clone, Debug)]
struct Columns(Vec<Column>);

#[derive(Clone, Debug)]
struct Order(Vec<SortKey>);

fn columns(text: &str) -> Result<Columns, QueryError> {
    Column::parse_list(text).map(Columns)
}

fn order(text: &str) -> Result<Order, QueryError> {
    SortKey::parse_list(text).map(Order)
}

impl ListArgs {
    /// They are dialogs of their own, of which the language of queries knows nothing.
    fn registrations(self, output: Output) -> io::Result<Status> {
        let asked = [
            (!self.filter.query().is_empty(), "--where"),
            (self.columns.is_some(), "--columns"),
            (self.sort.is_some(), "--sort"),
        ];
        if let Some((_, option)) = asked.iter().find(|(is, _)| *is) {
            return Ok(failed(&format!(
                "{option} is not for registrations; siptrail user NAME shows those of one user"
            )));
        }
        let Some((trace, analysis)) = self.clocks.read(&self.inputs, Depth::Servers) else { return Ok(Status::Failed) };
        let mut all = siptrail::case::registrations(&trace, &analysis);
        all.truncate(self.limit.unwrap_or(usize::MAX));
        output.write(self.format == ListFormat::Table, |out| match self.format {
            ListFormat::Table => registrations::table(&all, out),
            #[cfg(feature = "export")]
            ListFormat::Csv => registrations::csv(&all, out),
            format => registrations::json(&all, format == ListFormat::Ndjson, out),
        })?;
        if all.is_empty() {
            note("siptrail: no REGISTER and no SUBSCRIBE in these logs");
        }
        Ok(Status::Fine)
    }

    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let output = match Output::open(self.output.as_deref(), &self.inputs) {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        let table = match self.table {
            TableName::Calls => Table::Calls,
            TableName::Pushes => Table::Pushes,
            TableName::Messages => Table::Messages,
            TableName::Records | TableName::Registrations => Table::Records,
        };
        #[cfg(feature = "job")]
        if self.pieces.is_given() && !matches!(table, Table::Calls | Table::Pushes) {
            return Ok(failed(
                "--memory, --work: expected with calls or pushes; messages, records and registrations are read at once, from \
                 pages of the logs that the system takes back",
            ));
        }
        if matches!(self.table, TableName::Registrations) {
            return self.registrations(output);
        }
        let people = self.format == ListFormat::Table;
        let usual = || if people { Column::usual(table) } else { Column::all(table) };
        let columns = self.columns.map_or_else(usual, |Columns(columns)| columns);
        let keys = self.sort.map_or_else(Vec::new, |Order(keys)| keys);
        let noted = columns.iter().any(|c| matches!(c.name(), "note" | "noted"));
        let query = self.filter.query_with(noted);
        let shown = columns.iter().map(|c| c.depth(table)).chain(keys.iter().map(|k| k.depth(table)));
        let depth = shown.fold(query.depth(table), Depth::max);
        #[cfg(feature = "job")]
        let read = match table {
            Table::Calls | Table::Pushes => self.pieces.read(&self.inputs, &self.clocks, depth),
            _ => self.clocks.read(&self.inputs, depth),
        };
        #[cfg(not(feature = "job"))]
        let read = self.clocks.read(&self.inputs, depth);
        let Some((trace, analysis)) = read else { return Ok(Status::Failed) };
        let bound = query.bind(&trace, &analysis);
        let terminal = output.is_stdout() && io::stdout().is_terminal();
        // On a terminal those are counted that are not shown.
        let mut rows = match self.limit {
            Some(most) if keys.is_empty() && !terminal && !query.asks_lines() => bound.first(table, most.max(1)),
            _ => bound.rows(table),
        };
        if matches!(table, Table::Records) && query.asks_lines() {
            rows = bound.with_lines(rows);
        }
        bound.sort(&mut rows, &keys);
        let all = rows.len();
        rows.truncate(self.limit.unwrap_or(usize::MAX));
        let list = List { table, bound: &bound, columns };
        let width = terminal_size::terminal_size_of(io::stdout()).filter(|_| terminal);
        let width = width.map(|(width, _)| usize::from(width.0));
        output.write(people, |out| match self.format {
            ListFormat::Table => list.write_table(&rows, width, out),
            #[cfg(feature = "export")]
            ListFormat::Csv => list.write_csv(&rows, out),
            format => list.write_json(&rows, format == ListFormat::Ndjson, out),
        })?;
        if all == 0 {
            let (total, meant) = (bound.total(table), self.filter.meant());
            note(&format!("siptrail: none of {total} {} is selected{meant}", table.name()));
        } else if rows.len() < all && terminal {
            note(&format!("siptrail: {} more; --limit shows them", all - rows.len()));
        }
        // The process ends here: giving back every string one by one would only make the user wait.
        drop(bound);
        std::mem::forget((trace, analysis));
        Ok(Status::Fine)
    }
}
