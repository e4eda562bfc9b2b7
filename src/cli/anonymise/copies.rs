//! Makes the copies and proves them.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use siptrail::anonymise::{Difference, Key, Remaining, Rewriter, Seen, Story, culprits, leave_out, remains};
use siptrail::input::Input;
use siptrail::report::{self, model::Report};
use siptrail::span::{FileId, Span};
use siptrail::text::{decode, plural};
use siptrail::trace::{EventId, LoadOptions};
use siptrail::{Analysis, Options, Trace};

use super::texts;

/// First line of the table of copies.
pub(super) const MAP_HEAD: &str = "copy\toriginal\n";

/// What was made.
pub(super) struct Copies {
    /// Names of the files, in the order of the inputs.
    pub(super) names: Vec<String>,
    pub(super) replaced: u64,
    pub(super) dropped: u64,
    pub(super) calls: u64,
    pub(super) pushes: u64,
    pub(super) missed: u64,
    /// What the second reading found.
    pub(super) words: Vec<Found>,
}

/// A word of the original in a copy.
pub(super) struct Found {
    pub(super) word: String,
    /// Name of the copy.
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) count: u64,
}

/// How copies are made.
pub(super) struct Maker<'a> {
    pub(super) key: &'a Key,
    pub(super) words: &'a [String],
    pub(super) folder: &'a Path,
    /// Leave out records that make the stories differ.
    pub(super) drop: bool,
    /// Reads the originals again, where they can be: then they are not kept while the copy is read back.
    pub(super) again: Option<&'a dyn Fn() -> Trace>,
}

/// What is known of the originals once they are let go.
struct Known {
    seen: Seen,
    story: Story,
    calls: u64,
    pushes: u64,
    missed: u64,
}

/// Records are left out so often; each time at least a call is gone.
const ROUNDS: usize = 100;
/// Signs of a value in a message: all of it must fit a screen.
const WIDEST: usize = 120;

impl Maker<'_> {
    /// Writes a copy of each input and proves them.
    ///
    /// # Errors
    /// One line: what is wrong, and what to do.
    pub(super) fn make(&self, trace: Trace) -> Result<Copies, String> {
        let mut trace = trace;
        let mut dropped = 0;
        for _ in 0..ROUNDS {
            // Side by side: some of an analysis is done on one core.
            let ((analysis, story, [calls, pushes, missed]), seen) = rayon::join(
                || {
                    let (analysis, report) = analysed(&trace);
                    let s = &report.summary;
                    (analysis, Story::of(&report), [s.calls, s.pushes, s.missed])
                },
                || Seen::of(texts(&trace)),
            );
            let known = Known { seen, story, calls, pushes, missed };
            let rewriter = Rewriter::new(&known.seen, self.key, self.words);
            let files = self
                .write(&trace, &analysis, &rewriter)
                .map_err(|e| format!("cannot write the copy: {e}; check the disk"))?;
            drop(analysis);
            // With the copy beside them the originals would take twice the memory. Without some records they are in memory
            // only.
            let again = self.again.filter(|_| dropped == 0);
            let kept = again.is_none().then_some(trace);
            let copy = Trace::open(&files).map_err(|e| format!("cannot read the copy back: {e}"))?;
            let (story, left) = rayon::join(
                || Story::of(&analysed(&copy).1),
                || {
                    let left = |text| remains(&known.seen, text, self.words, |word| rewriter.is_name(word));
                    texts(&copy).map(left).collect::<Vec<_>>()
                },
            );
            let Some(found) = known.story.difference(&story) else {
                return self.found(&rewriter, &known, copy.inputs().iter().zip(left), dropped);
            };
            trace = kept.or_else(|| again.map(|again| again())).ok_or("cannot read the originals again")?;
            let report = analysed(&trace).1;
            if Story::of(&report) != known.story {
                return Err(
                    "the logs changed while they were copied, so nothing was written; copy them first".to_owned()
                );
            }
            let records = culprits(&trace, &copy, &report, &found);
            if !self.drop || records.is_empty() {
                return Err(self.refusal(&trace, &records, &found));
            }
            dropped += records.len() as u64;
            trace = without(&trace, &records);
        }
        Err(format!(
            "the copy still tells another story after {} were left out, so nothing was written",
            plural(dropped, "record")
        ))
    }

    fn refusal(&self, trace: &Trace, records: &[EventId], found: &Difference) -> String {
        let short = |text: &str| {
            let cut: String = text.chars().take(WIDEST).collect();
            if cut.len() < text.len() { format!("{cut}...") } else { cut }
        };
        let what = format!("{} was {}, became {}", found.place, short(&found.original), short(&found.copy));
        let place = records.first().map(|id| trace.locate(*id));
        let Some(place) = place else {
            return format!("the copy tells another story, so nothing was written: {what}; please report this");
        };
        let more = match records.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let advice = if self.drop { "please report this" } else { "--drop-damaged leaves such records out" };
        let (file, line) = (short(&place.file), place.line);
        format!(
            "the copy tells another story, so nothing was written: {what}; by the record {file}:{line}{more}; {advice}"
        )
    }

    /// Writes one file an input, in their order; the name keeps what kind of server it is.
    fn write(&self, trace: &Trace, analysis: &Analysis, rewriter: &Rewriter<'_>) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for (i, (input, file)) in trace.inputs().iter().zip((0..).map(FileId)).enumerate() {
            let servers = analysis.servers.of_file(file);
            let role = match servers {
                [only] => analysis.servers.get(*only).map_or("unknown", |s| s.role.name()),
                _ => "unknown",
            };
            let role = if role == "unknown" { "server" } else { role };
            let path = self.folder.join(format!("{:04}-{role}.log", i + 1));
            let mut out = BufWriter::with_capacity(1 << 16, fs::File::create(&path)?);
            rewriter.rewrite(input.bytes(), &mut out)?;
            out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            files.push(path);
        }
        Ok(files)
    }

    /// The second reading: a name that the first surely knew refuses the copy, all other words are told.
    fn found<'c>(
        &self,
        rewriter: &Rewriter<'_>,
        known: &Known,
        copies: impl Iterator<Item = (&'c Input, Vec<Remaining>)>,
        dropped: u64,
    ) -> Result<Copies, String> {
        let (mut names, mut words) = (Vec::new(), Vec::new());
        for (copy, left) in copies {
            let name = Path::new(copy.name()).file_name().unwrap_or_default().to_string_lossy().into_owned();
            for one in left {
                let word = decode(&one.word).into_owned();
                if rewriter.is_name(&one.word) {
                    let what =
                        format!("a name is left in line {} of {name}: {word:?}, so nothing was written", one.line);
                    let lower = word.to_lowercase();
                    let is_it = |part: &str| part == lower;
                    let parts = |w: &String| w.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(is_it);
                    let given = self.words.iter().any(parts);
                    return Err(if given {
                        format!("{what}; the log itself needs this word, so leave out --word {word}")
                    } else {
                        format!("{what}; give the word with --word")
                    });
                }
                words.push(Found { word, file: name.clone(), line: one.line, count: one.count });
            }
            names.push(name);
        }
        let Known { calls, pushes, missed, .. } = *known;
        Ok(Copies { names, replaced: rewriter.replaced(), dropped, calls, pushes, missed, words })
    }
}

fn analysed(trace: &Trace) -> (Analysis, Report) {
    let analysis = siptrail::analyse(trace, &Options::default());
    let report = report::report(trace, &analysis, &[]);
    (analysis, report)
}

/// The same inputs without some records.
fn without(trace: &Trace, records: &[EventId]) -> Trace {
    let spans: Vec<Span> = trace.in_order(records, &[]);
    let of = |(input, file): (&Input, FileId)| {
        let own: Vec<Span> = spans.iter().filter(|s| s.file == file).copied().collect();
        Input::from_bytes(input.name(), leave_out(input.bytes(), &own))
    };
    let inputs = trace.inputs().iter().zip((0..).map(FileId)).map(of).collect();
    Trace::load(inputs, &LoadOptions::default())
}
