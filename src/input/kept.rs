//! Texts that another process has read: of most of them nothing is asked again.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Encoding, Input, Limits, Text, open_listed};

/// Where a text was found, so that it is found again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Whence {
    /// The file that holds it: an archive, or the text itself.
    pub(crate) path: PathBuf,
    /// Whether the file lies in a folder that was named.
    pub(crate) in_folder: bool,
    /// Its number among the texts of the file.
    pub(crate) number: usize,
}

/// A file that is opened once for all of its texts, when somebody asks for one of them.
pub(crate) struct Again {
    path: PathBuf,
    in_folder: bool,
    limits: Limits,
    read: fn(Input) -> Input,
    opened: OnceLock<Vec<Mutex<Option<Input>>>>,
}

impl Again {
    /// `read` makes of what was opened what was read of it before.
    pub(crate) fn new(whence: &Whence, limits: Limits, read: fn(Input) -> Input) -> Arc<Again> {
        let Whence { path, in_folder, .. } = whence.clone();
        Arc::new(Again { path, in_folder, limits, read, opened: OnceLock::new() })
    }

    /// Whether a text was found in this file.
    pub(crate) fn holds(&self, whence: &Whence) -> bool {
        (&self.path, self.in_folder) == (&whence.path, whence.in_folder)
    }

    /// One of its texts; whoever takes it has it for good.
    fn take(&self, number: usize) -> Option<Input> {
        let open = || open_listed(&self.path, self.in_folder, self.limits).inputs;
        let all = self.opened.get_or_init(|| open().into_iter().map(|input| Mutex::new(Some(input))).collect());
        let input = all.get(number)?.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some((self.read)(input))
    }
}

/// A text of which only the length is known until somebody asks for its bytes.
pub(super) struct Kept {
    file: Arc<Again>,
    number: usize,
    len: usize,
    again: OnceLock<Option<Box<Input>>>,
}

impl Kept {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The text, read again; `None` where it cannot be read, or is not the same any more.
    pub(super) fn again(&self) -> Option<&Input> {
        let read = || self.file.take(self.number).filter(|input| input.len() == self.len).map(Box::new);
        self.again.get_or_init(read).as_deref()
    }
}

impl Input {
    /// A text that was read before: the `number`th of a file, so many bytes long. `notes` are those of its damage.
    pub(crate) fn kept(
        name: String,
        (file, number): (&Arc<Again>, usize),
        (len, original_len): (usize, u64),
        encoding: Encoding,
        notes: Vec<String>,
    ) -> Input {
        let text = Text::Kept(Kept { file: Arc::clone(file), number, len, again: OnceLock::new() });
        Input {
            name,
            text,
            encoding,
            original_len,
            checkpoints: Vec::new(),
            notes,
            accounts: Vec::new(),
            budget: super::budget::Budget::new(file.limits),
            origin: None,
            formats: super::Formats::default(),
            left_out: 0,
            stat: None,
        }
    }

    /// Whether a text that was read before was asked for again; `Some(false)` when it was not there any more.
    pub(crate) fn read_again(&self) -> Option<bool> {
        let Text::Kept(kept) = &self.text else { return None };
        kept.again.get().map(Option::is_some)
    }

    /// The text that stands for this one, where this one was read before.
    pub(super) fn again(&self) -> Option<&Input> {
        if let Text::Kept(kept) = &self.text { kept.again() } else { None }
    }
}
