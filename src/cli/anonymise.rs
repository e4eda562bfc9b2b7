//! `siptrail anonymise`

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use siptrail::anonymise::{Key, Names, Rewriter, difference, leftovers};
use siptrail::report::{self, model::Report};
use siptrail::text::plural;
use siptrail::{Analysis, Options, Trace};

use super::load::{Loaded, load, tell_damage};
use super::{Status, failed, output};

/// Copy logs without the names of people and machines, and prove that the copy tells the same story
///
/// Users, display names, domains, hosts, addresses, phone numbers, identifiers and tokens get pseudonyms: one name, one
/// pseudonym of the same length in all files. What people wrote (bodies, subjects) becomes xxxx. The copy is plain text
/// in UTF-8, line for line. Before anything is put in place the copy is analysed again: calls, outcomes, verdicts and
/// findings must be those of the original, and no original name may be left.
///
/// Not promised: lengths and shapes of names, times, ports, user agents and how many messages there are stay visible, so
/// who knows when somebody called may recognise the call. Hosts of the vendor (lync.com, microsoft.com) stay. A name that
/// stands only in free text, or is also a word of the log's own vocabulary, is replaced only in addresses, host names
/// and display names; give such words with --word. Read the copy before you send it on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail anonymise C:\\Traces -o C:\\ToSend                 pseudonyms that nobody can repeat
  siptrail anonymise edge01.log fe01.log -o out --word Contoso --word Seattle
  siptrail anonymise monday -o out1 --key my.key           the same pseudonyms ...
  siptrail anonymise tuesday -o out2 --key my.key          ... in both; keep the key to yourself

Exit status: 0 done and proven, 2 nothing was written.")]
pub(crate) struct Anonymise {
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Folder for the copy; it must be empty, or not be there yet
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// File of at least 16 bytes that nobody can guess; without it a random key is used and forgotten
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A further word to replace wherever it stands; may be given more than once
    #[arg(long = "word", value_name = "WORD")]
    words: Vec<String>,
}

/// Leftovers told before the search ends.
const MOST: usize = 5;

impl Anonymise {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let key = match self.key().and_then(|key| output::free_folder(&self.output).map(|()| key)) {
            Ok(key) => key,
            Err(line) => return Ok(failed(&line)),
        };
        let Some(Loaded { trace, errors, found: true }) = load(&self.inputs) else { return Ok(Status::Failed) };
        tell_damage(&trace);
        if !errors.is_empty() {
            return Ok(failed("anonymise: not all inputs could be read, so nothing was written; leave those out"));
        }
        let folder = self.output.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let inside = |input: &PathBuf| {
            folder.canonicalize().ok().zip(input.canonicalize().ok()).is_some_and(|(f, i)| f.starts_with(i))
        };
        if let Some(input) = self.inputs.iter().find(|i| i.is_dir() && inside(i)) {
            let (output, input) = (self.output.display(), input.display());
            return Ok(failed(&format!(
                "{output} lies in {input}, and its logs would be read again with those; choose another folder"
            )));
        }
        let (analysis, original) = analysed(&trace);
        let names = Names::collect(trace.inputs().iter().map(siptrail::input::Input::bytes), &self.words);
        let mut rewriter = Rewriter::new(names, key);
        let temporary = match tempfile::Builder::new().prefix(".siptrail-").suffix(".part").tempdir_in(folder) {
            Ok(temporary) => temporary,
            Err(e) => {
                return Ok(failed(&format!("cannot write into {}: {e}; choose another folder", folder.display())));
            }
        };
        output::unfinished(Some(temporary.path()));
        let done = write(&trace, &analysis, &mut rewriter, temporary.path())
            .map_err(|e| format!("cannot write {}: {e}; check the disk", self.output.display()))
            .and_then(|files| check(&original, &rewriter, &files, &self.words).map(|()| files.len()));
        let files = match done {
            Ok(files) => files,
            Err(line) => return Ok(failed(&line)),
        };
        // Kept from here on: the folder gets its name only when all of it is proven.
        let path = temporary.keep();
        if let Err(e) = fs::rename(&path, &self.output).and_then(|()| output::open_to_all(&self.output)) {
            let _ = fs::remove_dir_all(&path);
            return Ok(failed(&format!("cannot make the folder {}: {e}", self.output.display())));
        }
        output::unfinished(None);
        let s = &original.summary;
        let mut out = io::stdout();
        writeln!(out, "wrote {} to {}", plural(files as u64, "file"), self.output.display())?;
        writeln!(out, "replaced {} names, addresses and tokens", rewriter.given())?;
        let (calls, pushes) = (plural(s.calls, "call"), plural(s.pushes, "push"));
        writeln!(out, "proven: {calls}, {pushes}, {} missed, all as in the original", s.missed)?;
        writeln!(out, "searched: no original name is left")?;
        writeln!(out, "not promised: siptrail anonymise --help; read the copy before you send it on")?;
        Ok(Status::Fine)
    }

    fn key(&self) -> Result<Key, String> {
        let Some(path) = &self.key else {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(|e| format!("no random key to be had: {e}; give one with --key"))?;
            return Ok(Key::new(bytes));
        };
        let bytes = fs::read(path).map_err(|e| format!("cannot read the key {}: {e}", path.display()))?;
        if bytes.len() < 16 {
            let found = bytes.len();
            return Err(format!("key {}: expected 16 bytes or more, found {found}", path.display()));
        }
        Ok(Key::new(bytes))
    }
}

fn analysed(trace: &Trace) -> (Analysis, Report) {
    let analysis = siptrail::analyse(trace, &Options::default());
    let report = report::report(trace, &analysis, &[]);
    (analysis, report)
}

/// Writes one file an input, in their order; the name keeps what kind of server it is.
fn write(trace: &Trace, analysis: &Analysis, rewriter: &mut Rewriter, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (i, (input, file)) in trace.inputs().iter().zip((0..).map(siptrail::span::FileId)).enumerate() {
        let servers = analysis.servers.of_file(file);
        let role = match servers {
            [only] => analysis.servers.get(*only).map_or("unknown", |s| s.role.name()),
            _ => "unknown",
        };
        let role = if role == "unknown" { "server" } else { role };
        let path = folder.join(format!("{:04}-{role}.log", i + 1));
        let mut out = BufWriter::with_capacity(1 << 16, fs::File::create(&path)?);
        rewriter.rewrite(input.bytes(), &mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        files.push(path);
    }
    Ok(files)
}

/// Reads the copy back: it must tell the same story and hold no original name.
fn check(original: &Report, rewriter: &Rewriter, files: &[PathBuf], words: &[String]) -> Result<(), String> {
    let copy = Trace::open(files).map_err(|e| format!("cannot read the copy back: {e}"))?;
    let (_, report) = analysed(&copy);
    if let Some(d) = difference(original, &report) {
        return Err(format!(
            "the copy tells another story, so nothing was written: {} was {}, became {}; please report this",
            d.place, d.original, d.copy
        ));
    }
    for input in copy.inputs() {
        if let [first, ..] = &leftovers(rewriter, input.bytes(), MOST)[..] {
            let name = Path::new(input.name()).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let (line, word) = (first.line, &first.word);
            let what = format!("a name is left in line {line} of {name}: {word:?}, so nothing was written");
            let given = words.iter().any(|w| w.eq_ignore_ascii_case(word));
            return Err(if given {
                format!("{what}; the log itself needs this word, so leave out --word {word}")
            } else {
                format!("{what}; give the word with --word")
            });
        }
    }
    Ok(())
}
