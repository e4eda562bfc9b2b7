//! JSON whose texts cannot act on a terminal: every character that may is escaped, not only those that JSON requires.
//! Whatever writes JSON writes it here.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::text::{Judge, Shown, is_plain};

/// A value in one line, without its end.
///
/// # Errors
/// When the writer fails.
pub fn line(value: &(impl Serialize + ?Sized), out: &mut dyn Write) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Harmless(CompactFormatter)))?)
}

/// A value over many lines, with two blanks a level.
///
/// # Errors
/// When the writer fails.
pub fn pretty(value: &(impl Serialize + ?Sized), out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Harmless(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

struct Harmless<F>(F);

/// Passes what shapes the document on to the formatter within.
macro_rules! shaped_by_inner {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            self.0.$name(out $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Harmless<F> {
    shaped_by_inner! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if is_plain(fragment) {
            return out.write_all(fragment.as_bytes());
        }
        let mut judge = Judge::default();
        let mut from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| judge.judge(*c) != Shown::AsItIs) {
            out.write_all(fragment.get(from..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        out.write_all(fragment.get(from..).unwrap_or_default().as_bytes())
    }
}
