//! Notes that people wrote on calls and pushes, by Call-ID.

use std::collections::BTreeMap;

/// Texts by Call-ID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(pub(crate) BTreeMap<String, String>);

impl Notes {
    /// The note on a Call-ID, as it was typed: not made safe for a terminal.
    pub fn get(&self, call_id: &str) -> Option<&str> {
        self.0.get(call_id).map(String::as_str)
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a note in place of the one before; an empty one takes it away.
    pub fn set(&mut self, call_id: &str, text: &str) {
        if text.is_empty() {
            self.0.remove(call_id);
        } else {
            self.0.insert(call_id.to_owned(), text.to_owned());
        }
    }
}
