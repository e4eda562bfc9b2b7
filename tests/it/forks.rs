//! Forks in ladders: every far end has a lane of its own, with the arrows of its leg.

use std::fmt::Write;

use siptrail::input::Input;
use siptrail::ladder::{self, Ladder, MAX_LANES, StepKind, Subject};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

/// A Front End's log, a message at a time.
#[derive(Default)]
struct Log {
    text: String,
    ms: usize,
}

impl Log {
    /// Received or sent, and with whom; `extra`: headers. The top Via of a leg is its name.
    fn add(&mut self, (way, peer): (&str, &str), start: &str, cseq: &str, tags: (&str, &str), leg: &str, extra: &str) {
        self.ms += 1;
        let kind = if start.starts_with("SIP/2.0") { "response" } else { "request" };
        let via = if leg.is_empty() {
            String::new()
        } else {
            format!("Via: SIP/2.0/TLS 192.0.2.11:5061;branch=z9hG4bK{leg}\r\n")
        };
        let (second, ms, n) = (self.ms / 1000, self.ms % 1000, self.ms);
        let to = if tags.1.is_empty() { String::new() } else { format!(";tag={}", tags.1) };
        write!(
            self.text,
            "TL_INFO(TF_PROTOCOL) [0]0B10.0C20::10/15/2013-09:01:{second:02}.{ms:03}.{n:08x} (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record\r\n\
             Instance-Id: {n:08X}\r\nDirection: {way}\r\nPeer: {peer}\r\nMessage-Type: {kind}\r\nStart-Line: {start}\r\n\
             From: <sip:ann@contoso.com>;tag={}\r\nTo: <sip:ben@contoso.com>{to}\r\nCSeq: {cseq}\r\nCall-ID: fork\r\n{via}\
             Via: SIP/2.0/TLS 192.0.2.51:50112;branch=z9hG4bKcaller\r\n{extra}Content-Length: 0\r\nMessage-Body: -\r\n$$end_record\r\n",
            tags.0,
        )
        .unwrap();
    }
}

const CALLER: &str = "192.0.2.51:50112";

fn ladder(log: Log) -> Ladder {
    let input = Input::from_bytes("fe01.log", log.text.into_bytes());
    let trace = Trace::load(vec![input], &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    ladder::build(&trace, &analysis, &Subject::Call(0))
}

/// `from > to: label` by the titles and devices of the lanes.
fn arrows(ladder: &Ladder) -> Vec<String> {
    let name = |lane: usize| {
        let lane = &ladder.lanes[lane];
        lane.device().unwrap_or(lane.title()).to_owned()
    };
    let arrow = |kind: &StepKind| match kind {
        StepKind::Arrow(a) => Some(format!("{} > {}: {}", name(a.from), name(a.to), a.label)),
        _ => None,
    };
    ladder.steps.iter().filter_map(|s| arrow(&s.kind)).collect()
}

#[test]
fn two_far_ends_behind_one_address_have_a_lane_each() {
    let mut log = Log::default();
    let edge = "192.0.2.21:5061";
    let desktop = "User-Agent: UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)\r\n";
    let phone = "Server: iPhoneLync/5.4.1106.0 (iPhone6_1 iPhoneOS 7.0)\r\n";
    log.add(("incoming", CALLER), "INVITE sip:ben@contoso.com SIP/2.0", "1 INVITE", ("a", ""), "", "");
    log.add(("outgoing", edge), "INVITE sip:192.0.2.21;opaque=d SIP/2.0", "1 INVITE", ("a", ""), "d", "");
    log.add(("outgoing", edge), "INVITE sip:192.0.2.21;opaque=p SIP/2.0", "1 INVITE", ("a", ""), "p", "");
    log.add(("incoming", edge), "SIP/2.0 180 Ringing", "1 INVITE", ("a", "d1"), "d", desktop);
    log.add(("incoming", edge), "SIP/2.0 180 Ringing", "1 INVITE", ("a", "p1"), "p", phone);
    log.add(("incoming", edge), "SIP/2.0 200 OK", "1 INVITE", ("a", "p1"), "p", phone);
    log.add(("outgoing", CALLER), "SIP/2.0 200 OK", "1 INVITE", ("a", "p1"), "", phone);
    log.add(("outgoing", edge), "CANCEL sip:192.0.2.21;opaque=d SIP/2.0", "1 CANCEL", ("a", ""), "d", "");
    log.add(("incoming", edge), "SIP/2.0 487 Request Terminated", "1 INVITE", ("a", "d1"), "d", desktop);
    log.add(("outgoing", edge), "ACK sip:ben@contoso.com SIP/2.0", "1 ACK", ("a", "p1"), "ack", "");
    let ladder = ladder(log);
    assert_eq!(
        arrows(&ladder),
        [
            "caller > Front End: INVITE",
            "Front End > Lync: INVITE",
            "Front End > iPhone: INVITE",
            "Lync > Front End: 180 Ringing",
            "iPhone > Front End: 180 Ringing",
            "iPhone > Front End: 200 OK",
            "Front End > caller: 200 OK",
            "Front End > Lync: CANCEL",
            "Lync > Front End: 487 Request Terminated",
            "Front End > iPhone: ACK",
        ]
    );
    let titles: Vec<&str> = ladder.lanes.iter().map(ladder::Lane::title).collect();
    assert_eq!(titles, ["caller", "Front End", "desktop", "mobile client"]);
}

#[test]
fn lanes_beyond_the_limit_are_counted() {
    let mut log = Log::default();
    log.add(("incoming", CALLER), "INVITE sip:ben@contoso.com SIP/2.0", "1 INVITE", ("a", ""), "", "");
    for n in 0..2_000 {
        let start = format!("INVITE sip:192.0.2.21;opaque={n} SIP/2.0");
        log.add(("outgoing", "192.0.2.21:5061"), &start, "1 INVITE", ("a", ""), &n.to_string(), "");
    }
    let ladder = ladder(log);
    assert_eq!(ladder.lanes.len(), MAX_LANES);
    // Two lanes are of the caller and the Front End.
    let more = format!("{} more", 2_000 - (MAX_LANES - 3));
    assert_eq!(ladder.lanes.last().and_then(ladder::Lane::subtitle), Some(more.as_str()));
}
