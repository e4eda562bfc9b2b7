//! Since when a cause hits: first and last, its share of the attempts over time, and the time from which it is another.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::change::Change;
use super::sums::Sums;
use super::{Hit, Index};
use crate::analysis::Analysis;
use crate::time::Timestamp;

/// A cause over the time of the logs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Course {
    /// First and last time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Calls with the cause, and all of which the logs tell whether they have it, in [`BINS`](super::BINS) equal parts of the
    /// time of all calls.
    pub bins: Vec<(u32, u32)>,
    /// From when on its share is another by more than chance.
    pub change: Option<Change>,
}

impl Course {
    /// The share of the attempts, part by part, on its own scale; a blank where there were none.
    pub fn sparkline(&self, ascii: bool) -> String {
        let levels: &[char] =
            if ascii { &['.', ':', '|', '#'] } else { &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] };
        // Part of all as a fraction of the largest share: without floating point, so that it is the same everywhere.
        let largest = self.bins.iter().filter(|(_, all)| *all > 0).copied();
        let largest = largest.max_by(|a, b| (u64::from(a.0) * u64::from(b.1)).cmp(&(u64::from(b.0) * u64::from(a.1))));
        let Some((most, of)) = largest.filter(|(most, _)| *most > 0) else { return String::new() };
        let sign = |(part, all): &(u32, u32)| match (*part, *all) {
            (_, 0) => ' ',
            (0, _) => levels.first().copied().unwrap_or(' '),
            (part, all) => {
                let above = levels.len() as u128 - 1;
                let level = u128::from(part) * u128::from(of) * above / (u128::from(all) * u128::from(most)).max(1);
                levels.get(1 + usize::try_from(level).unwrap_or(0).min(levels.len() - 2)).copied().unwrap_or(' ')
            }
        };
        self.bins.iter().map(sign).collect()
    }
}

/// The course of every cause that hit calls. The attempts are the calls to mobile users, where the cause hit only such; else
/// all calls.
pub fn courses(analysis: &Analysis, index: &Index) -> BTreeMap<&'static str, Course> {
    let causes: Vec<_> = index.all().collect();
    causes.into_par_iter().map(|(code, hit)| (code, course(analysis, code, hit))).collect()
}

/// The course of one cause.
pub fn course(analysis: &Analysis, code: &'static str, hit: &Hit) -> Course {
    let (bins, change) = if hit.calls.is_empty() {
        (Vec::new(), None)
    } else {
        let parts = analysis.calls.par_chunks(PART).map(|part| Sums::partial(analysis, part, code));
        parts.reduce(Sums::default, Sums::join).finish()
    };
    Course { span: hit.span, bins, change }
}

/// Calls that are summed at a time.
const PART: usize = 65_536;
