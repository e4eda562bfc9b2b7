//! What can stand at the cursor of a line that is typed: fields, words, values, people and Call-IDs that are there.

use std::collections::BTreeMap;

use super::data::Data;
use crate::query::{FIELDS, Field, Kind, Row, Value, find_field, named};
use crate::text::decode;
use crate::trace::EventId;

/// Rows that are looked at for values: no key waits longer for them.
const ROWS: usize = 200_000;
/// Records, of which some values have to be read.
const RECORDS: u32 = 20_000;
/// More is no help.
const MOST: usize = 200;
/// Nobody types a longer value.
const LONGEST: usize = 200;

/// What can stand there, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Where the word begins, in characters.
    pub from: usize,
    /// What it may become.
    pub words: Vec<String>,
    /// The one that stands there, when Tab goes through them.
    pub at: Option<usize>,
}

impl Offers {
    /// As much as all of them begin with.
    pub(super) fn common(&self) -> String {
        let Some(first) = self.words.first() else { return String::new() };
        let same = |a: char, b: char| a.to_lowercase().eq(b.to_lowercase());
        let len = |word: &String| first.chars().zip(word.chars()).take_while(|(a, b)| same(*a, *b)).count();
        first.chars().take(self.words.iter().map(len).min().unwrap_or(0)).collect()
    }
}

/// Completes the word before the cursor of a query.
pub(super) fn query(data: &Data, line: &str, cursor: usize) -> Offers {
    let before: Vec<char> = line.chars().take(cursor).collect();
    let mut quoted = false;
    let mut start = 0;
    for (i, c) in before.iter().enumerate() {
        match c {
            '"' => quoted = !quoted,
            c if !quoted && (c.is_whitespace() || matches!(c, '(' | ')')) => start = i + 1,
            _ => {}
        }
    }
    while before.get(start).is_some_and(|c| matches!(c, '-' | '!')) {
        start += 1;
    }
    let word: String = before.iter().skip(start).collect();
    let sign = |c: char| matches!(c, ':' | '=' | '<' | '>' | '~');
    let Some(at) = word.find(sign) else { return Offers { from: start, words: words(data, &word), at: None } };
    let name = word.get(..at).unwrap_or_default().trim_end_matches('!');
    // Of several values the last one is typed.
    let value = word.get(at..).unwrap_or_default();
    let typed = value.trim_start_matches(|c| sign(c) || c == '~');
    let typed = typed.rsplit(',').next().unwrap_or_default();
    let from = start + word.chars().count() - typed.chars().count();
    let typed = typed.trim_start_matches('"');
    let words = match (name, find_field(name)) {
        ("is", _) => flags().filter(|f| starts(f, typed)).map(str::to_owned).collect(),
        (_, Some(field)) => values(data, field, typed),
        (_, None) => Vec::new(),
    };
    Offers { from, words, at: None }
}

/// Completes a line that is looked for as text: people, Call-IDs.
pub(super) fn text(data: &Data, line: &str) -> Offers {
    Offers { from: 0, words: if line.is_empty() { Vec::new() } else { known(data, line) }, at: None }
}

fn starts(word: &str, typed: &str) -> bool {
    let mut letters = word.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|c| letters.next() == Some(c))
}

fn flags() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().filter(|f| f.kind == Kind::Flag).map(|f| f.name)
}

/// A word without a field: names of fields, flags and filters; then people and Call-IDs.
fn words(data: &Data, typed: &str) -> Vec<String> {
    let fields = FIELDS.iter().filter(|f| f.kind != Kind::Flag).map(|f| format!("{}:", f.name));
    let times = ["after:", "before:", "at:"].into_iter().map(str::to_owned);
    let names = named().map(|(name, _)| format!("@{name}"));
    let all = flags().map(str::to_owned).chain(fields).chain(times).chain(names);
    let mut out: Vec<String> = all.filter(|word| starts(word, typed)).collect();
    if out.is_empty() && typed.chars().count() > 1 {
        out = known(data, typed);
    }
    out
}

/// People and Call-IDs that begin so.
fn known(data: &Data, typed: &str) -> Vec<String> {
    let of = |name| find_field(name).map_or(Vec::new(), |field| values(data, field, typed));
    let people = of("user");
    if people.is_empty() { of("call-id") } else { people }
}

/// Values of a field that begin so, the most frequent first.
fn values(data: &Data, field: &Field, typed: &str) -> Vec<String> {
    if let Kind::Flag = field.kind {
        return ["yes", "no"].into_iter().filter(|w| starts(w, typed)).map(str::to_owned).collect();
    }
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |text: &str| {
        if !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control) && starts(text, typed) {
            *found.entry(text.to_owned()).or_default() += 1;
        }
    };
    let records = u32::try_from(data.trace.events().len()).unwrap_or(u32::MAX).min(RECORDS);
    let calls = (0..data.analysis.calls.len()).take(ROWS).map(Row::Call);
    let pushes = (0..data.analysis.pushes.len()).take(ROWS).map(Row::Push);
    let own: Vec<Row> = calls.chain(pushes).collect();
    // Whole texts are no values, and what calls have need not be read out of records.
    let is_text = matches!(field.name, "raw" | "body" | "place" | "line");
    let read = |row: Row, add: &mut dyn FnMut(&str)| {
        field.each(&data.trace, &data.analysis, row, &mut |value| match value {
            Value::Word(word) => add(word),
            Value::Text(text) => add(&decode(&text)),
            Value::Number(n) => add(&n.to_string()),
            Value::Duration(_) | Value::Time(_) | Value::Flag(_) => {}
        });
    };
    if !is_text {
        for row in own {
            read(row, &mut add);
        }
        if !field.is_on(crate::query::Table::Calls) && !field.is_on(crate::query::Table::Pushes) {
            for id in 0..records {
                read(Row::Record(EventId(id)), &mut add);
            }
        }
    }
    if let Kind::Word(words) = field.kind {
        // Words that no row has can be asked for, too.
        words.iter().filter(|w| starts(w, typed)).for_each(|w| {
            found.entry((*w).to_owned()).or_default();
        });
    }
    let mut out: Vec<(String, usize)> = found.into_iter().collect();
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out.truncate(MOST);
    out.into_iter().map(|(text, _)| written(text)).collect()
}

/// A value as it stands in a query.
fn written(text: String) -> String {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, ',' | '(' | ')' | '"' | '\\');
    if text.chars().all(plain) { text } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}
