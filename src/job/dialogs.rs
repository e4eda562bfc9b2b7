//! Calls and pushes on their way between tasks.

use std::hash::BuildHasher;

use serde::{Deserialize, Serialize};

use super::facts::{Placement, Surveyed, within};
use super::store::Manifest;
use super::{Job, JobError};
use crate::analysis::conversation::Said;
use crate::analysis::{self, Analysis, Call, Push, SessionMessage};
use crate::trace::Trace;
use crate::trace::part::{Cut, Join};

/// What stands where in all buckets together: bucket, and number there.
pub(super) type Key = (u32, u32);

/// Calls, pushes and messages inside conversations, each with its key; records by row.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Dialogs {
    pub(super) calls: Vec<(Key, Call)>,
    pub(super) pushes: Vec<(Key, Push)>,
    pub(super) messages: Vec<(Key, SessionMessage)>,
    /// What each call says of its conversation, where that is wanted.
    pub(super) said: Vec<Said>,
}

/// The same in the order of an analysis: what it holds, and the keys.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub(super) analysis: Analysis,
    pub(super) calls: Vec<Key>,
    pub(super) pushes: Vec<Key>,
    pub(super) messages: Vec<Key>,
    pub(super) said: Vec<Said>,
}

impl Dialogs {
    pub(super) fn of(bucket: u32, found: Analysis, said: Vec<Said>) -> Dialogs {
        fn keyed<T>(bucket: u32, all: Vec<T>) -> Vec<(Key, T)> {
            (0..).zip(all).map(|(i, one)| ((bucket, i), one)).collect()
        }
        Dialogs {
            calls: keyed(bucket, found.calls),
            pushes: keyed(bucket, found.pushes),
            messages: keyed(bucket, found.messages_inside),
            said,
        }
    }

    /// Those of each of so many buckets of users, as far as links ask of them. A call may be in several.
    pub(super) fn by_user(self, seed: u64, count: u32) -> Vec<Dialogs> {
        let hasher = foldhash::fast::FixedState::with_seed(seed);
        let at = |user: &str| usize::try_from(hasher.hash_one(user) % u64::from(count.max(1))).unwrap_or(0);
        let mut out: Vec<Dialogs> = Vec::new();
        out.resize_with(count as usize, Dialogs::default);
        let mut put = |bucket: usize, add: &mut dyn FnMut(&mut Dialogs)| out.get_mut(bucket).into_iter().for_each(add);
        for (key, call) in self.calls {
            let call = analysis::outline_of_call(call);
            let mut own: Vec<usize> = call.users().map(|user| at(&user)).collect();
            own.sort_unstable();
            own.dedup();
            for bucket in own {
                put(bucket, &mut |own| own.calls.push((key, call.clone())));
            }
        }
        for (key, push) in self.pushes {
            if let Some(user) = push.user.as_ref().map(|u| u.to_ascii_lowercase()) {
                let push = analysis::outline_of_push(push);
                put(at(&user), &mut |own| own.pushes.push((key, push.clone())));
            }
        }
        for (key, message) in self.messages {
            put(at(&message.to.to_ascii_lowercase()), &mut |own| own.messages.push((key, message.clone())));
        }
        out
    }

    /// In the order of an analysis. They are many, and put in order where they stand.
    pub(super) fn ordered(mut self) -> Ordered {
        /// Keys, and what they stand for in the place of both.
        fn apart<T>(all: Vec<(Key, T)>) -> (Vec<Key>, Vec<T>) {
            let keys = all.iter().map(|(key, _)| *key).collect();
            (keys, all.into_iter().map(|(_, one)| one).collect())
        }
        self.said.resize_with(self.calls.len(), Said::default);
        let mut order: Vec<usize> = (0..self.calls.len()).collect();
        order.sort_by_cached_key(|at| self.calls.get(*at).map(|(_, c)| analysis::place_of_call(c)));
        let said = order.iter().map(|at| self.said.get_mut(*at).map(std::mem::take).unwrap_or_default());
        let mut out = Ordered { said: said.collect(), ..Ordered::default() };
        self.calls.sort_by_cached_key(|(_, c)| analysis::place_of_call(c));
        self.pushes.sort_by_cached_key(|(_, p)| analysis::place_of_push(p));
        self.messages.sort_by_cached_key(|(_, m)| analysis::place_of_message(m));
        (out.calls, out.analysis.calls) = apart(self.calls);
        (out.pushes, out.analysis.pushes) = apart(self.pushes);
        (out.messages, out.analysis.messages_inside) = apart(self.messages);
        out
    }

    pub(super) fn extend(&mut self, more: Dialogs) {
        self.calls.extend(more.calls);
        self.pushes.extend(more.pushes);
        self.messages.extend(more.messages);
        self.said.extend(more.said);
    }
}

/// What a task of reduce leaves of calls and pushes: their records, then they themselves packed, since records can only be
/// read where they are known.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Left {
    pub(super) cut: Cut,
    pub(super) dialogs: Vec<u8>,
}

impl Left {
    /// Reads calls and pushes of many, in the order of these.
    pub(super) fn dialogs(
        all: impl IntoIterator<Item = Result<Left, JobError>>,
        trace: &Trace,
    ) -> Result<Dialogs, JobError> {
        let mut out = Dialogs::default();
        let broken = |e| JobError::new(format!("calls and pushes cannot be read: {e}; plan the job anew"));
        let read = |left: Result<Left, JobError>| {
            postcard::from_bytes(&left?.dialogs).map(|own| out.extend(own)).map_err(broken)
        };
        within(trace, || all.into_iter().try_for_each(read))?;
        Ok(out)
    }
}

/// The records of one bucket, with what all know of servers and clocks. With `asked`, also all that says something, and of the
/// bucket only the texts that it has.
pub(super) fn bucket(
    job: &Job,
    surveyed: &Surveyed,
    number: u32,
    asked: Option<Cut>,
) -> Result<(Trace, Analysis, u64), JobError> {
    let mut join = Join::default();
    let mut own = 0;
    let buckets = job.tasks(super::Step::Reduce);
    for (manifest, window) in surveyed.units.iter() {
        let part = window.part.saturating_mul(buckets).saturating_add(number);
        let mut cut: Cut = job.store.read(manifest, "buckets", part)?;
        own += cut.columns.rows.len() as u64;
        if asked.is_some() {
            cut.leave_texts();
        } else {
            cut.put_texts(job.store.read_bytes(manifest, "texts", part)?);
        }
        join.add(cut, window.base, false);
    }
    if let Some(asked) = asked {
        join.add(asked, (0, 0), false);
        add_told(job, surveyed.units.iter(), &mut join, true)?;
    }
    let kept = surveyed.units.kept(job)?;
    let (trace, placed) = surveyed.trace(job, join, kept)?;
    Ok((trace, placed, own))
}

/// Adds all that says something.
pub(super) fn add_told<'m>(
    job: &Job,
    units: impl Iterator<Item = (&'m Manifest, Placement)>,
    join: &mut Join,
    foreign: bool,
) -> Result<(), JobError> {
    for (manifest, window) in units {
        let told: Cut = job.store.read(manifest, "telling", window.part)?;
        join.add(told, window.base, foreign);
    }
    Ok(())
}
