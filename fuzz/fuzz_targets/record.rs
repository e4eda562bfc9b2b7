//! Framing: records lie in order, inside the text, and are the same whatever the chunk size.

#![no_main]

use libfuzzer_sys::fuzz_target;
use siptrail::record;

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let frame = |chunk: usize| -> Vec<(usize, usize)> {
        let mut out: Vec<(usize, usize)> = record::frame(bytes, chunk, |_| (), |(), raw| (raw.start, raw.end), |_, ()| ())
            .into_iter()
            .flat_map(|(_, done)| done.records)
            .collect();
        out.sort_unstable();
        out
    };
    let whole = frame(usize::MAX >> 1);
    let mut end = 0;
    for (from, to) in &whole {
        assert!(*from >= end && to > from && *to <= bytes.len());
        end = *to;
    }
    assert_eq!(whole, frame(usize::from(size).max(1) * 16));
});
