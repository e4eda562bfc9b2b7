//! What can go wrong with a push, by the codes of the catalogue: what the logs then hold, and what is true of it.
//!
//! The texts are those of the vendor's servers; nothing here is read from the catalogue that the analyser matches with.

use crate::analysis::PushResult;

use super::rng::Rng;

/// Where a push ends, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// The clearing house takes it.
    Accepted,
    /// It takes it with an unusual code.
    Odd,
    /// It answers twice.
    Twice,
    /// It answers when the sender has given up; the Edge drops the answer.
    Late,
    /// It refuses it.
    House,
    /// The Edge refuses it.
    Edge,
    /// The Front End refuses it.
    FrontEnd,
    /// Nobody answers.
    Silent,
    /// It never comes in at the Edge.
    Lost,
    /// The mobility service has no address for the phone and sends none.
    NoPush,
}

/// One way to lose a push.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) course: Course,
    pub(super) status: u16,
    /// Header line of the refusal, without its name's end.
    pub(super) header: &'static str,
    /// Text, Result-Code and Data of the diagnostic record; empty: none.
    pub(super) record: [&'static str; 3],
    /// Component line before it; empty: none.
    pub(super) component: &'static str,
}

impl Fault {
    /// The codes of the catalogue that hold for such a push.
    pub(super) fn causes(&'static self) -> &'static [&'static str] {
        match self.code {
            // Nothing is wrong with the push itself.
            "" | "PN20" | "PN21" | "PN22" | "PN23" | "PN24" | "PN50" | "PN51" | "PN60" => &[],
            "PN08" => &["PN08", "PN30"],
            _ => std::slice::from_ref(&self.code),
        }
    }

    /// What the push comes to.
    pub(super) fn result(&self) -> PushResult {
        match self.course {
            Course::Accepted | Course::Odd | Course::Twice | Course::Late | Course::NoPush => PushResult::Accepted,
            Course::House => PushResult::Rejected,
            Course::Edge | Course::FrontEnd => PushResult::Unroutable,
            Course::Silent | Course::Lost => PushResult::Unanswered,
        }
    }
}

/// Nothing goes wrong.
pub(super) const FINE: Fault = Fault {
    code: "",
    course: Course::Accepted,
    status: 200,
    header: "ms-diagnostics-public: 30000;Reason=\"Success\"",
    record: ["", "", ""],
    component: "",
};

const fn edge(code: &'static str, status: u16, header: &'static str, record: [&'static str; 3]) -> Fault {
    Fault { code, course: Course::Edge, status, header, record, component: "" }
}

const fn other(code: &'static str, course: Course) -> Fault {
    Fault { code, course, status: 200, header: FINE.header, record: FINE.record, component: "" }
}

/// All faults; the first is none.
pub(super) static FAULTS: [Fault; 28] = [
    FINE,
    Fault {
        component: "Exit - domain [push.lync.com] is unknown and DNS SRV results did not match anything. Result 0xC3E93C5E(SIPPROXY_E_ROUTING)",
        ..edge(
            "PN01",
            504,
            "",
            [
                "The domain of the message is not configured and does not appear to belong to a federated partner",
                "0xc3e93c5e SIPPROXY_E_ROUTING",
                "domain=\"push.lync.com\";fqdn1=\"sipfed.online.lync.com:5061\"",
            ],
        )
    },
    edge(
        "PN03",
        504,
        "ms-diagnostics: 1009;reason=\"No match for domain in DNS SRV results\";domain=\"push.lync.com\";fqdn1=\"sipfed.litwareinc.com:5061\";source=\"edge01.contoso.com\"",
        [
            "The domain of the message resolved by DNS SRV but none of the FQDNs is in the same domain",
            "0xc3e93d6f SIPPROXY_E_EPROUTING_MSG_ALLOWED_DOMAIN_NO_SRV_MATCH",
            "domain=\"push.lync.com\";fqdn1=\"sipfed.litwareinc.com:5061\"",
        ],
    ),
    edge(
        "PN04",
        504,
        "ms-diagnostics: 1008;reason=\"Unable to resolve DNS SRV record\";domain=\"push.lync.com\";dns-srv-result=\"NegativeResult\";source=\"edge01.contoso.com\"",
        ["Unable to resolve DNS SRV record", "0xc3e93c5e SIPPROXY_E_ROUTING", "domain=\"push.lync.com\""],
    ),
    edge(
        "PN05",
        504,
        "ms-diagnostics: 1010;reason=\"Certificate trust with next-hop server could not be established.\";ErrorType=\"The peer certificate does not contain a matching FQDN\";tls-target=\"sipfed.online.lync.com\";PeerServer=\"sipfed.online.lync.com\";HRESULT=\"0x80090322(SEC_E_WRONG_PRINCIPAL)\";source=\"edge01.contoso.com\"",
        [
            "Message cannot be routed because the peer's certificate does not contain a matching FQDN",
            "0xc3e93d67 SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH",
            "expected-fqdn=\"sipfed.online.lync.com\";certName=\"sip.litwareinc.com\"",
        ],
    ),
    edge(
        "PN07",
        504,
        "ms-diagnostics: 1047;reason=\"Failed to complete TLS negotiation with a federated peer server\";WinsockFailureCode=\"10054(WSAECONNRESET)\";WinsockFailureDescription=\"The peer forced closure of the connection\";source=\"edge01.contoso.com\"",
        FINE.record,
    ),
    edge(
        "PN09",
        403,
        "ms-diagnostics: 1002;reason=\"From URI not authorized to communicate with federated partners\";source=\"edge01.contoso.com\"",
        FINE.record,
    ),
    edge(
        "PN12",
        404,
        "ms-diagnostics: 1017;reason=\"Cannot route From and To domains in this combination\";source=\"edge01.contoso.com\"",
        FINE.record,
    ),
    edge(
        "PN13",
        504,
        "ms-diagnostics: 1034;reason=\"Previous hop federated peer did not report diagnostic information\";source=\"edge01.contoso.com\"",
        FINE.record,
    ),
    edge(
        "PN14",
        504,
        "ms-diagnostics: 1007;reason=\"Temporarily cannot route\";source=\"edge01.contoso.com\"",
        FINE.record,
    ),
    other("PN20", Course::NoPush),
    other("PN30", Course::Silent),
    Fault { header: "ms-diagnostics-public: 30002;Reason=\"Notification queued\"", ..other("PN33", Course::Odd) },
    Fault { status: 503, header: "", ..other("PN35", Course::House) },
    // A platform without pushes: what one call draws holds for all its users, see `Mix::switched_off`.
    other("PN21", Course::NoPush),
    // The phone's side of the clearing house is in no trace: what is seen is an accepted push that nobody opened.
    other("PN50", Course::Accepted),
    // Nothing is wrong, and nothing is seen.
    other("PN51", Course::Accepted),
    Fault {
        component: "Exit - domain [push.lync.com] is unknown and DNS SRV results did not match anything. Result 0xC3E93C5E(SIPPROXY_E_ROUTING)",
        ..edge(
            "PN02",
            504,
            "",
            [
                "The domain of the message is not configured and does not appear to belong to a federated partner",
                "0xc3e93c5e SIPPROXY_E_ROUTING",
                "domain=\"push.lync.com\"",
            ],
        )
    },
    Fault {
        component: "Exit - domain [push.lync.com], TLS outgoing connection failures: sipfed.online.lync.com, certificate root not trusted. Result 0x800B0109(CERT_E_UNTRUSTEDROOT)",
        ..edge("PN06", 504, "", FINE.record)
    },
    other("PN08", Course::Lost),
    Fault {
        code: "PN10",
        course: Course::FrontEnd,
        status: 403,
        header: "ms-diagnostics: 16001;reason=\"The message was blocked by the IM URL filter\";source=\"fe01.contoso.com\";appName=\"IIMFilter\"",
        record: FINE.record,
        component: "",
    },
    edge("PN11", 404, "", FINE.record),
    // Ways of phones, not of pushes: the story of the call is chosen to fit.
    other("PN22", Course::Accepted),
    other("PN23", Course::NoPush),
    other("PN24", Course::NoPush),
    other("PN60", Course::Accepted),
    other("PN31", Course::Late),
    other("PN32", Course::Twice),
];

/// Without a wish: most pushes go well, and each of the common faults happens now and then.
const USUAL: [(&str, u32); 20] = [
    ("PN01", 40_000),
    ("PN02", 5_000),
    ("PN03", 15_000),
    ("PN04", 15_000),
    ("PN05", 10_000),
    ("PN06", 5_000),
    ("PN07", 10_000),
    ("PN08", 8_000),
    ("PN09", 10_000),
    ("PN10", 8_000),
    ("PN11", 5_000),
    ("PN12", 5_000),
    ("PN13", 8_000),
    ("PN14", 8_000),
    ("PN20", 40_000),
    ("PN30", 25_000),
    ("PN31", 5_000),
    ("PN32", 5_000),
    ("PN33", 8_000),
    ("PN35", 15_000),
];

/// Codes whose cause lies outside the trace, with the code that the trace then shows: pushes held back, without a way
/// out, refused, or accepted and not opened; apps that do not fetch; things that harm nobody.
const OUTSIDE: [(&str, &str); 16] = [
    ("PN25", "PN20"),
    ("PN26", "PN08"),
    ("PN34", "PN35"),
    ("PN40", "PN50"),
    ("PN41", "PN50"),
    ("PN42", "PN50"),
    ("PN43", "PN50"),
    ("PN44", "PN50"),
    ("PN45", "PN50"),
    ("PN46", "PN50"),
    ("PN47", "PN50"),
    ("PN48", "PN50"),
    ("PN49", "PN50"),
    ("PN61", "PN60"),
    ("PN62", "PN51"),
    ("PN63", "PN60"),
];

/// How often each fault happens, in millionths of the pushes.
#[derive(Clone, Debug)]
pub(super) struct Mix(Vec<(&'static Fault, u32)>);

impl Mix {
    /// The faults asked for, or the usual ones. The codes were looked up with [`find`].
    pub(super) fn new(wished: &[(&'static Fault, u32)]) -> Mix {
        if wished.is_empty() {
            return Mix(USUAL.iter().filter_map(|(code, rate)| Some((find(code)?, *rate))).collect());
        }
        Mix(wished.to_vec())
    }

    /// Whether pushes are switched off for one platform, Apple's: then no call to it causes any.
    pub(super) fn switched_off(&self) -> bool {
        self.0.iter().any(|(fault, rate)| fault.code == "PN21" && *rate > 0)
    }

    pub(super) fn draw(&self, rng: &mut Rng) -> &'static Fault {
        let mut left = rng.below(1_000_000);
        for (fault, rate) in &self.0 {
            if left < *rate {
                return fault;
            }
            left -= *rate;
        }
        &FAULTS[0]
    }
}

/// The fault of a code.
pub(super) fn find(code: &str) -> Option<&'static Fault> {
    let code = shown(code);
    FAULTS.iter().skip(1).find(|f| f.code == code)
}

/// The code that a trace shows for a code.
pub(super) fn shown(code: &str) -> &str {
    OUTSIDE.iter().find(|(outside, _)| *outside == code).map_or(code, |(_, shown)| shown)
}

/// All codes that can be asked for.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    FAULTS.iter().skip(1).map(|f| f.code).chain(OUTSIDE.iter().map(|(code, _)| *code))
}
