//! Generated deployments as rows of JSON, and which rows belong together.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Value};
use siptrail::input::Input;
use siptrail::query::{Column, FIELDS, Query, Table};
use siptrail::report::{self, list::List};
use siptrail::synth::{Extent, LogFormat, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Analysis, Options, Trace};

/// One row of one table.
pub(super) struct Line {
    pub(super) table: Table,
    pub(super) values: Map<String, Value>,
    /// Rows that belong to it.
    pub(super) related: Vec<usize>,
}

/// One deployment.
pub(super) struct World {
    pub(super) trace: Trace,
    pub(super) analysis: Analysis,
    pub(super) report: Value,
    pub(super) calls: usize,
    pub(super) pushes: usize,
    /// Calls, then pushes, then records.
    pub(super) all: Vec<Line>,
    /// `2013-10-15`.
    pub(super) first_day: String,
}

/// How a log is stored.
#[derive(Clone, Copy)]
enum Stored {
    Utf8,
    Windows1252,
    Utf16,
}

impl World {
    /// Layouts, encodings and clocks of all kinds; names with letters beyond ASCII in all.
    pub(super) fn all() -> Vec<World> {
        let plan = |seed, format| Plan { seed, format, extent: Extent::Calls(30), ..Plan::default() };
        let plans = [
            (plan(51, LogFormat::R2), Stored::Windows1252),
            (Plan { servers: 3, ..plan(52, LogFormat::Lync2010) }, Stored::Utf8),
            (Plan { servers: 4, clock_skew_ms: 4_000, ..plan(53, LogFormat::Cls) }, Stored::Utf16),
            (Plan { clock_skew_ms: 90_000_000, gaps_ppm: 20_000, ..plan(54, LogFormat::Cls) }, Stored::Windows1252),
        ];
        plans.into_iter().map(|(plan, stored)| World::new(&plan, stored)).collect()
    }

    fn new(plan: &Plan, stored: Stored) -> World {
        let inputs = in_memory(plan).0.into_iter().map(|(name, text)| {
            let text = String::from_utf8(text).unwrap();
            let text =
                text.replace("bob", "bjørn").replace("Bob", "Bjørn").replace("uma", "ümit").replace("Uma", "ÜMIT");
            let bytes = match stored {
                Stored::Utf8 => text.into_bytes(),
                Stored::Windows1252 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
                Stored::Utf16 => {
                    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
                }
            };
            Input::from_bytes(name, bytes)
        });
        let trace = Trace::load(inputs.collect(), &LoadOptions::default());
        let analysis = siptrail::analyse(&trace, &Options::default());
        let report = serde_json::to_value(report::report(&trace, &analysis, &[])).unwrap();
        let rows = |table| rows(&trace, &analysis, table);
        let (calls, pushes, records) = (rows(Table::Calls), rows(Table::Pushes), rows(Table::Records));
        let times = records.iter().filter_map(|r| r.values["time"].as_str());
        let first_day = times.min().unwrap().split('T').next().unwrap().to_owned();
        let mut world = World {
            calls: calls.len(),
            pushes: pushes.len(),
            all: calls.into_iter().chain(pushes).chain(records).collect(),
            trace,
            analysis,
            report,
            first_day,
        };
        world.relate();
        world
    }

    /// A call has its pushes and the records of all, a push its call and records, a record its call and pushes.
    fn relate(&mut self) {
        let pushes = self.calls..self.calls + self.pushes;
        let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let calls: HashMap<String, usize> = (0..self.calls).map(|c| (id(&self.all[c].values["call_id"]), c)).collect();
        assert_eq!(calls.len(), self.calls, "calls of one Call-ID");
        let call_of = |push: usize| calls.get(&id(&self.all[push].values["call"])).copied();
        let of_push: HashMap<String, usize> = pushes.clone().map(|p| (id(&self.all[p].values["call_id"]), p)).collect();
        let mut related: Vec<Vec<usize>> = vec![Vec::new(); self.all.len()];
        let mut tie = |a: usize, b: usize| {
            related[a].push(b);
            related[b].push(a);
        };
        let mut own: HashMap<usize, Vec<usize>> = HashMap::new();
        for push in pushes.clone() {
            if let Some(call) = call_of(push) {
                tie(call, push);
                own.entry(call).or_default().push(push);
            }
        }
        for record in pushes.end..self.all.len() {
            let values = &self.all[record].values;
            if !matches!(values["kind"].as_str(), Some("protocol" | "diagnostic")) {
                continue;
            }
            let call_id = id(&values["call_id"]);
            if let Some(&call) = calls.get(&call_id) {
                tie(call, record);
                own.get(&call).into_iter().flatten().for_each(|push| tie(record, *push));
            } else if let Some(&push) = of_push.get(&call_id) {
                tie(push, record);
                if let Some(call) = call_of(push) {
                    tie(call, record);
                }
            }
        }
        // A push has its own records only, a record of its call has it all the same.
        for (at, ids) in related.iter_mut().enumerate().filter(|(at, _)| pushes.contains(at)) {
            let call_id = id(&self.all[at].values["call_id"]);
            ids.retain(|other| *other < pushes.end || id(&self.all[*other].values["call_id"]) == call_id);
        }
        for (line, related) in self.all.iter_mut().zip(related) {
            line.related = related;
        }
    }

    /// The rows of a table.
    pub(super) fn rows(&self, table: Table) -> impl Iterator<Item = usize> + Clone + '_ {
        let all: Range<usize> = match table {
            Table::Calls => 0..self.calls,
            Table::Pushes => self.calls..self.calls + self.pushes,
            Table::Messages | Table::Records => self.calls + self.pushes..self.all.len(),
            other => panic!("{other:?} is a new table"),
        };
        all.filter(move |at| {
            let values = &self.all[*at].values;
            table != Table::Messages || (values["kind"] == "protocol" && values["copy"] == false)
        })
    }

    /// The values of a field, named as in a query, for a row: its own, else those of what belongs to it.
    pub(super) fn values(&self, at: usize, name: &str) -> Vec<&Value> {
        let field = FIELDS.iter().find(|f| f.name == name).unwrap();
        let line = &self.all[at];
        if !field.is_on(line.table) {
            return line.related.iter().flat_map(|other| self.own(*other, name)).collect();
        }
        let nobody = line.table == Table::Records && line.values["kind"] != "protocol";
        if nobody && matches!(name, "from" | "to" | "user") {
            let cases = line.related.iter().filter(|other| self.all[**other].table != Table::Records);
            return cases.flat_map(|other| self.own(*other, name)).collect();
        }
        self.own(at, name)
    }

    /// What stands in the row itself.
    pub(super) fn own(&self, at: usize, name: &str) -> Vec<&Value> {
        let field = FIELDS.iter().find(|f| f.name == name).unwrap();
        let line = &self.all[at];
        if !field.is_on(line.table) {
            return Vec::new();
        }
        match &line.values[field.key_in(line.table)] {
            Value::Null => Vec::new(),
            Value::Array(all) => all.iter().collect(),
            one => vec![one],
        }
    }

    /// The values of a header, for the records of a row.
    pub(super) fn headers(&self, at: usize, name: &str) -> Vec<Value> {
        let line = &self.all[at];
        let records: Vec<usize> = match line.table {
            Table::Records | Table::Messages => vec![at],
            _ => line.related.iter().filter(|r| self.all[**r].table == Table::Records).copied().collect(),
        };
        let mut out = Vec::new();
        for record in records {
            let values = &self.all[record].values;
            let raw = values["raw"].as_str().unwrap();
            let fields = raw.split_once("$$begin_record").map_or(raw, |(_, fields)| fields);
            let head = fields.split("Message-Body:").next().unwrap();
            let head =
                if values["kind"] == "protocol" { head.split_once("\nStart-Line:").map_or("", |h| h.1) } else { head };
            let own = head.lines().skip(1).filter_map(|l| l.split_once(':'));
            out.extend(own.filter(|(n, _)| n.trim().eq_ignore_ascii_case(name)).map(|(_, v)| Value::from(v.trim())));
        }
        out
    }

    /// A row for people.
    pub(super) fn tell(&self, at: usize) -> String {
        let line = &self.all[at];
        format!("{} {}", line.table.name(), Value::Object(line.values.clone()))
    }
}

/// All fields of all rows of a table, as a list prints them.
fn rows(trace: &Trace, analysis: &Analysis, table: Table) -> Vec<Line> {
    let names: Vec<&str> = FIELDS.iter().filter(|f| f.is_on(table)).map(|f| f.name).collect();
    let columns = Column::parse_list(&names.join(",")).unwrap();
    let bound = Query::default().bind(trace, analysis);
    let mut out = Vec::new();
    List { table, bound: &bound, columns }.write_json(&bound.rows(table), false, &mut out).unwrap();
    let rows: Vec<Map<String, Value>> = serde_json::from_slice(&out).unwrap();
    rows.into_iter().map(|values| Line { table, values, related: Vec::new() }).collect()
}
