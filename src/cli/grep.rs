//! `siptrail grep`

use std::io;
use std::path::PathBuf;

use clap::Args;
use siptrail::Depth;
use siptrail::input::SAVED;
use siptrail::query::{Pattern, Query, Row, Table};
use siptrail::report::list::{write_raw, write_records};

use super::clock::GivenClocks;
use super::filter::Filter;
use super::number::whole;
use super::output::Output;
use super::{Status, failed, note};

/// Print whole records that hold a text, match a regular expression, or have a header
///
/// Each record stands under file and line, in the order of the inputs. Text is found in any case.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail grep push.lync.com edge01.log
  siptrail grep --regex \"SIP/2.0 (408|504)\" logs
  siptrail grep --header ms-diagnostics 1027 logs     a text in one header; \"\" for any value
  siptrail grep Lync logs --header user-agent --where \"method:INVITE missed\"
  siptrail grep 9f2c51aa logs --stories                 the pushes of the call, too
  siptrail grep 9f2c51aa logs --raw -o call.log         as logged: from one server it is a log again")]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command")]
pub(crate) struct Grep {
    /// Text to look for, or with --regex a regular expression
    pattern: String,
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// PATTERN is a regular expression; ^ and $ stand for the ends of a line
    #[arg(short = 'e', long)]
    regex: bool,
    /// With --regex too, letters match in any case; in a text they always do
    #[arg(short, long)]
    ignore_case: bool,
    /// Look in the values of this header, or field of a record, only
    #[arg(long, value_name = "NAME")]
    header: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// Whole stories: of calls with a record that matches the pushes, too, which have other Call-IDs
    #[arg(long, conflicts_with_all = ["limit", "count"])]
    stories: bool,
    /// At most this many records
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<usize>)]
    limit: Option<usize>,
    /// Print how many records each input has, and no record
    #[arg(short, long)]
    count: bool,
    /// Print the records as logged and nothing else, also to a terminal; UTF-16 becomes UTF-8. A file of --output begins
    /// with a line by which folders skip it
    #[arg(long, conflicts_with = "count")]
    raw: bool,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    clocks: GivenClocks,
}

impl Grep {
    pub(crate) fn run(self) -> io::Result<Status> {
        let query = match self.query() {
            Ok(query) => query,
            Err(line) => return Ok(failed(&line)),
        };
        let output = match Output::open(self.output.as_deref(), &self.inputs) {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        let depth = query.depth(Table::Records).max(if self.stories { Depth::Calls } else { Depth::Records });
        let Some((trace, analysis)) = self.clocks.read(&self.inputs, depth) else { return Ok(Status::Failed) };
        let bound = query.bind(&trace, &analysis);
        let all = || bound.rows(Table::Records);
        let mut rows = self.limit.map_or_else(all, |most| bound.first(Table::Records, most));
        if depth >= Depth::Calls && self.limit.is_none() && !self.count {
            let mut records: Vec<_> =
                rows.iter().filter_map(|r| if let Row::Record(id) = r { Some(*id) } else { None }).collect();
            super::left_out(&trace, &analysis, &mut records, self.stories);
            rows = records.into_iter().map(Row::Record).collect();
        }
        let saved = output.is_file() && !self.count;
        output.write(!self.raw, |out| {
            if saved {
                writeln!(out, "{SAVED}")?;
            }
            if self.raw {
                return write_raw(&trace, &rows, out);
            }
            if !self.count {
                return write_records(&trace, &rows, out);
            }
            for (i, input) in trace.inputs().iter().enumerate() {
                let own = |row: &&Row| {
                    matches!(row, Row::Record(id) if trace.event(*id).is_some_and(|e| e.file.index() == i))
                };
                let name = siptrail::text::sanitize(input.name()).into_owned();
                writeln!(out, "{name}:{}", rows.iter().filter(own).count())?;
            }
            Ok(())
        })?;
        if rows.is_empty() {
            note(&format!("siptrail: no record matches, of {}{}", trace.events().len(), self.filter.meant()));
        }
        Ok(Status::Fine)
    }

    fn query(&self) -> Result<Query, String> {
        let text = self.pattern.as_str();
        let pattern =
            if self.regex { Pattern::Regex { text, any_case: self.ignore_case } } else { Pattern::Text(text) };
        let query = Query::pattern(&pattern, self.header.as_deref());
        query.map(|q| q.and(self.filter.query())).map_err(|e| format!("{:?} is {}", self.pattern, e.what))
    }
}
