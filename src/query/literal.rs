//! The right side of a term: words, numbers, durations, times, regular expressions.

use super::Pattern;
use super::cursor::{Cursor, Operator, Part};
use super::error::{QueryError, nearest};
use super::field::Kind;
use super::test::{Moment, Test, regex};
use super::value::duration;
use crate::text::Finder;

/// Reads the values behind an operator; true when the test is to be negated.
pub(super) fn values(p: &mut Cursor<'_>, kind: Kind, operator: Operator) -> Result<(Test, bool), QueryError> {
    let at = p.at;
    if operator == Operator::Matches {
        return match kind {
            Kind::Text | Kind::Word(_) => Ok((pattern(p)?, false)),
            _ => Err(p.error(
                "a regular expression fits text only",
                Some("compare with :, <, > and ranges such as 400..499"),
            )),
        };
    }
    let ordered = !matches!(operator, Operator::Has | Operator::Is | Operator::IsNot);
    let mut parts = vec![p.part()?];
    while p.eat(",") {
        parts.push(p.part()?);
    }
    let negated = operator == Operator::IsNot;
    if let [Part { text, quoted: false, .. }] = &parts[..]
        && text == "*"
        && !ordered
    {
        return Ok((Test::Known, negated));
    }
    if ordered && parts.len() > 1 {
        return Err(p.error_at(at, "expected one value behind < or >", None));
    }
    let test = match kind {
        Kind::Text | Kind::Word(_) if ordered => {
            return Err(p.error_at(
                at,
                "< and > fit numbers, durations and times only",
                Some("compare with :, = or ~"),
            ));
        }
        Kind::Text => {
            let texts = parts.iter().map(|part| {
                Finder::new(&part.text).ok_or_else(|| p.error_at(part.at, "a text that is too long to look for", None))
            });
            let texts = texts.collect::<Result<_, _>>()?;
            if operator == Operator::Has { Test::Contains(texts) } else { Test::Equals(texts) }
        }
        Kind::Word(words) => Test::Words(parts.iter().map(|part| word(p, part, words)).collect::<Result<_, _>>()?),
        Kind::Number => Test::Within(ranges(p, &parts, operator, number)?),
        Kind::Duration => Test::Within(ranges(p, &parts, operator, duration)?),
        Kind::Time => times(p, &parts, operator)?,
        Kind::Flag => Test::Known,
    };
    Ok((test, negated))
}

/// `/.../` with an optional `i` behind it, or a pattern without blanks.
fn pattern(p: &mut Cursor<'_>) -> Result<Test, QueryError> {
    let start = p.at;
    let (text, any_case) = if p.eat("/") {
        let mut out = String::new();
        loop {
            out.push_str(p.take(|c| c != '/' && c != '\\'));
            if p.eat("\\/") {
                out.push('/');
            } else if p.eat("\\") {
                out.push('\\');
                let mut taken = 0;
                out.push_str(p.rest().chars().next().map_or("", |c| {
                    taken = c.len_utf8();
                    p.rest().get(..taken).unwrap_or_default()
                }));
                p.at += taken;
            } else if p.eat("/") {
                break;
            } else {
                return Err(p.error_at(start, "a regular expression that is not closed", Some("write / at its end")));
            }
        }
        (out, p.eat("i"))
    } else {
        (p.part()?.text, false)
    };
    expression(&text, any_case).map_err(|what| p.error_at(start, what, Some(ESCAPE)))
}

const ESCAPE: &str = "put \\ before a character that is meant itself";

fn expression(text: &str, any_case: bool) -> Result<Test, String> {
    regex(text, any_case).map(|r| Test::Matches(Box::new(r))).map_err(|error| {
        let text = error.to_string();
        // The library draws a picture of several lines; the last one says what is wrong.
        let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("not a regular expression: {last}")
    })
}

/// The test of a pattern that stands alone.
pub(super) fn pattern_test(pattern: &Pattern<'_>) -> Result<Test, QueryError> {
    let failed = |what, hint: Option<&str>| QueryError { column: 1, what, hint: hint.map(str::to_owned) };
    match pattern {
        Pattern::Text("") => Ok(Test::Known),
        Pattern::Text(text) => Finder::new(text)
            .map(|text| Test::Contains(vec![text]))
            .ok_or_else(|| failed("a text that is too long to look for".to_owned(), None)),
        Pattern::Regex { text, any_case } => expression(text, *any_case).map_err(|what| failed(what, Some(ESCAPE))),
    }
}

/// A word, or the start of only one.
fn word(p: &Cursor<'_>, part: &Part, words: &'static [&'static str]) -> Result<&'static str, QueryError> {
    let plain = |text: &str| text.to_ascii_lowercase().replace('-', "_");
    let typed = plain(&part.text);
    if let Some(exact) = words.iter().find(|w| plain(w) == typed) {
        return Ok(exact);
    }
    let starts: Vec<&str> = words.iter().filter(|w| plain(w).starts_with(&typed)).copied().collect();
    let hint = match &starts[..] {
        [only] => return Ok(only),
        [] => nearest(&part.text, words.iter().copied())
            .map_or_else(|| format!("expected one of {}", words.join(", ")), |w| format!("did you mean {w}?")),
        several => format!("it may be {}", several.join(" or ")),
    };
    Err(p.error_at(part.at, format!("no word {:?} here", part.text), Some(&hint)))
}

/// What a value covers: 404 itself, all of 4xx.
type Read = fn(&str) -> Result<(i64, i64), &'static str>;

fn ranges(p: &Cursor<'_>, parts: &[Part], operator: Operator, read: Read) -> Result<Vec<(i64, i64)>, QueryError> {
    let range = |part: &Part| {
        let one = |text: &str| {
            read(text)
                .map_err(|expected| p.error_at(part.at, format!("expected {expected}, found {:?}", part.text), None))
        };
        if let Some((from, to)) =
            part.text.split_once("..").filter(|_| matches!(operator, Operator::Has | Operator::Is | Operator::IsNot))
        {
            let from = if from.is_empty() { i64::MIN } else { one(from)?.0 };
            let to = if to.is_empty() { i64::MAX } else { one(to)?.1 };
            if from > to {
                let hint = Some("the smaller value comes first");
                return Err(p.error_at(part.at, format!("{} holds no value", part.text), hint));
            }
            return Ok((from, to));
        }
        let (low, high) = one(&part.text)?;
        Ok(match operator {
            Operator::Less => (i64::MIN, low - 1),
            Operator::AtMost => (i64::MIN, high),
            Operator::More => (high + 1, i64::MAX),
            Operator::AtLeast => (low, i64::MAX),
            _ => (low, high),
        })
    };
    parts.iter().map(range).collect()
}

fn number(text: &str) -> Result<(i64, i64), &'static str> {
    let digits = text.trim_end_matches(['x', 'X']);
    let open = text.len() - digits.len();
    let read = |digits: &str| {
        digits
            .parse::<u32>()
            .map(i64::from)
            .map_err(|_| "a whole number such as 408, a class such as 4xx or a range such as 400..499")
    };
    if open > 3 || (open > 0 && digits.is_empty()) {
        return read(text).map(|n| (n, n));
    }
    let scale = 10_i64.pow(u32::try_from(open).unwrap_or(0));
    read(digits).map(|n| (n * scale, n * scale + scale - 1))
}

fn times(p: &Cursor<'_>, parts: &[Part], operator: Operator) -> Result<Test, QueryError> {
    let [part] = parts else { return Err(p.error("expected one time", None)) };
    if let Some((from, to)) = part.text.split_once("..") {
        let side = |text: &str| if text.is_empty() { Ok(None) } else { instant(p, part, text).map(Some) };
        let (from, to) = (side(from)?, side(to)?);
        // A time of day behind .. is of the same day.
        let to = to.map(|to| from.iter().fold(to, Moment::on_day_of).end());
        if let (Some(from), Some(to)) = (&from, &to) {
            match to.since(from) {
                None => {
                    return Err(p.error_at(part.at, "a range whose first time has no day", Some("write its day too")));
                }
                Some(length) if length <= 0 => {
                    let hint = Some("the earlier time comes first; write the days of a night");
                    return Err(p.error_at(part.at, format!("{} holds no value", part.text), hint));
                }
                Some(_) => {}
            }
        }
        return Ok(Test::During(from, to));
    }
    let time = instant(p, part, &part.text)?;
    Ok(match operator {
        Operator::Less => Test::During(None, Some(time)),
        Operator::AtMost => Test::During(None, Some(time.end())),
        Operator::More => Test::During(Some(time.end()), None),
        Operator::AtLeast => Test::During(Some(time), None),
        _ => Test::During(Some(time.clone()), Some(time.end())),
    })
}

/// `after:`, `before:` and `at:`.
pub(super) fn time_word(p: &mut Cursor<'_>, word: &str, operator: Operator) -> Result<Test, QueryError> {
    if !matches!(operator, Operator::Has | Operator::Is) {
        return Err(p.error(format!("expected : behind {word}"), Some("or compare time itself: time>=10:14")));
    }
    let part = p.part()?;
    let operator = match word {
        "after" => Operator::AtLeast,
        "before" => Operator::Less,
        _ => Operator::Is,
    };
    times(p, &[part], operator)
}

fn instant(p: &Cursor<'_>, part: &Part, text: &str) -> Result<Moment, QueryError> {
    let expected = || format!("expected a time such as 10:14, 2013-10-15 or 2013-10-15T10:14:05, found {text:?}");
    Moment::new(text).ok_or_else(|| p.error_at(part.at, expected(), None))
}
