//! Text of a configuration file to settings; refuses what it does not know.

use std::ops::Range;

use clap::Command;
use toml::de::{DeTable, DeValue};

use super::filters;
use super::keys::{KEYS, Key, Value};
use super::remap::{self, Remap};
use super::wrong::{Wrong, line};
use crate::cli::typed::nearest;

/// Values of keys that the file sets.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    values: Vec<(&'static Key, String)>,
    /// Keys of the terminal UI.
    pub(super) remap: Remap,
    /// Queries with names.
    pub(super) filters: Vec<(String, String)>,
}

impl Settings {
    /// The value of a key.
    pub(super) fn get(&self, key: &Key) -> Option<&str> {
        let same = |k: &Key| (k.section, k.name) == (key.section, key.name);
        self.values.iter().find(|(k, _)| same(k)).map(|(_, value)| value.as_str())
    }

    /// Nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.filters.is_empty()
    }

    /// Queries with names, each with what it stands for.
    pub(crate) fn take_filters(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.filters)
    }

    /// What it says of keys.
    pub(crate) fn take_remap(&mut self) -> Remap {
        std::mem::take(&mut self.remap)
    }

    /// The word for the keys that the terminal UI starts from.
    pub(super) fn preset(&self) -> Option<&str> {
        self.values.iter().find(|(k, _)| (k.section, k.name) == ("tui", "keys")).map(|(_, v)| v.as_str())
    }

    /// Makes the values the defaults of their options.
    pub(crate) fn apply(self, root: Command) -> Command {
        self.values.into_iter().fold(root, |root, (key, value)| {
            // A handful of words, once a process, that clap wants to keep for good.
            let value: &'static str = value.leak();
            let set = |command: Command| command.mut_arg(key.name, |a| a.default_value(value));
            if key.section.is_empty() { set(root) } else { root.mut_subcommand(key.section, set) }
        })
    }
}

/// Reads a file; `root` knows the words that options take.
pub(super) fn read(text: &str, root: &Command) -> Result<Settings, Wrong> {
    let reader = Reader { text, root };
    let table = DeTable::parse(text).map_err(|error| {
        let hint = "expected lines such as color = \"never\", text in quotes, numbers without";
        Wrong { line: error.span().map(|s| line(text, &s)), what: format!("{}; {hint}", error.message().trim()) }
    })?;
    let mut out = Settings::default();
    for (name, value) in table.get_ref() {
        let at = name.span();
        let name = name.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(keys) if name == remap::SECTION => out.remap = remap::read(text, keys)?,
            DeValue::Table(own) if name == filters::SECTION => out.filters = filters::read(text, own)?,
            // A build without the terminal UI reads the files of one that has it.
            DeValue::Table(_) if name == "tui" && !cfg!(feature = "tui") => {}
            DeValue::Table(section) if KEYS.iter().any(|k| !k.section.is_empty() && k.section == name) => {
                for (key, value) in section {
                    out.values.push(reader.key(name, key.get_ref(), &key.span(), value.get_ref())?);
                }
            }
            value => out.values.push(reader.key("", name, &at, value)?),
        }
    }
    out.remap.check(out.preset())?;
    Ok(out)
}

/// Knows the text and the options.
struct Reader<'a> {
    text: &'a str,
    root: &'a Command,
}

impl Reader<'_> {
    fn key(
        &self,
        section: &str,
        name: &str,
        at: &Range<usize>,
        value: &DeValue<'_>,
    ) -> Result<(&'static Key, String), Wrong> {
        let wrong = |what: String| Wrong::at(self.text, at, what);
        let Some(key) = KEYS.iter().find(|k| k.section == section && k.name == name) else {
            return Err(wrong(unknown(section, name)));
        };
        let found = match value {
            DeValue::String(text) => format!("{text:?}"),
            DeValue::Integer(number) => number.as_str().to_owned(),
            other => other.type_str().to_owned(),
        };
        match (&key.value, value) {
            (Value::Word, DeValue::String(text)) if self.words(key).iter().any(|w| w == text) => {
                Ok((key, text.clone().into_owned()))
            }
            (Value::Word, _) => {
                let words = self.words(key);
                let near = match value {
                    DeValue::String(text) => nearest(text, words.iter().map(String::as_str)),
                    _ => None,
                };
                let hint = near.map_or(String::new(), |w| format!("; did you mean \"{w}\"?"));
                Err(wrong(format!("{name}: expected one of {}, found {found}{hint}", words.join(", "))))
            }
            (Value::Number { least, most, .. }, value) => {
                let number = match value {
                    DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok(),
                    _ => None,
                };
                let number = number.filter(|n| least <= n && n <= most);
                let number = number.ok_or_else(|| {
                    wrong(format!("{name}: expected a whole number from {least} to {most}, found {found}"))
                })?;
                Ok((key, number.to_string()))
            }
        }
    }

    fn words(&self, key: &Key) -> Vec<String> {
        key.words(self.root)
    }
}

fn unknown(section: &str, name: &str) -> String {
    let all = || KEYS.iter().filter(|k| k.section == section);
    let hint = match (KEYS.iter().find(|k| k.name == name), nearest(name, all().map(|k| k.name))) {
        (Some(Key { section: "", .. }), _) => format!("{name} stands at the top of the file, before any [section]"),
        (Some(elsewhere), _) => format!("{name} stands under [{}]", elsewhere.section),
        (None, Some(near)) => format!("did you mean {near}?"),
        (None, None) => {
            let sections =
                KEYS.iter().map(|k| k.section).chain([remap::SECTION, filters::SECTION]).filter(|s| !s.is_empty());
            match nearest(name, sections) {
                Some(near) if section.is_empty() => format!("did you mean [{near}]?"),
                _ => format!("there is {}", all().map(|k| k.name).collect::<Vec<_>>().join(", ")),
            }
        }
    };
    let place = if section.is_empty() { String::new() } else { format!(" under [{section}]") };
    format!("unknown key {name:?}{place}; {hint}")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Arguments;

    #[test]
    fn what_is_not_known_is_refused_with_its_line_and_a_hint() {
        for (text, line, says) in [
            ("colour = \"never\"", 1, "did you mean color?"),
            ("# x\n\ncolor = \"nevr\"", 3, "did you mean \"never\"?"),
            ("color = true", 1, "expected one of auto, always, never, found boolean"),
            ("jobs = 0", 1, "expected a whole number from 1 to 1024, found 0"),
            ("jobs = \"two\"", 1, "found \"two\""),
            ("fail_on = \"missed\"", 1, "fail_on stands under [report]"),
            ("[report]\ncolor = \"never\"", 2, "color stands at the top"),
            ("[report]\nfail-on = \"missed\"", 2, "did you mean fail_on?"),
            ("[reprot]\nfail_on = \"missed\"", 1, "did you mean [report]?"),
            ("jobs == 2", 1, "expected lines such as"),
            ("jobs = 1\njobs = 2", 2, "expected lines such as"),
        ] {
            let wrong = read(text, &Arguments::command()).expect_err(text);
            assert!(wrong.line == Some(line) && wrong.what.contains(says), "{text:?}: {wrong:?}");
        }
        let settings = read("jobs = 0x10\n[report]\nfail_on = \"missed\"", &Arguments::command()).expect("valid");
        let values: Vec<_> = settings.values.iter().map(|(k, v)| (k.name, v.as_str())).collect();
        assert_eq!(values, [("jobs", "16"), ("fail_on", "missed")]);
    }
}
