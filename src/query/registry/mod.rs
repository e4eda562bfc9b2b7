//! The registry: every field of calls, pushes, messages and records, one row each. Filter, lists, JSON, CSV, tables and
//! terminal UI select from it.

mod cases;
mod marks;
mod records;

use super::field::Field;
use cases::CASES;
use marks::MARKS;
use records::RECORDS;

/// All fields, in the order in which a list with all columns shows them.
pub const FIELDS: &[Field] = &joined::<{ CASES.len() + RECORDS.len() + MARKS.len() }>([CASES, RECORDS, MARKS]);

const fn joined<const N: usize>(parts: [&[Field]; 3]) -> [Field; N] {
    let mut out = [parts[0][0]; N];
    let (mut part, mut at, mut n) = (0, 0, 0);
    while n < N {
        if at < parts[part].len() {
            out[n] = parts[part][at];
            at += 1;
            n += 1;
        } else {
            part += 1;
            at = 0;
        }
    }
    out
}

/// Other names of fields, as people write them.
const ALIASES: &[(&str, &str)] = &[
    ("started", "time"),
    ("sent", "time"),
    ("caller", "from"),
    ("callee", "to"),
    ("code", "status"),
    ("ms-diagnostics", "diagnostic"),
    ("diag", "diagnostic"),
    ("agent", "client"),
    ("dir", "direction"),
    ("text", "raw"),
    ("type", "kind"),
    ("sequence", "seq"),
    ("callid", "call-id"),
    ("id", "call-id"),
    ("told-by-mail", "mail"),
    ("q.850", "gateway-cause"),
    ("q850", "gateway-cause"),
];

/// Names that stand for a comparison with the time.
pub(super) const TIME_WORDS: [&str; 3] = ["after", "before", "at"];

/// The field of a name, in any case, with `-` or `_`; keys of the output count too.
pub fn find(name: &str) -> Option<&'static Field> {
    let plain = name.to_ascii_lowercase().replace('_', "-");
    let plain = ALIASES.iter().find(|(alias, _)| *alias == plain).map_or(plain.as_str(), |(_, name)| name);
    let is_key = |key: &str| {
        key.len() == plain.len() && key.bytes().zip(plain.bytes()).all(|(a, b)| a == b || (a == b'_' && b == b'-'))
    };
    FIELDS.iter().find(|f| f.name == plain).or_else(|| FIELDS.iter().find(|f| is_key(f.key)))
}

/// Every name under which a field is found.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|f| f.name).chain(ALIASES.iter().map(|(alias, _)| *alias)).chain(TIME_WORDS)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::query::table::Table;

    #[test]
    fn no_name_and_no_key_stands_for_two_fields() {
        let mut names: HashSet<&str> = ALIASES.iter().map(|(alias, _)| *alias).collect();
        assert_eq!(FIELDS.iter().find(|f| !names.insert(f.name)).map(|f| f.name), None);
        for table in [Table::Calls, Table::Pushes, Table::Messages, Table::Records] {
            let mut keys = HashSet::new();
            let twice = FIELDS.iter().filter(|f| f.is_on(table)).find(|f| !keys.insert(f.key_in(table)));
            assert_eq!(twice.map(|f| f.name), None, "{table:?}");
        }
    }
}
