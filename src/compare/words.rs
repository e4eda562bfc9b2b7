//! A difference in words.

use super::measures::{Count, Row};

/// `12.5 % (5 of 40) to 30.0 % (12 of 40), +17.5 points, from -0.5 to +34.2; by chance 8.1 %`.
pub(super) fn change(row: &Row) -> String {
    let share = |c: &Count| {
        let value = c.value.map_or("not known".to_owned(), |v| format!("{:.1} %", v * 100.0));
        format!("{value} ({} of {})", c.part, c.of)
    };
    let points = |v: f64| format!("{:+.1}", v * 100.0);
    let difference = match (row.difference, row.low, row.high) {
        (Some(d), Some(low), Some(high)) => {
            format!(", {} points, from {} to {}", points(d), points(low), points(high))
        }
        _ => String::new(),
    };
    format!("{} to {}{difference}{}", share(&row.before), share(&row.after), chance(row.chance))
}

pub(super) fn chance(chance: Option<f64>) -> String {
    match chance {
        None => String::new(),
        Some(p) if p < 0.0001 => "; by chance in less than 0.01 %".to_owned(),
        Some(p) => format!("; by chance in {:.*} %", if p < 0.01 { 2 } else { 0 }, p * 100.0),
    }
}
