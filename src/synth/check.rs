//! A report held against the truth: confusion tables, and what was judged wrongly.

use std::collections::BTreeMap;

use serde::Serialize;

use super::truth::{self, Truth};
use crate::report::model::{Call, Push, Report};

/// A word for what is not there.
const NONE: &str = "-";
/// The report has no such call or push.
const ABSENT: &str = "absent";

/// How a kind of judgement came out: for each true word, what the report said and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// `outcome`, `verdict`, `result`, `link` or `finding`.
    pub name: &'static str,
    /// One line for each pair of words that occurs, by the true word.
    pub rows: Vec<Row>,
}

/// One pair of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What is true.
    pub truth: String,
    /// What the report says.
    pub report: String,
    /// How often, and right.
    pub right: u64,
    /// How often, and the report left open what the logs cannot know.
    pub open: u64,
    /// How often, and wrong.
    pub wrong: u64,
}

/// One wrong judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The table it counts in.
    pub table: &'static str,
    /// Call-ID of the call or the push.
    pub call_id: String,
    /// What is true.
    pub truth: String,
    /// What the report says.
    pub report: String,
}

/// Everything that a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// `siptrail.check/1`.
    pub schema: &'static str,
    /// Calls and pushes of the truth.
    pub calls: u64,
    /// See there.
    pub pushes: u64,
    /// Judgements that are right, left open with reason, and wrong.
    pub right: u64,
    /// See there.
    pub open: u64,
    /// See there.
    pub wrong: u64,
    /// One for each kind of judgement.
    pub tables: Vec<Table>,
    /// The wrong judgements, in the order of the truth.
    pub mistakes: Vec<Mistake>,
}

/// How one judgement came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Right,
    Open,
    Wrong,
}

/// Holds a report against the truth about its logs.
pub fn check(truth: &Truth, report: &Report) -> Comparison {
    let mut book = Book::default();
    let calls = by_call_id(&report.calls, |c| &c.call_id);
    let pushes = by_call_id(&report.pushes, |p| &p.call_id);
    for told in &truth.calls {
        match calls.get(told.call_id.as_str()).map(Vec::as_slice) {
            Some([found]) => book.call(told, found),
            found => book.absent(&told.call_id, "outcome", &told.outcome, told.unsure, found.map_or(0, <[_]>::len)),
        }
    }
    for told in &truth.pushes {
        match pushes.get(told.call_id.as_str()).map(Vec::as_slice) {
            Some([found]) => book.push(told, found),
            found => book.absent(&told.call_id, "result", &told.result, told.unsure, found.map_or(0, <[_]>::len)),
        }
    }
    let known: std::collections::BTreeSet<&str> =
        truth.calls.iter().map(|c| c.call_id.as_str()).chain(truth.pushes.iter().map(|p| p.call_id.as_str())).collect();
    let invented = calls.keys().map(|k| ("outcome", *k)).chain(pushes.keys().map(|k| ("result", *k)));
    for (table, call_id) in invented.filter(|(_, k)| !known.contains(k)) {
        book.note(table, call_id, ABSENT, "invented", Mark::Wrong);
    }
    book.close(truth)
}

fn by_call_id<'r, T>(all: &'r [T], key: impl Fn(&'r T) -> &'r String) -> BTreeMap<&'r str, Vec<&'r T>> {
    let mut map: BTreeMap<&str, Vec<&T>> = BTreeMap::new();
    for one in all {
        map.entry(key(one)).or_default().push(one);
    }
    map
}

#[derive(Default)]
struct Book {
    rows: BTreeMap<(&'static str, String, String), [u64; 3]>,
    mistakes: Vec<Mistake>,
}

impl Book {
    fn call(&mut self, told: &truth::Call, found: &Call) {
        let id = &told.call_id;
        let open = told.unsure && found.outcome == "undetermined";
        self.judge("outcome", id, &told.outcome, found.outcome, open);
        // Where the mobile leg is not in the logs, nothing says that a phone took part.
        let said = found.verdict.unwrap_or(NONE);
        let open = told.unsure && (said == "undetermined" || said == NONE);
        self.judge("verdict", id, told.verdict.as_deref().unwrap_or(NONE), said, open);
        self.findings(id, &told.findings, &found.findings, told.unsure);
    }

    fn push(&mut self, told: &truth::Push, found: &Push) {
        let id = &told.call_id;
        self.judge("result", id, &told.result, found.result, told.unsure && found.result == "undetermined");
        if told.synthetic != found.synthetic {
            let word = |synthetic| if synthetic { "synthetic" } else { "of a user" };
            self.note("result", id, word(told.synthetic), word(found.synthetic), Mark::Wrong);
        }
        let (link, open) = match (&told.call, &found.call) {
            (Some(told), Some(found)) if told != found => ("another call", false),
            // How many calls compete depends on those that are in the logs.
            (Some(_), Some(_)) => (found.link, told.unsure),
            _ => (found.link, told.unsure && found.link == "none"),
        };
        self.judge("link", id, &told.link, link, open);
        self.findings(id, &told.findings, &found.findings, told.unsure);
    }

    /// Every code that is true, and every code that is said.
    fn findings<S: AsRef<str>>(&mut self, id: &str, told: &[String], found: &[S], unsure: bool) {
        for code in told {
            let said = found.iter().any(|f| f.as_ref() == code);
            self.judge("finding", id, code, if said { code } else { NONE }, unsure && !said);
        }
        for code in found.iter().map(AsRef::as_ref).filter(|f| !told.iter().any(|t| t == f)) {
            // Where the log with the cause is missing, all that can be said is that the push was refused.
            let general = unsure && code == "PN35" && !told.is_empty();
            self.note("finding", id, NONE, code, if general { Mark::Open } else { Mark::Wrong });
        }
    }

    fn absent(&mut self, id: &str, table: &'static str, word: &str, unsure: bool, found: usize) {
        let said = if found == 0 { ABSENT } else { "more than one" };
        self.note(table, id, word, said, if unsure && found == 0 { Mark::Open } else { Mark::Wrong });
    }

    fn judge(&mut self, table: &'static str, id: &str, told: &str, said: &str, open: bool) {
        let mark = match () {
            () if told == said => Mark::Right,
            () if open => Mark::Open,
            () => Mark::Wrong,
        };
        self.note(table, id, told, said, mark);
    }

    fn note(&mut self, table: &'static str, id: &str, told: &str, said: &str, mark: Mark) {
        let row = self.rows.entry((table, told.to_owned(), said.to_owned())).or_default();
        row[mark as usize] += 1;
        if mark == Mark::Wrong {
            self.mistakes.push(Mistake {
                table,
                call_id: id.to_owned(),
                truth: told.to_owned(),
                report: said.to_owned(),
            });
        }
    }

    fn close(self, truth: &Truth) -> Comparison {
        let mut out = Comparison {
            schema: "siptrail.check/1",
            calls: truth.calls.len() as u64,
            pushes: truth.pushes.len() as u64,
            mistakes: self.mistakes,
            ..Comparison::default()
        };
        for name in ["outcome", "verdict", "result", "link", "finding"] {
            let rows = self.rows.iter().filter(|((table, ..), _)| *table == name);
            let rows: Vec<Row> = rows
                .map(|((_, told, said), [right, open, wrong])| Row {
                    truth: told.clone(),
                    report: said.clone(),
                    right: *right,
                    open: *open,
                    wrong: *wrong,
                })
                .collect();
            out.right += rows.iter().map(|r| r.right).sum::<u64>();
            out.open += rows.iter().map(|r| r.open).sum::<u64>();
            out.wrong += rows.iter().map(|r| r.wrong).sum::<u64>();
            out.tables.push(Table { name, rows });
        }
        out
    }
}
