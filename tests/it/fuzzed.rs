//! The inputs of the fuzz targets, mutated: what runs where no fuzzer is to be had.

use proptest::prelude::*;

use crate::common::{cases, root};
use crate::hostile::{change, changes};

#[path = "../../fuzz/checks.rs"]
mod checks;

/// The seeds of a target, by name.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = root("fuzz/seeds").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Cases of each target: more with `SIPTRAIL_FUZZ_CASES`, as `.ci/fuzz` does.
fn runs() -> ProptestConfig {
    cases(std::env::var("SIPTRAIL_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(60))
}

fn mutate(target: &str, check: fn(&[u8])) {
    let seeds = seeds(target);
    for seed in &seeds {
        check(seed);
    }
    let mut runner = proptest::test_runner::TestRunner::new(runs());
    let input = (0..seeds.len(), 0..seeds.len(), changes());
    runner
        .run(&input, |(one, other, all)| {
            let mut bytes = seeds[one].clone();
            for each in &all {
                change(&mut bytes, &seeds[other], each);
            }
            check(&bytes);
            Ok(())
        })
        .unwrap();
}

#[test]
fn mutated_logs_are_anonymised() {
    mutate("anonymise", checks::anonymise);
}

#[test]
fn mutated_queries_are_answered() {
    mutate("query", checks::query);
}

#[test]
fn mutated_archives_are_read() {
    mutate("archive", checks::archive);
}

#[test]
fn mutated_indexes_are_made_again() {
    mutate("index", checks::index);
}

#[test]
fn mutated_logs_are_exported() {
    mutate("export", checks::export);
}
