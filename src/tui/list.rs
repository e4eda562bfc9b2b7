//! A scrolling list: which rows there are, which one is selected, which one is on top.

use std::collections::BTreeMap;

/// Rows of a list by their numbers in the data.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Numbers in the data, in the order shown.
    pub rows: Vec<u32>,
    /// Index in `rows`.
    pub selected: usize,
    /// Index in `rows` of the row on top.
    pub top: usize,
    /// Column by which it is sorted, and whether the greatest comes first; else by time.
    pub sort: Option<(usize, bool)>,
    /// Columns that are hidden, one bit each.
    pub hidden: u32,
    /// Columns that are wanted though there is little room, one bit each.
    pub pinned: u32,
    /// Widths that the user chose, by column.
    pub chosen: BTreeMap<usize, usize>,
    /// How wide the cells of each column were that have been shown: with addresses cut behind their names, and whole.
    pub widths: Vec<(usize, usize)>,
    /// Filters that were typed or chosen, each on or off.
    pub filters: Vec<Chosen>,
    /// The filter by which it was narrowed: those that are on.
    pub query: Option<String>,
    /// Why not all rows are there, in words.
    pub only: Option<String>,
}

/// A filter of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The query.
    pub text: String,
    /// It narrows the list.
    pub on: bool,
}

impl List {
    /// All filters that are on as one query, with `typed` in place of one of them, or beside them.
    pub(super) fn joined(&self, at: Option<usize>, typed: Option<&str>) -> String {
        let others =
            self.filters.iter().enumerate().filter(|(i, f)| f.on && at != Some(*i)).map(|(_, f)| f.text.as_str());
        let all: Vec<&str> = others.chain(typed).filter(|text| !text.is_empty()).collect();
        match all.as_slice() {
            [] => String::new(),
            [only] => (*only).to_owned(),
            several => several.iter().map(|text| format!("({text})")).collect::<Vec<_>>().join(" "),
        }
    }

    /// What stays when other rows are shown.
    pub(super) fn keep_look(&mut self, before: List) {
        (self.sort, self.hidden, self.pinned) = (before.sort, before.hidden, before.pinned);
        self.filters = before.filters;
        self.chosen = before.chosen;
    }

    /// All of `len` rows in their own order.
    pub fn all(len: usize) -> List {
        List { rows: (0..u32::try_from(len).unwrap_or(u32::MAX)).collect(), ..List::default() }
    }

    /// Number in the data of the selected row.
    pub fn current(&self) -> Option<usize> {
        self.rows.get(self.selected).map(|n| *n as usize)
    }

    /// Selects a row that exists, and scrolls no further than needed for `height` rows to show it.
    pub fn select(&mut self, row: usize, height: usize) {
        self.selected = row.min(self.rows.len().saturating_sub(1));
        self.top = scrolled(self.top, self.selected, height, self.rows.len());
    }

    /// Selects the row with that number in the data; false when it is not there.
    pub fn select_number(&mut self, number: usize, height: usize) -> bool {
        let row = self.rows.iter().position(|n| *n as usize == number);
        if let Some(row) = row {
            self.select(row, height);
        }
        row.is_some()
    }
}

/// The top row that is nearest to `top` and shows `selected` without empty lines at the end.
pub(super) fn scrolled(top: usize, selected: usize, height: usize, len: usize) -> usize {
    let height = height.max(1);
    let lowest = (selected + 1).saturating_sub(height);
    top.clamp(lowest, selected.max(lowest)).min(len.saturating_sub(height))
}

/// Moves that every list knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// So many rows down.
    Down(usize),
    /// So many rows up.
    Up(usize),
    /// To a row, counted from 0; past the end is the last.
    To(usize),
}

impl Motion {
    /// Where it leads from `at` in a list of `len`.
    pub fn from(self, at: usize, len: usize) -> usize {
        let to = match self {
            Motion::Down(n) => at.saturating_add(n),
            Motion::Up(n) => at.saturating_sub(n),
            Motion::To(row) => row,
        };
        to.min(len.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_is_always_shown() {
        for (top, selected, height, len, expected) in [
            (0, 0, 10, 100, 0),
            (0, 10, 10, 100, 1),
            (50, 20, 10, 100, 20),
            (0, 99, 10, 100, 90),
            (95, 99, 10, 100, 90),
            (5, 2, 10, 3, 0),
            (0, 5, 0, 10, 5),
            (0, 0, 5, 0, 0),
        ] {
            assert_eq!(scrolled(top, selected, height, len), expected, "{top} {selected} {height} {len}");
        }
    }
}
