//! What `siptrail findings` and `siptrail explain` share: formats, the width of a page, stdout.

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use siptrail::knowledge::Explanation;
use siptrail::report::json;
use siptrail::text::page;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AnswerFormat {
    /// For people, 80 columns or the terminal's width if that is less; what is to be copied is never broken
    Text,
    /// One JSON array for programs
    Json,
}

/// Below this nothing is readable any more.
const NARROWEST: usize = 20;

/// Writes the blocks as JSON, or what `text` makes of them at the width of the page; colour on a terminal only.
#[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
pub(super) fn print(
    format: AnswerFormat,
    all: &[Explanation],
    text: impl FnOnce(&mut dyn Write, usize) -> io::Result<()>,
) -> io::Result<()> {
    let stdout = io::stdout();
    match format {
        AnswerFormat::Text => {
            let columns = terminal_size::terminal_size_of(&stdout).map_or(page::WIDTH, |(width, _)| width.0.into());
            let mut out = BufWriter::new(anstream::AutoStream::auto(stdout));
            text(&mut out, columns.clamp(NARROWEST, page::WIDTH))?;
            out.flush()
        }
        AnswerFormat::Json => {
            let mut out = BufWriter::new(stdout.lock());
            json::pretty(all, &mut out)?;
            out.flush()
        }
    }
}
