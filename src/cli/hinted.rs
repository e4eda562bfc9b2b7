//! Values of options that a shell can complete, though more can be typed: fields, flags, columns, codes.

use std::ffi::OsStr;
use std::sync::LazyLock;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};
use siptrail::knowledge::catalogue::catalogue;
use siptrail::query::{FIELDS, Kind};

/// Reads what is typed, and tells a shell what can be.
#[derive(Clone)]
pub(super) struct Hinted<P> {
    read: P,
    words: fn() -> Vec<&'static str>,
}

/// Reads with `read`; completes with `words`.
pub(super) fn hinted<P>(read: P, words: fn() -> Vec<&'static str>) -> Hinted<P> {
    Hinted { read, words }
}

impl<P: TypedValueParser> TypedValueParser for Hinted<P> {
    type Value = P::Value;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<P::Value, Error> {
        self.read.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.words)().into_iter().map(PossibleValue::new)))
    }
}

/// Names of fields, for columns and orders.
pub(super) fn fields() -> Vec<&'static str> {
    FIELDS.iter().map(|f| f.name).collect()
}

/// Beginnings of a query: flags, fields with the sign behind them.
pub(super) fn terms() -> Vec<&'static str> {
    static TERMS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let sign = |kind: Kind| if kind == Kind::Flag { "" } else { ":" };
        FIELDS.iter().map(|f| format!("{}{}", f.name, sign(f.kind))).collect()
    });
    TERMS.iter().map(String::as_str).chain(["after:", "before:", "at:"]).collect()
}

/// Codes of causes.
pub(super) fn codes() -> Vec<&'static str> {
    catalogue().iter().map(|f| f.code.as_str()).collect()
}
