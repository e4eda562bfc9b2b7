//! What components wrote between the records, without what differs from line to line: a kind of line that was never
//! there before is often the first trace of a fault.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::text::decode;
use crate::trace::Trace;

/// More kinds of lines than any server writes: beyond them a log is hostile.
const MOST: usize = 20_000;
/// Longer lines are dumps; what they begin with tells their kind.
const LONGEST: usize = 160;
/// So many kinds are told.
const SHOWN: usize = 20;

/// Kinds of lines with how often and where first.
pub type Patterns = BTreeMap<String, (u64, Option<(String, u64)>)>;

/// A kind of line that came or went.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Comparison")]
#[non_exhaustive]
pub struct PatternRow {
    /// Digits and hex numbers are `#`, what stands in brackets or quotes is `*`.
    pub pattern: String,
    pub count: u64,
    /// Where it stands first.
    pub file: String,
    pub line: u64,
}

/// The kinds of component lines of a log.
pub fn patterns(trace: &Trace) -> Patterns {
    let mut out = Patterns::new();
    for place in trace.line_places() {
        let Some(line) = trace.line_at(place) else { continue };
        let text = line.message();
        let text = text.get(..LONGEST.min(text.len())).unwrap_or_default();
        let component = decode(line.component());
        let pattern = format!("{component}: {}", kind(&decode(text)));
        if let Some(known) = out.get_mut(&pattern) {
            known.0 += 1;
        } else if out.len() < MOST {
            let at = trace.location(place.file, line.span.start);
            out.insert(pattern, (1, Some((at.file, at.line))));
        }
    }
    out
}

/// A line without what differs.
fn kind(text: &str) -> String {
    let mut out = String::new();
    let mut until = None;
    for word in text.split_inclusive([' ', ',', ';', '=', ':', '(', ')', '[', ']', '<', '>', '"']) {
        let (body, end) = match word.char_indices().next_back() {
            Some((at, c)) if !c.is_alphanumeric() => word.split_at(at),
            _ => (word, ""),
        };
        if let Some(close) = until {
            if end == close {
                out.push('*');
                out.push_str(end);
                until = None;
            }
            continue;
        }
        let is_number = body.chars().any(|c| c.is_ascii_digit());
        let is_name = body.contains('@') || body.contains('.') && !body.ends_with('.');
        out.push_str(if is_number || is_name { "#" } else { body });
        out.push_str(end);
        until = match end {
            "[" => Some("]"),
            "\"" => Some("\""),
            "<" => Some(">"),
            _ => None,
        };
    }
    out
}

/// Kinds that came, and that went, the most frequent first; none where one side has no lines to tell.
pub(super) fn changed(before: Option<&Patterns>, after: Option<&Patterns>) -> (Vec<PatternRow>, Vec<PatternRow>) {
    let Some((before, after)) = before.zip(after) else { return (Vec::new(), Vec::new()) };
    (only(after, before), only(before, after))
}

fn only(of: &Patterns, without: &Patterns) -> Vec<PatternRow> {
    let own = of.iter().filter(|(pattern, _)| !without.contains_key(*pattern));
    let mut out: Vec<PatternRow> = own
        .map(|(pattern, (count, at))| {
            let (file, line) = at.clone().unwrap_or_default();
            PatternRow { pattern: pattern.clone(), count: *count, file, line }
        })
        .collect();
    out.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.pattern.cmp(&b.pattern)));
    out.truncate(SHOWN);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_line_to_line_is_left_out() {
        for (line, expected) in [
            (
                "Exit - domain [push.lync.com] is unknown. Result 0xC3E93C5E(SIPPROXY_E_ROUTING)",
                "Exit - domain [*] is unknown. Result #(SIPPROXY_E_ROUTING)",
            ),
            ("Connected to edge01.contoso.com:5061 in 35 ms", "Connected to #:# in # ms"),
            ("User bob@contoso.com said \"x y\"", "User # said \"*\""),
            ("Unclosed [ bracket 12", "Unclosed ["),
        ] {
            assert_eq!(kind(line), expected);
        }
    }
}
