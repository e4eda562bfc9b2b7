//! Which parts of a word are somebody's, and which are the log's own.

use std::ops::Range;

use super::characters::Shape;
use super::marks::{Mark, finder};

/// The magic cookie of a branch (RFC 3261 section 8.1.1.7).
const COOKIE: &[u8] = b"z9hG4bK";

/// A part of a word, its shape, and whether it stands by itself elsewhere.
pub(super) type Part = (Range<usize>, Shape, bool);

/// Which parts of a word are replaced, in which order, and which are names that stand by themselves elsewhere.
pub(super) fn parts(lower: &[u8], mark: Mark) -> [Option<Part>; 2] {
    let part = |r: Range<usize>| (!r.is_empty()).then(|| (r.clone(), Shape::of(&lower[r]), false));
    if lower.starts_with(b"mcxuser") && lower.len() >= 39 && lower[7..39].iter().all(u8::is_ascii_hexdigit) {
        let user = 39..lower.len();
        let user = (!user.is_empty()).then(|| (user.clone(), Shape::of(&lower[user]), true));
        return [user, Some((7..39, Shape::Hex, false))];
    }
    if lower.len() > COOKIE.len() && lower[..COOKIE.len()].eq_ignore_ascii_case(COOKIE) {
        return [part(COOKIE.len()..lower.len()), None];
    }
    match role(lower, mark).filter(|_| mark != Mark::Name) {
        Some(kept) => {
            let rest = [0..kept.start, kept.end..lower.len()];
            rest.map(part)
        }
        None => [part(0..lower.len()), None],
    }
}

/// The word for the role of a server in its name, on which causes may hang. In a domain only where there is a number, too,
/// and outside of hosts where nothing but a number makes the name: a Medina is no mediation server, nor is medtronic.com.
fn role(lower: &[u8], mark: Mark) -> Option<Range<usize>> {
    const ROLES: [&[u8]; 6] = [b"edge", b"director", b"mediation", b"pool", b"dir", b"med"];
    let numbered = |from: usize| from < lower.len() && lower[from..].iter().all(u8::is_ascii_digit);
    // `FE1900` may be any number in hexadecimal digits.
    if lower.starts_with(b"fe") && numbered(2) && (matches!(mark, Mark::Host | Mark::Domain) || lower.len() < 6) {
        return Some(0..2);
    }
    // Most words have none of its letters.
    let edge = lower.contains(&b'g').then(|| finder!(b"edge").find(lower)).flatten().map(|at| at..at + 4);
    let found = edge.or_else(|| ROLES.iter().find(|role| lower.starts_with(role)).map(|role| 0..role.len()))?;
    let alone = found.len() == lower.len() || lower.iter().any(u8::is_ascii_digit);
    let is_role = match mark {
        Mark::Host => true,
        Mark::Domain => alone,
        _ => numbered(found.end),
    };
    is_role.then_some(found)
}
