//! What the calls missed for one cause have in common.

use crate::analysis::Analysis;
use crate::findings::contrast;
use crate::report::model;
use crate::time::Timestamp;
use crate::trace::Trace;

/// All contrasts, in the order of the library.
pub(super) fn contrasts(trace: &Trace, analysis: &Analysis) -> Vec<model::Contrast> {
    let all = contrast::contrasts(trace, analysis).into_iter();
    all.map(|c| model::Contrast {
        may_be_chance: c.may_be_chance(),
        finding: c.finding,
        dimension: c.dimension.name(),
        value: c.value,
        missed: c.missed,
        missed_of: c.missed_of,
        missed_share: share(c.missed, c.missed_of),
        through: c.through,
        through_of: c.through_of,
        through_share: share(c.through, c.through_of),
        lift: c.lift.map(|l| (l * 100.0).round() / 100.0),
        chance: c.chance,
        since: c.since.map(Timestamp::iso),
    })
    .collect()
}

/// To three digits.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
fn share(part: usize, all: usize) -> f64 {
    (part as f64 / all.max(1) as f64 * 1000.0).round() / 1000.0
}
