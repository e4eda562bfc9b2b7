//! The folder of a job: files of each task in parts, and a manifest that names them.
//!
//! ```text
//! JOB/plan                      first line: sha256 of the rest; then JSON
//! JOB/map/0/manifest            the same: totals, files, and of each part where it stands and its sha256
//! JOB/map/0/buckets             parts behind each other, each compressed by itself
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::LocalKey;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::sum::{Hashing, hash};
use super::{JobError, Step, Totals};

const MANIFEST: &str = "manifest";
/// Of a part as it is compressed: of these texts higher levels make little less, and take longer.
const LEVEL: i32 = 1;

/// The folder.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    /// Hash of the plan: files of another plan are none of this job.
    plan: String,
}

/// What a task wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    step: String,
    task: u32,
    plan: String,
    /// Hashes of the manifests that it read, by step and number.
    from: BTreeMap<String, String>,
    pub(super) totals: Totals,
    files: BTreeMap<String, Written>,
    /// Of this manifest.
    #[serde(skip)]
    hash: String,
}

/// One file: how long it is, and of each part where it stands, how long it is, and its hash.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Written {
    bytes: u64,
    parts: Vec<(u64, u64, String)>,
}

/// What was read at once: the files of a unit, or a stretch of its only one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Window {
    pub(super) files: u32,
    pub(super) records: u32,
    /// Whether it begins in the file in which the one before ended.
    pub(super) goes_on: bool,
}

/// The files of a task that is at work; none of them is in its place before the task is done.
pub(super) struct Task<'s> {
    store: &'s Store,
    manifest: Manifest,
    folder: PathBuf,
    files: BTreeMap<String, Growing>,
    windows: Vec<Window>,
}

/// A file that gets one part behind the other.
struct Growing {
    file: NamedTempFile,
    written: Written,
}

/// A part of a file that is read.
struct Part<'m> {
    path: PathBuf,
    file: fs::File,
    number: u32,
    /// Bytes, compressed.
    len: u64,
    hash: &'m str,
}

impl Part<'_> {
    /// Holds that it is what was written.
    fn was(&self, hash: &str) -> Result<(), JobError> {
        if hash == self.hash {
            return Ok(());
        }
        Err(JobError::changed(&self.path, &format!("part {} was changed: its sha256 is another", self.number)))
    }
}

/// Something as the parts of a file have it.
pub(super) fn pack<T: Serialize>(what: &T) -> Result<Vec<u8>, JobError> {
    let plain = postcard::to_stdvec(what).map_err(|e| JobError::new(format!("cannot write a part: {e}")))?;
    pack_bytes(&plain)
}

thread_local! {
    /// Parts are many and small: what packs and unpacks them is made once a thread.
    static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Runs something with what a thread keeps for it; makes that where it is not there.
fn with<T: 'static, R>(
    kept: &'static LocalKey<RefCell<Option<T>>>,
    make: impl FnOnce() -> std::io::Result<T>,
    run: impl FnOnce(&mut T) -> std::io::Result<R>,
) -> std::io::Result<R> {
    kept.with_borrow_mut(|slot| match slot {
        Some(known) => run(known),
        None => run(slot.insert(make()?)),
    })
}

/// Bytes as the parts of a file have them.
pub(super) fn pack_bytes(plain: &[u8]) -> Result<Vec<u8>, JobError> {
    let packed = with(&PACKER, || zstd::bulk::Compressor::new(LEVEL), |packer| packer.compress(plain));
    let mut packed = packed.map_err(|e| JobError::new(format!("cannot compress a part: {e}")))?;
    // It was given room for what cannot be compressed.
    packed.shrink_to_fit();
    Ok(packed)
}

/// What was packed.
fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    // What was written piece by piece does not tell its length.
    match zstd::zstd_safe::get_frame_content_size(packed) {
        Ok(Some(len)) => {
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            with(&UNPACKER, zstd::bulk::Decompressor::new, |unpacker| unpacker.decompress(packed, len))
        }
        _ => zstd::decode_all(packed),
    }
}

/// A text as the parts of a file have it. With its length it is read again at once.
pub(super) fn pack_text(
    len: Option<u64>,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<Vec<u8>, JobError> {
    let packed = || {
        let mut packer = zstd::Encoder::new(Vec::new(), LEVEL)?;
        packer.set_pledged_src_size(len)?;
        let mut out = std::io::BufWriter::new(packer);
        write(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.finish()
    };
    packed().map_err(|e| JobError::new(format!("cannot compress a part: {e}")))
}

/// Writes a file whole or not at all; who reads sees the old one or the new one.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), JobError> {
    let mut file = begun(path.parent().unwrap_or(Path::new("."))).map_err(|e| JobError::io(path, &e))?;
    file.write_all(bytes).map_err(|e| JobError::io(path, &e))?;
    persist(file, path)
}

fn begun(folder: &Path) -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".part-").tempfile_in(folder)
}

/// Gives a file that is complete its place.
fn persist(file: NamedTempFile, path: &Path) -> Result<(), JobError> {
    let io = |e: std::io::Error| JobError::io(path, &e);
    file.as_file().sync_all().map_err(io)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Other tasks may run as other users.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(io)?;
    }
    file.persist(path).map(drop).map_err(|e| io(e.error))
}

/// Text behind a line with its hash.
pub(super) fn sealed(text: &str) -> (String, String) {
    let hash = hash(text.as_bytes());
    (format!("{hash}\n{text}"), hash)
}

/// The text that was sealed, and its hash.
pub(super) fn unsealed(path: &Path) -> Result<(String, String), JobError> {
    let all = fs::read_to_string(path).map_err(|e| JobError::io(path, &e))?;
    let (line, text) = all.split_once('\n').unwrap_or_default();
    let found = hash(text.as_bytes());
    if line != found {
        return Err(JobError::changed(path, "it was cut or changed: its sha256 is another"));
    }
    Ok((text.to_owned(), found))
}

impl Store {
    pub(super) fn new(folder: PathBuf, plan: String) -> Store {
        Store { folder, plan }
    }

    fn folder(&self, step: Step, task: u32) -> PathBuf {
        self.folder.join(step.name()).join(task.to_string())
    }

    /// What a task counted that is done.
    pub(super) fn done(&self, step: Step, task: u32) -> Result<Option<Totals>, JobError> {
        let folder = self.folder(step, task);
        if !folder.join(MANIFEST).exists() {
            return Ok(None);
        }
        let manifest = self.manifest(step, task)?;
        for (name, written) in &manifest.files {
            length(&folder.join(name), written)?;
        }
        Ok(Some(manifest.totals))
    }

    /// The manifest of a task that is done.
    pub(super) fn manifest(&self, step: Step, task: u32) -> Result<Manifest, JobError> {
        let path = self.folder(step, task).join(MANIFEST);
        if !path.exists() {
            return Err(JobError::new(format!("{}: task {task} of {step} is not done; run it first", path.display())));
        }
        let (text, hash) = unsealed(&path)?;
        let read: Result<Manifest, _> = serde_json::from_str(&text);
        let manifest = read.map_err(|e| JobError::changed(&path, &e.to_string()))?;
        if (manifest.plan.as_str(), manifest.step.as_str(), manifest.task) != (&self.plan, step.name(), task) {
            return Err(JobError::changed(&path, "it is of another plan or task"));
        }
        Ok(Manifest { hash, ..manifest })
    }

    /// Begins the files of a task.
    pub(super) fn begin(&self, step: Step, task: u32, read: &[&Manifest]) -> Result<Task<'_>, JobError> {
        let folder = self.folder(step, task);
        fs::create_dir_all(&folder).map_err(|e| JobError::io(&folder, &e))?;
        let from = read.iter().map(|m| (format!("{}/{}", m.step, m.task), m.hash.clone())).collect();
        let (step, plan) = (step.name().to_owned(), self.plan.clone());
        let (files, hash) = (BTreeMap::new(), String::new());
        let manifest = Manifest { step, task, plan, from, totals: Totals::new(), files, hash };
        Ok(Task { store: self, manifest, folder, files: BTreeMap::new(), windows: Vec::new() })
    }

    /// Reads a part of a file.
    pub(super) fn read<T: DeserializeOwned>(&self, of: &Manifest, name: &str, part: u32) -> Result<T, JobError> {
        let plain = self.read_bytes(of, name, part)?;
        let path = self.path(of, name);
        postcard::from_bytes(&plain).map_err(|e| JobError::changed(&path, &format!("part {part} cannot be read: {e}")))
    }

    fn path(&self, of: &Manifest, name: &str) -> PathBuf {
        self.folder.join(&of.step).join(of.task.to_string()).join(name)
    }

    /// The same as bytes.
    pub(super) fn read_bytes(&self, of: &Manifest, name: &str, part: u32) -> Result<Vec<u8>, JobError> {
        let mut own = self.part(of, name, part)?;
        let mut packed = vec![0; usize::try_from(own.len).unwrap_or(0)];
        own.file.read_exact(&mut packed).map_err(|e| JobError::io(&own.path, &e))?;
        own.was(&hash(&packed))?;
        unpack(&packed).map_err(|e| JobError::io(&own.path, &e))
    }

    /// A part of a file, to be read piece by piece; what it says was held against its hash.
    pub(super) fn reader(&self, of: &Manifest, name: &str, part: u32) -> Result<impl Read + use<>, JobError> {
        let mut own = self.part(of, name, part)?;
        let io = |e: std::io::Error| JobError::io(&own.path, &e);
        let begins = own.file.stream_position().map_err(io)?;
        let mut sum = Hashing::new(std::io::sink());
        std::io::copy(&mut Read::take(&mut own.file, own.len), &mut sum).map_err(io)?;
        own.was(&sum.hash())?;
        own.file.seek(SeekFrom::Start(begins)).map_err(io)?;
        zstd::Decoder::new(own.file.take(own.len)).map_err(io)
    }

    /// The file of a part, at its beginning.
    fn part<'m>(&self, of: &'m Manifest, name: &str, number: u32) -> Result<Part<'m>, JobError> {
        let path = self.path(of, name);
        let missing = || JobError::changed(&path, &format!("its manifest names no part {number}"));
        let written = of.files.get(name).ok_or_else(missing)?;
        let (at, len, hash) = written.parts.get(number as usize).ok_or_else(missing)?;
        length(&path, written)?;
        let io = |e: std::io::Error| JobError::io(&path, &e);
        let mut file = fs::File::open(&path).map_err(io)?;
        file.seek(SeekFrom::Start(*at)).map_err(io)?;
        Ok(Part { path, file, number, len: *len, hash })
    }

    /// Holds that a task read what others wrote, and nothing older.
    pub(super) fn follows(&self, later: &Manifest, earlier: &Manifest) -> Result<(), JobError> {
        let name = format!("{}/{}", earlier.step, earlier.task);
        if later.from.get(&name) == Some(&earlier.hash) {
            return Ok(());
        }
        Err(JobError::changed(&self.path(later, MANIFEST), &format!("{name} was run again since, and is another")))
    }

    /// Holds that numbers of two tasks agree.
    pub(super) fn agrees(&self, of: &Manifest, what: &str, expected: u64, found: u64) -> Result<(), JobError> {
        if expected == found { Ok(()) } else { Err(JobError::sum(&self.path(of, MANIFEST), what, (expected, found))) }
    }
}

fn length(path: &Path, written: &Written) -> Result<(), JobError> {
    let found = fs::metadata(path).map_err(|e| JobError::io(path, &e))?.len();
    if found == written.bytes {
        return Ok(());
    }
    Err(JobError::changed(path, &format!("expected {} bytes, found {found}", written.bytes)))
}

impl Task<'_> {
    /// Writes a file of packed parts, or adds them to one that was begun.
    pub(super) fn file(&mut self, name: &str, parts: &[Vec<u8>]) -> Result<(), JobError> {
        let io = |e: std::io::Error| JobError::io(&self.folder.join(name), &e);
        if !self.files.contains_key(name) {
            let file = begun(&self.folder).map_err(io)?;
            self.files.insert(name.to_owned(), Growing { file, written: Written::default() });
        }
        let Some(Growing { file, written }) = self.files.get_mut(name) else { return Ok(()) };
        for part in parts {
            file.write_all(part).map_err(io)?;
            written.parts.push((written.bytes, part.len() as u64, hash(part)));
            written.bytes += part.len() as u64;
        }
        Ok(())
    }

    /// Writes a file of one text, compressed as it comes: no more of it than a piece is in memory.
    pub(super) fn text(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), JobError> {
        let io = |e: std::io::Error| JobError::io(&self.folder.join(name), &e);
        let written = || {
            let packer = zstd::Encoder::new(Hashing::new(begun(&self.folder)?), LEVEL)?;
            let mut out = std::io::BufWriter::new(packer);
            write(&mut out)?;
            out.into_inner().map_err(std::io::IntoInnerError::into_error)?.finish()
        };
        let out = written().map_err(io)?;
        let written = Written { bytes: out.bytes(), parts: vec![(0, out.bytes(), out.hash())] };
        self.files.insert(name.to_owned(), Growing { file: out.into_inner(), written });
        Ok(())
    }

    /// Notes what was read at once.
    pub(super) fn window(&mut self, window: Window) {
        self.windows.push(window);
    }

    /// Counts something.
    pub(super) fn total(&mut self, name: &str, n: u64) {
        *self.manifest.totals.entry(name.to_owned()).or_default() += n;
    }

    /// Puts the files in their places, then the manifest: the task is done.
    pub(super) fn end(mut self) -> Result<Totals, JobError> {
        if !self.windows.is_empty() {
            self.file("windows", &[pack(&self.windows)?])?;
        }
        for (name, Growing { file, written }) in std::mem::take(&mut self.files) {
            persist(file, &self.folder.join(&name))?;
            self.manifest.files.insert(name, written);
        }
        let path = self.folder.join(MANIFEST);
        let text = serde_json::to_string(&self.manifest).map_err(|e| JobError::new(e.to_string()))?;
        put(&path, sealed(&text).0.as_bytes())?;
        // What was written is what was meant.
        let step = Step::ALL.into_iter().find(|s| s.name() == self.manifest.step);
        step.map_or(Ok(()), |step| self.store.done(step, self.manifest.task).map(drop))?;
        Ok(self.manifest.totals)
    }
}
