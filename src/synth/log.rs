//! The log of one server: its clock, its numbers, the lines between the records, its holes and damage.

use super::damage::{self, Damage};
use super::faults::Fault;
use super::message::{self, Copy};
use super::place::{Machine, Topology};
use super::rng::Rng;
use super::session::{Flight, Kept, Note, Rec, Session};
use super::text::{Put, hex, mix, put, upper};
use super::{LogFormat, Plan, address};

/// Component lines in a hundred records.
const COMPONENT_PERCENT: u32 = 14;
/// The logs begin at nine in the morning.
const MORNING: u64 = 9 * 3_600_000;

/// When a line is written, and for which request.
#[derive(Clone, Copy, Debug)]
struct Moment {
    now: u64,
    correlation: u64,
}

/// Which code writes a line.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    level: &'a str,
    function: &'a str,
    number: &'a str,
}

const RECORD: Line<'_> = Line {
    level: "TL_INFO(TF_PROTOCOL",
    function: "SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp",
    number: "(122)",
};
const DIAGNOSTIC: Line<'_> =
    Line { level: "TL_WARN(TF_DIAG", function: "SIPAdminLog::WriteDiagnosticEvent:SIPAdminLog.cpp", number: "(833)" };
const ROUTING: Line<'_> = Line {
    level: "TL_WARN(TF_COMPONENT",
    function: "CRemoteDomainRouting::OnSrvResult:RemoteDomainRouting.cpp",
    number: "(2440)",
};

/// One server's log while it is written.
#[derive(Debug)]
pub(super) struct ServerLog {
    number: usize,
    /// `pool\server` of the prefix.
    place: String,
    format: LogFormat,
    rng: Rng,
    seq: u64,
    instance: u64,
    /// How far the clock is ahead, in milliseconds, at the start; and how it drifts, in millionths.
    pub(super) offset_ms: i64,
    drift_ppm: i64,
    gaps_ppm: u32,
    damage_ppm: u32,
    /// Times at which the clock is set, and by how much.
    steps: Vec<(u64, i64)>,
    /// Times for which a story wants no messages; whether their numbers are missing too.
    silent: Vec<(u64, u64, bool)>,
    /// Times without a record, in order; the last may lie ahead.
    pub(super) holes: Vec<(u64, u64)>,
    /// What a reader sees of missing numbers: from the last line before them to the first behind, in order.
    blind: Vec<(u64, u64)>,
    /// When the last line was written that has its time and number.
    visible: u64,
    /// When records were written whose end is missing: the lines behind one may be taken for its body.
    open_ends: Vec<u64>,
    /// When its first and its last record was made.
    pub(super) held: Option<(u64, u64)>,
    /// Bytes that wait for the writer.
    pub(super) out: Vec<u8>,
    record: Vec<u8>,
    body: Vec<u8>,
    pub(super) records: u64,
    pub(super) missing: u64,
    pub(super) damaged: u64,
}

impl ServerLog {
    pub(super) fn new(plan: &Plan, number: usize, machine: &Machine) -> ServerLog {
        let mut rng = Rng::new(plan.seed, 100 + number as u64);
        let spread = |rng: &mut Rng, most: u32| i64::from(rng.below(2 * most + 1)) - i64::from(most);
        // The first Front End has the right time: it is what the others are compared with.
        let (offset_ms, drift_ppm) =
            if number == 0 { (0, 0) } else { (spread(&mut rng, plan.clock_skew_ms), spread(&mut rng, plan.drift_ppm)) };
        let seq = u64::from(rng.below(0x40_0000)) + 0x1_0000;
        let instance = u64::from(rng.below(0xE_0000)) + 0x1000;
        let mut log = ServerLog {
            number,
            place: format!("{}\\{}", machine.pool, machine.name),
            format: plan.format,
            rng,
            seq,
            instance,
            offset_ms,
            drift_ppm,
            gaps_ppm: plan.gaps_ppm,
            damage_ppm: plan.damage_ppm,
            steps: Vec::new(),
            silent: Vec::new(),
            holes: Vec::new(),
            blind: Vec::new(),
            visible: 0,
            open_ends: Vec::new(),
            held: None,
            out: Vec::new(),
            record: Vec::new(),
            body: Vec::new(),
            records: 0,
            missing: 0,
            damaged: 0,
        };
        if plan.without.contains(&machine.name) {
            log.holes.push((0, u64::MAX));
        } else {
            log.next_hole(0);
        }
        log
    }

    /// Draws the next time without records: some seconds long, so often that they make up the wanted share.
    fn next_hole(&mut self, after: u64) {
        if self.gaps_ppm == 0 {
            return;
        }
        let length = u64::from(self.rng.range(2_000, 40_000));
        let pause = length * 1_000_000 / u64::from(self.gaps_ppm);
        let from = after + pause / 2 + u64::from(self.rng.below(u32::try_from(pause).unwrap_or(u32::MAX)));
        self.holes.push((from, from + length));
    }

    /// Whether nothing is logged at this time.
    fn is_blind(&mut self, now: u64) -> bool {
        while let Some((from, to)) = self.holes.last().copied() {
            if now < from {
                return false;
            }
            if now < to {
                return true;
            }
            if self.gaps_ppm == 0 {
                return false;
            }
            self.next_hole(to);
        }
        false
    }

    /// Whether a stretch of time touches one without records.
    pub(super) fn was_blind(&self, from: u64, to: u64) -> bool {
        let first = self.holes.partition_point(|(_, end)| *end < from);
        self.holes.get(first).is_some_and(|(start, _)| *start <= to)
            || self.blind.get(self.blind.partition_point(|(_, end)| *end < from)).is_some_and(|(start, _)| *start <= to)
            || self.silent.iter().any(|(start, end, _)| *start <= to && from <= *end)
    }

    /// Whether the lines between the records of a stretch of time can be told from bodies.
    pub(super) fn has_clear_lines(&self, from: u64, to: u64) -> bool {
        self.open_ends.get(self.open_ends.partition_point(|at| *at < from)).is_none_or(|at| *at > to)
    }

    /// Numbers are missing from here on.
    fn lose(&mut self) {
        if self.blind.last().is_none_or(|(_, end)| *end < u64::MAX) {
            self.blind.push((self.visible, u64::MAX));
        }
    }

    /// A line with time and number is written.
    fn see(&mut self, now: u64) {
        self.visible = now;
        if let Some((_, end)) = self.blind.last_mut().filter(|(_, end)| *end == u64::MAX) {
            *end = now;
        }
    }

    /// Sets the clock. `doubtful`: from a hole in the log it cannot be told.
    pub(super) fn set_clock(&mut self, at: u64, by: i64, doubtful: bool) {
        self.steps.push((at, by));
        if doubtful {
            self.silent.push((at, at, true));
        }
    }

    /// Logs no messages for a while: with their numbers, or without as where the level is changed.
    pub(super) fn silence(&mut self, from: u64, to: u64, numbered: bool) {
        self.silent.push((from, to, numbered));
    }

    /// Writes one record of a session.
    pub(super) fn write(&mut self, topology: &Topology, session: &Session, rec: Rec, now: u64) -> Kept {
        let Some(flight) = session.flights.get(usize::from(rec.flight)) else { return Kept::Lost };
        let machine = &topology.machines[self.number];
        let copy =
            Copy { topology, session, flight, rec, edge: machine.edge, format: self.format, instance: self.instance };
        self.instance += 1;
        let made_here = flight.status >= 300 && rec.node == flight.a;
        let fault = match flight.note {
            Note::Fault(fault) if made_here => Some(fault),
            _ => None,
        };
        let chatter = self.rng.below(100) < COMPONENT_PERCENT;
        if self.is_blind(now) {
            let lines = fault.map_or(0, |f| u64::from(!f.record[0].is_empty()) + u64::from(!f.component.is_empty()));
            self.seq += 1 + u64::from(chatter) + lines;
            self.missing += 1;
            self.lose();
            return Kept::Lost;
        }
        let moment = Moment { now, correlation: message::correlation(session, flight) };
        if let Some((.., numbered)) = self.silent.iter().copied().find(|(from, to, _)| *from < now && now < *to) {
            self.missing += 1;
            if numbered {
                self.seq += 1 + u64::from(chatter);
                self.lose();
            } else if session.family.is_none() {
                self.diagnostic(&copy, "Response successfully routed", moment);
            }
            return Kept::Lost;
        }
        if chatter {
            self.see(now);
            self.chatter(session, moment);
        }
        if let Some(fault) = fault {
            self.reasons(&copy, fault, moment);
        }
        let mut taken = std::mem::take(&mut self.record);
        let record = &mut taken;
        record.clear();
        let line = if self.format == LogFormat::Lync2010 { "(125)" } else { "(122)" };
        self.prefix(record, moment, Line { number: line, ..RECORD });
        put!(record => "$$begin_record\r\n");
        let mut body = std::mem::take(&mut self.body);
        copy.write(record, &mut body);
        self.body = body;
        self.records += 1;
        self.held = Some((self.held.map_or(now, |(first, _)| first), now));
        let kept = self.append(record, now);
        self.record = taken;
        kept
    }

    /// Adds a record to the log, whole or damaged.
    fn append(&mut self, record: &[u8], now: u64) -> Kept {
        if self.damage_ppm == 0 || !self.rng.rare(self.damage_ppm) {
            self.see(now);
            self.out.extend_from_slice(record);
            return Kept::Whole;
        }
        self.damaged += 1;
        let damage = Damage::draw(&mut self.rng);
        if damage == Damage::NoEnd {
            self.open_ends.push(now);
        }
        if damage.hides_time() {
            self.lose();
        } else {
            self.see(now);
        }
        damage::apply(damage, record, &mut self.out, &mut self.rng);
        if damage.hides_time() {
            // What has no time and no number is as good as a hole for everything that goes on then.
            let at = self.holes.partition_point(|(from, _)| *from <= now);
            self.holes.insert(at, (now, now));
        }
        if damage.is_harmless() { Kept::Whole } else { Kept::Torn }
    }

    /// `LEVEL(FLAG) [WHERE]PID.TID::TIME.SEQ (COMPONENT,FUNCTION:FILE(LINE))`
    fn prefix(&mut self, out: &mut Vec<u8>, moment: Moment, line: Line<'_>) {
        let Moment { now, correlation } = moment;
        let random = mix(self.seq, 5);
        put!(out => line.level, ") [");
        if self.format == LogFormat::Cls {
            put!(out => self.place.as_str());
        } else {
            put!(out => random & 3);
        }
        let pid = 0x0F14 + 0x1A8 * self.number as u64;
        put!(out => "]", upper(pid, 4), ".", upper(0x1A00 + (random >> 2 & 7) * 0x2C, 4), "::");
        let true_ms = i64::try_from(now + MORNING).unwrap_or(i64::MAX);
        let drift = i64::try_from(now).unwrap_or(0) * self.drift_ppm / 1_000_000;
        let set: i64 = self.steps.iter().filter(|(at, _)| *at <= now).map(|(_, by)| by).sum();
        address::clock(out, u64::try_from(true_ms + self.offset_ms + drift + set).unwrap_or(0));
        self.seq += 1;
        put!(out => ".");
        if self.format == LogFormat::Cls {
            put!(out => upper(self.seq, 8));
        } else {
            put!(out => hex(self.seq, 8));
        }
        put!(out => " (SIPStack,", line.function, line.number, ")");
        if self.format == LogFormat::Cls {
            put!(out => " [", correlation, "] ");
        }
    }

    /// A line of the routing or transport code.
    fn chatter(&mut self, session: &Session, moment: Moment) {
        let random = mix(session.key, self.seq);
        let object = 0x051B_0000 + (random & 0xFFF0);
        let (function, number) = match (random >> 20) % 4 {
            0 => ("CSIPMessage::CacheConnectionFlags:SIPMessage.cpp", "(1677)"),
            1 => ("CSIPRequest::ProcessRoute:SIPRequest.cpp", "(2440)"),
            2 => ("CRecvContext::OnRecvCompletion:RecvContext.cpp", "(219)"),
            _ => ("CTransaction::StartTimer:Transaction.cpp", "(1422)"),
        };
        let mut taken = std::mem::take(&mut self.out);
        let out = &mut taken;
        self.prefix(out, moment, Line { level: "TL_INFO(TF_COMPONENT", function, number });
        put!(out => "( ", upper(object, 16), " ) ");
        match (random >> 20) % 4 {
            0 => put!(out => "From client connection, CID [0x", upper(random & 0xFFFF, 4), "00]\r\n"),
            1 => put!(out => "Exit - routed to registered endpoint\r\n"),
            2 => put!(out => "Received ", random % 4000 + 300, " bytes\r\n"),
            _ => put!(out => "Timer started, ", random % 180 + 1, " s\r\n"),
        }
        self.out = taken;
    }

    /// What a server goes on to write when its level is diagnostics only.
    fn diagnostic(&mut self, copy: &Copy<'_>, said: &str, moment: Moment) {
        let mut taken = std::mem::take(&mut self.out);
        let out = &mut taken;
        self.prefix(out, moment, DIAGNOSTIC);
        put!(out => "$$begin_record\r\nLogType: diagnostic\r\nSeverity: information\r\nText: ", said, "\r\nSIP-Start-Line: ");
        message::start_line(out, copy.topology, copy.session, copy.flight, copy.peer());
        put!(out => "\r\nSIP-Call-ID: ");
        address::call_id(out, copy.session);
        put!(out => "\r\nSIP-CSeq: ", copy.flight.cseq, " ", copy.flight.method.name(), "\r\nPeer: ");
        address::peer(out, copy.topology, copy.session, copy.flight, copy.peer(), copy.rec.node);
        put!(out => "\r\n$$end_record\r\n");
        self.records += 1;
        self.out = taken;
    }

    /// What a server writes when it refuses a message: component line and diagnostic record.
    fn reasons(&mut self, copy: &Copy<'_>, fault: &Fault, moment: Moment) {
        let Copy { topology, session, flight, .. } = *copy;
        let mut taken = std::mem::take(&mut self.out);
        let out = &mut taken;
        if !fault.component.is_empty() {
            self.prefix(out, moment, ROUTING);
            put!(out => "( ", upper(0x1537_3B00 + (session.key & 0xFF), 16), " ) ", fault.component, "\r\n");
        }
        let [said, code, data] = fault.record;
        if !said.is_empty() {
            self.prefix(out, moment, DIAGNOSTIC);
            put!(out => "$$begin_record\r\nLogType: diagnostic\r\nSeverity: warning\r\nText: ", said, "\r\nResult-Code: ", code, "\r\nSIP-Start-Line: ");
            let ask = Flight { status: 0, ..*flight };
            message::start_line(out, topology, session, &ask, copy.peer());
            put!(out => "\r\nSIP-Call-ID: ");
            address::call_id(out, session);
            put!(out => "\r\nSIP-CSeq: ", flight.cseq, " ", flight.method.name(), "\r\nPeer: ");
            address::peer(out, topology, session, flight, copy.peer(), copy.rec.node);
            put!(out => "\r\nData: ", data, "\r\n$$end_record\r\n");
            self.records += 1;
        }
        self.out = taken;
    }
}
