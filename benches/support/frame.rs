//! What stands around the messages: prefix lines, component lines, diagnostic records.

use super::session::{Session, Step};
use super::sip;
use super::text::{Put, hex, mix, pad, put, upper};

/// How the log is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Lines end in CRLF, else in LF.
    pub(crate) crlf: bool,
    /// `[pool\server]`, upper-case sequence numbers and a correlation id, as CLS searches write them (2013 and
    /// later); else `[cpu]`, as OCSLogger does.
    pub(crate) cls: bool,
    /// Component lines in a hundred trace entries (records and component lines together), at most 90.
    pub(crate) component_percent: u32,
}

impl Default for Layout {
    fn default() -> Self {
        Self { crlf: true, cls: false, component_percent: 15 }
    }
}

/// Days of the months of 2014, the year the log is in.
const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Writes the clock of the prefix: milliseconds since 2014-03-14 09:00, in steps of 10 as the trace session counts.
pub(super) fn clock(out: &mut Vec<u8>, now: u64) {
    let ms = now / 10 * 10 + 9 * 3_600_000;
    let mut day = ms / 86_400_000 + 31 + 28 + 13;
    let mut year = 2014;
    while day >= 365 {
        day -= 365;
        year += 1;
    }
    let mut month = 1;
    for length in MONTHS {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    put!(out => pad(month, 2), "/", pad(day + 1, 2), "/", pad(year, 4), "-",
        pad(ms / 3_600_000 % 24, 2), ":");
    put!(out => pad(ms / 60_000 % 60, 2), ":", pad(ms / 1000 % 60, 2), ".", pad(ms % 1000, 3));
}

/// Where and when a trace entry was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) layout: Layout,
    pub(super) now: u64,
    pub(super) seq: u32,
    /// Chooses CPU and thread.
    pub(super) random: u64,
    /// Correlation id of the request being worked on.
    pub(super) correlation: u64,
}

impl Stamp {
    pub(super) fn eol(&self) -> &'static str {
        if self.layout.crlf { "\r\n" } else { "\n" }
    }

    /// `LEVEL(FLAG) [WHERE]PID.TID::TIME.SEQ (COMPONENT,FUNCTION:FILE(LINE))`
    pub(super) fn prefix(&self, out: &mut Vec<u8>, level: &str, flag: &str, place: &str) {
        put!(out => level, "(", flag, ") [");
        if self.layout.cls {
            put!(out => "pool01\\fe01");
        } else {
            put!(out => self.random & 3);
        }
        put!(out => "]0F14.", upper(0x1A00 + (self.random >> 2 & 7) * 0x2C, 4), "::");
        clock(out, self.now);
        let seq = u64::from(self.seq);
        put!(out => ".", if self.layout.cls { upper(seq, 8) } else { hex(seq, 8) }, " (SIPStack,",
            place, ")");
        if self.layout.cls {
            put!(out => " [", self.correlation, "] ");
        }
    }
}

/// A line of the routing or transport code.
pub(super) fn component(out: &mut Vec<u8>, stamp: &Stamp, session: &Session, step: &Step) {
    let random = mix(stamp.random, 77);
    let object = 0x051B_0000 + (random & 0xFFF0);
    match (random >> 20) % 6 {
        0 => {
            stamp.prefix(out, "TL_INFO", "TF_COMPONENT", "CSIPMessage::CacheConnectionFlags:SIPMessage.cpp(1677)");
            put!(out => "( ", upper(object, 16), " ) From client connection, CID [0x",
                upper(random & 0xFFFF, 4), "00]");
        }
        1 => {
            stamp.prefix(out, "TL_INFO", "TF_COMPONENT", "CSIPRequest::ProcessRoute:SIPRequest.cpp(2440)");
            put!(out => "( ", upper(object, 16), " ) Enter - ", step.method.name(), " callid=");
            sip::call_id(out, session);
        }
        2 => {
            stamp.prefix(out, "TL_INFO", "TF_COMPONENT", "CSIPRequest::RouteToContact:SIPRequest.cpp(3108)");
            put!(out => "( ", upper(object, 16), " ) Exit - routed to registered endpoint");
        }
        3 => {
            stamp.prefix(out, "TL_INFO", "TF_COMPONENT", "CRecvContext::OnRecvCompletion:RecvContext.cpp(219)");
            put!(out => "( ", upper(object, 16), " ) Received ", random % 4000 + 300, " bytes");
        }
        4 => {
            stamp.prefix(out, "TL_WARN", "TF_COMPONENT", "CSIPResponse::SelectBest:SIPResponse.cpp(871)");
            put!(out => "( ", upper(object, 16),
                " ) Exit - keeping earlier response. Result 0xC3E93C2F(SIPPROXY_E_UNKNOWN_USER_OR_EPID)");
        }
        _ => {
            stamp.prefix(out, "TL_INFO", "TF_COMPONENT", "CTransaction::StartTimer:Transaction.cpp(1422)");
            put!(out => "( ", upper(object, 16), " ) Timer started, ", random % 180 + 1, " s");
        }
    }
    put!(out => stamp.eol());
}

/// What a diagnostic record says: a message that went well, or one that did not.
pub(super) fn diagnostic(out: &mut Vec<u8>, stamp: &Stamp, session: &Session, step: &Step, fault: bool) {
    let eol = stamp.eol();
    let (level, severity) = if fault { ("TL_ERROR", "error") } else { ("TL_INFO", "information") };
    stamp.prefix(out, level, "TF_DIAG", "SIPAdminLog::WriteDiagnosticEvent:SIPAdminLog.cpp(830)");
    put!(out => "$$begin_record", eol, "LogType: diagnostic", eol, "Severity: ", severity, eol,
        "Text: ");
    if fault {
        put!(out => "Message was not delivered because its request could not be routed", eol);
        put!(out => "Result-Code: 0xc3e93c5e SIPPROXY_E_ROUTING", eol);
    } else {
        put!(out => if step.status > 0 { "Response" } else { "Request" }, " successfully routed", eol);
    }
    put!(out => "SIP-Start-Line: ");
    sip::start_line(out, session, step);
    put!(out => eol, "SIP-Call-ID: ");
    sip::call_id(out, session);
    put!(out => eol, "SIP-CSeq: ", step.cseq, " ", step.method.name(), eol, "Peer: ");
    super::route::peer(out, session, step);
    put!(out => eol, "Data: destination=\"");
    super::route::peer(out, session, step);
    put!(out => "\"", eol, "$$end_record", eol);
}
