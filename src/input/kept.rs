//! Texts that another process has read: of most of them nothing is asked again.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Encoding, Input, Text, open};

/// A text of which only the length is known until somebody asks for its bytes.
pub(super) struct Kept {
    path: PathBuf,
    len: usize,
    again: OnceLock<Option<Box<Input>>>,
}

impl Kept {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The bytes, read again; none where it cannot be read, or is not the same any more.
    pub(super) fn bytes(&self, name: &str) -> &[u8] {
        self.again(name).map_or(&[][..], Input::bytes)
    }

    pub(super) fn original_offset(&self, name: &str, offset: u64) -> u64 {
        self.again(name).map_or(offset, |input| input.original_offset(offset))
    }

    fn again(&self, name: &str) -> Option<&Input> {
        let read = || {
            // It may have been named from another folder.
            let same = |i: &Input| i.name().ends_with(name) && i.len() == self.len;
            open([&self.path]).inputs.into_iter().find(same).map(Box::new)
        };
        self.again.get_or_init(read).as_deref()
    }
}

impl Input {
    /// A text that was read before: `path` is the file that holds it, an archive or the text itself.
    pub(crate) fn kept(name: String, path: &Path, len: usize, (encoding, original_len): (Encoding, u64)) -> Input {
        let kept = Kept { path: path.to_path_buf(), len, again: OnceLock::new() };
        let text = Text::Kept(kept);
        Input {
            name,
            text,
            encoding,
            original_len,
            checkpoints: Vec::new(),
            notes: Vec::new(),
            accounts: Vec::new(),
            budget: super::budget::Budget::new(super::Limits::default()),
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
}
