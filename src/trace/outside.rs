//! What components write between the records.

use memchr::memmem;

use super::{EventId, Trace};
use crate::record::prefix::{self, Prefix};
use crate::span::{FileId, Span};

/// A line of a component, outside records, with the lines that it was wrapped into.
#[derive(Clone, Copy, Debug)]
pub struct ComponentLine<'t> {
    /// Where it stands.
    pub span: Span,
    /// All of it, the prefix too.
    pub text: &'t [u8],
}

impl<'t> ComponentLine<'t> {
    /// Level, flag, server, time and number.
    pub fn prefix(&self) -> Prefix<'t> {
        prefix::parse(self.text)
    }

    /// `SIPStack`, `UserServices`, ...; empty when the prefix does not tell.
    pub fn component(&self) -> &'t [u8] {
        component(self.text)
    }
}

/// A line longer than this is cut: it is no line of a component.
const LONGEST: usize = 16 << 10;

impl Trace {
    /// The component lines between a record and the one ahead of it in its input.
    pub fn lines_before(&self, id: EventId) -> impl Iterator<Item = ComponentLine<'_>> {
        let gap = self.event(id).map(|event| {
            let ahead = id.0.checked_sub(1).and_then(|i| self.event(EventId(i))).filter(|e| e.file == event.file);
            (event.file, ahead.map_or(0, |e| e.start + u64::from(e.len)), event.start)
        });
        gap.into_iter().flat_map(|(file, from, to)| self.lines_of(file, from, to))
    }

    /// The component lines behind the last record of an input, or all where it has none.
    pub fn lines_behind(&self, file: FileId) -> impl Iterator<Item = ComponentLine<'_>> {
        let last = self.events.partition_point(|e| e.file <= file).checked_sub(1).and_then(|i| self.events.get(i));
        let from = last.filter(|e| e.file == file).map_or(0, |e| e.start + u64::from(e.len));
        let to = self.inputs.get(file.index()).map_or(0, |i| i.bytes().len() as u64);
        self.lines_of(file, from, to)
    }

    fn lines_of(&self, file: FileId, from: u64, to: u64) -> impl Iterator<Item = ComponentLine<'_>> {
        let bytes = self.inputs.get(file.index()).map_or(&[][..], |i| i.bytes());
        let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
        let gap = bytes.get(at(from)..at(to)).unwrap_or_default();
        let starts = |from: usize| {
            let rest = gap.get(from..).unwrap_or_default();
            let mut found = memmem::find_iter(rest, b"TL_").map(move |i| from + i);
            found.find(|i| i.checked_sub(1).is_none_or(|before| matches!(gap.get(before), Some(b'\n' | b'\r'))))
        };
        let mut next = starts(0);
        std::iter::from_fn(move || {
            let start = next?;
            next = starts(start + 3);
            let end = next.unwrap_or(gap.len()).min(start + LONGEST);
            let text = gap.get(start..end)?.trim_ascii_end();
            let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
            Some(ComponentLine { span: Span { file, start: from + start as u64, len }, text })
        })
    }
}

/// `(SIPStack,CClass::Function:File.cpp(1))` behind the time names the component.
pub(crate) fn component(line: &[u8]) -> &[u8] {
    let head = line.get(..200).unwrap_or(line);
    let Some(behind) = memmem::find(head, b"::").and_then(|at| head.get(at..)) else { return &[] };
    let Some(inside) = memchr::memchr(b'(', behind).and_then(|at| behind.get(at + 1..)) else { return &[] };
    memchr::memchr2(b',', b')', inside).and_then(|end| inside.get(..end)).unwrap_or_default()
}
