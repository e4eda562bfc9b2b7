//! One protocol record: fields, start line, headers, body.

use super::era::MAC;
use super::phone::Platform;
use super::place::{Endpoint, Node, Topology};
use super::session::{Body, Flight, Method, Note, Rec, Session, Tag};
use super::text::{Blob, Put, hex, mix, put, upper};
use super::{Era, LogFormat, address, body};

/// The reason phrase of a status.
fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        101 => "Progress Report",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        302 => "Moved Temporarily",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        420 => "Bad Extension",
        422 => "Session Interval Too Small",
        433 => "Anonymity Disallowed",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        480 => "Temporarily Unavailable",
        481 => "Call Leg/Transaction Does Not Exist",
        482 => "Loop Detected",
        484 => "Address Incomplete",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        500 => "Server Internal Error",
        503 => "Service Unavailable",
        504 => "Server time-out",
        603 => "Decline",
        606 => "Not Acceptable",
        _ => "Unknown",
    }
}

/// Request or status line.
pub(super) fn start_line(out: &mut Vec<u8>, topology: &Topology, session: &Session, flight: &Flight, sender: u8) {
    if flight.status == 0 {
        put!(out => flight.method.name(), " ");
        address::request_uri(out, topology, session, flight, sender);
        put!(out => " SIP/2.0");
    } else {
        put!(out => "SIP/2.0 ", flight.status, " ", phrase(flight.status));
    }
}

/// The correlation id that request and answer share on one server.
pub(super) fn correlation(session: &Session, flight: &Flight) -> u64 {
    session.value(0xC0_0000 + u64::from(flight.txn)) & 0xFFFF_FFFF
}

/// What one copy of a message needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copy<'a> {
    pub(super) topology: &'a Topology,
    pub(super) session: &'a Session,
    pub(super) flight: &'a Flight,
    pub(super) rec: Rec,
    pub(super) edge: bool,
    pub(super) format: LogFormat,
    pub(super) instance: u64,
}

impl Copy<'_> {
    /// The node on the other side of the record.
    pub(super) fn peer(&self) -> u8 {
        let node = self.rec.node;
        if self.flight.outward() == self.rec.incoming { node.saturating_sub(1) } else { node + 1 }
    }

    /// The node that sent this copy.
    fn sender(&self) -> u8 {
        if self.rec.incoming { self.peer() } else { self.rec.node }
    }

    /// Who wrote the message; `None`: a server on the way.
    fn author(&self) -> Option<Endpoint> {
        match self.session.node(self.flight.leg, self.flight.a) {
            Node::Party(index) => Some(self.session.party(index).place),
            Node::Server(_) if self.flight.status == 0 && self.flight.method != Method::Options => {
                match self.flight.method {
                    // A fork sends on what the caller wrote.
                    Method::Invite | Method::Message => Some(self.session.party(0).place),
                    _ => None,
                }
            }
            Node::Server(_) => None,
        }
    }

    /// Writes the record from its first field to `$$end_record`; `text` is for the body.
    pub(super) fn write(&self, out: &mut Vec<u8>, text: &mut Vec<u8>) {
        let (topology, session, flight) = (self.topology, self.session, self.flight);
        if self.format != LogFormat::R2 {
            put!(out => "Trace-Correlation-Id: ", correlation(session, flight), "\r\n");
        }
        put!(out => "Instance-Id: ", upper(self.instance, 8), "\r\n");
        self.direction(out);
        put!(out => "\r\nPeer: ");
        address::peer(out, topology, session, flight, self.peer(), self.rec.node);
        put!(out => "\r\nMessage-Type: ", if flight.status == 0 { "request" } else { "response" }, "\r\nStart-Line: ");
        start_line(out, topology, session, flight, self.sender());
        put!(out => "\r\nFrom: ");
        address::from(out, topology, session, flight);
        put!(out => "\r\nTo: ");
        address::to(out, topology, session, flight);
        put!(out => "\r\nCSeq: ", flight.cseq, " ", flight.method.name(), "\r\nCall-ID: ");
        address::call_id(out, session);
        put!(out => "\r\n");
        let author = self.author();
        let managed = matches!(
            author,
            Some(Endpoint::Mobile | Endpoint::Mac | Endpoint::PushSender | Endpoint::ClearingHouse | Endpoint::Test)
        );
        self.vias(out, managed);
        self.routes(out);
        self.credentials(out);
        text.clear();
        body::write(text, session, flight);
        let length = u64::try_from(text.len()).unwrap_or(0);
        put!(out => if managed { "CONTENT-LENGTH: " } else { "Content-Length: " }, length, "\r\n");
        self.who(out, author, managed);
        self.features(out);
        if flight.body != Body::None {
            put!(out => if managed { "CONTENT-TYPE: " } else { "Content-Type: " }, body::content_type(flight.body), "\r\n");
        }
        match flight.note {
            Note::Line(line) => put!(out => line, "\r\n"),
            Note::Fault(fault) if flight.status > 0 && !fault.header.is_empty() => put!(out => fault.header, "\r\n"),
            _ => {}
        }
        put!(out => "Message-Body: ");
        if text.is_empty() {
            put!(out => "-");
        }
        out.extend_from_slice(text);
        // The writer does not look at the body: one that ends in a line break leaves an empty line.
        put!(out => "\r\n$$end_record\r\n");
    }

    /// Version of the servers.
    fn release(&self) -> &'static str {
        self.topology.era.map_or(self.format.release(), Era::release)
    }

    fn own_host(&self) -> &str {
        match self.session.node(self.flight.leg, self.rec.node) {
            Node::Server(n) => self.topology.machines[usize::from(n)].host.as_str(),
            Node::Party(_) => "",
        }
    }

    fn direction(&self, out: &mut Vec<u8>) {
        put!(out => if self.rec.incoming { "Direction: incoming" } else { "Direction: outgoing" });
        if self.edge {
            let node = self.rec.node;
            let side = |at: u8| {
                if matches!(self.session.node(self.flight.leg, at), Node::Party(_)) {
                    "external edge"
                } else {
                    "internal edge"
                }
            };
            let (from, to) = if self.flight.outward() {
                (node.saturating_sub(1), node + 1)
            } else {
                (node + 1, node.saturating_sub(1))
            };
            let (made, ends) = (node == self.flight.a, node == self.flight.b);
            if !ends || self.rec.incoming {
                put!(out => ";source=\"", if made { "local" } else { side(from) }, "\";destination=\"",
                    if ends { "local" } else { side(to) }, "\"");
            }
        } else if !self.rec.incoming {
            put!(out => ";source=\"local\"");
        }
    }

    /// Requests repeat the header; answers of managed stacks join the entries with commas.
    fn vias(&self, out: &mut Vec<u8>, managed: bool) {
        let flight = self.flight;
        let joined = managed && flight.status > 0;
        let request = flight.status == 0;
        // The node of this stretch that is nearer to who asked: it put the top entry there.
        let (node, peer) = (self.rec.node, self.peer());
        let top = if flight.origin.abs_diff(node) < flight.origin.abs_diff(peer) { node } else { peer };
        let count = if flight.method.one_hop() { 0 } else { top.abs_diff(flight.origin) };
        for index in 0..=count {
            let at = if top >= flight.origin { top - index } else { top + index };
            put!(out => if joined && index > 0 { "," } else { "Via: " });
            address::via(out, self.topology, self.session, flight, at, !request || index > 0);
            if !joined || index == count {
                put!(out => "\r\n");
            }
            if index == 0 && request {
                put!(out => "Max-Forwards: ", u64::from(70 - count), "\r\n");
            }
        }
    }

    fn routes(&self, out: &mut Vec<u8>) {
        let flight = self.flight;
        let opens = matches!(flight.method, Method::Invite | Method::Subscribe);
        let said = flight.tag != Tag::Server && (flight.status == 0 || (101..300).contains(&flight.status));
        if opens && said {
            // A request has the servers that sent it on; an answer has all.
            let last = if flight.status == 0 { self.sender() } else { self.session.path(flight.leg).last() };
            for at in (0..=last).rev() {
                if let Node::Server(n) = self.session.node(flight.leg, at) {
                    let machine = &self.topology.machines[usize::from(n)];
                    put!(out => "Record-Route: <sip:", machine.host.as_str(), ":5061;transport=tls;opaque=state:F:T:Eu:Ci.R",
                        upper(self.session.value(0x516) & 0xFF_FFFF, 6), "00;lr;ms-route-sig=");
                    put!(out => Blob(self.session.value(0x516 + u64::from(n)), 44), ">;tag=", upper(self.session.value(7 + u64::from(n)), 16), "\r\n");
                }
            }
        } else if flight.status == 0
            && flight.tag != Tag::None
            && !flight.method.one_hop()
            && self.rec.incoming
            && let Node::Server(n) = self.session.node(flight.leg, self.rec.node)
        {
            put!(out => "Route: <sip:", self.topology.machines[usize::from(n)].host.as_str(), ":5061;transport=tls;opaque=state:F:T:Eu:Ci.R",
                    upper(self.session.value(0x516) & 0xFF_FFFF, 6), "00;lr;ms-route-sig=", Blob(self.session.value(0x516 + u64::from(n)), 44), ">\r\n");
        }
    }

    fn credentials(&self, out: &mut Vec<u8>) {
        let value = self.session.value(0xA0 + u64::from(self.flight.txn));
        let home = "fe01.contoso.com";
        match self.flight.note {
            Note::Challenge => {
                let name =
                    if self.flight.method == Method::Register { "WWW-Authenticate: " } else { "Proxy-Authenticate: " };
                put!(out => name, "NTLM realm=\"SIP Communications Service\", targetname=\"", home, "\", version=4\r\n");
                put!(out => name, "TLS-DSK realm=\"SIP Communications Service\", targetname=\"", home, "\", version=4, ");
                put!(out => "sts-uri=\"https://pool01.contoso.com:443/CertProv/CertProvisioningService.svc\"\r\n");
            }
            Note::Credentials => {
                put!(out => if self.flight.method == Method::Register { "Authorization: " } else { "Proxy-Authorization: " });
                put!(out => "TLS-DSK qop=\"auth\", realm=\"SIP Communications Service\", opaque=\"", upper(value, 8));
                put!(out => "\", targetname=\"", home, "\", crand=\"", hex(value >> 32, 8), "\", cnum=\"", u64::from(self.flight.cseq) + 3);
                put!(out => "\", response=\"", hex(mix(value, 1), 16), hex(mix(value, 2), 16), hex(mix(value, 3), 8), "\"\r\n");
            }
            _ => {}
        }
    }

    /// Contact, and what the author calls itself.
    fn who(&self, out: &mut Vec<u8>, author: Option<Endpoint>, managed: bool) {
        let flight = self.flight;
        let Some(place) = author else {
            if flight.status > 100 {
                put!(out => "Server: RTC/", self.release(), "\r\n");
            }
            return;
        };
        let party =
            if (flight.status > 0) == flight.flip { self.session.party(0) } else { self.session.callee(flight.leg) };
        let opens = matches!(flight.method, Method::Invite | Method::Subscribe | Method::Register | Method::Message);
        if let (Endpoint::PushSender, Some(era)) = (place, self.topology.era) {
            let by_mcx = !Platform::of(self.session.party(0).user, Some(era)).is_ucwa();
            let service = if by_mcx { "McxExternal" } else { "Ucwa" };
            put!(out => "CONTACT: <sip:pool01.contoso.com@contoso.com;gruu;opaque=srvr:", service, ":", Blob(mix(self.session.mcx, 8), 22));
            put!(out => ">;automata;text\r\nUSER-AGENT: ", era.push_sender(by_mcx), "\r\nSUPPORTED: gruu-10\r\n");
            if !by_mcx {
                put!(out => "P-Asserted-Identity: <sip:");
                address::user(out, self.session.party(0));
                put!(out => ">\r\n");
            }
            return;
        }
        if place == Endpoint::PushSender {
            put!(out => "CONTACT: <sip:pool01.contoso.com@contoso.com;gruu;opaque=srvr:McxExternal:", Blob(mix(self.session.mcx, 8), 22),
                ">;IsOutsideVoiceB2B;automata;actor=\"attendant\";text;audio;video;image\r\nUSER-AGENT: RTCC/4.0.0.0 McxService/4.0.0.0\r\nSUPPORTED: gruu-10\r\n");
            return;
        }
        if place == Endpoint::Test {
            put!(out => "CONTACT: <sip:", self.topology.machines[0].host.as_str(), ";transport=Tls>\r\nUSER-AGENT: RTCC/4.0.0.0\r\n");
            return;
        }
        if opens && place != Endpoint::ClearingHouse && (flight.status == 0 || (180..303).contains(&flight.status)) {
            put!(out => if managed { "CONTACT: <sip:" } else { "Contact: <sip:" });
            let own = if flight.status == 0 && !flight.flip { self.session.party(0) } else { party };
            address::user(out, own);
            put!(out => ";opaque=user:epid:", Blob(mix(own.key, 5), 22), "AA;gruu>\r\n");
        }
        match place {
            Endpoint::Mobile => {
                let era = self.topology.era;
                let product = Platform::of(party.user, era).product(era);
                put!(out => if flight.status > 0 { "SERVER: " } else { "USER-AGENT: " }, product, "\r\n");
            }
            Endpoint::ClearingHouse => put!(out => "SERVER: RTCC/4.0.0.0 PnchApplication\r\n"),
            Endpoint::VoiceMail => {
                put!(out => if flight.status > 0 { "Server: " } else { "User-Agent: " }, "RTCC/4.0.0.0 MSExchangeUM/15.00.0847.000\r\n");
            }
            Endpoint::Focus => put!(out => "Server: RTC/", self.release(), "\r\n"),
            Endpoint::Partner => {
                put!(out => "User-Agent: UCCAPI/15.0.4569.1503 OC/15.0.4569.1503 (Microsoft Lync)\r\n");
            }
            Endpoint::Mac => put!(out => if flight.status > 0 { "SERVER: " } else { "USER-AGENT: " }, MAC, "\r\n"),
            _ => put!(out => "User-Agent: ", self.topology.era.map_or(self.format.client(), Era::client), "\r\n"),
        }
    }

    fn features(&self, out: &mut Vec<u8>) {
        let flight = self.flight;
        match flight.method {
            Method::Invite if matches!(flight.status, 0 | 180 | 200) => {
                put!(out => "Supported: ms-dialog-route-set-update\r\nSupported: timer\r\nSupported: histinfo\r\n");
                if flight.status == 0 {
                    put!(out => "ms-keep-alive: UAC;hop-hop=yes\r\nAllow: INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, UPDATE, REFER, NOTIFY, BENOTIFY\r\n");
                    put!(out => "Ms-Conversation-ID: ", Blob(self.session.value(0xC1D), 22), "==\r\n");
                } else {
                    let party = self.session.callee(flight.leg);
                    put!(out => "P-Asserted-Identity: \"", super::place::first_name(party.user), " ", party.user, "\"<sip:");
                    address::user(out, party);
                    put!(out => ">\r\n");
                }
            }
            Method::Subscribe if flight.status == 0 => {
                put!(out => "Event: presence\r\nAccept: application/msrtc-event-categories+xml, application/rlmi+xml, multipart/related\r\nRequire: adhoclist, categoryList\r\nSupported: ms-benotify, ms-piggyback-first-notify\r\n");
            }
            Method::Subscribe | Method::BeNotify => {
                put!(out => "Event: presence\r\nsubscription-state: active;expires=22411\r\n");
            }
            Method::Register => {
                put!(out => "Event: registration\r\nSupported: gruu-10, adhoclist, msrtc-event-categories\r\nms-keep-alive: UAC;hop-hop=yes\r\n");
                if flight.status == 200 {
                    put!(out => "presence-state: register-action=\"added\"\r\nExpires: 600\r\n");
                }
            }
            _ => {}
        }
        if self.edge
            && flight.status > 0
            && self.session.callee(flight.leg).place == Endpoint::ClearingHouse
            && !self.rec.incoming
            && flight.tag != Tag::Server
        {
            put!(out => "ms-edge-proxy-message-trust: ms-source-type=DirectPartner;ms-ep-fqdn=", self.own_host(), ";ms-source-verified-user=verified;ms-source-network=federation\r\n");
        }
    }
}
