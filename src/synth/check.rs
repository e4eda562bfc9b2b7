//! A report held against the truth: confusion tables, what was judged wrongly, and what was left open without need.

mod marks;

use std::collections::BTreeMap;

use serde::Serialize;

use super::truth::{self, Truth};
use crate::analysis::{Link, Modality, Outcome, PushResult, Verdict};
use crate::report::model::{Call, Push, Report};

/// A word for what is not there.
const NONE: &str = "-";
/// The report has no such call or push.
const ABSENT: &str = "absent";
/// Left open, as outcome, verdict and result.
const UNDETERMINED: &str = "undetermined";
/// Left open, as link.
const NO_LINK: &str = "none";

/// How a kind of judgement came out: for each true word, what the report said and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// `outcome`, `verdict`, `result`, `link` or `finding`; where there are any also `modality`, `mark` (voice mail,
    /// reached later, superseded) and `message` (messages inside conversations that were missed).
    pub name: &'static str,
    /// One line for each pair of words that occurs, by the true word.
    pub rows: Vec<Tally>,
}

/// One pair of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// What is true.
    pub truth: String,
    /// What the report says.
    pub report: String,
    /// How often, and right.
    pub right: u64,
    /// How often, and the report left open what the logs cannot know.
    pub open: u64,
    /// How often, and the report left open what the logs do know.
    pub cautious: u64,
    /// How often, and wrong.
    pub wrong: u64,
}

/// One judgement that is wrong or too cautious.
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
    /// Judgements that are right.
    pub right: u64,
    /// Left open, and the logs cannot know.
    pub open: u64,
    /// Left open, although the logs know: a smaller fault than a wrong one.
    pub cautious: u64,
    /// Wrong.
    pub wrong: u64,
    /// One for each kind of judgement.
    pub tables: Vec<Table>,
    /// The wrong judgements, in the order of the truth.
    pub mistakes: Vec<Mistake>,
    /// Those that are too cautious, in the same order.
    pub cautions: Vec<Mistake>,
}

/// How one judgement came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Right,
    Open,
    Cautious,
    Wrong,
}

/// What the truth says of its own words: whether a judgement may stay open, and what is as good.
#[derive(Clone, Copy)]
struct Allowance<'t> {
    unsure: bool,
    known: &'t [String],
    or: &'t BTreeMap<String, Vec<String>>,
}

impl<'t> From<&'t truth::Call> for Allowance<'t> {
    fn from(told: &'t truth::Call) -> Allowance<'t> {
        Allowance { unsure: told.unsure, known: &told.known, or: &told.or }
    }
}

impl<'t> From<&'t truth::Push> for Allowance<'t> {
    fn from(told: &'t truth::Push) -> Allowance<'t> {
        Allowance { unsure: told.unsure, known: &told.known, or: &told.or }
    }
}

impl Allowance<'_> {
    /// The mark of a judgement that the report leaves open.
    fn left_open(self, judgement: &str) -> Mark {
        if self.allows(judgement) { Mark::Open } else { Mark::Cautious }
    }

    fn allows(self, judgement: &str) -> bool {
        self.unsure && !self.known.iter().any(|known| known == judgement)
    }

    fn as_good(self, judgement: &str, word: &str) -> Option<Mark> {
        self.or.get(judgement)?.iter().any(|good| good == word).then_some(Mark::Right)
    }
}

/// Holds a report against the truth about its logs.
pub fn check(truth: &Truth, report: &Report) -> Comparison {
    let mut book = Book::default();
    let calls = by_call_id(&report.calls, |c| &c.call_id);
    let pushes = by_call_id(&report.pushes, |p| &p.call_id);
    for told in &truth.calls {
        match calls.get(told.call_id.as_str()).map(Vec::as_slice) {
            Some([found]) => book.call(told, found),
            found => {
                book.absent(&told.call_id, "outcome", &told.outcome, told.into(), found.map_or(0, <[_]>::len));
            }
        }
    }
    for told in &truth.pushes {
        match pushes.get(told.call_id.as_str()).map(Vec::as_slice) {
            Some([found]) => book.push(told, found),
            found => {
                book.absent(&told.call_id, "result", &told.result, told.into(), found.map_or(0, <[_]>::len));
            }
        }
    }
    let known: std::collections::BTreeSet<&str> =
        truth.calls.iter().map(|c| c.call_id.as_str()).chain(truth.pushes.iter().map(|p| p.call_id.as_str())).collect();
    let invented = calls.keys().map(|k| ("outcome", *k)).chain(pushes.keys().map(|k| ("result", *k)));
    for (table, call_id) in invented.filter(|(_, k)| !known.contains(k)) {
        book.note(table, call_id, ABSENT, "invented", Mark::Wrong);
    }
    marks::messages(&mut book, truth, report);
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
    rows: BTreeMap<(&'static str, String, String), [u64; 4]>,
    mistakes: Vec<Mistake>,
    cautions: Vec<Mistake>,
}

impl Book {
    fn call(&mut self, told: &truth::Call, found: &Call) {
        let id = &told.call_id;
        let doubt = Allowance::from(told);
        let open = found.outcome == Outcome::Undetermined;
        self.judge("outcome", id, &told.outcome, found.outcome.name(), open.then(|| doubt.left_open("outcome")));
        let said = found.verdict.map_or(NONE, Verdict::name);
        let open = match said {
            UNDETERMINED => Some(doubt.left_open("verdict")),
            // Where the mobile leg is not in the logs, nothing says that a phone took part.
            NONE => doubt.allows("verdict").then_some(Mark::Open),
            said => doubt.as_good("verdict", said),
        };
        self.judge("verdict", id, told.verdict.as_deref().unwrap_or(NONE), said, open);
        if let Some(modality) = &told.modality {
            let said = found.modality.map_or(NONE, Modality::name);
            self.judge("modality", id, modality, said, (said == NONE && told.unsure).then_some(Mark::Open));
        }
        self.mark(id, "voice_mail", told.voice_mail, found.voice_mail, doubt);
        self.mark(id, "reached_later", told.reached_later, found.reached_later.is_some(), doubt);
        let vague = found.outcome == Outcome::Undetermined || said == UNDETERMINED;
        self.findings(id, &told.findings, &found.findings, doubt, vague);
    }

    fn push(&mut self, told: &truth::Push, found: &Push) {
        let id = &told.call_id;
        let doubt = Allowance::from(told);
        let open = found.result == PushResult::Undetermined;
        self.judge("result", id, &told.result, found.result.name(), open.then(|| doubt.left_open("result")));
        if told.synthetic != found.synthetic {
            let word = |synthetic| if synthetic { "synthetic" } else { "of a user" };
            self.note("result", id, word(told.synthetic), word(found.synthetic), Mark::Wrong);
        }
        self.mark(id, "superseded", told.superseded, found.superseded, doubt);
        let own = found.link.name();
        let (link, open) = match (&told.call, &found.call) {
            (Some(told), Some(found)) if told != found => ("another call", None),
            _ if doubt.as_good("link", own).is_some() => (own, Some(Mark::Right)),
            // How many calls compete depends on those that are in the logs.
            (Some(_), Some(_)) if doubt.allows("link") => (own, Some(Mark::Open)),
            (Some(_), Some(_)) => (own, (found.link == Link::Likely).then_some(Mark::Cautious)),
            (Some(_), None) => (own, Some(doubt.left_open("link"))),
            (None, _) => (own, None),
        };
        self.judge("link", id, &told.link, link, open);
        self.findings(
            id,
            &told.findings,
            &found.findings,
            doubt,
            open.is_some() && link == NO_LINK || found.result == PushResult::Undetermined,
        );
    }

    /// Every code that is true, and every code that is said. `vague`: the judgement that a cause explains is left open,
    /// and its cause with it; beside a definite one a cause that the logs know is missing.
    fn findings<S: AsRef<str>>(&mut self, id: &str, told: &[String], found: &[S], doubt: Allowance<'_>, vague: bool) {
        for code in told {
            let said = found.iter().any(|f| f.as_ref() == code);
            // Who knows only that nobody answered names the cause that is common to all such pushes.
            let common = code == "PN08" && found.iter().any(|f| f.as_ref() == "PN30");
            // That no push was needed is proven by absence alone, also beside a definite verdict.
            let common = common || code == "PN24" && doubt.unsure;
            let open = Some(doubt.left_open(code)).filter(|mark| *mark == Mark::Open || vague || common);
            self.judge("finding", id, code, if said { code } else { NONE }, open);
        }
        for code in found.iter().map(AsRef::as_ref).filter(|f| !told.iter().any(|t| t == f)) {
            // Where the log with the cause is missing, all that can be said is that the push was refused.
            let general = code == "PN35" && told.iter().any(|told| doubt.allows(told));
            let good = doubt.as_good("finding", code);
            self.note("finding", id, NONE, code, good.unwrap_or(if general { Mark::Open } else { Mark::Wrong }));
        }
    }

    fn absent(&mut self, id: &str, table: &'static str, word: &str, doubt: Allowance<'_>, found: usize) {
        let said = if found == 0 { ABSENT } else { "more than one" };
        self.note(table, id, word, said, if doubt.allows(table) && found == 0 { Mark::Open } else { Mark::Wrong });
    }

    /// `open`: how it counts that nothing definite is said; `None` where something is.
    fn judge(&mut self, table: &'static str, id: &str, told: &str, said: &str, open: Option<Mark>) {
        let mark = if told == said { Mark::Right } else { open.unwrap_or(Mark::Wrong) };
        self.note(table, id, told, said, mark);
    }

    fn note(&mut self, table: &'static str, id: &str, told: &str, said: &str, mark: Mark) {
        let row = self.rows.entry((table, told.to_owned(), said.to_owned())).or_default();
        row[mark as usize] += 1;
        let list = match mark {
            Mark::Right | Mark::Open => return,
            Mark::Cautious => &mut self.cautions,
            Mark::Wrong => &mut self.mistakes,
        };
        list.push(Mistake { table, call_id: id.to_owned(), truth: told.to_owned(), report: said.to_owned() });
    }

    fn close(self, truth: &Truth) -> Comparison {
        let mut out = Comparison {
            schema: "siptrail.check/1",
            calls: truth.calls.len() as u64,
            pushes: truth.pushes.len() as u64,
            mistakes: self.mistakes,
            cautions: self.cautions,
            ..Comparison::default()
        };
        for name in ["outcome", "verdict", "modality", "mark", "message", "result", "link", "finding"] {
            let rows = self.rows.iter().filter(|((table, ..), _)| *table == name);
            let rows: Vec<Tally> = rows
                .map(|((_, told, said), [right, open, cautious, wrong])| Tally {
                    truth: told.clone(),
                    report: said.clone(),
                    right: *right,
                    open: *open,
                    cautious: *cautious,
                    wrong: *wrong,
                })
                .collect();
            out.right += rows.iter().map(|r| r.right).sum::<u64>();
            out.open += rows.iter().map(|r| r.open).sum::<u64>();
            out.cautious += rows.iter().map(|r| r.cautious).sum::<u64>();
            out.wrong += rows.iter().map(|r| r.wrong).sum::<u64>();
            if !matches!(name, "modality" | "mark" | "message") || !rows.is_empty() {
                out.tables.push(Table { name, rows });
            }
        }
        out
    }
}
