//! Lists in columns: columns that have no room are left out, the least important first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::tui::cell::fit;
use crate::tui::list::{List, scrolled};
use crate::tui::theme::Theme;

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) title: &'static str,
    /// Columns it takes at least, and at most.
    pub(super) width: (usize, usize),
    /// The lower, the sooner it is left out.
    pub(super) weight: u8,
}

/// Columns that fit, by number, with their widths.
pub(super) fn fitting(columns: &[Column], width: usize) -> Vec<(usize, usize)> {
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let least = |kept: &[usize]| kept.iter().map(|i| columns[*i].width.0 + 2).sum::<usize>().saturating_sub(2);
    while kept.len() > 1 && least(&kept) > width {
        let lightest = kept.iter().enumerate().min_by_key(|(_, i)| columns[**i].weight).map(|(at, _)| at);
        kept.remove(lightest.unwrap_or(0));
    }
    let mut spare = width.saturating_sub(least(&kept));
    let mut out: Vec<(usize, usize)> = kept.iter().map(|i| (*i, columns[*i].width.0.min(width))).collect();
    // Evenly, a column at a time: lists have few columns and screens few columns to give.
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

/// A list in columns. `cell` gives text and style of a row's column; the row is a number in the data.
pub(super) fn draw(
    theme: &Theme,
    columns: &[Column],
    list: &List,
    (head, main): (Rect, Rect),
    buf: &mut Buffer,
    cell: impl Fn(usize, usize) -> (String, Style),
) {
    let fitting = fitting(columns, usize::from(main.width));
    let titles = fitting.iter().map(|(i, w)| Span::styled(fit(columns[*i].title, *w, theme.ascii) + "  ", theme.head));
    Line::from(titles.collect::<Vec<_>>()).render(head, buf);
    let top = scrolled(list.top, list.selected, usize::from(main.height), list.rows.len());
    for ((at, number), area) in list.rows.iter().enumerate().skip(top).zip(main.rows()) {
        let cells = fitting.iter().map(|(i, w)| {
            let (text, style) = cell(*number as usize, *i);
            Span::styled(fit(&text, *w, theme.ascii) + "  ", style)
        });
        Line::from(cells.collect::<Vec<_>>()).render(area, buf);
        if at == list.selected {
            buf.set_style(area, theme.selected);
        }
    }
}
