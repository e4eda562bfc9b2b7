//! `[keys]` of the configuration file: which keys do what in the terminal UI.

use std::fmt::Write;
use std::ops::Range;
use std::path::PathBuf;

use siptrail::tui::{Command, KEY_NAMES, KEYMAP, Key, Keymap, Preset};
use toml::de::{DeTable, DeValue};

use super::wrong::{Wrong, line};
use crate::cli::typed::nearest;

/// Name of the table.
pub(super) const SECTION: &str = "keys";

/// What a file says of keys; nothing where there is none.
#[derive(Debug, Default)]
pub(crate) struct Remap {
    /// Where it was read.
    pub(super) file: PathBuf,
    changes: Vec<(Command, Vec<Key>)>,
    /// The line of each change.
    at: Vec<usize>,
}

impl Remap {
    /// The keys of a preset with these changes.
    ///
    /// # Errors
    /// A line for the user when a key would mean two things.
    pub(crate) fn keymap(&self, preset: Preset) -> Result<Keymap, String> {
        self.with(preset).map_err(|wrong| {
            let line = wrong.line.unwrap_or(1);
            format!("{}:{line}: {} (keys of {})", self.file.display(), wrong.what, preset.name())
        })
    }

    /// Whether no key would mean two things.
    pub(super) fn check(&self, preset: Option<&str>) -> Result<(), Wrong> {
        self.with(named(preset)).map(|_| ())
    }

    fn with(&self, preset: Preset) -> Result<Keymap, Wrong> {
        Keymap::new(preset, &self.changes)
            .map_err(|clash| Wrong { line: self.at.get(clash.change).copied(), what: clash.what })
    }

    fn has(&self, command: Command) -> bool {
        self.changes.iter().any(|(c, _)| *c == command)
    }
}

/// The preset of that name.
fn named(word: Option<&str>) -> Preset {
    Preset::ALL.into_iter().find(|p| Some(p.name()) == word).unwrap_or_default()
}

/// Reads the table.
pub(super) fn read(text: &str, table: &DeTable<'_>) -> Result<Remap, Wrong> {
    let mut out = Remap::default();
    let mut entries: Vec<_> = table.iter().map(|(name, value)| (name.span(), name.get_ref().as_ref(), value)).collect();
    entries.sort_by_key(|(at, ..)| at.start);
    for (at, name, value) in entries {
        let wrong = |at: &Range<usize>, what: String| Wrong::at(text, at, what);
        let Some(binding) = KEYMAP.iter().find(|b| b.name == name) else {
            let near = nearest(name, KEYMAP.iter().map(|b| b.name));
            let hint = near.map_or("siptrail config lists all".to_owned(), |near| format!("did you mean {near}?"));
            return Err(wrong(&at, format!("unknown action {name:?} under [{SECTION}]; {hint}")));
        };
        let expected = "expected a list of keys such as [\"x\", \"F5\"]";
        let DeValue::Array(keys) = value.get_ref() else {
            return Err(wrong(&at, format!("{name}: {expected}, found {}", value.get_ref().type_str())));
        };
        let mut own = Vec::new();
        for key in keys {
            let DeValue::String(typed) = key.get_ref() else {
                return Err(wrong(
                    &key.span(),
                    format!("{name}: {expected}, found {} in it", key.get_ref().type_str()),
                ));
            };
            own.push(typed.parse().map_err(|_| {
                let near = nearest(typed, KEY_NAMES.iter().copied());
                let hint = near.map_or("expected x, X, F5, Ctrl-X, Alt-x, Space, PgDn".to_owned(), |near| {
                    format!("did you mean {near}?")
                });
                wrong(&key.span(), format!("{name}: no key named {typed:?}; {hint}"))
            })?);
        }
        out.changes.push((binding.command, own));
        out.at.push(line(text, &at));
    }
    Ok(out)
}

/// The table for a file to start from: every action with its keys, commented out.
pub(super) fn template(out: &mut String) {
    let _ = write!(
        out,
        "
[{SECTION}]
# Keys of the terminal UI, in place of those of tui.keys: action = [keys]; [] takes its keys away.
# Letters as they are typed, F1 to F12, Ctrl-X, Alt-x, Space, Tab, Shift-Tab, Up, Home, PgDn, Delete, Backspace.
# Enter, Esc, Ctrl-C and F1 always mean the same. No key may mean two things in one view.
"
    );
    lines(out, &Keymap::default(), |_| "#");
}

/// Every action with the keys in force.
pub(super) fn in_force(out: &mut String, remap: &Remap, preset: Option<&str>) {
    // They were found to be sound when the file was read.
    let map = remap.with(named(preset)).unwrap_or_default();
    let _ = writeln!(out, "\n[{SECTION}]");
    lines(out, &map, |command| if remap.has(command) { "" } else { "#" });
}

fn lines(out: &mut String, map: &Keymap, sign: impl Fn(Command) -> &'static str) {
    for binding in KEYMAP {
        let keys: Vec<String> = map.keys(binding.command).iter().map(|k| format!("{:?}", k.to_string())).collect();
        let (sign, name) = (sign(binding.command), binding.name);
        let _ = writeln!(out, "{sign}{name} = [{}]  # {}", keys.join(", "), binding.help);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::read::read;
    use crate::cli::Arguments;

    #[test]
    fn keys_that_cannot_be_are_refused_with_their_line_and_a_hint() {
        for (text, line, says) in [
            ("next_mised = [\"v\"]", 2, "did you mean next_missed?"),
            ("next-missed = [\"v\"]", 2, "did you mean next_missed?"),
            ("fly = [\"v\"]", 2, "siptrail config lists all"),
            ("next_missed = \"v\"", 2, "expected a list of keys such as [\"x\", \"F5\"], found string"),
            ("next_missed = [\n  \"v\",\n  5]", 4, "found integer in it"),
            ("next_missed = [\"PgDwn\"]", 2, "did you mean PgDn?"),
            ("next_missed = [\"F13\"]", 2, "no key named \"F13\"; did you mean F1"),
            ("next_missed = [\"Hyper-Q\"]", 2, "expected x, X, F5"),
            ("next_missed = [\"\"]", 2, "no key named \"\""),
            // A key that means something already, in the preset or in the file, whatever view they share.
            ("next_missed = [\"e\"]", 2, "e is the key of next_failure too in Pushes; give next_failure another one"),
            ("sort = [\"v\"]\nfilter = [\"v\"]", 3, "v is the key of sort too in Pushes"),
            ("quit = [\"j\"]", 2, "j is the key of down too"),
            ("raw = [\"Esc\"]", 2, "Esc always means back; choose another key"),
            ("raw = [\"F1\"]", 2, "F1 always means help"),
            ("raw = [\"Ctrl-I\"]", 2, "terminals send Tab for Ctrl-I"),
            ("raw = [\"7\"]", 2, "7 begins a count"),
            ("raw = [\"Alt-1\"]", 2, "Alt-1 begins a count"),
        ] {
            let text = format!("[keys]\n{text}");
            let wrong = read(&text, &Arguments::command()).expect_err(&text);
            assert!(wrong.line == Some(line) && wrong.what.contains(says), "{text:?}: {wrong:?}");
        }
        // The same key where no view has both; a key that was given away; and the keys of the file's own preset.
        for text in [
            "[keys]\ntime_mode = [\"v\"]\nsort = [\"v\"]",
            "[keys]\nnext_failure = [\"v\"]\nnext_missed = [\"e\"]",
            "[keys]\nnext_failure = []\nnext_missed = [\"e\"]",
            "[keys]\nopen = [\"Enter\", \"Right\"]\nhelp = []",
            "[tui]\nkeys = \"sngrep\"\n[keys]\nnext_missed = [\"o\", \"F5\"]",
        ] {
            assert!(read(text, &Arguments::command()).is_ok(), "{text}");
        }
        let wrong = read("[keys]\nnext_missed = [\"x\"]\n[tui]\nkeys = \"sngrep\"", &Arguments::command());
        assert!(wrong.is_err_and(|w| w.line == Some(2) && w.what.starts_with("x is the key of open too")));
    }
}
