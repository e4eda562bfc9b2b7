//! Records follow each other, and the report is the same whatever the chunk size and thread count.

use proptest::prelude::*;
use siptrail::record;

use crate::common::{report_in_chunks, root, scenarios};

fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = scenarios().into_iter().flat_map(|s| s.files).collect();
    for name in ["desktop-calls.log", "damaged-paste.txt", "cls-two-servers.log"] {
        files.push((name.to_owned(), std::fs::read(root("samples").join(name)).unwrap()));
    }
    // Found by mutating samples and by fuzzing: damaged openers that claim the start of another record.
    for entry in std::fs::read_dir(root("tests/damaged")).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read(path).unwrap()));
    }
    files
}

/// Records follow each other: none begins inside the one before.
fn in_order(bytes: &[u8]) -> bool {
    let parts = record::frame(bytes, usize::MAX, |_| (), |(), raw| (raw.start, raw.end), |_, ()| ());
    let records: Vec<(usize, usize)> = parts.into_iter().flat_map(|((), part)| part.records).collect();
    records.iter().all(|(start, end)| start < end && *end <= bytes.len())
        && records.windows(2).all(|pair| pair[0].1 <= pair[1].0)
}

#[test]
fn no_record_begins_inside_another() {
    for (name, bytes) in corpus() {
        assert!(in_order(&bytes), "{name}");
    }
}

#[test]
fn every_chunk_size_gives_the_same_report() {
    for file in corpus() {
        let whole = report_in_chunks(std::slice::from_ref(&file), usize::MAX >> 1);
        for chunk in [1, 7, 64, 200, 333, 512, 1000, 4096, 20_000] {
            // One byte a chunk is only tried on small texts: it reads each record once per byte.
            if chunk < 64 && file.1.len() > 20_000 {
                continue;
            }
            let parts = report_in_chunks(std::slice::from_ref(&file), chunk);
            assert!(whole == parts, "{} differs with chunks of {chunk} bytes", file.0);
        }
    }
}

#[test]
fn one_thread_gives_the_same_report_as_many() {
    let files = corpus();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| report_in_chunks(&files, 2048))
    };
    assert!(run(1) == run(4));
}

/// Pieces of traces, put together at random: records, halves of records, markers in wrong places, prose.
const PIECES: [&str; 13] = [
    "$$begin_record\n",
    "$$end_record\n",
    "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,X::Y:Z.cpp(125))$$begin_record\n",
    "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:46.669.000d0b32\n(SIPStack,X::Y:Z.cpp(125))$$begin_record\r\n",
    "TL_INFO(TF_COMPONENT) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,X) text\n",
    "Trace-Correlation-Id: 2003888399\nInstance-Id: 0000C23F\nDirection: incoming\nPeer: 192.0.2.1:5061\nMessage-Type: request\n",
    "Start-Line: INVITE sip:bob@contoso.com SIP/2.0\nFrom: <sip:a@contoso.com>;tag=1\nTo: <sip:bob@contoso.com>\nCall-ID: c1\nCSeq: 1 INVITE\n",
    "LogType: diagnostic\nSeverity: warning\nText: x\nSIP-Call-ID: c1\n",
    "Content-Length: 40\nMessage-Body: hello $$end_record\nand $$begin_record\n",
    "Message-Body: -\n",
    "1EDF.1F32::02/07/2012-09:14:03.538.0002f7c0 (SIPStack,X::Y:Z.cpp(125))$$begin_record\n",
    "\n\n",
    "prose with Peer: and $$ and words\n",
];

proptest! {
    #![proptest_config(crate::common::cases(400))]

    #[test]
    fn any_damage_frames_the_same_in_any_chunks(pieces in prop::collection::vec(0..PIECES.len(), 0..40), chunk in 1usize..600, cut in 0usize..40) {
        let mut text: String = pieces.iter().map(|i| PIECES[*i]).collect();
        text.truncate(text.len().saturating_sub(cut));
        prop_assert!(in_order(text.as_bytes()));
        let file = [("x.log".to_owned(), text.into_bytes())];
        prop_assert_eq!(report_in_chunks(&file, chunk), report_in_chunks(&file, usize::MAX >> 1));
    }
}
