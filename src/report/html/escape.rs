//! Everything that a template shows passes through here.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

use crate::text::sanitize;

/// Text that may come from a log: one line without characters that reorder or hide text, and no markup.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LogText;

impl Escaper for LogText {
    fn write_escaped_str<W: Write>(&self, dest: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &sanitize(text))
    }
}
