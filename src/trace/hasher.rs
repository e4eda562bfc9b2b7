//! What tells texts apart: seeded at random, so that no log can aim at collisions, and with a seed that can be kept, so that
//! an index that is read back tells them apart in the same way.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::{Mutex, OnceLock, PoisonError};

use foldhash::SharedSeed;

/// Makes hashes of texts of logs.
pub(crate) type Seeded = foldhash::fast::SeedableRandomState;

/// The seed of this process: one for all traces that it reads anew.
pub(super) fn own_seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| foldhash::quality::RandomState::default().hash_one(0u64))
}

/// The hasher of a seed.
pub(super) fn of(seed: u64) -> Seeded {
    // A hasher wants its seed for good; there are as many as indexes that were opened, and each is a few words.
    static SEEDS: Mutex<BTreeMap<u64, &'static SharedSeed>> = Mutex::new(BTreeMap::new());
    let mut seeds = SEEDS.lock().unwrap_or_else(PoisonError::into_inner);
    let shared = seeds.entry(seed).or_insert_with(|| Box::leak(Box::new(SharedSeed::from_u64(seed))));
    Seeded::with_seed(seed, shared)
}
