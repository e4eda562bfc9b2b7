//! Many days of one deployment, with a fault that begins, is mended, and comes back.

use super::{FaultSpec, Plan};

/// What a day is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Before the fault.
    Healthy,
    /// The fault is there.
    Broken,
    /// It was mended.
    Mended,
    /// It is there again.
    Back,
}

impl Phase {
    /// The word of a file name.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Healthy => "healthy",
            Phase::Broken => "broken",
            Phase::Mended => "mended",
            Phase::Back => "back",
        }
    }

    /// Of a day, counted from 0, of so many: two sevenths healthy, two broken, two mended, and the last with the fault again.
    fn of(day: u32, days: u32) -> Phase {
        match u64::from(day) * 7 / u64::from(days.max(1)) {
            0..2 => Phase::Healthy,
            2..4 => Phase::Broken,
            4..6 => Phase::Mended,
            _ => Phase::Back,
        }
    }
}

/// The plan of each day: other traffic, the same servers. On days with the fault those of `fault` come to those of
/// the plan, which are what goes wrong on any day.
pub fn days(plan: &Plan, count: u32, fault: &[FaultSpec]) -> Vec<(Phase, Plan)> {
    let of = |day: u32| {
        let phase = Phase::of(day, count);
        let mut own = plan.clone();
        own.seed = plan.seed.wrapping_mul(1_000).wrapping_add(u64::from(day));
        own.day = plan.day + day;
        if matches!(phase, Phase::Broken | Phase::Back) {
            own.faults = [fault, &plan.faults].concat();
        }
        (phase, own)
    };
    (0..count).map(of).collect()
}
