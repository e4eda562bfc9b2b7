//! Menus: a few choices, each with a letter.

use super::content::Content;

/// A menu.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What is chosen.
    pub title: &'static str,
    /// Letter, text and meaning of each line.
    pub items: Vec<(char, String, Choice)>,
    /// The selected line.
    pub at: usize,
}

/// What a line of a menu stands for.
#[derive(Clone, Debug)]
pub enum Choice {
    /// Sort by that column.
    Sort(usize),
    /// Show or hide that column.
    Column(usize),
    /// Show or hide that lane of the ladder.
    Lane(usize),
    /// Give that lane another name.
    Rename(usize),
    /// Switch that filter of the list on or off.
    Filter(usize),
    /// Filter by a query with a name.
    Named(&'static str),
    /// Type one more filter.
    NewFilter,
    /// Copy that text.
    Copy(String),
    /// Copy that, as text.
    CopyContent(Content),
    /// Save that.
    Save(Content),
}

impl Menu {
    /// Number of the line with that letter.
    pub(super) fn item(&self, letter: char) -> Option<usize> {
        self.items.iter().position(|(l, ..)| *l == letter)
    }
}

/// Letters for lines that have no better one.
pub(super) const LETTERS: &str = "abcdefghijklmnop";
