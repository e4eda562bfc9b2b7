//! The whole program: any bytes give a report, as text and as JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace, report};

fuzz_target!(|bytes: &[u8]| {
    let trace =
        Trace::load(vec![Input::from_bytes("fuzz.log", bytes)], &LoadOptions { chunk: 512, ..LoadOptions::default() });
    let analysis = siptrail::analyse(&trace, &Options::default());
    let mut out = Vec::new();
    let _ = report::text::write(&report::digest(&trace, &analysis, &[]), &mut out);
    // The text report has colours of its own, `ESC [ ... m`; anything else comes from the log.
    let is_style = |rest: &[u8]| {
        let end = rest.iter().position(|b| !b"[;0123456789".contains(b));
        rest.starts_with(b"[") && end.is_some_and(|end| rest[end] == b'm')
    };
    assert!(out.split(|b| *b == 0x1b).skip(1).all(is_style), "an escape sequence reached the text report");
    out.clear();
    let _ = report::write_json(&report::report(&trace, &analysis, &[]), &mut out);
    assert!(!out.contains(&0x1b), "an escape sequence reached the JSON report");
});
