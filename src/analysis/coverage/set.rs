//! A clock that was set ahead by mistake, and back again.
//!
//! Set ahead, it leaves what may as well be a silence; set back by as much, it tells that the silence was none.

use super::Step;
use crate::analysis::servers::ServerId;

/// Between two records of a server some time passes: by so much the two may differ, in milliseconds, and by so much of the
/// step.
const BETWEEN_MS: i64 = 60_000;
const SHARE: i64 = 4;

/// Pauses that are held against a step back.
const OPEN: usize = 64;

/// Of the long distances of one server, those that a later step back undoes: the clock was set ahead there. Where two
/// fit, nothing tells which it was. Both come in the order of the records.
pub(super) fn ahead_and_back(long: impl Iterator<Item = Step>, steps: &[Step], server: ServerId) -> Vec<Step> {
    let mut long = long.peekable();
    let (mut open, mut set): (Vec<Step>, Vec<Step>) = (Vec::new(), Vec::new());
    for back in steps.iter().filter(|s| s.server == server && s.by_ms < 0) {
        while let Some(jump) = long.next_if(|jump| jump.at < back.at) {
            open.push(jump);
        }
        open.drain(..open.len().saturating_sub(OPEN));
        let most = BETWEEN_MS.min(-back.by_ms / SHARE);
        let undoes = |jump: &Step| (0..=most).contains(&(jump.by_ms + back.by_ms));
        let mut fits = open.iter().enumerate().filter(|(_, jump)| undoes(jump)).map(|(i, _)| i);
        if let (Some(at), None) = (fits.next(), fits.next()) {
            set.push(Step { by_ms: -back.by_ms, ..open.remove(at) });
        }
    }
    set
}
