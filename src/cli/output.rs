//! Where a result goes: stdout, or a file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use siptrail::input::is_log_name;
use tempfile::{NamedTempFile, TempDir};

/// The file or folder that an interrupt must take away, locked while this process lives.
static UNFINISHED: Mutex<Option<(PathBuf, Option<File>)>> = Mutex::new(None);

/// How everything is called that is not finished.
const TEMPORARY: (&str, &str) = (".siptrail-", ".part");
/// Younger leftovers may be those of a process that has not locked them yet.
const YOUNG: Duration = Duration::from_secs(60);
/// Where they cannot be locked, older ones are nobody's.
const OLD: Duration = Duration::from_secs(86_400);

/// Takes away what is not finished; called when the program is interrupted.
pub(crate) fn discard() {
    // try_lock: an interrupt that comes while the name is set finds an empty file at most.
    if let Some((path, _)) = UNFINISHED.try_lock().ok().and_then(|mut name| name.take()) {
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// Names the file or folder that an interrupt must take away; `None` when it is finished.
pub(crate) fn unfinished(path: Option<&Path>) {
    if let Some(folder) = path.and_then(Path::parent) {
        sweep(folder);
    }
    if let Ok(mut name) = UNFINISHED.lock() {
        *name = path.map(|path| (path.to_path_buf(), held(path)));
    }
}

/// A lock by which others see that somebody still works on it.
#[expect(clippy::disallowed_methods, reason = "no input: what this process writes")]
fn held(path: &Path) -> Option<File> {
    // On Windows a lock would keep this process itself from writing.
    let file = if cfg!(unix) { File::open(path).ok()? } else { return None };
    file.try_lock().ok().map(|()| file)
}

/// Takes away what killed runs left in a folder.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        let is_ours = name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1);
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        let Some(age) = is_ours.then(age).flatten().filter(|age| *age > YOUNG) else { continue };
        if if cfg!(unix) { held(&path).is_some() } else { age > OLD } {
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

/// Writes a small text to a new file, whole or not at all.
///
/// # Errors
/// `AlreadyExists` where there is one; when it cannot be written.
pub(crate) fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = create(folder, path)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|e| e.error)?;
    Ok(())
}

/// Where to write.
pub(crate) enum Output {
    Stdout,
    /// A device or a pipe: there is nothing to replace.
    Device(PathBuf, File),
    /// Beside its target, and renamed to it in the end.
    File(PathBuf, NamedTempFile),
}

impl Output {
    /// Opens the file before the work begins, so that a folder that is not there is told at once. `-` is stdout.
    ///
    /// # Errors
    /// One line: the file, what is wrong, and what to do.
    pub(crate) fn open(path: Option<&Path>, inputs: &[PathBuf]) -> Result<Output, String> {
        let Some(path) = path.filter(|p| *p != Path::new("-")) else { return Ok(Output::Stdout) };
        let cannot = |what: String| format!("cannot write {}: {what}", path.display());
        let target = target(path, inputs)?;
        if target.metadata().is_ok_and(|m| !m.is_file()) {
            let file = File::options().write(true).open(&target).map_err(|e| cannot(format!("{e}; choose a file")))?;
            return Ok(Output::Device(target, file));
        }
        let folder = target.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(cannot(format!("there is no folder {}; make it, or choose another", folder.display())));
        }
        let temporary = create(folder, &target)
            .map_err(|e| cannot(format!("{e}; check the permissions of the folder {}", folder.display())))?;
        unfinished(Some(temporary.path()));
        Ok(Output::File(target, temporary))
    }

    /// Whether a file of its own can be written, again and again, while the inputs are read: it must not be read as one of
    /// them later. Nothing is left behind.
    ///
    /// # Errors
    /// As [`Output::open`].
    pub(crate) fn check(path: &Path, inputs: &[PathBuf]) -> Result<(), String> {
        let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let inside = |input: &PathBuf| {
            input.canonicalize().is_ok_and(|i| i.is_dir() && folder.canonicalize().is_ok_and(|f| f.starts_with(i)))
        };
        if is_log_name(path) && inputs.iter().any(inside) {
            let name = path.display();
            return Err(format!("cannot write {name}: it would be read as a log of its folder; choose another name"));
        }
        drop(Output::open(Some(path), inputs)?);
        unfinished(None);
        Ok(())
    }

    /// Whether it goes to a file, which may lie beside the logs it is about.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Output::File(..))
    }

    /// Whether it goes to stdout, which may be a terminal.
    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Output::Stdout)
    }

    /// Refuses a terminal: what is written is for programs, or holds bytes of the log as they are.
    ///
    /// # Errors
    /// One line: what to do instead.
    #[cfg(feature = "export")]
    pub(crate) fn not_a_terminal(self) -> Result<Output, String> {
        if self.is_stdout() && io::IsTerminal::is_terminal(&io::stdout()) {
            return Err(
                "this form is for programs, not for a terminal; name a file with -o, or send it on with |".into()
            );
        }
        Ok(self)
    }

    /// Writes with `work`, whose text is `coloured` or has no colours at all. A terminal gets them if it wants them, a
    /// file only with `--color always`. Nothing of a file is seen before all of it is there.
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn write(self, coloured: bool, work: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let strip = coloured && anstream::ColorChoice::global() != anstream::ColorChoice::Always;
        match self {
            Output::Stdout if coloured => buffered(anstream::AutoStream::auto(io::stdout()), work),
            Output::Stdout => buffered(io::stdout().lock(), work),
            Output::Device(path, mut file) => to_file(&mut file, strip, work).map_err(|e| named(&path, &e)),
            Output::File(path, mut temporary) => {
                let done = to_file(temporary.as_file_mut(), strip, work);
                // A full disk may be noticed only here.
                done.and_then(|()| temporary.as_file().sync_all()).map_err(|e| named(&path, &e))?;
                temporary.persist(&path).map_err(|e| named(&path, &e.error))?;
                unfinished(None);
                Ok(())
            }
        }
    }
}

/// The file that is replaced: through a link the one behind it; never an input.
fn target(path: &Path, inputs: &[PathBuf]) -> Result<PathBuf, String> {
    let cannot = |what: &str| Err(format!("cannot write {}: {what}", path.display()));
    if path.is_dir() {
        return cannot("it is a folder; name a file in it");
    }
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if inputs.iter().any(|input| input.canonicalize().is_ok_and(|i| i == target)) {
        return cannot("it is one of the inputs; choose another name");
    }
    let read = |folder: &PathBuf| folder.is_dir() && folder.canonicalize().is_ok_and(|f| target.starts_with(f));
    if target.is_file() && is_log_name(&target) && inputs.iter().any(read) {
        return cannot("it is a log in one of the input folders; choose another name");
    }
    Ok(target)
}

/// Whether stdout was closed: the reader of a pipe has seen enough, or there never was one (`>&-`).
pub(crate) fn is_closed(error: &io::Error) -> bool {
    #[cfg(unix)]
    let never_open = error.raw_os_error() == Some(libc::EBADF);
    #[cfg(not(unix))]
    let never_open = false;
    never_open || error.kind() == io::ErrorKind::BrokenPipe
}

fn to_file(file: &mut File, strip: bool, work: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if strip { buffered(anstream::StripStream::new(file), work) } else { buffered(file, work) }
}

fn buffered(out: impl Write, work: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    work(&mut out)?;
    out.flush()
}

/// An error that says which file; of another kind than a closed pipe, which is no error of stdout.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

/// A file beside the target, with the permissions that the target has or would get.
fn create(folder: &Path, target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Ok(old) = target.metadata() {
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

/// That the folder into which a new one is to be made is there, as it must be for a file: what was misspelt makes no
/// folders.
///
/// # Errors
/// A line for the user.
pub(super) fn parent_of(folder: &Path) -> Result<(), String> {
    match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) if !parent.is_dir() => {
            let (shown, parent) = (folder.display(), parent.display());
            Err(format!("cannot make {shown}: there is no folder {parent}; make it, or choose another"))
        }
        _ => Ok(()),
    }
}

/// A folder beside its target for what is not finished, which an interrupt takes away until [`unfinished`] says otherwise.
pub(crate) fn temporary_folder(parent: &Path) -> io::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempdir_in(parent)?;
    unfinished(Some(folder.path()));
    Ok(folder)
}

/// Gives such a folder its name: all of it is seen at once, or nothing.
#[cfg(any(feature = "anonymise", feature = "parquet"))]
pub(crate) fn place_folder(folder: TempDir, target: &Path) -> io::Result<()> {
    let path = folder.keep();
    let done = fs::rename(&path, target).and_then(|()| open_to_all(target));
    match done {
        Ok(()) => unfinished(None),
        // What is left of it is nobody's.
        Err(_) => drop(fs::remove_dir_all(&path)),
    }
    done
}

/// Makes sure that a folder can be put in place later: its name is free, and the folder around it is there.
///
/// # Errors
/// One line: the folder, what is wrong, and what to do.
#[cfg(any(feature = "anonymise", feature = "parquet"))]
pub(crate) fn free_folder(target: &Path) -> Result<(), String> {
    let path = target.display();
    match fs::read_dir(target) {
        Ok(mut entries) => match entries.next() {
            None => fs::remove_dir(target).map_err(|e| format!("cannot use the folder {path}: {e}")),
            Some(_) => Err(format!("the folder {path} is not empty; name one that is not there yet")),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let parent = target.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if parent.is_dir() {
                Ok(())
            } else {
                Err(format!("cannot write {path}: there is no folder {}; make it", parent.display()))
            }
        }
        Err(e) => Err(format!("cannot write {path}: {e}; name a folder that is not there yet")),
    }
}

/// A temporary folder is for its owner only; the copy is a folder like any other.
#[cfg(any(feature = "anonymise", feature = "parquet"))]
fn open_to_all(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
    }
    // On Windows it has the rights of the folder around it.
    #[cfg(not(unix))]
    fs::metadata(folder).map(drop)
}
