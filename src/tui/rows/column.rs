//! Columns of a list: those that have no room are left out, the least important first.

use crate::query::{Field, find_field};
use crate::tui::cell::{clip, columns};
use crate::tui::list::List;

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub(in crate::tui) struct Column {
    /// By what the list knows it.
    pub(in crate::tui) name: &'static str,
    /// The field whose values it shows; the list knows itself what stands in the others.
    pub(in crate::tui) field: Option<&'static Field>,
    pub(in crate::tui) title: &'static str,
    /// Columns of the terminal it takes at least, and at most.
    pub(in crate::tui) width: (usize, usize),
    /// The lower, the sooner it is left out.
    pub(in crate::tui) weight: u8,
    /// How its texts can be cut.
    pub(in crate::tui) cut: Cut,
}

/// How the texts of a column can be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Cut {
    /// Not at all: the column is left out instead.
    Never,
    /// Addresses and hosts: behind the name, and only when other columns are left out already.
    Address,
    /// Anywhere: their beginning tells enough.
    Text,
}

impl Column {
    /// Its texts are addresses or hosts.
    pub(super) const fn address(self) -> Column {
        Column { cut: Cut::Address, ..self }
    }

    /// The beginning of its texts tells enough.
    pub(super) const fn text(self) -> Column {
        Column { cut: Cut::Text, ..self }
    }
}

/// A column of the registry of fields.
pub(super) fn select(name: &'static str, weight: u8) -> Column {
    let field = find_field(name);
    let (title, least, most) = field.map_or((name, 8, 24), |f| f.title);
    Column { name, field, title, width: (least, most), weight, cut: Cut::Never }
}

/// A column that only this list has.
pub(super) const fn column(
    name: &'static str,
    (title, least, most): (&'static str, usize, usize),
    weight: u8,
) -> Column {
    Column { name, field: None, title, width: (least, most), weight, cut: Cut::Never }
}

/// From this weight on a column stays though addresses must be cut for it.
const STAYS: u8 = 6;

/// Widths of a column: the least, what it needs before others are left out for it, the usual, that of all its text.
type Wish = (usize, usize, usize, usize);

/// The columns that fit, by number, with their widths; two blanks stand between them. Columns of little weight are left out
/// first, then addresses are cut behind their names, then more columns are left out; what is to spare goes to what is cut.
pub(in crate::tui) fn fitting(columns: &[Column], list: &List, width: usize) -> Vec<(usize, usize)> {
    let bit = |bits: u32, i: usize| bits & (1 << i) != 0;
    let least_and_whole = |i: usize| {
        let column = &columns[i];
        let title = column.title.len();
        if let Some(chosen) = list.chosen.get(&i) {
            return (*chosen, *chosen, *chosen, *chosen);
        }
        let (short, whole) = list.widths.get(i).copied().unwrap_or(column.width);
        let usual = whole.clamp(title, column.width.1.max(title));
        let least = match column.cut {
            Cut::Never => usual,
            Cut::Address => short.max(title).min(usual),
            Cut::Text => column.width.0.max(title).min(usual),
        };
        // What it needs before others are left out for it.
        let needs = if column.cut == Cut::Text { least } else { usual };
        (least.max(1), needs, usual, whole.max(usual))
    };
    let weight = |i: usize| columns[i].weight + if bit(list.pinned, i) { 10 } else { 0 };
    let wants: Vec<Wish> = (0..columns.len()).map(least_and_whole).collect();
    let mut kept: Vec<usize> = (0..columns.len()).filter(|i| !bit(list.hidden, *i)).collect();
    let sum =
        |kept: &[usize], of: &dyn Fn(usize) -> usize| kept.iter().map(|i| of(*i) + 2).sum::<usize>().saturating_sub(2);
    let lightest =
        |kept: &[usize]| kept.iter().enumerate().min_by_key(|(_, i)| weight(**i)).map(|(at, i)| (at, weight(*i)));
    while kept.len() > 1 && sum(&kept, &|i| wants[i].1) > width {
        let Some((at, _)) = lightest(&kept).filter(|(_, weight)| *weight < STAYS) else { break };
        kept.remove(at);
    }
    while kept.len() > 1 && sum(&kept, &|i| wants[i].0) > width {
        let Some((at, _)) = lightest(&kept) else { break };
        kept.remove(at);
    }
    let mut out: Vec<(usize, usize)> = kept.iter().map(|i| (*i, wants[*i].0.min(width))).collect();
    let mut spare = width.saturating_sub(sum(&kept, &|i| wants[i].0));
    for most in [|w: Wish| w.1, |w: Wish| w.2, |w: Wish| w.3] {
        // Evenly, one at a time: lists have few columns, and screens have few to give.
        while spare > 0 && out.iter().any(|(i, w)| *w < most(wants[*i])) {
            for (i, w) in &mut out {
                if *w < most(wants[*i]) && spare > 0 {
                    *w += 1;
                    spare -= 1;
                }
            }
        }
    }
    out
}

/// How wide a text is with its address cut behind the name, and whole.
pub(in crate::tui) fn widths(text: &str) -> (usize, usize) {
    /// No screen is wider.
    const MOST: usize = 400;
    let whole = columns(&clip(text, MOST, false));
    // The name, and a sign that there is more; of an address of a machine all of it is the name.
    let dot = || text.find('.').filter(|_| !text.starts_with(|c: char| c.is_ascii_digit() || c == '['));
    let name = text.find('@').or_else(dot).and_then(|at| text.get(..at));
    let name = name.map(|name| columns(&clip(name, MOST, false)) + 2);
    (name.unwrap_or(whole).min(whole), whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_columns_go_then_addresses_are_cut_behind_their_names() {
        let all = [
            column("time", ("Time", 4, 4), 9),
            column("to", ("To", 4, 20), 8).address(),
            column("light", ("Light", 6, 6), 2),
            column("status", ("Cd", 3, 3), 7),
        ];
        let list =
            |hidden, pinned| List { hidden, pinned, widths: vec![(4, 4), (5, 17), (6, 6), (3, 3)], ..List::default() };
        for (width, hidden, pinned, expected) in [
            (60, 0, 0, vec![(0, 4), (1, 17), (2, 6), (3, 3)]),
            (36, 0, 0, vec![(0, 4), (1, 17), (2, 6), (3, 3)]),
            (35, 0, 0, vec![(0, 4), (1, 17), (3, 3)]),
            (20, 0, 0, vec![(0, 4), (1, 9), (3, 3)]),
            // One that the user wants is not left out for addresses.
            (35, 0, 0b100, vec![(0, 4), (1, 16), (2, 6), (3, 3)]),
            (16, 0, 0, vec![(0, 4), (1, 5), (3, 3)]),
            (14, 0, 0, vec![(0, 4), (1, 8)]),
            (3, 0, 0, vec![(0, 3)]),
            (60, 0b1101, 0, vec![(1, 17)]),
            (60, 0b1111, 0, vec![]),
        ] {
            assert_eq!(fitting(&all, &list(hidden, pinned), width), expected, "{width} {hidden:b} {pinned:b}");
        }
        // More than is usual is shown where there is room.
        let wide = List { widths: vec![(4, 4), (5, 30), (6, 6), (3, 3)], ..List::default() };
        assert_eq!(fitting(&all, &wide, 60)[1], (1, 30));
        assert_eq!((widths("bob@contoso.com"), widths("408")), ((5, 15), (3, 3)));
    }
}
