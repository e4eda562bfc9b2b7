//! A clock that was set ahead by mistake, and back again.
//!
//! Set ahead, it leaves what may as well be a silence; set back by as much, it tells that the silence was none.

use super::Step;
use crate::analysis::servers::ServerId;

/// Between two records of a server some time passes: by so much the two may differ, in milliseconds, and by so much of the
/// step.
const BETWEEN_MS: i64 = 60_000;
const SHARE: i64 = 4;

/// Of the long distances of one server, those that a later step back undoes: the clock was set ahead there.
pub(super) fn ahead_and_back(long: impl Iterator<Item = Step>, steps: &[Step], server: ServerId) -> Vec<Step> {
    let mut long: Vec<Step> = long.collect();
    let mut set = Vec::new();
    for back in steps.iter().filter(|s| s.server == server && s.by_ms < 0) {
        let most = BETWEEN_MS.min(-back.by_ms / SHARE);
        let undoes = |jump: &Step| jump.at < back.at && (0..=most).contains(&(jump.by_ms + back.by_ms));
        if let Some(at) = long.iter().rposition(undoes) {
            set.push(Step { by_ms: -back.by_ms, ..long.remove(at) });
        }
    }
    set
}
