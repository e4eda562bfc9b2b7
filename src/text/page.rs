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

/// Where a page goes to: text with escape sequences, or lines with their styles.
pub trait Sink {
    /// One paragraph in one style, wrapped as [`paragraph`] does.
    ///
    /// # Errors
    /// When a writer fails.
    fn paragraph(&mut self, style: Style, width: usize, indent: usize, text: &str) -> io::Result<()>;

    /// One line that is never broken, made safe for a terminal.
    ///
    /// # Errors
    /// When a writer fails.
    fn unbroken(&mut self, text: &str) -> io::Result<()>;
}

/// The sink of text: styles become escape sequences. Give it a writer that strips them where they are not wanted.
#[expect(missing_debug_implementations, reason = "a writer need not have one")]
pub struct Ansi<'w>(pub &'w mut dyn Write);

impl Sink for Ansi<'_> {
    fn paragraph(&mut self, style: Style, width: usize, indent: usize, text: &str) -> io::Result<()> {
        write!(self.0, "{style}")?;
        paragraph(self.0, width, indent, text)?;
        write!(self.0, "{style:#}")
    }

    fn unbroken(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.0, "{}", sanitize(text))
    }
}

/// The sink of whoever draws the lines.
impl Sink for Vec<(Style, String)> {
    fn paragraph(&mut self, style: Style, width: usize, indent: usize, text: &str) -> io::Result<()> {
        let mut wrapped = Vec::new();
        paragraph(&mut wrapped, width, indent, text)?;
        self.extend(String::from_utf8_lossy(&wrapped).lines().map(|line| (style, line.to_owned())));
        Ok(())
    }

    fn unbroken(&mut self, text: &str) -> io::Result<()> {
        self.push((Style::new(), sanitize(text).into_owned()));
        Ok(())
    }
}

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
