//! Logs that are followed: what they tell, looked at again and again while they grow.
//!
//! ```text
//! trace, grown by Trace::load_on or Trace::load_after ── Follower ──► the analysis of all that is there
//!                                                           └ goes on from what it found last time
//! ```
//!
//! The answer is that of [`crate::analyse`], to the byte.

use crate::analysis::{self, Analysis, Followed, Options};
use crate::findings::{self, Known, Telling};
use crate::rules;
use crate::trace::Trace;

/// What was found of logs at the last look.
#[derive(Debug, Default)]
pub struct Follower {
    followed: Option<Followed>,
    known: Known,
    telling: Telling,
}

impl Follower {
    /// How many Call-IDs of calls and pushes were judged at the last look.
    pub fn judged(&self) -> usize {
        self.followed.as_ref().map_or(0, Followed::judged)
    }

    /// Calls and pushes of a trace with outcomes, verdicts and causes. Of one that grew from that of the last look only what the
    /// appended records touch is judged again, any other as a whole.
    pub fn analyse(&mut self, trace: &Trace, options: &Options) -> Analysis {
        let (mut telling, before_telling) = (Telling::default(), std::mem::take(&mut self.telling));
        let before = self.followed.take();
        let followed = rayon::in_place_scope(|scope| {
            scope.spawn(|_| telling = before_telling.read_on(trace));
            Followed::of(before, trace, options)
        });
        let (place, mut found) = followed.told();
        let needs_lines = findings::needs_lines(&found);
        let said = followed.said();
        let judge = || analysis::judge_as(trace, options, place, &mut found, Some(&said));
        let known = &self.known;
        let lines = || findings::Lines::on(trace, &telling, known, &followed, needs_lines);
        let ((), lines) = rayon::join(judge, lines);
        let mut out = analysis::together(place.clone(), found);
        findings::attach_on(trace, &mut out, lines, &mut self.known, (&followed, options));
        rules::apply(trace, &mut out);
        (self.followed, self.telling) = (Some(followed), telling);
        out
    }
}
