//! `siptrail anonymise`

mod copies;
#[cfg(feature = "export")]
mod memory;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use siptrail::Trace;
use siptrail::anonymise::Key;
use siptrail::input::Input;
use siptrail::text::plural;
use siptrail::trace::LoadOptions;

use self::copies::{Copies, MAP_HEAD, Maker};
#[cfg(feature = "export")]
pub(super) use self::memory::in_memory;
use super::global::{Verbosity, limits, talks};
use super::load::{Loaded, load_once, tell_damage};
use super::{Status, failed, output};

/// Copy logs without the names of people and machines, and prove that the copy tells the same story
///
/// Users, display names, domains, hosts, addresses, phone numbers, identifiers and tokens get pseudonyms: one name, one
/// pseudonym of the same length in all files. So does every word that is not one of the log's own vocabulary, wherever
/// it stands. What people wrote (bodies, subjects) becomes xxxx. The copy is plain text, line for line; UTF-16 becomes
/// UTF-8, other text keeps its encoding. Before anything is put in place the copy is analysed again: calls, outcomes,
/// verdicts and findings must be those of the original. Then a second reading, which knows nothing of the first, lists
/// what is left of the original's rare words, each with its place, for you to look at.
///
/// Not promised: lengths and shapes of names, times, ports, user agents and how many messages there are stay visible, so
/// who knows when somebody called may recognise the call. Hosts of the vendor (lync.com, microsoft.com) stay. A name that
/// is also a word of the log's own vocabulary is replaced only in addresses, host names, display names and other places
/// of names; give such words with --word. Read the copy before you send it on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail anonymise C:\\Traces -o C:\\ToSend                 pseudonyms that nobody can repeat
  siptrail anonymise edge01.log fe01.log -o out --word Contoso --word Seattle
  siptrail anonymise monday -o out1 --key my.key           the same pseudonyms ...
  siptrail anonymise tuesday -o out2 --key my.key          ... in both; keep the key to yourself
  siptrail anonymise monday -o out --map monday.tsv        which copy is which original; keep it, too

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
    /// Table that says which copy is which original; without it files.tsv beside the folder of the copy
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Leave out records whose damage makes the copy tell another story, and count them
    #[arg(long)]
    drop_damaged: bool,
}

/// Words to look at that are listed without --verbose.
const SHOWN: usize = 20;

impl Anonymise {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let key = match self.key().and_then(|key| output::free_folder(&self.output).map(|()| key)) {
            Ok(key) => key,
            Err(line) => return Ok(failed(&line)),
        };
        let folder = self.output.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let map = self.map.clone().unwrap_or_else(|| folder.join("files.tsv"));
        if let Err(line) = self.check_map(&map) {
            return Ok(failed(&line));
        }
        let Some(Loaded { trace, errors, found: true, .. }) = load_once(&self.inputs) else {
            return Ok(Status::Failed);
        };
        tell_damage(&trace);
        let trace = as_read(&trace).unwrap_or(trace);
        if !errors.is_empty() {
            return Ok(failed("anonymise: not all inputs could be read, so nothing was written; leave those out"));
        }
        let inside = |input: &PathBuf| {
            folder.canonicalize().ok().zip(input.canonicalize().ok()).is_some_and(|(f, i)| f.starts_with(i))
        };
        if let Some(input) = self.inputs.iter().find(|i| i.is_dir() && inside(i)) {
            let (output, input) = (self.output.display(), input.display());
            return Ok(failed(&format!(
                "{output} lies in {input}, and its logs would be read again with those; choose another folder"
            )));
        }
        let temporary = match output::temporary_folder(folder) {
            Ok(temporary) => temporary,
            Err(e) => {
                return Ok(failed(&format!("cannot write into {}: {e}; choose another folder", folder.display())));
            }
        };
        let names: Vec<String> = trace.inputs().iter().map(|i| i.name().to_owned()).collect();
        let again = || {
            let opened = siptrail::input::open_within(&self.inputs, limits());
            let trace = Trace::load(opened.inputs, &LoadOptions::default());
            as_read(&trace).unwrap_or(trace)
        };
        // A pipe is read once.
        let lasts = |input: &PathBuf| fs::metadata(input).is_ok_and(|data| data.is_file() || data.is_dir());
        let maker = Maker {
            key: &key,
            words: &self.words,
            folder: temporary.path(),
            drop: self.drop_damaged,
            again: self.inputs.iter().all(lasts).then_some(&again),
        };
        let copies = match maker.make(trace) {
            Ok(copies) => copies,
            Err(line) => return Ok(failed(&line)),
        };
        // The folder gets its name only when all of it is proven.
        if let Err(e) = output::place_folder(temporary, &self.output) {
            return Ok(failed(&format!("cannot make the folder {}: {e}", self.output.display())));
        }
        if let Err(e) = self.write_map(&map, &copies, &names) {
            let _ = fs::remove_dir_all(&self.output);
            return Ok(failed(&format!("cannot write {}: {e}; name another file with --map", map.display())));
        }
        self.tell(&mut io::stdout(), &copies, &map)?;
        Ok(Status::Fine)
    }

    fn tell(&self, out: &mut dyn Write, copies: &Copies, map: &Path) -> io::Result<()> {
        let files = plural(copies.names.len() as u64, "file");
        writeln!(out, "wrote {files} to {}; which is which stands in {}", self.output.display(), map.display())?;
        writeln!(out, "replaced {} names, addresses and tokens, counted at each place", copies.replaced)?;
        if self.drop_damaged {
            writeln!(out, "left out: {}, their lines are empty", plural(copies.dropped, "damaged record"))?;
        }
        let (calls, pushes) = (plural(copies.calls, "call"), plural(copies.pushes, "push"));
        writeln!(out, "proven: {calls}, {pushes}, {} missed, all as in the original", copies.missed)?;
        writeln!(out, "not promised: siptrail anonymise --help; read the copy before you send it on")?;
        let words = copies.words.len();
        let colon = if words == 0 { "" } else { ":" };
        writeln!(out, "no known name is left; {} to look at{colon}", plural(words as u64, "word"))?;
        let shown = if talks(Verbosity::Verbose) { words } else { SHOWN };
        for one in copies.words.iter().take(shown) {
            let times = if one.count > 1 { format!(", {} times", one.count) } else { String::new() };
            writeln!(out, "  {}  {}:{}{times}", siptrail::text::sanitize(&one.word), one.file, one.line)?;
        }
        if words > shown {
            writeln!(out, "  and {} more; --verbose lists all", words - shown)?;
        }
        Ok(())
    }

    /// The map must not go with the copy, nor take the place of something else.
    fn check_map(&self, map: &Path) -> Result<(), String> {
        let shown = map.display();
        let folder = map.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if folder == self.output {
            return Err(format!(
                "the map {shown} tells the originals, so it must not lie in the folder that is sent on"
            ));
        }
        if !folder.is_dir() {
            return Err(format!("cannot write {shown}: there is no folder {}; make it", folder.display()));
        }
        let mut start = Vec::new();
        let limit = MAP_HEAD.len() as u64;
        match fs::File::open(map).and_then(|file| file.take(limit).read_to_end(&mut start)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Ok(_) if start.is_empty() || start == MAP_HEAD.as_bytes() => Ok(()),
            Ok(_) => Err(format!("{shown} is there and is no map of copies; name another file with --map")),
            Err(e) => Err(format!("cannot read {shown}: {e}; name another file with --map")),
        }
    }

    /// Adds the files of this copy to the map.
    fn write_map(&self, map: &Path, copies: &Copies, originals: &[String]) -> io::Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(map)?;
        let before = file.metadata()?.len();
        let mut text = if before == 0 { MAP_HEAD.to_owned() } else { String::new() };
        let plain = |name: &str| name.replace(['\t', '\n', '\r'], " ");
        for (copy, original) in copies.names.iter().zip(originals) {
            let copy = self.output.join(copy);
            text.extend([&plain(&copy.to_string_lossy()), "\t", &plain(original), "\n"]);
        }
        // What was there tells of other copies, which nothing else does: it stays whatever becomes of these rows.
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
            let _ = if before == 0 { fs::remove_file(map) } else { file.set_len(before) };
        })
    }

    fn key(&self) -> Result<Key, String> {
        let Some(path) = &self.key else {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(|e| format!("no random key to be had: {e}; give one with --key"))?;
            return Ok(Key::new(bytes));
        };
        read_key(path)
    }
}

/// Logs of clients and gateways, and captures, are copied as they are read: in the layout of a server's trace, so that
/// the places of original and copy are those of one text. `None` where all are as they were.
fn as_read(trace: &Trace) -> Option<Trace> {
    if !trace.inputs().iter().any(Input::is_rewritten) {
        return None;
    }
    let inputs = trace.inputs().iter().map(|i| Input::from_bytes(i.name(), i.bytes())).collect();
    Some(Trace::load(inputs, &LoadOptions::default()))
}

/// The key in a file.
///
/// # Errors
/// One line for the user.
pub(super) fn read_key(path: &Path) -> Result<Key, String> {
    let bytes = fs::read(path).map_err(|e| format!("cannot read the key {}: {e}", path.display()))?;
    if bytes.len() < 16 {
        let found = bytes.len();
        return Err(format!("key {}: expected 16 bytes or more, found {found}", path.display()));
    }
    Ok(Key::new(bytes))
}

/// A proven copy without names, in memory.
///
/// # Errors
/// One line when the copy would tell another story.
#[cfg(feature = "mcp")]
pub(super) fn proven_copy(trace: Trace, key: &Key) -> Result<Trace, String> {
    let trace = as_read(&trace).unwrap_or(trace);
    let folder = tempfile::tempdir().map_err(|e| format!("cannot make a temporary folder: {e}"))?;
    let copies = Maker { key, words: &[], folder: folder.path(), drop: false, again: None }.make(trace)?;
    let read = |name: &String| {
        let bytes = fs::read(folder.path().join(name)).map_err(|e| format!("cannot read a copy: {e}"))?;
        Ok(Input::from_bytes(name.clone(), bytes))
    };
    let inputs = copies.names.iter().map(read).collect::<Result<_, String>>()?;
    Ok(Trace::load(inputs, &LoadOptions::default()))
}

/// The texts of a trace.
fn texts(trace: &Trace) -> impl Iterator<Item = &[u8]> + Clone {
    trace.inputs().iter().map(Input::bytes)
}
