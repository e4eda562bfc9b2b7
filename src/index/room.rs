//! Room in memory for what is read out of an index.

/// Blocks that the C library takes from the heap of a thread, just below the size from which they are mapped each for itself.
const BLOCK: usize = 126 << 10;
/// The heap of a thread is not larger.
const HEAP: u64 = 60 << 20;

/// Has the C library enlarge the heap of this thread at once, by so many bytes at most, for the many small lists and texts that
/// will be made of that many. glibc enlarges the heap of a thread other than the first by a page at a time, each with a system
/// call that waits for all threads that touch new memory (`grow_heap` in its `malloc/arena.c`): a sixth of the time that an index of
/// 1 GB of logs takes. Nothing of it is touched but the head of each block, and nothing is held.
pub(super) fn make(bytes: u64) {
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        let blocks = usize::try_from(bytes.min(HEAP)).unwrap_or(0) / BLOCK;
        let blocks: Vec<Vec<u8>> = (0..blocks).map(|_| Vec::with_capacity(BLOCK)).collect();
        // What nobody looks at is not even asked for.
        std::hint::black_box(&blocks);
    }
}
