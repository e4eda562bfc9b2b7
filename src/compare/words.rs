//! A difference in words.

use super::measures::{Count, Row};
use crate::rates;

/// What a rate is called; an outcome, a verdict by its own word.
pub(super) fn title(name: &str) -> &str {
    rates::definitions().find(|d| d.name == name).map_or(name, |d| d.title)
}

/// `12.5 % (5 of 40) to 30.0 % (12 of 40), +17.5 points, from -0.5 to +34.2; by chance 8.1 %`; of what is counted of
/// 1,000 `125.0 (5 of 40) to 300.0 (12 of 40), +175.0, from -5.0 to +342.0`.
pub(super) fn change(row: &Row) -> String {
    let is_share = rates::definitions().find(|d| d.name == row.name).is_none_or(|d| d.unit == "share");
    let (scale, sign, points) = if is_share { (100.0, " %", " points") } else { (1000.0, "", "") };
    let share = |c: &Count| {
        let value = c.value.map_or("not known".to_owned(), |v| format!("{:.1}{sign}", v * scale));
        format!("{value} ({} of {})", c.part, c.of)
    };
    let by = |v: f64| format!("{:+.1}", v * scale);
    let difference = match (row.difference, row.low, row.high) {
        (Some(d), Some(low), Some(high)) => format!(", {}{points}, from {} to {}", by(d), by(low), by(high)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_in_its_own_unit() {
        let count = |part, value| Count { value: Some(value), part, of: 40, ..Count::default() };
        let row = |name: &str| Row {
            name: name.to_owned(),
            before: count(5, 0.125),
            after: count(12, 0.3),
            difference: Some(0.175),
            low: Some(-0.005),
            high: Some(0.342),
            chance: Some(0.08),
            open: false,
        };
        for (name, told) in [
            ("missed_per_1000", "125.0 (5 of 40) to 300.0 (12 of 40), +175.0, from -5.0 to +342.0; by chance in 8 %"),
            ("seer", "12.5 % (5 of 40) to 30.0 % (12 of 40), +17.5 points, from -0.5 to +34.2; by chance in 8 %"),
            ("busy", "12.5 % (5 of 40) to 30.0 % (12 of 40), +17.5 points, from -0.5 to +34.2; by chance in 8 %"),
        ] {
            assert_eq!(change(&row(name)), told);
        }
        assert_eq!([title("missed_per_1000"), title("busy")], ["Missed of 1,000 calls to phones", "busy"]);
    }
}
