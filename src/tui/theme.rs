//! Styles by meaning. Only colours of the terminal's own palette of 16, and of these only such as can be read on a light
//! background and on a dark one: yellow, white and cyan fade on white, blue and black on black. Nothing has a background
//! of its own; what is selected is reversed.

use ratatui::style::{Color, Modifier, Style};

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Titles of views and columns.
    pub head: Style,
    /// Aside.
    pub dim: Style,
    /// Something is lost.
    pub bad: Style,
    /// Something may be lost.
    pub warn: Style,
    /// All is well.
    pub good: Style,
    /// The selected row.
    pub selected: Style,
    /// Names of headers and fields.
    pub name: Style,
    /// What a search found.
    pub hit: Style,
    /// Transactions, one after the other.
    pub transactions: [Style; 4],
    /// Draw with ASCII only.
    pub ascii: bool,
}

impl Theme {
    /// With the 16 colours, or without any.
    pub fn new(colour: bool, ascii: bool) -> Theme {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = plain.add_modifier(Modifier::DIM);
        let selected = plain.add_modifier(Modifier::REVERSED);
        let hit = bold.add_modifier(Modifier::UNDERLINED);
        if !colour {
            let (bad, warn, good, name) = (bold, plain, plain, plain);
            return Theme { head: bold, dim, bad, warn, good, selected, name, hit, transactions: [plain; 4], ascii };
        }
        Theme {
            head: bold,
            dim,
            bad: bold.fg(Color::Red),
            warn: plain.fg(Color::Magenta),
            good: plain.fg(Color::Green),
            selected,
            name: plain.fg(Color::LightBlue),
            hit,
            // The colour of the terminal's own text is one of them.
            transactions: [plain.fg(Color::LightBlue), plain.fg(Color::Magenta), plain, plain.fg(Color::LightMagenta)],
            ascii,
        }
    }

    /// One of two spellings.
    pub fn glyph(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }
}
