//! Who takes part: a few thousand users, chosen so that what belongs together stays unambiguous.

use super::text::Rng;

/// Users of the pool; federated users have the same numbers in another domain.
const USERS: u32 = 6000;
/// Users with a mobile client: the first ones.
const MOBILE: u32 = 1200;

/// Hands out users.
#[derive(Clone, Debug, Default)]
pub(super) struct Cast {
    mobile: u32,
}

impl Cast {
    /// The next mobile user in turn: nobody has two pushes pending at once, so every push has one call it can belong to.
    pub(super) fn with_mobile(&mut self) -> u32 {
        self.mobile = (self.mobile + 1) % MOBILE;
        self.mobile
    }
}

/// Any user.
pub(super) fn anyone(rng: &mut Rng) -> u32 {
    rng.below(USERS)
}

/// A user without a mobile client.
pub(super) fn without_mobile(rng: &mut Rng) -> u32 {
    MOBILE + rng.below(USERS - MOBILE)
}
