//! Some lines as one text: hard wraps undone, percent escapes decoded. What is written into it goes back to where it came
//! from, in as many bytes.

use super::signs::{Sign, Signs};

/// A logical line.
#[derive(Debug, Default)]
pub(super) struct LogicalLine {
    /// The text that is read and changed.
    pub(super) text: Vec<u8>,
    /// Where each byte came from; empty when that is the same place.
    from: Vec<Origin>,
    /// Places in the text where a line ended.
    pub(super) breaks: Vec<usize>,
    /// The signs of the text.
    pub(super) signs: Signs,
}

#[derive(Clone, Copy, Debug)]
struct Origin {
    at: u32,
    /// It stood there as `%41`.
    escaped: bool,
}

impl LogicalLine {
    /// Takes lines with the breaks between them.
    pub(super) fn take(&mut self, lines: &[u8]) {
        self.signs.find(lines);
        self.text.clear();
        self.from.clear();
        self.breaks.clear();
        if !self.signs.has(Sign::Wrap) {
            self.text.extend_from_slice(lines);
            return;
        }
        let mut at = 0;
        while let Some(&byte) = lines.get(at) {
            let mut len = 1;
            match byte {
                b'\r' if lines.get(at + 1) == Some(&b'\n') => {}
                b'\n' => self.breaks.push(self.text.len()),
                // Text in UTF-16 that was copied into other text.
                0 => {}
                b'%' => match escaped(&lines[at..]) {
                    Some(decoded) => {
                        len = 3;
                        self.push(decoded, at, true);
                    }
                    None => self.push(byte, at, false),
                },
                _ => self.push(byte, at, false),
            }
            at += len;
        }
        self.signs.find(&self.text);
    }

    fn push(&mut self, byte: u8, at: usize, escaped: bool) {
        self.text.push(byte);
        self.from.push(Origin { at: u32::try_from(at).unwrap_or(u32::MAX), escaped });
    }

    /// Writes the text back over the lines that it was taken from.
    pub(super) fn give(&self, lines: &mut [u8]) {
        if self.from.is_empty() {
            if self.text.len() == lines.len() {
                lines.copy_from_slice(&self.text);
            }
            return;
        }
        for (byte, origin) in self.text.iter().zip(&self.from) {
            let at = origin.at as usize;
            if !origin.escaped {
                if let Some(place) = lines.get_mut(at) {
                    *place = *byte;
                }
            } else if let Some(place) = lines.get_mut(at..at + 3)
                && escaped(place) != Some(*byte)
            {
                let small = place[1..].iter().any(|b| matches!(b, b'a'..=b'f'));
                let digits: &[u8; 16] = if small { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
                place[1] = digits[usize::from(*byte >> 4)];
                place[2] = digits[usize::from(*byte & 15)];
            }
        }
    }

    /// The first place in the text that came from `at` or behind it.
    pub(super) fn place(&self, at: usize) -> usize {
        if self.from.is_empty() { at.min(self.text.len()) } else { self.from.partition_point(|o| (o.at as usize) < at) }
    }
}

/// The character that an escape at the start of a text stands for; none for what no text has, as in `fe80::1%12`.
fn escaped(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
    let value = u8::try_from(digit(1)? * 16 + digit(2)?).ok()?;
    (value >= 0x20 && value != 0x7f).then_some(value)
}
