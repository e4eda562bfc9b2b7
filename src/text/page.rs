//! What all text for people has in common: width, colours, wrapping.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::sanitize;
use super::width::columns;

/// Columns of a page.
pub const WIDTH: usize = 80;
/// Something is lost.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// All is well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// A heading.
pub const HEAD: Style = Style::new().bold();
/// Aside.
pub const DIM: Style = Style::new().dimmed();

/// One paragraph, made safe for a terminal and wrapped at `width` columns; continuation lines are indented a little more.
///
/// # Errors
/// When the writer fails.
pub fn paragraph(out: &mut dyn Write, width: usize, indent: usize, text: &str) -> io::Result<()> {
    let text = sanitize(text);
    let mut column = indent;
    let mut row = " ".repeat(indent);
    for (i, word) in text.split(' ').enumerate() {
        let w = columns(word);
        if i > 0 {
            if column + 1 + w > width && column > indent + 2 {
                writeln!(out, "{}", row.trim_end())?;
                row = " ".repeat(indent + 2);
                column = indent + 2;
            } else {
                row.push(' ');
                column += 1;
            }
        }
        // A word longer than a line (a path, a token) is cut into lines of its own.
        for c in word.chars() {
            let w = c.width().unwrap_or(0);
            if column + w > width {
                writeln!(out, "{row}")?;
                row = " ".repeat(indent + 2);
                column = indent + 2;
            }
            row.push(c);
            column += w;
        }
    }
    writeln!(out, "{}", row.trim_end())
}
