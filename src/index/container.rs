//! The file of an index: a head and sections, each with a sum.
//!
//! ```text
//! | siptrail index | layout, program | length, sum of the head | head: inputs, sections | section | section | ...
//! ```
//! Numbers are little-endian. Head and sections are written and read by bitcode: rows of plain numbers by its own derive, all
//! else by serde's on the types themselves; benches/README.md tells why. What ties messages together is plain numbers.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::input::{self, Identity};

/// What a file of an index begins with.
const MAGIC: &[u8; 16] = b"siptrail index\r\n";
/// Goes up with every change of what a section holds that the program's version does not tell.
const LAYOUT: u64 = 1;
/// Magic, layout and program, length and sum of the head.
const FIXED: usize = 16 + 4 * 8;
/// A head is never longer.
const LONGEST_HEAD: u64 = 256 << 20;

/// The section of what ties messages together.
pub(super) const TIES: &str = "ties";

/// What an index is of, and where its sections are.
#[derive(Debug, Default, serde::Deserialize, serde::Serialize)]
pub(super) struct Head {
    pub(super) inputs: Vec<Identity>,
    pub(super) sections: Vec<Section>,
}

/// One section.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(super) struct Section {
    pub(super) name: String,
    at: u64,
    len: u64,
    sum: u64,
}

/// An index that is being read. Its file may be dropped or replaced meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    file: Arc<Mutex<Option<File>>>,
    /// Where the head ends.
    base: u64,
    pub(super) head: Arc<Head>,
}

impl Reader {
    /// Opens an index of this program; `None` where it is none, or damaged as far as the head tells.
    #[expect(clippy::disallowed_methods, reason = "an index is no log, and this is the room that reads it")]
    pub(super) fn open(path: &Path, program: u64) -> Option<Reader> {
        let mut file = File::open(path).ok()?;
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
        let mut fixed = [0; FIXED];
        file.read_exact(&mut fixed).ok()?;
        let (magic, rest) = fixed.split_at(MAGIC.len());
        let mut numbers = rest.chunks_exact(8).filter_map(|b| Some(u64::from_le_bytes(b.try_into().ok()?)));
        if magic != MAGIC || numbers.next()? != LAYOUT || numbers.next()? != program {
            return None;
        }
        let (len, sum) = (numbers.next()?, numbers.next()?);
        if len > LONGEST_HEAD || len > size {
            return None;
        }
        let mut head = vec![0; usize::try_from(len).ok()?];
        file.read_exact(&mut head).ok()?;
        if input::sum(&head) != sum {
            return None;
        }
        let head: Head = decode(&head)?;
        let base = FIXED as u64 + len;
        let inside =
            |s: &Section| s.at.checked_add(s.len).and_then(|end| end.checked_add(base)).is_some_and(|end| end <= size);
        let whole = head.sections.iter().all(inside);
        whole.then(|| Reader { file: Arc::new(Mutex::new(Some(file))), base, head: Arc::new(head) })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.head.sections.iter().any(|s| s.name == name)
    }

    /// The bytes of a section; `None` where it is not there, or not as it was written.
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let section = self.head.sections.iter().find(|s| s.name == name)?;
        let mut bytes = vec![0; usize::try_from(section.len).ok()?];
        let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = guard.as_mut()?;
        file.seek(SeekFrom::Start(self.base.checked_add(section.at)?)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        drop(guard);
        (input::sum(&bytes) == section.sum).then_some(bytes)
    }

    /// Lets go of the file; nothing more can be read of it.
    pub(super) fn close(&self) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How long a section is; 0 where it is not there.
    pub(super) fn size(&self, name: &str) -> u64 {
        self.head.sections.iter().find(|s| s.name == name).map_or(0, |s| s.len)
    }

    /// What a section holds.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        decode(&self.bytes(name)?)
    }
}

/// A section and what it holds.
pub(super) type Bytes<'b> = (String, Cow<'b, [u8]>);

/// Writes an index.
pub(super) fn write(to: &mut File, program: u64, inputs: Vec<Identity>, sections: &[Bytes<'_>]) -> io::Result<()> {
    let mut at = 0;
    let of = |(name, bytes): &Bytes<'_>| {
        let section = Section { name: name.clone(), at, len: bytes.len() as u64, sum: input::sum(bytes) };
        at += section.len;
        section
    };
    let head = Head { inputs, sections: sections.iter().map(of).collect() };
    let bytes = encode(&head).ok_or_else(|| io::Error::other("cannot be written"))?;
    let (len, sum) = (bytes.len() as u64, input::sum(&bytes));
    to.write_all(MAGIC)?;
    for number in [LAYOUT, program, len, sum] {
        to.write_all(&number.to_le_bytes())?;
    }
    to.write_all(&bytes)?;
    for (_, section) in sections {
        to.write_all(section)?;
    }
    to.flush()
}

/// The same of rows of plain numbers, of which there are millions: bitcode's own derive is three times as quick.
pub(super) fn encode_rows<T: bitcode::Encode + ?Sized>(rows: &T) -> Vec<u8> {
    bitcode::encode(rows)
}

/// Rows back; `None` where the bytes are none of them.
pub(super) fn decode_rows<T: bitcode::DecodeOwned>(bytes: &[u8]) -> Option<T> {
    bitcode::decode(bytes).ok()
}

/// What ties messages together, as it is written.
pub(super) fn words(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(8).filter_map(|b| Some(u64::from_le_bytes(b.try_into().ok()?))).collect()
}

/// The bytes of something that is kept.
pub(super) fn encode<T: Serialize + ?Sized>(what: &T) -> Option<Vec<u8>> {
    bitcode::serialize(what).ok()
}

/// The same back; `None` where the bytes are none of it.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    bitcode::deserialize(bytes).ok()
}
