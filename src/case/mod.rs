//! A case: one call with its pushes, or one push, with all that a ticket needs of it.
//!
//! ```text
//! call, pushes ─┬─ cause in a sentence ─ proof: the record or line that says it, quoted ─ remedy
//!               ├─ victims: whom the same cause hit, from when to when, on which servers
//!               ├─ twin: the most similar call that worked
//!               └─ ask: the logs that would tell more, as the commands that get them
//! ```
//!
//! A [`Case`] is computed once and told by all: the head of `siptrail show`, cases in reports, the card of the terminal UI.

mod ask;
mod change;
mod index;
mod onset;
mod proof;
mod rank;
mod registration;
mod sentence;
mod shared;
mod sums;
mod twin;
mod whole;
mod why;

pub use ask::{Ask, asks, asks_of};
pub use change::{BINS, Change};
pub use index::{Hit, Index};
pub use onset::{Course, course, courses};
pub use proof::Proof;
pub use rank::{Weight, by_use, rank};
pub use registration::{Registration, registered, registrations, registrations_of};
pub use shared::{Shared, shared};
pub use twin::{Twin, twin};
pub use whole::{LeftOut, left_out};
pub use why::why_undetermined;

use crate::analysis::{Analysis, Call, Push};
use crate::knowledge::catalogue::{self, Finding, Step};
use crate::ladder::Subject;
use crate::text::plural;
use crate::time::Timestamp;
use crate::trace::Trace;

/// A call or push that is looked into.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case {
    /// Number of the call.
    pub call: Option<usize>,
    /// Numbers of its pushes.
    pub pushes: Vec<usize>,
    /// What became of it and why, in one sentence; made of log text, not safe for a terminal yet.
    pub sentence: String,
    /// The cause that leads: of several the one that somebody can do most about.
    pub cause: Option<&'static Finding>,
    /// What says so.
    pub proof: Option<Proof>,
    /// Whom else the cause hit.
    pub victims: Option<Victims>,
    /// Logs that would tell more.
    pub asks: Vec<Ask>,
}

/// Whom else a cause hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victims {
    /// Other calls with it.
    pub calls: usize,
    /// Other pushes with it that belong to no call with it.
    pub pushes: usize,
    /// Different users, the one of this case among them.
    pub users: usize,
    /// First and last time, this case among them.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Servers that every one of them went through, this case among them.
    pub servers: Vec<String>,
}

/// A piece of a card, in the order in which it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A name and what it says.
    Line(&'static str, String),
    /// A line of the log.
    Quote(String),
    /// A command, to be typed as it stands.
    Command(String),
}

impl Case {
    /// The case of a call or push; `None` for other records.
    pub fn new(trace: &Trace, analysis: &Analysis, index: &Index, subject: &Subject) -> Option<Case> {
        let (call, pushes) = parts(analysis, subject)?;
        let own: Option<&Call> = call.and_then(|i| analysis.calls.get(i));
        let told: Vec<&Push> = pushes.iter().filter_map(|i| analysis.pushes.get(*i)).collect();
        let cause = own.map_or_else(|| leading(told.iter().flat_map(|p| &p.findings)), |c| leading(&c.findings));
        let victims = cause.and_then(|c| victims(index, c, call, &pushes));
        Some(Case {
            sentence: sentence::sentence(trace, analysis, own, &told, cause),
            proof: proof::proof(trace, analysis, own, &told, cause),
            victims,
            asks: asks_of(trace, analysis, own, &told),
            cause,
            call,
            pushes,
        })
    }

    /// What is to be done about it.
    pub fn remedy(&self) -> &'static [Step] {
        self.cause.map_or(&[], |c| &c.steps)
    }

    /// The first command of the remedy.
    pub fn command(&self) -> Option<&'static str> {
        self.remedy().iter().find_map(|s| if let Step::Command(c) = s { Some(c.as_str()) } else { None })
    }

    /// The card: what is told of the case, piece by piece; texts of the log are not safe for a terminal yet.
    pub fn items(&self, analysis: &Analysis, twin: Option<&Twin>) -> Vec<Item> {
        let mut out = self.head();
        out.extend(self.to_do());
        out.extend(self.around(analysis, twin));
        for ask in &self.asks {
            out.push(Item::Line("ask for", ask.why.clone()));
            out.push(Item::Command(ask.command()));
        }
        out
    }

    /// The cause in one sentence, and the line that proves it.
    pub fn head(&self) -> Vec<Item> {
        let mut out = vec![Item::Line(if self.cause.is_some() { "cause" } else { "so" }, self.sentence.clone())];
        if let Some(proof) = &self.proof {
            out.push(Item::Line("proved by", format!("{}:{}", proof.place.file, proof.place.line)));
            out.extend(proof.quoted.iter().cloned().map(Item::Quote));
        }
        out
    }

    fn to_do(&self) -> Vec<Item> {
        let mut out = Vec::new();
        for (i, step) in self.remedy().iter().enumerate() {
            match step {
                Step::Text(text) => out.push(Item::Line(if i > 0 { "" } else { "do" }, text.clone())),
                Step::Command(command) => {
                    if i == 0 {
                        out.push(Item::Line("do", String::new()));
                    }
                    out.push(Item::Command(command.clone()));
                }
            }
        }
        out
    }

    /// Whom else it hit, and for whom it worked.
    pub fn around(&self, analysis: &Analysis, twin: Option<&Twin>) -> Vec<Item> {
        let mut out = Vec::new();
        if let Some(victims) = &self.victims {
            out.push(Item::Line("others", victims.in_words()));
            if !victims.servers.is_empty() {
                out.push(Item::Line("servers in common", some(&victims.servers)));
            }
        }
        out.extend(twin.and_then(|t| t.in_words(analysis)).map(|text| Item::Line("worked for", text)));
        out
    }
}

impl Victims {
    /// `118 other calls of 47 users, 2013-10-15 10:00:04 to 10:59:58`.
    pub fn in_words(&self) -> String {
        let pushes = match self.pushes {
            0 => String::new(),
            n => format!(" and {} without one", plural(n as u64, "push")),
        };
        let who = match (self.calls, self.pushes) {
            (0, 0) => return "none: this is the only case of the cause in these logs".to_owned(),
            (0, n) => format!("{} more", plural(n as u64, "push")),
            (1, _) => format!("1 other call{pushes}"),
            (n, _) => format!("{n} other calls{pushes}"),
        };
        let users = plural(self.users as u64, "user");
        let span = self.span.map_or(String::new(), |(first, last)| format!(", {}", between(first, last)));
        format!("{who}, {users} in all{span}")
    }
}

/// First and last time to the second, the day once where it is the same.
pub fn between(first: Timestamp, last: Timestamp) -> String {
    let second = |t: Timestamp| t.iso().get(..19).unwrap_or_default().replace('T', " ");
    let (first, last) = (second(first), second(last));
    if first == last {
        return format!("at {first}");
    }
    let same_day = first.get(..10) == last.get(..10);
    format!("{first} to {}", if same_day { last.get(11..).unwrap_or_default() } else { last.as_str() })
}

/// So many names are told.
const SOME: usize = 6;

fn some(names: &[String]) -> String {
    let shown = names.iter().take(SOME).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SOME) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The call and the pushes of a story.
pub fn parts(analysis: &Analysis, subject: &Subject) -> Option<(Option<usize>, Vec<usize>)> {
    let of_call = |i: usize| analysis.calls.get(i).map(|c| (Some(i), c.pushes.clone()));
    match subject {
        Subject::Call(i) => of_call(*i),
        Subject::Push(i) => {
            let push = analysis.pushes.get(*i)?;
            push.call.and_then(of_call).or_else(|| Some((None, vec![*i])))
        }
        Subject::Records(_) => None,
    }
}

/// Of several causes the one that somebody can do most about.
pub fn leading<'c>(codes: impl IntoIterator<Item = &'c &'static str>) -> Option<&'static Finding> {
    codes.into_iter().filter_map(|code| catalogue::find(code)).min_by_key(|f| (rank(f), &f.code))
}

fn victims(index: &Index, cause: &Finding, call: Option<usize>, pushes: &[usize]) -> Option<Victims> {
    let hit = index.hit(&cause.code)?;
    let is_own_call = call.is_some_and(|c| hit.calls.binary_search(&c).is_ok());
    let own_pushes = pushes.iter().filter(|p| hit.pushes.binary_search(p).is_ok()).count();
    Some(Victims {
        calls: hit.calls.len() - usize::from(is_own_call),
        pushes: hit.pushes.len() - own_pushes,
        users: hit.users,
        span: hit.span,
        servers: hit.servers.clone(),
    })
}
