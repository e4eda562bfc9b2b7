//! Speed of the stages on generated traffic: `cargo bench --bench speed`.
//!
//! Bytes per second count the log's bytes. Times are measured here and asserted nowhere.

use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use siptrail::input::Input;
use siptrail::query::{Query, Table};
use siptrail::record;
use siptrail::report;
use siptrail::synth::{Extent, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

/// The log of the Front End of a generated deployment, about 60 MB.
static LOG: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let plan = Plan { extent: Extent::Bytes(80_000_000), ..Plan::default() };
    in_memory(&plan).0.into_iter().find(|(name, _)| name == "fe01.log").map_or_else(Vec::new, |(_, log)| log)
});

fn main() {
    divan::main();
}

fn trace() -> Trace {
    Trace::load(vec![Input::from_bytes("bench.log", LOG.clone())], &LoadOptions::default())
}

/// Records, start lines and identity headers only.
#[divan::bench(sample_count = 20)]
fn framing(bencher: Bencher<'_, '_>) {
    let log = &LOG[..];
    bencher
        .counter(BytesCount::of_slice(log))
        .bench(|| record::frame(log, record::CHUNK, |_| (), |(), raw| raw.end, |_, ()| ()).len());
}

/// Every header of every message.
#[divan::bench(sample_count = 20)]
fn sip(bencher: Bencher<'_, '_>) {
    let trace = trace();
    let headers = || trace.events().iter().filter_map(|e| trace.message(e)).map(|m| m.headers().count()).sum::<usize>();
    bencher.counter(BytesCount::of_slice(&LOG[..])).bench(headers);
}

/// From events to verdicts.
#[divan::bench(sample_count = 20)]
fn analysis_only(bencher: Bencher<'_, '_>) {
    let trace = trace();
    bencher.counter(BytesCount::of_slice(&LOG[..])).bench(|| siptrail::analyse(&trace, &Options::default()));
}

/// All of `siptrail report` but the opening of the file.
#[divan::bench(sample_count = 20)]
fn whole_report(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_slice(&LOG[..])).bench(|| {
        let trace = trace();
        let analysis = siptrail::analyse(&trace, &Options::default());
        let mut out = Vec::new();
        report::text::write(&report::digest(&trace, &analysis, &[]), &mut out).map(|()| out.len())
    });
}

/// Filters over a million calls: the terminal UI asks one at every key.
#[divan::bench(sample_count = 20, args = ["missed", "outcome:no_answer user:bob ring>5s -mobile", "contoso 408"])]
fn million_calls(bencher: Bencher<'_, '_>, text: &str) {
    static MANY: LazyLock<(Trace, siptrail::Analysis)> = LazyLock::new(|| {
        let trace = trace();
        let mut analysis = siptrail::analyse(&trace, &Options::default());
        analysis.calls = analysis.calls.iter().cycle().take(1_000_000).cloned().collect();
        (trace, analysis)
    });
    let (trace, analysis) = &*MANY;
    let Ok(query) = Query::parse(text) else { return };
    bencher.bench(|| query.bind(trace, analysis).rows(Table::Calls).len());
}

/// A text in the whole of every record.
#[divan::bench(sample_count = 20)]
fn raw_text(bencher: Bencher<'_, '_>) {
    let trace = trace();
    let analysis = siptrail::Analysis::default();
    let Ok(query) = Query::parse("raw:mcxuser9f2c") else { return };
    bencher.counter(BytesCount::of_slice(&LOG[..])).bench(|| query.bind(&trace, &analysis).rows(Table::Records).len());
}
