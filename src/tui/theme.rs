//! Styles by meaning. Only the 16 colours of the terminal's own palette, so that dark and light backgrounds both work.

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
    pub transactions: [Style; 6],
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
            return Theme { head: bold, dim, bad, warn, good, selected, name, hit, transactions: [plain; 6], ascii };
        }
        Theme {
            head: bold,
            dim,
            bad: bold.fg(Color::Red),
            warn: plain.fg(Color::Magenta),
            good: plain.fg(Color::Green),
            selected,
            name: plain.fg(Color::Cyan),
            hit,
            // No yellow and no white: they cannot be read on a light background.
            transactions: [
                Color::Blue,
                Color::Magenta,
                Color::Cyan,
                Color::Green,
                Color::LightBlue,
                Color::LightMagenta,
            ]
            .map(|c| plain.fg(c)),
            ascii,
        }
    }

    /// One of two spellings.
    pub fn glyph(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }
}
