//! One to one: which push goes to which occasion of its user, as far as only one way is left.

use hashbrown::HashMap;

use super::fit::{Kind, Occasion};
use crate::analysis::Analysis;
use crate::analysis::pack::pack;

/// An occasion that may have caused a push. Of a user with many open calls each push has dozens, so they are small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// Of a call or of a message.
    number: u32,
    is_call: bool,
    pub(super) kind: Kind,
}

const _: () = assert!(size_of::<Edge>() == 8);

impl Edge {
    pub(super) fn new(occasion: Occasion, kind: Kind) -> Edge {
        let (number, is_call) = match occasion {
            Occasion::Call(number) => (number, true),
            Occasion::Message(number) => (number, false),
        };
        Edge { number, is_call, kind }
    }

    pub(super) fn occasion(self) -> Occasion {
        if self.is_call { Occasion::Call(self.number) } else { Occasion::Message(self.number) }
    }
}

/// Where a push goes.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Given {
    /// To this occasion; the others that fit.
    To(Occasion, Vec<Occasion>),
    /// To none; all that fit.
    None(Vec<Occasion>),
}

/// Another push for the same occasion follows within this: for a second device, or because the first failed.
const AGAIN_MS: i64 = 3_000;
/// The same where nothing else may have caused it.
const ALONE_MS: i64 = 6_000;
/// More rounds than this are a hostile log.
const ROUNDS: usize = 64;

/// Gives the pushes of one user, in order of time, to the occasions that fit them.
///
/// A prompt push takes an occasion that has none yet, where only one such is left for it. What is left over follows
/// within a moment on another push of the same occasion, or is the only one that an occasion has. Where a push has no
/// time, it is prompt by its order only: what comes behind it leaves it no occasion, and a second one is for the same
/// only ahead of its end.
pub(super) fn assign(analysis: &Analysis, rooms: &[usize], pushes: &[usize], edges: Vec<Vec<Edge>>) -> Vec<Given> {
    let mut to: Vec<Option<Occasion>> = vec![None; edges.len()];
    // A missed call takes a push of its own, apart from those for which it rang.
    let mut taken: HashMap<(Occasion, bool), usize> = HashMap::new();
    let sent = |i: usize| pushes.get(i).and_then(|p| analysis.pushes.get(*p)).and_then(|p| p.sent);
    for round in 0..ROUNDS {
        let mut changed = false;
        for (i, (slot, own)) in to.iter_mut().zip(&edges).enumerate().filter(|(_, (slot, _))| slot.is_none()) {
            if round > 0 && sent(i).is_none() {
                continue;
            }
            let mut free = own.iter().filter(|e| is_prompt(**e) && is_free(**e, rooms, &taken));
            if let (Some(only), None) = (free.next(), free.next()) {
                *slot = Some(only.occasion());
                *taken.entry((only.occasion(), only.kind == Kind::Missed)).or_default() += 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    for i in 0..edges.len() {
        let Some(own) = edges.get(i).filter(|_| to.get(i).is_some_and(Option::is_none)) else { continue };
        if own.iter().any(|e| is_prompt(*e) && is_free(*e, rooms, &taken)) {
            // A tie.
            continue;
        }
        let again = |e: &&Edge| {
            (0..i).rev().take(64).any(|j| {
                let near = || match sent(i).zip(sent(j)) {
                    Some((now, then)) => now.since(then) <= if own.len() == 1 { ALONE_MS } else { AGAIN_MS },
                    None => e.occasion().has_end(analysis),
                };
                matches!(e.kind, Kind::Prompt | Kind::Late)
                    && to.get(j).copied().flatten() == Some(e.occasion())
                    && near()
            })
        };
        let first =
            |e: &&Edge| matches!(e.kind, Kind::Late | Kind::VoiceMail) && !taken.contains_key(&(e.occasion(), false));
        let followed: Vec<Occasion> = own.iter().filter(again).map(|e| e.occasion()).collect();
        let alone: Vec<Occasion> = own.iter().filter(first).map(|e| e.occasion()).collect();
        let found = match (&followed[..], &alone[..]) {
            ([one], []) | ([], [one]) if own.len() == 1 || !followed.is_empty() => Some(*one),
            _ => None,
        };
        if let (Some(occasion), Some(slot)) = (found, to.get_mut(i)) {
            *slot = Some(occasion);
            *taken.entry((occasion, false)).or_default() += 1;
        }
    }
    to.into_iter()
        .zip(edges)
        .map(|(to, own)| {
            let mut all: Vec<Occasion> = own.iter().map(|e| e.occasion()).collect();
            match to {
                // A missed call has no push of its own, nor one that the voice mail took: it was over.
                Some(occasion)
                    if own
                        .iter()
                        .any(|e| e.occasion() == occasion && matches!(e.kind, Kind::Missed | Kind::VoiceMail)) =>
                {
                    Given::None(Vec::new())
                }
                Some(occasion) => {
                    all.retain(|o| *o != occasion);
                    pack(&mut all);
                    Given::To(occasion, all)
                }
                None => Given::None(all),
            }
        })
        .collect()
}

/// For each call, how many pushes it has room for: one for each phone that it rang at.
pub(super) fn rooms(analysis: &Analysis) -> Vec<usize> {
    analysis.calls.iter().map(|c| c.legs.iter().filter(|l| l.mobile).count().max(1)).collect()
}

/// Whether a push belongs to an occasion as soon as no other is left.
fn is_prompt(edge: Edge) -> bool {
    matches!(edge.kind, Kind::Prompt | Kind::Missed)
}

/// Whether an occasion has room for one more push.
fn is_free(edge: Edge, rooms: &[usize], taken: &HashMap<(Occasion, bool), usize>) -> bool {
    let missed = edge.kind == Kind::Missed;
    let used = taken.get(&(edge.occasion(), missed)).copied().unwrap_or(0);
    let room = match edge.occasion() {
        Occasion::Call(c) if !missed => rooms.get(c as usize).copied().unwrap_or(1),
        _ => 1,
    };
    used < room
}
