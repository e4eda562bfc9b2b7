//! What the logs know of a call or a push: decided from the records that were written and the stretches of time that
//! each log holds, never from what a reader of the logs makes of them.
//!
//! A judgement is known where it is beyond dispute: an outcome where a Front End on the way of the INVITE has a whole log
//! from the INVITE to the final, a result where a log holds the final or is whole to the end of the waiting time, a verdict
//! where the callee's Front End is whole until the call and its pushes are over. Everything else may stay open.

use super::Engine;
use crate::analysis::Outcome;
use crate::synth::faults::Fault;
use crate::synth::log::ServerLog;
use crate::synth::place::{Node, Topology};
use crate::synth::session::{Flight, Kept, Method, Session};
use crate::synth::truth;

/// Milliseconds after an INVITE without a final after which none will come, and what clocks may add.
const NO_FINAL: u64 = 190_000;
/// The same after a MESSAGE: 64*T1 (RFC 3261 section 17.1.2.2).
const NO_ANSWER: u64 = 34_000;
/// And for somebody who is asked for a password.
const NO_RETRY: u64 = 35_000;
/// What happens this long before or after a hole cannot be told from what happens inside: clocks and buffers.
pub(super) const MARGIN: u64 = 100;
/// The same where the logs of two servers are compared.
const ACROSS: u64 = 5_000;

/// A stretch of one server's log that has to be whole, in milliseconds since the logs began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    server: usize,
    from: u64,
    to: u64,
    /// The lines between its records count too.
    lines: bool,
}

impl Span {
    /// No hole, not before the log begins, not behind its end.
    fn is_whole(self, logs: &[ServerLog]) -> bool {
        logs.get(self.server).is_some_and(|log| {
            log.held.is_some_and(|(first, last)| first <= self.from && self.to <= last)
                && !log.was_blind(self.from.saturating_sub(MARGIN), self.to + MARGIN)
                && (!self.lines || log.has_clear_lines(self.from, self.to))
        })
    }
}

/// Ways to know a judgement: of one of them, every stretch has to be whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Proof(Vec<Vec<Span>>);

impl Proof {
    const NONE: Proof = Proof(Vec::new());

    fn certain() -> Proof {
        Proof(vec![Vec::new()])
    }

    fn span(server: usize, from: u64, to: u64) -> Proof {
        Proof(vec![vec![Span { server, from, to, lines: false }]])
    }

    /// The same with the lines between the records.
    fn with_lines(server: usize, from: u64, to: u64) -> Proof {
        Proof(vec![vec![Span { server, from, to, lines: true }]])
    }

    fn when(self, holds: bool) -> Proof {
        if holds { self } else { Proof::NONE }
    }

    fn or(mut self, other: Proof) -> Proof {
        self.0.extend(other.0);
        self
    }

    fn and(&self, other: &Proof) -> Proof {
        Proof(self.0.iter().flat_map(|a| other.0.iter().map(|b| [a.as_slice(), b].concat())).collect())
    }

    fn holds(&self, logs: &[ServerLog]) -> bool {
        self.0.iter().any(|way| way.iter().all(|span| span.is_whole(logs)))
    }
}

/// A judgement by its name, or the code of a cause; and what proves it.
pub(super) type Proofs = Vec<(String, Proof)>;

/// One record that a server wrote or should have written.
#[derive(Clone, Copy, Debug)]
struct Written<'s> {
    server: usize,
    at: u64,
    index: usize,
    flight: &'s Flight,
    whole: bool,
}

fn written(session: &Session) -> impl Iterator<Item = Written<'_>> {
    session.recs.iter().enumerate().filter_map(|(number, rec)| {
        let index = usize::from(rec.flight);
        let flight = session.flights.get(index)?;
        let Node::Server(server) = session.node(flight.leg, rec.node) else { return None };
        let at = session.start + u64::from(rec.at);
        let whole = session.kept.get(number) == Some(&Kept::Whole);
        Some(Written { server: usize::from(server), at, index, flight, whole })
    })
}

/// All records at a server up to a time are there, and there is one: the time of the first.
fn sound(session: &Session, server: usize, to: u64) -> Option<u64> {
    let mut records = written(session).filter(|w| w.server == server && w.at <= to).peekable();
    let first = records.peek()?.at;
    records.all(|w| w.whole).then_some(first)
}

/// The flight that takes the final answer to the caller.
fn final_flight(session: &Session) -> Option<usize> {
    let last = session.flights.iter().filter(|f| f.method == Method::Invite).map(|f| f.cseq).max()?;
    let ends = |f: &Flight| f.method == Method::Invite && f.status >= 200 && f.b == 0 && f.cseq == last;
    session.flights.iter().rposition(ends)
}

/// Until when a server has to be watched to know how an INVITE ended.
fn ended(session: &Session, server: usize) -> Option<u64> {
    let Some(last) = final_flight(session) else {
        return written(session).find(|w| w.server == server).map(|w| w.at + NO_FINAL);
    };
    let at = written(session).filter(|w| w.server == server && w.index == last).map(|w| w.at).max()?;
    Some(if session.flights[last].status == 407 { at + NO_RETRY } else { at })
}

/// A push, with what was done to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<'s> {
    pub(super) session: &'s Session,
    pub(super) fault: &'static Fault,
}

impl Sent<'_> {
    fn first(&self, server: usize) -> Option<u64> {
        written(self.session).find(|w| w.server == server).map(|w| w.at)
    }

    /// Whether another push was inside the Edge when this was.
    pub(super) fn is_crowded(&self, topology: &Topology, at_edge: &[u64]) -> bool {
        let edge = usize::from(topology.edge());
        self.first(edge).is_some_and(|at| {
            let from = at_edge.partition_point(|other| other + MARGIN < at);
            at_edge[from..].iter().take_while(|other| **other <= at + MARGIN).count() > 1
        })
    }

    fn finals(&self) -> impl Iterator<Item = Written<'_>> {
        written(self.session).filter(|w| w.flight.status >= 200)
    }

    /// No log has seen an answer.
    pub(super) fn answer_is_lost(&self) -> bool {
        let mut kept = self.session.recs.iter().zip(&self.session.kept);
        !kept.any(|(rec, kept)| {
            *kept != Kept::Lost && self.session.flights.get(usize::from(rec.flight)).is_some_and(|f| f.status >= 200)
        })
    }

    /// Its end on a server: the last record, or the end of the waiting time.
    fn end(&self, server: usize) -> Option<u64> {
        let last = self.finals().filter(|w| w.server == server).map(|w| w.at).max();
        Some(last.unwrap_or(self.first(server)? + NO_ANSWER))
    }

    fn has_request(&self) -> bool {
        written(self.session).any(|w| w.flight.status == 0 && w.whole)
    }

    fn result(&self) -> Proof {
        if self.finals().any(|w| w.whole) {
            // A wrong address is no push to a reader who sees the answer alone.
            return Proof::certain().when(self.fault.code != "PN11" || self.has_request());
        }
        if self.finals().next().is_some() {
            return Proof::NONE;
        }
        let holds = written(self.session).filter(|w| w.flight.status == 0 && w.whole);
        holds.fold(Proof::NONE, |proof, w| proof.or(Proof::span(w.server, w.at, w.at + NO_ANSWER)))
    }

    /// What proves a cause of this push.
    fn cause(&self, code: &str, topology: &Topology, crowded: bool) -> Proof {
        let edge = usize::from(topology.edge());
        let at_edge = || {
            let last = written(self.session).filter(|w| w.server == edge).map(|w| w.at).max();
            last.map_or(Proof::NONE, |last| {
                sound(self.session, edge, last).map_or(Proof::NONE, |from| Proof::with_lines(edge, from, last))
            })
        };
        match code {
            // A line of the component names no message: with two of them inside, it is about none.
            "PN06" => at_edge().when(!crowded),
            "PN01" | "PN02" | "PN31" => at_edge(),
            "PN08" => {
                let sender = written(self.session).find(|w| w.whole && w.server != edge);
                sender.map_or(Proof::NONE, |w| {
                    let away = Proof::span(edge, w.at.saturating_sub(ACROSS), w.at + NO_ANSWER + ACROSS);
                    self.result().and(&away)
                })
            }
            "PN32" => {
                let all = |server| {
                    let mut finals = self.finals().filter(|w| w.server == server).peekable();
                    finals.peek().is_some() && finals.all(|w| w.whole)
                };
                Proof::certain().when((0..=edge).any(all))
            }
            _ => self.result().when(self.fault.code != "PN11" || self.has_request()),
        }
    }

    /// What proves each judgement of a push; its call and all that happened to that user, if there is one.
    pub(super) fn proofs(
        &self,
        call: Option<&Session>,
        circle: &[&Session],
        topology: &Topology,
        crowded: bool,
    ) -> Proofs {
        let mut proofs = vec![("result".to_owned(), self.result())];
        if let Some(call) = call {
            let home = usize::from(topology.home(call.callee(0).user));
            let linked = self.first(home).and_then(|sent| {
                // Who else may have called is only known from all that went on.
                let to = if circle.len() > 2 { circle.iter().filter_map(|s| over(s, home)).max()? } else { sent + 5 };
                let from = circle.iter().filter_map(|s| sound(s, home, to)).collect::<Vec<_>>();
                let all = from.len() == circle.len();
                Some(Proof::span(home, from.into_iter().min()?, to).when(all))
            });
            proofs.push(("link".to_owned(), linked.unwrap_or_default()));
        }
        proofs.extend(self.fault.causes().iter().map(|code| ((*code).to_owned(), self.cause(code, topology, crowded))));
        proofs
    }
}

/// When the last record of a session was made on a server.
fn over(session: &Session, server: usize) -> Option<u64> {
    written(session).filter(|w| w.server == server).map(|w| w.at).max()
}

/// What proves each judgement of a call. `circle`: all sessions that have to do with its callee.
pub(super) fn call(
    session: &Session,
    told: &truth::Call,
    pushes: &[(Sent<'_>, bool)],
    circle: &[&Session],
    topology: &Topology,
) -> Proofs {
    let front_ends = 0..usize::from(topology.front_ends());
    let media = told.outcome == Outcome::MediaFailed.name();
    let how = front_ends.fold(Proof::NONE, |proof, server| {
        let end = if media { over(session, server) } else { ended(session, server) };
        let sound = end.and_then(|end| Some((sound(session, server, end)?, end)));
        proof.or(sound.map_or(Proof::NONE, |(from, to)| Proof::span(server, from, to)))
    });
    let home = usize::from(topology.home(session.callee(0).user));
    let verdict = ended(session, home).and_then(|end| {
        let ends = pushes.iter().filter_map(|(push, _)| push.end(home));
        let mut to = ends.chain([end]).max()?;
        if circle.len() > pushes.len() + 1 {
            to = circle.iter().filter_map(|s| over(s, home)).chain([to]).max()?;
        }
        let mut from = sound(session, home, to.min(end))?;
        for other in circle.iter().filter(|other| other.key != session.key) {
            from = from.min(sound(other, home, to)?);
        }
        Some(pushes.iter().fold(Proof::span(home, from, to), |proof, (push, _)| proof.and(&push.result())))
    });
    let verdict = verdict.unwrap_or_default();
    let mut proofs = vec![("outcome".to_owned(), how.clone()), ("verdict".to_owned(), verdict.clone())];
    for code in &told.findings {
        let of_push = pushes.iter().find(|(push, _)| push.fault.causes().contains(&code.as_str()));
        proofs.push((
            code.clone(),
            match (of_push, code.as_str()) {
                (Some((push, crowded)), code) => verdict.and(&push.cause(code, topology, *crowded)),
                // What holds for a platform or for two calls in a row is said of many: their logs have to be whole.
                (None, "PN21" | "PN22") => Proof::NONE,
                (None, "PN20" | "PN23" | "PN24" | "PN50" | "PN60") => verdict.clone(),
                (None, _) => how.clone(),
            },
        ));
    }
    proofs
}

impl Engine<'_> {
    /// Whether a log ends before a time.
    pub(super) fn ends_before(&self, servers: u32, time: u64) -> bool {
        let mut logs = self.logs.iter().enumerate().filter(|(n, _)| servers >> n & 1 == 1);
        logs.any(|(_, log)| log.held.is_none_or(|(_, last)| last < time))
    }
}

/// The names of what the logs prove.
pub(super) fn names(proofs: &Proofs, logs: &[ServerLog]) -> Vec<String> {
    proofs.iter().filter(|(_, proof)| proof.holds(logs)).map(|(name, _)| name.clone()).collect()
}
