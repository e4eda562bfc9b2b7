//! Columns of a list: those that have no room are left out, the least important first.

use crate::query::{Field, find_field};

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
}

/// A column of the registry of fields.
pub(super) fn select(name: &'static str, weight: u8) -> Column {
    let field = find_field(name);
    let (title, least, most) = field.map_or((name, 8, 24), |f| f.title);
    Column { name, field, title, width: (least, most), weight }
}

/// A column that only this list has.
pub(super) const fn column(
    name: &'static str,
    (title, least, most): (&'static str, usize, usize),
    weight: u8,
) -> Column {
    Column { name, field: None, title, width: (least, most), weight }
}

/// The columns that fit, by number, with their widths; two blanks stand between them.
pub(in crate::tui) fn fitting(columns: &[Column], hidden: u32, width: usize) -> Vec<(usize, usize)> {
    let mut kept: Vec<usize> = (0..columns.len()).filter(|i| hidden & (1 << i) == 0).collect();
    let least = |kept: &[usize]| kept.iter().map(|i| columns[*i].width.0 + 2).sum::<usize>().saturating_sub(2);
    while kept.len() > 1 && least(&kept) > width {
        let lightest = kept.iter().enumerate().min_by_key(|(_, i)| columns[**i].weight).map(|(at, _)| at);
        kept.remove(lightest.unwrap_or(0));
    }
    let mut spare = width.saturating_sub(least(&kept));
    let mut out: Vec<(usize, usize)> = kept.iter().map(|i| (*i, columns[*i].width.0.min(width))).collect();
    // Evenly, one at a time: lists have few columns, and screens have few to give.
    while spare > 0 && out.iter().any(|(i, w)| *w < columns[*i].width.1) {
        for (i, w) in &mut out {
            if *w < columns[*i].width.1 && spare > 0 {
                *w += 1;
                spare -= 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_columns_stay_and_share_the_room() {
        let all = [column("a", ("", 4, 4), 9), column("b", ("", 4, 10), 5), column("c", ("", 4, 6), 7)];
        assert_eq!(fitting(&all, 0, 30), [(0, 4), (1, 10), (2, 6)]);
        assert_eq!(fitting(&all, 0, 18), [(0, 4), (1, 5), (2, 5)]);
        assert_eq!(fitting(&all, 0, 12), [(0, 4), (2, 6)]);
        assert_eq!(fitting(&all, 0, 3), [(0, 3)]);
        assert_eq!(fitting(&all, 0b101, 12), [(1, 10)]);
        assert!(fitting(&all, 0b111, 12).is_empty());
    }
}
