//! The pictures of README and user guide are what the program draws.
//!
//! `UPDATE_SCREENS=1 cargo test --test it pictures` draws them anew. `docs/report.png` is taken by `.ci/page.py --picture`,
//! which needs Chromium; `.ci/tools` tells when it shows an older page.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use siptrail::tui::Theme;
use unicode_width::UnicodeWidthStr;

use crate::common::root;
use crate::keyboard::{FAILED, app, draw, press};
use crate::program::{out, run};

/// One cell of the screen, in pixels.
const CELL: (usize, usize) = (8, 18);
const EDGE: usize = 12;

/// Screens that are shown as pictures: file, log, keys, size.
const SCREENS: &[(&str, &str, &str, (u16, u16))] =
    &[("overview.svg", "samples", "", (100, 30)), ("timeline.svg", FAILED, "3<Enter>ee", (100, 30))];

fn check(name: &str, drawn: &str) {
    let path = root("docs").join(name);
    if std::env::var_os("UPDATE_SCREENS").is_some() {
        std::fs::write(&path, drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "docs/{name} is an old picture: UPDATE_SCREENS=1 cargo test --test it pictures");
}

#[test]
fn the_ladder_is_what_show_draws() {
    check("ladder.svg", &out(&run(&["show", "frank", FAILED, "--as", "svg"])));
}

#[test]
fn screens_are_what_the_terminal_shows() {
    for (name, log, keys, size) in SCREENS {
        let mut app = app(log, Theme::new(true, false), *size);
        press(&mut app, keys);
        check(name, &svg(&draw(&app)));
    }
}

/// A screen as a picture: each stretch of one style is a text of its own, as wide as its cells.
fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2 * EDGE, rows * CELL.1 + 2 * EDGE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"#16181d\"/>\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = style(&buffer[(x, y)]);
            let from = x;
            let mut text = String::new();
            while x < buffer.area.width && self::style(&buffer[(x, y)]) == style {
                text.push_str(buffer[(x, y)].symbol());
                x += 1;
            }
            if text.trim().is_empty() && !style.2 {
                continue;
            }
            let (left, top) = (EDGE + usize::from(from) * CELL.0, EDGE + usize::from(y) * CELL.1);
            let long = usize::from(x - from) * CELL.0;
            let (fill, bold, reversed) = style;
            let (ink, weight) =
                (if reversed { "#16181d" } else { fill }, if bold { " font-weight=\"bold\"" } else { "" });
            if reversed {
                writeln!(
                    out,
                    "<rect x=\"{left}\" y=\"{top}\" width=\"{long}\" height=\"{}\" fill=\"{fill}\"/>",
                    CELL.1
                )
                .unwrap();
            }
            // Viewers take several blanks for one.
            let mut at = 0;
            for part in text.split("  ") {
                let shown = part.trim();
                let first = left + (at + usize::from(part.starts_with(' '))) * CELL.0;
                at += part.width() + 2;
                if !shown.is_empty() {
                    let (base, long) = (top + 13, shown.width() * CELL.0);
                    let shown = shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                    let place = format!("x=\"{first}\" y=\"{base}\" textLength=\"{long}\"");
                    writeln!(out, "<text {place} fill=\"{ink}\"{weight}>{shown}</text>").unwrap();
                }
            }
        }
    }
    out + "</svg>\n"
}

/// Colour, bold, reversed.
fn style(cell: &Cell) -> (&'static str, bool, bool) {
    let dim = cell.modifier.contains(Modifier::DIM);
    let fill = match cell.fg {
        Color::Red | Color::LightRed => "#f2727f",
        Color::Green | Color::LightGreen => "#8bc977",
        Color::Magenta | Color::LightMagenta => "#cf8ee0",
        Color::Blue | Color::LightBlue => "#6cb3f5",
        Color::Yellow | Color::LightYellow => "#e0bd6b",
        Color::Cyan | Color::LightCyan => "#5fbfc4",
        _ if dim => "#8a919e",
        _ => "#d7dae0",
    };
    (fill, cell.modifier.contains(Modifier::BOLD), cell.modifier.contains(Modifier::REVERSED))
}
