//! The fields of a record that is no message.

use super::{Event, Trace};
use crate::sip::{Header, Headers};

/// What some copies put behind the text on the same line.
const RUN_ON: &[u8] = b" Result-Code: ";

impl Trace {
    /// The fields of a record; a result code that stands on the line of the text is a field of its own (FORMAT.md
    /// section 5).
    pub fn named_fields<'t>(&'t self, event: &Event) -> impl Iterator<Item = Header<'t>> {
        Headers::new(self.fields(event)).flat_map(|h| {
            let (first, second) = split(h);
            std::iter::once(first).chain(second)
        })
    }

    /// The value of a field, as logged.
    pub(crate) fn field<'t>(&'t self, event: &Event, name: &str) -> Option<&'t [u8]> {
        self.named_fields(event).find(|h| h.name.eq_ignore_ascii_case(name.as_bytes())).map(|h| h.raw.trim_ascii())
    }
}

fn split(header: Header<'_>) -> (Header<'_>, Option<Header<'_>>) {
    let at = memchr::memmem::find(header.raw, RUN_ON).filter(|_| header.name.eq_ignore_ascii_case(b"text"));
    let Some((text, rest)) = at.map(|at| header.raw.split_at(at)) else { return (header, None) };
    let code = Header { name: b"Result-Code", raw: rest.get(RUN_ON.len()..).unwrap_or_default() };
    (Header { raw: text, ..header }, Some(code))
}
