//! Sets of keys: siptrail's own, and those of sngrep for hands that know them.

use crossterm::event::KeyCode;

use super::table::{ch, code};
use super::{Command, Key};
use crate::tui::view::View;

/// A set of keys to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The keys of [`super::KEYMAP`].
    #[default]
    Siptrail,
    /// Those of sngrep where siptrail has what they do.
    Sngrep,
}

impl Preset {
    /// All of them.
    pub const ALL: [Preset; 2] = [Preset::Siptrail, Preset::Sngrep];

    /// The word on the command line and in the configuration file.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Siptrail => "siptrail",
            Preset::Sngrep => "sngrep",
        }
    }

    /// The keys of a command, where they are not those of the table.
    pub(super) fn keys(self, command: Command) -> Option<&'static [Key]> {
        match self {
            Preset::Siptrail => None,
            Preset::Sngrep => SNGREP.iter().find(|(c, _)| *c == command).map(|(_, keys)| *keys),
        }
    }

    /// Keys of the other program that do nothing here, and what is there instead.
    pub(in crate::tui) fn missing(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Preset::Siptrail => &[],
            Preset::Sngrep => SNGREP_ONLY,
        }
    }
}

/// The rest is the same in both, or has no key in sngrep. Source: key bindings of sngrep 1.8.
const SNGREP: &[(Command, &[Key])] = &[
    (Command::Show(View::Overview), &[ch('1'), ch('i')]),
    (Command::First, &[code(KeyCode::Home), Key::ctrl('a'), ch('g')]),
    (Command::Last, &[code(KeyCode::End), Key::ctrl('e'), ch('G')]),
    // What a flow shows here is always what sngrep calls extended.
    (Command::Open, &[code(KeyCode::Enter), code(KeyCode::F(4)), ch('x')]),
    (Command::Search, &[code(KeyCode::F(3)), ch('/')]),
    (Command::Filter, &[code(KeyCode::F(7)), ch('f')]),
    (Command::NextMissed, &[ch('u')]),
    (Command::PreviousMissed, &[ch('U')]),
    (Command::TimeMode, &[ch('w')]),
    (Command::Expand, &[ch('+')]),
    // Its own i, u, v and w are taken.
    (Command::Card, &[ch('I')]),
    (Command::Twin, &[ch('W')]),
    (Command::User, &[ch('L')]),
    (Command::Show(View::Registrations), &[ch('Y')]),
    (Command::Mark, &[ch(' '), ch('m')]),
    (Command::Raw, &[code(KeyCode::F(6)), ch('r'), ch('R')]),
    (Command::Save, &[code(KeyCode::F(2)), ch('s'), ch('S')]),
    (Command::Sort, &[ch('<'), ch('>'), ch('z')]),
    (Command::Columns, &[code(KeyCode::F(10)), ch('t'), ch('T')]),
    (Command::PaneDown, &[ch('J')]),
    (Command::Pane, &[ch('v')]),
    (Command::Follow, &[ch('p'), Key::ctrl('t')]),
    (Command::Help, &[code(KeyCode::F(1)), ch('h'), ch('H'), ch('?')]),
    (Command::Close, &[ch('q'), ch('Q')]),
];

const SNGREP_ONLY: &[(&str, &str)] = &[
    ("F5 F9 Ctrl-L", "clear calls: a log stays; the filter shows fewer"),
    ("F8 o", "settings: they are options, see siptrail config"),
    ("a", "aliases of hosts: lanes have roles and names; a writes a note"),
    ("c C", "colours of messages: each transaction has its own"),
    ("d D", "SDP: it stands below the message"),
    ("m M F3", "media in the flow: there is none in these logs"),
    ("t T 9 0", "preview in the flow: it is the pane below, or beside"),
    ("A", "scroll on: the last row stays selected while logs are followed"),
    ("K", "other keys in the bar of hints"),
];
