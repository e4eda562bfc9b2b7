//! Headers that depend on who wrote the message and on its method.

use super::address;
use super::session::{Body, Flow, Method, Note, Place, SERVER, Session, Step};
use super::text::{Blob, Put, hex, mix, pad, put, upper};

/// Header names that some stacks write in capitals.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) contact: &'static str,
    pub(super) length: &'static str,
    pub(super) kind: &'static str,
    pub(super) agent: &'static str,
    pub(super) server: &'static str,
    pub(super) supported: &'static str,
}

pub(super) const MIXED: Case = Case {
    contact: "Contact: ",
    length: "Content-Length: ",
    kind: "Content-Type: ",
    agent: "User-Agent: ",
    server: "Server: ",
    supported: "Supported: ",
};

pub(super) const CAPITALS: Case = Case {
    contact: "CONTACT: ",
    length: "CONTENT-LENGTH: ",
    kind: "CONTENT-TYPE: ",
    agent: "USER-AGENT: ",
    server: "SERVER: ",
    supported: "SUPPORTED: ",
};

const DESKTOPS: [&str; 4] = [
    "UCCAPI/15.0.4569.1503 OC/15.0.4569.1503 (Microsoft Lync)",
    "UCCAPI/4.0.7577.4415 OC/4.0.7577.4415 (Microsoft Lync 2010)",
    "UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)",
    "CPE/4.0.7577.4420 OCPhone/4.0.7577.4420 (Microsoft Lync Phone Edition)",
];

const MOBILES: [&str; 3] = [
    "RTCC/4.0.0.0 McxService/4.0.0.0 WPLync/4.3.8117.0 (Microsoft Windows CE 7.10.7720)",
    "RTCC/4.0.0.0 McxService/4.0.0.0 iPhoneLync/4.3.8110.0 (iPhone OS 7.0.6)",
    "RTCC/4.0.0.0 McxService/4.0.0.0 iPadLync/4.3.8110.0 (iPad OS 7.0.6)",
];

pub(super) fn routes(out: &mut Vec<u8>, session: &Session, step: &Step, eol: &str) {
    let opens = matches!(step.method, Method::Invite | Method::Subscribe);
    let signature = session.value(0x0516);
    if opens
        && step.leg != SERVER
        && (step.status > 100 && step.status < 300 || step.status == 0 && step.flow == Flow::Out)
    {
        put!(out => "Record-Route: <sip:fe01.contoso.com:5061;transport=tls;opaque=state:F:T:Eu:Ci.R",
            upper(signature & 0xFF_FFFF, 6));
        put!(out => "00;lr;ms-route-sig=", Blob(signature, 44), ">;tag=", upper(session.value(7), 16),
            upper(session.value(8), 16), eol);
    }
    let inside = step.status == 0 && step.leg > 0 && step.from != SERVER && !step.method.one_hop();
    if inside && step.flow == Flow::In {
        put!(out => "Route: <sip:fe01.contoso.com:5061;transport=tls;opaque=state:F:T:Eu:Ci.R",
            upper(signature & 0xFF_FFFF, 6));
        put!(out => "00;lr;ms-route-sig=", Blob(signature, 44), ">", eol);
    }
}

pub(super) fn credentials(out: &mut Vec<u8>, session: &Session, step: &Step, eol: &str) {
    let value = session.value(0xA0 + u64::from(step.txn));
    let register = step.method == Method::Register;
    match step.note {
        Note::Challenge => {
            let name = if register { "WWW-Authenticate: " } else { "Proxy-Authenticate: " };
            put!(out => name,
                "NTLM realm=\"SIP Communications Service\", targetname=\"fe01.contoso.com\", version=4",
                eol);
            put!(out => name,
                "Kerberos realm=\"SIP Communications Service\", targetname=\"sip/fe01.contoso.com\", version=4",
                eol);
            put!(out => name,
                "TLS-DSK realm=\"SIP Communications Service\", targetname=\"fe01.contoso.com\", version=4, ");
            put!(out => "sts-uri=\"https://pool01.contoso.com:443/CertProv/CertProvisioningService.svc\"",
                eol);
        }
        Note::Credentials => {
            put!(out => if register { "Authorization: " } else { "Proxy-Authorization: " });
            put!(out => "TLS-DSK qop=\"auth\", realm=\"SIP Communications Service\", opaque=\"",
                upper(value, 8));
            put!(out => "\", targetname=\"fe01.contoso.com\", ");
            if register {
                put!(out => "gssapi-data=\"", Blob(value, 420), "\", version=4", eol);
            } else {
                put!(out => "crand=\"", hex(value >> 32, 8), "\", cnum=\"", u64::from(step.cseq) + 3);
                put!(out => "\", response=\"", hex(mix(value, 1), 16), hex(mix(value, 2), 16),
                    hex(mix(value, 3), 8), "\"", eol);
            }
        }
        _ => {}
    }
    let signed = step.flow == Flow::Out && session.party(step.link).place == Place::Desktop;
    if signed && step.note != Note::Challenge && mix(value, 4).is_multiple_of(8) {
        put!(out => "Authentication-Info: TLS-DSK qop=\"auth\", opaque=\"", upper(value, 8),
            "\", srand=\"", upper(mix(value, 5), 8));
        put!(out => "\", snum=\"", u64::from(step.cseq) + 5, "\", rspauth=\"", hex(mix(value, 6), 16),
            hex(mix(value, 7), 16));
        put!(out => hex(mix(value, 8), 8),
            "\", targetname=\"fe01.contoso.com\", realm=\"SIP Communications Service\", version=4",
            eol);
    }
}

pub(super) fn has_contact(step: &Step) -> bool {
    let opens = matches!(step.method, Method::Invite | Method::Subscribe | Method::Register | Method::Message);
    opens
        && (step.status == 0 || (180..303).contains(&step.status))
        && !(step.method == Method::Message && step.status > 0)
}

pub(super) fn agent(out: &mut Vec<u8>, session: &Session, step: &Step, author: u8, case: &Case, eol: &str) {
    if author == SERVER {
        if step.status > 100 {
            put!(out => "Server: RTC/5.0", eol);
        }
        return;
    }
    let party = session.party(author);
    let choice = usize::from(mix(party.key, 12).to_le_bytes()[0]);
    let name = match party.place {
        Place::Mobile => MOBILES[choice % MOBILES.len()],
        Place::PushSender => "RTCC/4.0.0.0 McxService/4.0.0.0",
        Place::ClearingHouse if step.status == 504 => "RTC/5.0",
        Place::ClearingHouse => "RTCC/4.0.0.0 PnchApplication",
        Place::Mediation => "RTCC/5.0.0.0 MediationServer",
        _ => DESKTOPS[choice % DESKTOPS.len()],
    };
    // Clients answer with User-Agent, managed stacks with Server.
    let managed = matches!(party.place, Place::Mobile | Place::ClearingHouse | Place::Mediation);
    put!(out => if step.status > 0 && managed { case.server } else { case.agent }, name, eol);
}

pub(super) fn features(out: &mut Vec<u8>, session: &Session, step: &Step, case: &Case, eol: &str) {
    if step.method == Method::Invite && matches!(step.status, 0 | 180 | 183 | 200) {
        put!(out => case.supported, "ms-dialog-route-set-update", eol, case.supported, "timer", eol,
            case.supported, "histinfo", eol);
        if step.status == 0 {
            put!(out => "ms-keep-alive: UAC;hop-hop=yes", eol);
            put!(out => "Allow: INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, UPDATE, REFER, NOTIFY, BENOTIFY",
                eol);
            put!(out => "Ms-Conversation-ID: ", Blob(session.value(0xC1D), 22), "==", eol,
                case.supported, "ms-early-media", eol);
        } else {
            put!(out => "P-Asserted-Identity: \"User ", pad(u64::from(session.party(step.leg).user), 4),
                "\"<sip:");
            address::address(out, session.party(step.leg));
            put!(out => ">", eol);
        }
    }
    match step.method {
        Method::Subscribe | Method::Notify | Method::BeNotify => {
            put!(out => "Event: presence", eol);
            match (step.method, step.status) {
                (Method::Subscribe, 0) => {
                    put!(out => "Accept: application/msrtc-event-categories+xml, application/rlmi+xml, multipart/related",
                        eol, "Require: adhoclist, categoryList", eol, case.supported,
                        "ms-benotify, ms-piggyback-first-notify", eol);
                }
                (Method::Subscribe, _) => {
                    put!(out => "Expires: 22411", eol, "subscription-state: active;expires=22411", eol);
                }
                _ => {
                    put!(out => "subscription-state: active;expires=", 22_411 - u64::from(step.cseq),
                        eol);
                }
            }
        }
        Method::Register => {
            put!(out => "Event: registration", eol, case.supported,
                "gruu-10, adhoclist, msrtc-event-categories", eol);
            put!(out => "ms-keep-alive: UAC;hop-hop=yes", eol);
            if step.status == 200 {
                put!(out => "presence-state: register-action=\"added\"", eol, "Expires: 600", eol);
            }
        }
        Method::Message if step.body == Body::Push => {
            put!(out => "SUPPORTED: gruu-10", eol,
                "ms-asserted-verification-level: ms-source-verified-user=verified", eol);
        }
        _ => {}
    }
}
