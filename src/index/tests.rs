use std::path::Path;

use proptest::prelude::*;

use super::container::{Bytes, Reader, decode, encode, write};
use super::*;
use crate::synth::{Extent, Plan, in_memory};
use crate::{Analysis, Depth, Options};

fn inputs() -> Vec<Input> {
    let plan = Plan { extent: Extent::Calls(30), gaps_ppm: 200_000, ..Plan::default() };
    in_memory(&plan).0.into_iter().map(|(name, text)| Input::from_bytes(name, text)).collect()
}

fn report(index: &Index) -> String {
    let (trace, kept) = index.load(inputs(), &LoadOptions::default());
    let analysis = kept.analyse(&trace, &Options::default(), Depth::Causes);
    kept.save(&trace);
    serde_json::to_string(&crate::report::report(&trace, &analysis, &[])).unwrap_or_default()
}

#[test]
fn what_is_read_back_is_what_was_kept() {
    let trace = Trace::load(inputs(), &LoadOptions::default());
    let analysis = crate::analyse(&trace, &Options::default());
    let bytes = encode(&analysis).unwrap();
    let mut back: Analysis = decode(&bytes).unwrap();
    back.complete();
    // Every field, the private ones too, but the directory of names, whose order is none.
    let told = |a: &Analysis| {
        format!("{:?}{:?}{:?}{:?}{:?}{:?}", a.calls, a.pushes, a.messages_inside, a.clocks, a.coverage, a.lone)
    };
    assert_eq!(told(&back), told(&analysis));
    assert!(analysis.calls.len() > 20 && !analysis.coverage.holes().is_empty());
    assert_eq!(encode(&back).unwrap(), bytes);
    for server in analysis.servers.all() {
        let name = server.name.as_deref().unwrap_or_default();
        assert_eq!(back.servers.find(name), analysis.servers.find(name));
    }
}

/// What one who knows the sums may write into the user's own folder: no panic, whatever the answer.
fn forge(path: &Path, program: u64, change: impl Fn(&str, &mut Vec<u8>)) {
    let reader = Reader::open(path, program).unwrap();
    let of = |s: &container::Section| {
        let mut bytes = reader.bytes(&s.name).unwrap();
        change(&s.name, &mut bytes);
        (s.name.clone(), bytes.into())
    };
    let sections: Vec<Bytes<'_>> = reader.head.sections.iter().map(of).collect();
    let mut file = tempfile::tempfile().unwrap();
    write(&mut file, program, reader.head.inputs.clone(), &sections).unwrap();
    let mut bytes = Vec::new();
    std::io::Seek::rewind(&mut file).unwrap();
    std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
    std::fs::write(path, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_was_forged_is_read_without_a_panic(
        section in 0usize..5,
        at in 0.0f64..1.0,
        new in prop::collection::vec(any::<u8>(), 1..9),
        cut in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::new(folder.path(), b"this").of_at_least(0);
        report(&index);
        let path = index.folder().entries()[0].path.clone();
        let name = ["facts", "records", "ties", "calls", "causes"][section];
        forge(&path, index.program, |own, bytes| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a length")]
            let at = (bytes.len() as f64 * at) as usize;
            if own == name {
                bytes.iter_mut().skip(at).zip(&new).for_each(|(b, n)| *b = *n);
                bytes.truncate(if cut { at } else { bytes.len() });
            }
        });
        let (trace, kept) = index.load(inputs(), &LoadOptions::default());
        kept.analyse(&trace, &Options::default(), Depth::Calls);
        kept.analyse(&trace, &Options::default(), Depth::Causes);
        if name == "ties" {
            // Other limits: all is judged again.
            kept.analyse(&trace, &Options { push_timeout_ms: 32_000, ..Options::default() }, Depth::Causes);
        }
    }
}
