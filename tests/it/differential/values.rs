//! Random right sides of terms, and naively what they ask of a value.

use serde_json::Value;
use siptrail::query::Kind;

use super::expression::Chance;

/// What is asked of one value of the JSON.
pub(super) enum Asked {
    Known,
    Flag,
    /// Texts, any of which it holds, in any case.
    Holds(Vec<String>),
    /// Texts, any of which it is, in any case.
    Is(Vec<String>),
    /// Characters in a row, `None` for any; in any case or not; at the start of a line.
    Pattern(Vec<Option<char>>, bool, bool),
    /// Lowest and highest, any of them.
    Within(Vec<(i64, i64)>),
    /// Starts of ISO times: from, up to and with.
    During(Option<String>, Option<String>),
    /// Starts of ISO times: before this one, behind all that start so.
    Before(String),
    Behind(String),
}

impl Asked {
    pub(super) fn holds(&self, value: &Value) -> bool {
        let text = || value.as_str().unwrap_or_default();
        let lower = |s: &str| s.to_lowercase();
        match self {
            Asked::Known => true,
            Asked::Flag => value == &Value::Bool(true),
            Asked::Holds(any) => any.iter().any(|a| lower(text()).contains(&lower(a))),
            Asked::Is(any) => any.iter().any(|a| lower(text()) == lower(a)),
            Asked::Pattern(pattern, any_case, at_start) => matches(text(), pattern, *any_case, *at_start),
            Asked::Within(any) => value.as_i64().is_some_and(|n| any.iter().any(|(low, high)| *low <= n && n <= *high)),
            Asked::During(from, to) => {
                let after = from.as_ref().is_none_or(|from| text() >= from.as_str());
                after && to.as_ref().is_none_or(|to| text() < to.as_str() || text().starts_with(to.as_str()))
            }
            Asked::Before(time) => text() < time.as_str(),
            Asked::Behind(time) => text() > time.as_str() && !text().starts_with(time.as_str()),
        }
    }

    /// Whether a number, a duration or a time is shown as the word that is looked for; of a time its start, too.
    pub(super) fn is_shown_as(&self, kind: Kind, value: &Value) -> bool {
        let Asked::Holds(words) = self else { return false };
        let shown = value.to_string();
        words.iter().any(|word| match kind {
            Kind::Time => {
                let (iso, word) = (value.as_str().unwrap(), word.replace(' ', "T"));
                let is_time = word.contains(['-', ':']) && word.starts_with(|c: char| c.is_ascii_digit());
                is_time && (iso.starts_with(&word) || iso[11..].starts_with(&word))
            }
            Kind::Duration => shown == *word || *word == people(value.as_i64().unwrap()),
            _ => shown == *word,
        })
    }
}

/// A duration as a table shows it.
fn people(ms: i64) -> String {
    if ms.abs() < 1000 { format!("{ms}ms") } else { format!("{}.{:03}s", ms / 1000, ms.abs() % 1000) }
}

fn matches(text: &str, pattern: &[Option<char>], any_case: bool, at_start: bool) -> bool {
    let text: Vec<char> = text.chars().collect();
    let same = |a: char, b: char| a == b || (any_case && a.to_lowercase().eq(b.to_lowercase()));
    (0..=text.len()).filter(|at| !at_start || *at == 0 || text[at - 1] == '\n').any(|at| {
        pattern.iter().enumerate().all(|(i, wanted)| match (text.get(at + i), wanted) {
            (Some('\r' | '\n') | None, None) | (None, Some(_)) => false,
            (Some(_), None) => true,
            (Some(own), Some(wanted)) => same(*own, *wanted),
        })
    })
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Operator and values, what they ask, and whether that is negated. A word behind `@` is a term of its own.
pub(super) fn test(chance: &mut Chance, kind: Kind, sample: Option<&Value>, first_day: &str) -> (String, Asked, bool) {
    if chance.below(12) == 0 {
        let operator = *chance.one(&[":", "=", "!="]);
        return (format!("{operator}*"), Asked::Known, operator == "!=");
    }
    match kind {
        Kind::Text => text(chance, sample.and_then(Value::as_str).unwrap_or("nobody")),
        Kind::Word(words) if chance.below(4) == 0 => {
            let word = sample.and_then(Value::as_str).unwrap_or(words[0]);
            regex(chance, word)
        }
        Kind::Word(words) => word(chance, words, sample),
        Kind::Number => numbers(chance, sample.and_then(Value::as_i64).unwrap_or(3), false),
        Kind::Duration => numbers(chance, sample.and_then(Value::as_i64).unwrap_or(250), true),
        Kind::Time => times(chance, sample.and_then(Value::as_str).unwrap_or("2013-10-14T09:00:00.000"), first_day),
        Kind::Flag => unreachable!("a flag has no right side"),
        other => panic!("{other:?} is a new kind"),
    }
}

/// A part of one line of a text, or all of it where it has one line.
fn part(chance: &mut Chance, text: &str, longest: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    if lines.is_empty() {
        return "x".to_owned();
    }
    let line: Vec<char> = chance.one(&lines).trim().chars().collect();
    let from = chance.below(line.len());
    let length = 1 + chance.below(longest.min(line.len() - from));
    line[from..from + length].iter().collect()
}

/// Some letters in the other case.
fn other_case(chance: &mut Chance, text: &str) -> String {
    let mut flip = |c: char| match chance.below(3) {
        0 if c.is_lowercase() => c.to_uppercase().next().unwrap(),
        0 => c.to_lowercase().next().unwrap(),
        _ => c,
    };
    text.chars().map(&mut flip).collect()
}

fn text(chance: &mut Chance, sample: &str) -> (String, Asked, bool) {
    if chance.below(4) == 0 {
        return regex(chance, sample);
    }
    let operator = *chance.one(&[":", "=", "!="]);
    let values: Vec<String> = (0..=chance.below(2))
        .map(|_| {
            let whole = operator != ":" && chance.below(4) > 0 && !sample.contains('\n') && sample.len() < 300;
            let value = if whole { sample.to_owned() } else { part(chance, sample, 12) };
            other_case(chance, &value)
        })
        .collect();
    let plain = |v: &String| v.chars().all(|c| c.is_alphanumeric() || "@.-_".contains(c));
    let written: Vec<String> =
        values.iter().map(|v| if plain(v) && chance.below(2) == 0 { v.clone() } else { quoted(v) }).collect();
    let right = format!("{operator}{}", written.join(","));
    match operator {
        ":" => (right, Asked::Holds(values), false),
        other => (right, Asked::Is(values), other == "!="),
    }
}

fn regex(chance: &mut Chance, sample: &str) -> (String, Asked, bool) {
    let (any_case, at_start) = (chance.below(2) == 0, chance.below(4) == 0);
    let taken =
        if at_start { sample.lines().next().unwrap_or("x").chars().take(6).collect() } else { part(chance, sample, 8) };
    let taken = if any_case { other_case(chance, &taken) } else { taken };
    let pattern: Vec<Option<char>> = taken.chars().map(|c| (chance.below(4) > 0).then_some(c)).collect();
    let each = pattern.iter().map(|c| match c {
        None => ".".to_owned(),
        Some(c) if "\\.+*?()|[]{}^$/".contains(*c) => format!("\\{c}"),
        Some(c) => c.to_string(),
    });
    let start = if at_start { "^" } else { "" };
    let end = if any_case { "i" } else { "" };
    let operator = *chance.one(&["~", ":~"]);
    let text = format!("{operator}/{start}{}/{end}", each.collect::<String>());
    (text, Asked::Pattern(pattern, any_case, at_start), false)
}

fn word(chance: &mut Chance, words: &'static [&'static str], sample: Option<&Value>) -> (String, Asked, bool) {
    let operator = *chance.one(&[":", "=", "!="]);
    let mut meant = Vec::new();
    let mut written = Vec::new();
    for i in 0..=chance.below(2) {
        let own = sample.and_then(Value::as_str).filter(|s| i == 0 && words.contains(s));
        let word = own.map_or_else(|| (*chance.one(words)).to_owned(), str::to_owned);
        // The start of only one word stands for it.
        let short = word.get(..1 + chance.below(word.len())).unwrap();
        let only = words.iter().filter(|w| w.starts_with(short)).count() == 1;
        let own = if only { short.to_owned() } else { word.clone() };
        let own = if chance.below(2) == 0 { own.replace('_', "-") } else { own };
        written.push(other_case(chance, &own));
        meant.push(word);
    }
    (format!("{operator}{}", written.join(",")), Asked::Is(meant), operator == "!=")
}

/// A duration as a person writes it.
fn duration(chance: &mut Chance, ms: i64) -> String {
    match ms {
        ms if ms % 60_000 == 0 && chance.below(2) == 0 => format!("{}m", ms / 60_000),
        ms if ms >= 100 && chance.below(2) == 0 => format!("{}.{:03}s", ms / 1000, ms % 1000),
        ms => format!("{ms}ms"),
    }
}

fn numbers(chance: &mut Chance, sample: i64, is_duration: bool) -> (String, Asked, bool) {
    let sample = sample.clamp(0, i64::from(u32::MAX) - 2_000);
    let near = |chance: &mut Chance| (sample + i64::try_from(chance.below(3)).unwrap() - 1).max(0);
    if chance.below(4) == 0 {
        let low = near(chance);
        let high = low + i64::try_from(chance.below(1_000)).unwrap();
        let mut write = |n: i64| if is_duration { duration(chance, n) } else { n.to_string() };
        let (low_text, high_text) = (write(low), write(high));
        let (text, range) = match chance.below(3) {
            0 => (format!(":{low_text}.."), (low, i64::MAX)),
            1 => (format!("=..{high_text}"), (i64::MIN, high)),
            _ => (format!(":{low_text}..{high_text}"), (low, high)),
        };
        return (text, Asked::Within(vec![range]), false);
    }
    let one = |chance: &mut Chance| {
        let n = near(chance);
        if is_duration {
            return (duration(chance, n), n, n);
        }
        let open = chance.below(4).min(n.to_string().len() - 1);
        let scale = 10_i64.pow(u32::try_from(open).unwrap());
        let low = n / scale * scale;
        (format!("{}{}", n / scale, "x".repeat(open)), low, low + scale - 1)
    };
    let operator = *chance.one(&[":", "=", "!=", "<", "<=", ">", ">="]);
    let all: Vec<(String, i64, i64)> =
        (0..if ":=!=".contains(operator) { 1 + chance.below(2) } else { 1 }).map(|_| one(chance)).collect();
    let texts: Vec<&str> = all.iter().map(|(text, ..)| text.as_str()).collect();
    let range = |(_, low, high): &(String, i64, i64)| match operator {
        "<" => (i64::MIN, low - 1),
        "<=" => (i64::MIN, *high),
        ">" => (high + 1, i64::MAX),
        ">=" => (*low, i64::MAX),
        _ => (*low, *high),
    };
    let ranges = all.iter().map(range).collect();
    (format!("{operator}{}", texts.join(",")), Asked::Within(ranges), operator == "!=")
}

/// A time as it is written, and the start of the ISO times that it stands for.
fn time(chance: &mut Chance, sample: &str, first_day: &str) -> (String, String) {
    let length = *chance.one(&[10, 16, 19, 21, 22, 23]);
    let start = &sample[..length];
    if length > 10 && sample.starts_with(first_day) && chance.below(2) == 0 {
        return (start[11..].to_owned(), start.to_owned());
    }
    (start.to_owned(), start.to_owned())
}

fn times(chance: &mut Chance, sample: &str, first_day: &str) -> (String, Asked, bool) {
    let (written, start) = time(chance, sample, first_day);
    match chance.below(12) {
        0 => (format!("@after:{written}"), Asked::During(Some(start), None), false),
        1 => (format!("@before:{written}"), Asked::Before(start), false),
        2 => (format!("@at:{written}"), Asked::During(Some(start.clone()), Some(start)), false),
        3 => (format!(":{written}.."), Asked::During(Some(start), None), false),
        4 => (format!(":..{written}"), Asked::During(None, Some(start)), false),
        5 | 6 => {
            // Both ends with their days, the earlier one first.
            let (_, other) = time(chance, sample, "");
            let (low, high) = if start <= other || start.starts_with(&other) { (start, other) } else { (other, start) };
            (format!(":{low}..{high}"), Asked::During(Some(low), Some(high)), false)
        }
        7 => (format!("<{written}"), Asked::Before(start), false),
        8 => (format!("<={written}"), Asked::During(None, Some(start)), false),
        9 => (format!(">{written}"), Asked::Behind(start), false),
        10 => (format!(">={written}"), Asked::During(Some(start), None), false),
        _ => (format!("!={written}"), Asked::During(Some(start.clone()), Some(start)), true),
    }
}

/// A word that a list shows.
pub(super) fn shown(chance: &mut Chance, kind: Kind, sample: Option<&Value>) -> String {
    let Some(sample) = sample else { return "nothing".to_owned() };
    match kind {
        Kind::Text | Kind::Word(_) => {
            let word = part(chance, sample.as_str().unwrap(), 10);
            other_case(chance, &word)
        }
        Kind::Duration if chance.below(2) == 0 => people(sample.as_i64().unwrap()),
        Kind::Time => {
            let length = *chance.one(&[10, 16, 19, 23]);
            let from = if length > 10 && chance.below(2) == 0 { 11 } else { 0 };
            sample.as_str().unwrap()[from..length].replace('T', if chance.below(2) == 0 { " " } else { "T" })
        }
        _ => sample.to_string(),
    }
}
