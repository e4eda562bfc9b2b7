//! Input made to hurt, beside normal traffic: `cargo bench --bench hostile`.
//!
//! Bytes per second of each case must stay within a third of those of normal traffic, and memory within a few times
//! the input: compare the lines. Times are asserted nowhere.

use std::fmt::Write;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use siptrail::input::Input;
use siptrail::report;
use siptrail::synth::{Extent, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Size of each case.
const SIZE: usize = 24 << 20;

fn main() {
    divan::main();
}

const CASES: [&str; 9] = [
    "normal traffic",
    "one Call-ID for everything",
    "forks of one call",
    "one record again and again",
    "headers of a megabyte",
    "empty records",
    "wrapped lines",
    "openers without end",
    "pushes of one user",
];

#[divan::bench(args = CASES, sample_count = 5, sample_size = 1)]
fn report_on(bencher: Bencher<'_, '_>, case: &str) {
    let log = text(case);
    bencher.counter(BytesCount::of_slice(&log)).with_inputs(|| log.clone()).bench_values(|log| {
        let trace = Trace::load(vec![Input::from_bytes("hostile.log", log)], &LoadOptions::default());
        let analysis = siptrail::analyse(&trace, &Options::default());
        let mut out = Vec::new();
        report::text::write(&report::digest(&trace, &analysis, &[]), &mut out).map(|()| out.len())
    });
}

fn text(case: &str) -> Vec<u8> {
    match case {
        "normal traffic" => {
            let plan = Plan { extent: Extent::Bytes(SIZE as u64), ..Plan::default() };
            in_memory(&plan).0.into_iter().map(|(_, log)| log).max_by_key(Vec::len).unwrap_or_default()
        }
        "one Call-ID for everything" => repeat(|n| message(n, "INVITE", "one", n, "z9hG4bKroot", "")),
        "forks of one call" => repeat(|n| message(n, "INVITE", "one", 1, &format!("z9hG4bK{n}"), "")),
        "one record again and again" => repeat(|_| message(1, "INVITE", "one", 1, "z9hG4bK1", "")),
        "headers of a megabyte" => {
            let long = format!("X-Long: {}\n", "y".repeat(1 << 20));
            repeat(|n| message(n, "INVITE", &n.to_string(), 1, "z9hG4bK1", &long))
        }
        "empty records" => repeat(|_| "$$begin_record\n$$end_record\n".to_owned()),
        "wrapped lines" => {
            let folded = format!("Supported: a{}\n", ",\nb".repeat(2_000));
            repeat(|n| message(n, "INVITE", &n.to_string(), 1, "z9hG4bK1", &folded))
        }
        "openers without end" => repeat(|_| "$$begin_record\nPeer: x\nStart-Line: INVITE sip:a SIP/2.0\n".to_owned()),
        _ => repeat(|n| message(n, "MESSAGE", &n.to_string(), 1, "z9hG4bK1", "")),
    }
}

fn repeat(piece: impl Fn(usize) -> String) -> Vec<u8> {
    let mut out = Vec::with_capacity(SIZE + (2 << 20));
    let mut n = 0;
    while out.len() < SIZE {
        out.extend_from_slice(piece(n).as_bytes());
        n += 1;
    }
    out
}

fn message(n: usize, method: &str, call_id: &str, cseq: usize, branch: &str, extra: &str) -> String {
    let mut out = String::new();
    let (minute, second, ms) = (n / 60_000 % 60, n / 1000 % 60, n % 1000);
    let (to, from) = if method == "MESSAGE" {
        ("sip:push@push.lync.com", "sip:McxUser0123456789abcdef0123456789abcdefbob@contoso.com")
    } else {
        ("sip:bob@contoso.com", "sip:alice@contoso.com")
    };
    let _ = write!(
        out,
        "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:{minute:02}:{second:02}.{ms:03}.{n:08x} (SIPStack,A::B:C.cpp(125))$$begin_record\n\
         Instance-Id: {n:08X}\nDirection: outgoing\nPeer: 192.0.2.9:5061\nMessage-Type: request\n\
         Start-Line: {method} {to} SIP/2.0\nFrom: <{from}>;tag=a\nTo: <{to}>\nCSeq: {cseq} {method}\nCall-ID: {call_id}\n\
         Via: SIP/2.0/TLS 192.0.2.1:5061;branch={branch}\nVia: SIP/2.0/TLS 192.0.2.2:4000;branch=z9hG4bKcaller\n\
         {extra}Content-Length: 0\nMessage-Body: -\n$$end_record\n"
    );
    out
}
