//! The filter language held against a naive evaluation over the JSON of the lists: random expressions over all fields,
//! operators, flags and related rows. The evaluation follows `siptrail list --help`; it shares no code with the query.

mod expression;
mod values;
mod world;

use siptrail::query::{Query, Row, Table};

use expression::Maker;
use world::World;

/// Expressions for each of the worlds.
const EXPRESSIONS: usize = 50;

#[test]
fn queries_select_what_a_naive_evaluation_selects() {
    let seed = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let (mut wrong, mut some, mut all) = (Vec::new(), 0, 0);
    for (number, world) in (0..).zip(World::all()) {
        let (trace, analysis) = (&world.trace, &world.analysis);
        let mut maker = Maker::new(&world, seed * 1_000 + number);
        for _ in 0..EXPRESSIONS {
            let expression = maker.expression(3);
            let text = expression.text();
            let query = match Query::parse(&text) {
                Ok(query) => query,
                Err(error) => {
                    wrong.push(format!("{text}: {error}"));
                    continue;
                }
            };
            let bound = query.bind(trace, analysis);
            for table in [Table::Calls, Table::Pushes, Table::Messages, Table::Records] {
                let rows = bound.rows(table);
                let found: Vec<usize> = rows.iter().filter_map(|row| world.place(*row)).collect();
                let expected: Vec<usize> = world.rows(table).filter(|at| expression.holds(&world, *at)).collect();
                some += usize::from(!expected.is_empty() && expected.len() < world.rows(table).count());
                all += 1;
                if found == expected {
                    continue;
                }
                let odd = found.iter().chain(&expected).find(|at| found.contains(at) != expected.contains(at));
                let table = table.name();
                let (few, many) = (found.len(), expected.len());
                wrong.push(match odd {
                    Some(at) => format!("{table} {text}: {few}, expected {many}; for one {}", world.tell(*at)),
                    None => format!("{table} {text}: the same in another order or twice: {few}, expected {many}"),
                });
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(some * 4 > all, "only {some} of {all} lists hold some rows and not all");
}

/// What the lists show is what the report tells.
#[test]
fn lists_and_report_tell_the_same() {
    let mut seen = std::collections::BTreeSet::new();
    for world in World::all() {
        for (table, key) in [(Table::Calls, "calls"), (Table::Pushes, "pushes")] {
            let of_report = world.report[key].as_array().unwrap();
            assert_eq!(world.rows(table).count(), of_report.len());
            for (at, told) in world.rows(table).zip(of_report) {
                let row = &world.all[at].values;
                for (name, value) in row {
                    // What is not known is an empty text in the report.
                    let Some(other) = told.get(name).filter(|other| *other != "" || !value.is_null()) else { continue };
                    assert_eq!(value, other, "{key} {name} of {told}");
                    seen.insert(format!("{key} {name}"));
                }
                let first = &told["evidence"][0];
                assert_eq!((&row["file"], &row["line"]), (&first["file"], &first["line"]), "{told}");
                let ids: Vec<&serde_json::Value> =
                    told["diagnostics"].as_array().unwrap().iter().map(|d| &d["id"]).collect();
                let listed: Vec<&serde_json::Value> = row["diagnostic_ids"].as_array().unwrap().iter().collect();
                let mut neighbours = ids.clone();
                neighbours.dedup();
                assert_eq!(listed, neighbours, "{told}");
            }
        }
    }
    for name in ["calls outcome", "calls verdict", "calls status", "pushes result", "pushes call", "pushes latency_ms"]
    {
        assert!(seen.contains(name), "{name} is not compared: {seen:?}");
    }
}

impl World {
    /// The row that a query selected.
    fn place(&self, row: Row) -> Option<usize> {
        match row {
            Row::Call(i) => Some(i),
            Row::Push(i) => Some(self.calls + i),
            Row::Record(id) => Some(self.calls + self.pushes + id.0 as usize),
            Row::Line(_) => None,
            other => panic!("{other:?} is a new row"),
        }
    }
}
