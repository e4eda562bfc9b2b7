//! The table with the keys of one user: a preset, and what the configuration file changes of it.

use crossterm::event::KeyCode;

use super::{Binding, Command, KEYMAP, Key, KeyContext, Preset};
use crate::tui::view::View;

/// Keys that always mean the same, so that nobody is locked in: everything else can be changed.
const FIXED: [(Key, Command); 4] = [
    (Key::plain(KeyCode::Enter), Command::Open),
    (Key::plain(KeyCode::Esc), Command::Back),
    (Key::ctrl('c'), Command::Quit),
    (Key::plain(KeyCode::F(1)), Command::Help),
];

/// What terminals send for Ctrl and these letters is another key.
const SAME: [(char, &str); 4] = [('i', "Tab"), ('m', "Enter"), ('h', "Backspace"), ('[', "Esc")];

/// One line of the table with its keys.
#[derive(Clone, Debug)]
pub struct KeyLine {
    /// Keys, the one that is shown first; none when they were taken away.
    pub keys: Vec<Key>,
    /// The line.
    pub binding: &'static Binding,
}

/// What every key does.
#[derive(Clone, Debug)]
pub struct Keymap {
    preset: Preset,
    lines: Vec<KeyLine>,
}

/// Why keys cannot be as somebody wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Which of the changes.
    pub change: usize,
    /// What was found, and what to do.
    pub what: String,
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap::preset(Preset::default())
    }
}

impl Keymap {
    /// The keys of a preset.
    pub fn preset(preset: Preset) -> Keymap {
        let keys = |b: &Binding| preset.keys(b.command).unwrap_or(b.keys).to_vec();
        Keymap { preset, lines: KEYMAP.iter().map(|b| KeyLine { keys: keys(b), binding: b }).collect() }
    }

    /// A preset in which some commands have other keys, or none.
    ///
    /// # Errors
    /// When a key would mean two things in one place, or can mean nothing else than it does.
    pub fn new(preset: Preset, changes: &[(Command, Vec<Key>)]) -> Result<Keymap, Clash> {
        let mut out = Keymap::preset(preset);
        for (change, (command, keys)) in changes.iter().enumerate() {
            if let Some(what) = keys.iter().find_map(|key| unusable(*key, *command)) {
                return Err(Clash { change, what });
            }
            let fixed = FIXED.iter().filter(|(key, of)| of == command && !keys.contains(key)).map(|(key, _)| *key);
            let keys: Vec<Key> = keys.iter().copied().chain(fixed).collect();
            if let Some(line) = out.lines.iter_mut().find(|l| l.binding.command == *command) {
                line.keys = keys;
            }
        }
        match changes.iter().enumerate().rev().find_map(|(i, (command, _))| Some((i, out.clash(*command)?))) {
            Some((change, what)) => Err(Clash { change, what }),
            None => Ok(out),
        }
    }

    /// Another command that has a key of this one where this one holds.
    fn clash(&self, command: Command) -> Option<String> {
        let places =
            View::ALL.map(KeyContext::View).into_iter().chain([KeyContext::Text, KeyContext::Menu, KeyContext::Card]);
        places.into_iter().find_map(|place| {
            let own = self.lines(place).find(|l| l.binding.command == command)?;
            let (key, other) = own.keys.iter().find_map(|key| {
                let mut others = self.lines(place).filter(|l| l.binding.command != command);
                others.find(|l| l.keys.contains(key)).map(|l| (key, l.binding.name))
            })?;
            let place = match place {
                KeyContext::View(view) => format!("in {}", view.name()),
                KeyContext::Menu => "in menus".to_owned(),
                KeyContext::Card => "on the card".to_owned(),
                KeyContext::Text | KeyContext::Prompt => "in the help".to_owned(),
            };
            Some(format!("{key} is the key of {other} too {place}; give {other} another one, or none: {other} = []"))
        })
    }

    /// What it was made of.
    pub fn base(&self) -> Preset {
        self.preset
    }

    /// The lines that hold at a place, in the order of the help.
    pub fn lines(&self, place: KeyContext) -> impl Iterator<Item = &KeyLine> {
        self.lines.iter().filter(move |l| l.binding.scope.has(place))
    }

    /// What a key does at a place.
    pub(in crate::tui) fn command(&self, key: Key, place: KeyContext) -> Option<Command> {
        if place == KeyContext::Prompt {
            return match key {
                Key { code: KeyCode::Enter, .. } => Some(Command::Open),
                Key { code: KeyCode::Esc, .. } => Some(Command::Back),
                Key { code: KeyCode::Char('c'), ctrl: true, .. } => Some(Command::Quit),
                Key { code: KeyCode::Char('z'), ctrl: true, .. } => Some(Command::Suspend),
                _ => None,
            };
        }
        self.lines(place).find(|l| l.keys.contains(&key)).map(|l| l.binding.command)
    }

    /// All keys of a command.
    pub fn keys(&self, command: Command) -> &[Key] {
        self.lines.iter().find(|l| l.binding.command == command).map_or(&[], |l| l.keys.as_slice())
    }

    /// The name of the first key of a command, for texts that name it.
    pub(in crate::tui) fn name(&self, command: Command) -> String {
        self.keys(command).first().map_or_else(|| "(no key)".to_owned(), ToString::to_string)
    }
}

/// Why a key cannot be that of a command.
fn unusable(key: Key, command: Command) -> Option<String> {
    if let Some((_, of)) = FIXED.iter().find(|(fixed, of)| *fixed == key && *of != command) {
        let of = KEYMAP.iter().find(|b| b.command == *of).map_or("", |b| b.name);
        return Some(format!("{key} always means {of}; choose another key"));
    }
    if let (true, Some((_, same))) = (key.ctrl, SAME.iter().find(|(c, _)| key.code == KeyCode::Char(*c))) {
        return Some(format!("terminals send {same} for {key}; choose another key"));
    }
    key.digit(false).map(|_| format!("{key} begins a count; choose another key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place_and_every_name_of_a_key_can_be_read() {
        for preset in Preset::ALL {
            let map = Keymap::preset(preset);
            for line in &map.lines {
                assert_eq!(map.clash(line.binding.command), None, "{}", preset.name());
                for key in &line.keys {
                    assert_eq!(key.to_string().parse(), Ok(*key));
                    assert!(FIXED.iter().any(|(f, _)| f == key) || unusable(*key, line.binding.command).is_none());
                }
            }
            for (key, command) in FIXED {
                assert!(map.keys(command).contains(&key), "{key}");
            }
        }
        let names: std::collections::BTreeSet<&str> = KEYMAP.iter().map(|b| b.name).collect();
        assert_eq!(names.len(), KEYMAP.len(), "a name for each command");
        assert!(super::super::KEY_NAMES.iter().all(|name| name.parse::<Key>().is_ok_and(|k| k.to_string() == *name)));
    }
}
