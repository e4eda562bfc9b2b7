//! What must hold for any bytes. Run by the fuzz targets, and by a mutating test of the suite where no fuzzer is to be
//! had.

use std::io::Write;

use siptrail::anonymise::{Key, Rewriter, Seen, remains};
use siptrail::input::Input;
use siptrail::query::{Query, Table};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace, export};

/// Names that stand in a record behind the bytes.
const PLANTED: &str = "\n\
TL_INFO(TF_PROTOCOL) [pool\\fe]0F14.1A2C::10/15/2013-09:00:01.669.00000001 (SIPStack,A::B:C.cpp(125))$$begin_record\n\
Instance-Id: 00000001\nDirection: outgoing\nPeer: 2001:db8:cafe::12\nMessage-Type: request\n\
Start-Line: INVITE sip:quagmire@litwareinc.com SIP/2.0\nFrom: \"Quagmire Waiting\"<sip:waiting@litwareinc.com>;tag=a\n\
To: \"Quag\nmire\" <sip:quag%6dire@litwareinc.com>\nCSeq: 1 INVITE\nCall-ID: quagmire@198.51.100.23\n\
Via: SIP/2.0/TLS 198.51.100.23:5061;branch=z9hG4bKquagmire\nContent-Type: text/plain\nMessage-Body: Quagmire, call litwareinc\n\
$$end_record\n";
const GONE: [&str; 6] = ["quagmire", "litwareinc", "waiting", "cafe::12", "198.51.100.23", "quag"];

/// Copies without names: never a panic, always an end, as many bytes as before, no planted name.
pub(crate) fn anonymise(bytes: &[u8]) {
    let text = [bytes, PLANTED.as_bytes()].concat();
    let seen = Seen::of([&text[..]]);
    let rewriter = Rewriter::new(&seen, &Key::new(*b"a key that everybody knows"), &[]);
    let mut copy = Vec::new();
    assert!(rewriter.rewrite(&text, &mut copy).is_ok());
    assert_eq!(copy.len(), text.len(), "lengths change");
    let feeds = |text: &[u8]| text.split(|b| *b == b'\n').count();
    assert_eq!(feeds(&copy), feeds(&text), "lines change");
    let planted = String::from_utf8_lossy(&copy[bytes.len()..]).to_lowercase();
    for name in GONE {
        assert!(!planted.contains(name), "{name} is left in {planted}");
    }
    let _ = remains(&seen, &copy, &[], |_| false);
}

/// A query, and behind its line a log that it is asked of.
pub(crate) fn query(bytes: &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let (query, log) = bytes.split_at(end);
    let Ok(query) = Query::parse(&String::from_utf8_lossy(query)) else { return };
    let trace = load(log);
    let analysis = siptrail::analyse(&trace, &Options::default());
    let bound = query.bind(&trace, &analysis);
    for table in [Table::Calls, Table::Pushes, Table::Messages, Table::Records] {
        assert!(bound.rows(table).len() <= bound.total(table), "more rows than there are");
    }
}

/// A file of any kind: packed, an archive, UTF-16 with a byte lost in the middle.
pub(crate) fn archive(bytes: &[u8]) {
    let Ok(mut file) = tempfile::Builder::new().suffix(".log").tempfile() else { return };
    if file.write_all(bytes).is_err() {
        return;
    }
    let opened = siptrail::input::open([file.path()]);
    let _ = Trace::load(opened.inputs, &LoadOptions::default());
    let mut wide: Vec<u8> = bytes.iter().take(2048).flat_map(|b| [*b, 0]).collect();
    if let Some(at) = bytes.first().map(|b| usize::from(*b) * 8).filter(|at| *at < wide.len()) {
        wide.remove(at);
    }
    let input = Input::from_bytes("wide.log", [&b"\xff\xfe"[..], &wide].concat());
    for at in [0, 1, wide.len() as u64 / 3] {
        assert!(input.original_offset(at.min(input.bytes().len() as u64)) <= wide.len() as u64 + 4);
    }
    let _ = Trace::load(vec![input], &LoadOptions::default());
}

/// Messages and captures of any log.
pub(crate) fn export(bytes: &[u8]) {
    let trace = load(bytes);
    let analysis = siptrail::analyse(&trace, &Options::default());
    let records: Vec<_> = (0..).take(trace.events().len()).map(siptrail::trace::EventId).collect();
    let mut out = Vec::new();
    assert!(export::sip(&trace, &records, &mut out).is_ok());
    out.clear();
    assert!(export::pcapng::write(&trace, &analysis, &records, &mut out).is_ok());
    // Every block of a capture says its length at both ends.
    let mut rest = &out[..];
    while !rest.is_empty() {
        let number = |at: usize| rest.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
        let length = number(4).unwrap_or(0) as usize;
        assert!(
            length >= 12 && length.is_multiple_of(4) && number(length - 4) == number(4),
            "a block of {length} bytes"
        );
        rest = &rest[length..];
    }
    for call in 0..analysis.calls.len().min(20) {
        for dialog in export::sipp::Dialog::of(&analysis, &[call], &[]) {
            let _ = export::sipp::scenario(&trace, &analysis, dialog);
        }
    }
}

/// A log whose index was damaged: the bytes lie over it, from the place on that the first two of them tell, or are all of
/// it.
pub(crate) fn index(bytes: &[u8]) {
    const LOG: &str = include_str!("seeds/anonymise/plain.log");
    let Ok(folder) = tempfile::tempdir() else { return };
    let index = siptrail::index::Index::new(folder.path(), b"fuzz").of_at_least(0);
    let report = |with: bool| {
        let inputs = vec![Input::from_bytes("fuzz.log", LOG.repeat(8))];
        let (trace, kept) = if with {
            index.load(inputs, &LoadOptions::default())
        } else {
            (Trace::load(inputs, &LoadOptions::default()), siptrail::index::Kept::nothing())
        };
        let analysis = kept.analyse(&trace, &Options::default(), siptrail::Depth::Causes);
        kept.save(&trace);
        let mut out = Vec::new();
        assert!(siptrail::report::write_json(&siptrail::report::report(&trace, &analysis, &[]), &mut out).is_ok());
        out
    };
    let truth = report(false);
    assert!(report(true) == truth, "an index changes the answer");
    let Some(entry) = index.folder().entries().into_iter().next() else {
        panic!("no index was written, so nothing was damaged");
    };
    let [low, high, rest @ ..] = bytes else { return };
    let at = usize::from(u16::from_le_bytes([*low, *high]));
    let mut damaged = if at == 0xffff { Vec::new() } else { std::fs::read(&entry.path).unwrap_or_default() };
    let at = if damaged.is_empty() { 0 } else { at % damaged.len() };
    damaged.resize(damaged.len().max(at + rest.len()), 0);
    if let Some(place) = damaged.get_mut(at..at + rest.len()) {
        place.copy_from_slice(rest);
    }
    if std::fs::write(&entry.path, damaged).is_ok() {
        assert!(report(true) == truth, "a damaged index changes the answer");
        assert!(report(true) == truth, "an index that was made again changes the answer");
    }
}

fn load(bytes: &[u8]) -> Trace {
    let options = LoadOptions { chunk: 512, ..LoadOptions::default() };
    Trace::load(vec![Input::from_bytes("fuzz.log", bytes)], &options)
}
