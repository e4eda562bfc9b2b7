//! Values of component lines: those of the fields of a record that a line outside records has too.

use super::field::Name;
use super::row::{Rows, Visit, text};
use super::value::Value;
use crate::trace::{ComponentLine, LinePlace};

impl Rows<'_> {
    pub(super) fn line(&self, field: Name, place: LinePlace, line: &ComponentLine<'_>, visit: Visit<'_>) -> bool {
        let (trace, analysis) = (self.trace, self.analysis);
        let server = || analysis.servers.get(analysis.line_server(trace, place));
        let at = || trace.location(place.file, place.start);
        let number = |n: u64| i64::try_from(n).ok().map(Value::Number);
        let shown;
        let value = match field {
            Name::Time => analysis.line_time(trace, place).map(Value::Time),
            Name::Kind => Some(Value::Word("component")),
            Name::Component => text(line.component()),
            Name::Level => text(line.prefix().level),
            Name::Server => server().and_then(|s| text(s.name.as_deref()?)),
            Name::Role => server().map(|s| Value::Word(s.role.name())),
            Name::Message => text(line.message()),
            Name::Raw => text(line.text),
            Name::Size => Some(Value::Number(i64::from(line.span.len))),
            Name::Sequence => line.prefix().seq.and_then(|n| number(n.into())),
            Name::File => trace.inputs().get(place.file.index()).and_then(|i| text(i.name())),
            Name::Line => number(at().line),
            Name::Place => {
                let at = at();
                shown = format!("{}:{}", at.file, at.line);
                text(&shown)
            }
            _ => None,
        };
        value.is_some_and(visit)
    }
}
