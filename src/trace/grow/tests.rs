//! Texts of which logs are made that grow.

use std::fmt::Write;

use proptest::prelude::*;

use super::super::{Source, Symbol};
use super::*;

const PREFIX: &str = "TL_INFO(TF_PROTOCOL) [0]0A1C.2B3C::10/15/2013-09:01:45.";

/// Texts of which logs are made: whole records, and what makes it hard to tell where one ends.
fn part() -> impl Strategy<Value = String> {
    let whole = |n: u32, name: u32, len: usize| {
        format!(
            "{PREFIX}{:03}.{n:08x} (SIPStack,SIPAdminLog::TraceRecord)[pool\\fe{name}]$$begin_record\r\nInstance-Id: {n:08x}\r\n\
             Direction: outgoing\r\nPeer: client.contoso.com:5061\r\nMessage-Type: request\r\nStart-Line: INVITE sip:a@contoso.com SIP/2.0\r\n\
             From: <sip:b@contoso.com>;tag=t{n}\r\nTo: <sip:a@contoso.com>\r\nCall-ID: c{}\r\nCSeq: 1 INVITE\r\n\
             Via: SIP/2.0/TLS 192.0.2.1;branch=z{n}\r\nUser-Agent: p{name}\r\nContent-Length: {len}\r\nMessage-Body: v=0\r\n$$end_record\r\n\r\n",
            n % 1000,
            n % 7
        )
    };
    let odd = prop::sample::select(vec![
        "$$begin_record\r\n",
        "$$end_record",
        "$$end_record\r\n",
        "Peer: x\r\n",
        "Start-Line: ACK sip:a@contoso.com SIP/2.0\r\n",
        "TL_INFO(TF_COMPONENT) [0]0A1C.2B3C::10/15/2013-09:01:46.000.00000009 (x)a line\r\n",
        "words\r\n",
        "\r\n",
        "> $$begin_record\r\n",
        "Content-Length: 5000\r\nMessage-Body: x\r\n",
        "TL_INFO(TF_PROTOCOL) [0]",
        "Call-ID: c1\r\n",
    ]);
    prop_oneof![
        20 => (any::<u32>(), 0u32..3).prop_map(move |(n, name)| whole(n, name, 5)),
        2 => (any::<u32>(), 0usize..20_000).prop_map(move |(n, len)| whole(n, 0, len)),
        6 => odd.prop_map(str::to_owned),
    ]
}

/// All that a trace tells, whatever the numbers of names.
fn told(trace: &Trace) -> String {
    let mut out = format!("{:?}\n{:?}\n", trace.problems(), trace.holders);
    for event in trace.events() {
        let plain = Event { call: Symbol(0), server: Symbol(0), identity: 0, ..*event };
        let name = |symbol| String::from_utf8_lossy(trace.symbol(symbol)).into_owned();
        let at = trace.location(event.file, event.start);
        let more = (trace.peer(event).map(<[u8]>::len), trace.facts(event), trace.identity(event).vias.len());
        let maker = trace.product(event).map(|m| String::from_utf8_lossy(m.text()).into_owned());
        let (call, server) = (name(event.call), name(event.server));
        writeln!(out, "{plain:?} {call} {server} {at} {more:?} {maker:?}").unwrap();
    }
    for source in trace.sources() {
        let servers: Vec<_> =
            source.servers.iter().map(|s| String::from_utf8_lossy(trace.symbol(*s)).into_owned()).collect();
        writeln!(out, "{servers:?} {:?}", Source { servers: Vec::new(), ..source.clone() }).unwrap();
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    /// Appended in pieces, a log says what it says as a whole, wherever it was cut.
    #[test]
    fn what_grew_is_as_if_read_as_a_whole(
        logs in prop::collection::vec(prop::collection::vec(part(), 1..120), 1..3),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let texts: Vec<String> = logs.iter().map(|parts| parts.concat()).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|c| c.index(1000)).collect();
        cuts.sort_unstable();
        cuts.push(1000);
        let mut before: Option<Trace> = None;
        for cut in cuts {
            let inputs = || texts.iter().enumerate().map(|(i, text)| {
                Input::from_bytes(format!("{i}.log"), &text.as_bytes()[..text.len() * cut / 1000])
            }).collect::<Vec<_>>();
            let options = LoadOptions::default();
            let grown = Trace::load_after(before.as_ref(), inputs(), &options);
            let moved = Trace::load_on(before, inputs(), &options);
            prop_assert_eq!(told(&moved), told(&grown));
            prop_assert_eq!(told(&grown), told(&Trace::load(inputs(), &options)));
            before = Some(grown);
        }
    }
}

/// What was read before is not read again: nobody would notice.
#[test]
fn of_a_log_that_grew_the_end_is_read() {
    let record = |n: u32| format!("{PREFIX}000.{n:08x} (x)$$begin_record\nCall-ID: c\nText: y\n$$end_record\n");
    let text: String = (0..2000).map(record).collect();
    let load = |before: Option<&Trace>, len: usize| {
        Trace::load_after(before, vec![Input::from_bytes("log", &text.as_bytes()[..len])], &LoadOptions::default())
    };
    let before = load(None, text.len() - 5000);
    let settled = before.follow.settled.as_ref().unwrap();
    let (kept, end) = (settled.files[0].count, settled.files[0].end);
    assert!(kept > 1500 && end > text.len() as u64 / 2, "{kept} {end}");
    assert_eq!(load(Some(&before), text.len()).events.len(), 2000);
}
