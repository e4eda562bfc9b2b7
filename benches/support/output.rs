//! Writes the records one after another and numbers them.

use super::frame::{self, Layout, Stamp};
use super::session::{Flow, Method, Note, Session, Step};
use super::text::{Put, Rng, put};
use super::truth::{Kind, Truth};
use super::{body, sip};

const RECORD: &str = "SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125)";

/// The writing end of the log: its layout and its running numbers.
#[derive(Debug)]
pub(super) struct Output {
    layout: Layout,
    rng: Rng,
    /// Number of the trace entry: one for each record and each component line.
    seq: u32,
    /// Number of the protocol record.
    instance: u32,
    body: Vec<u8>,
}

impl Output {
    pub(super) fn new(layout: Layout, rng: Rng) -> Self {
        let component_percent = layout.component_percent.min(90);
        let layout = Layout { component_percent, ..layout };
        Self { layout, rng, seq: 0xA1F0, instance: 0x1B00, body: Vec::new() }
    }

    fn stamp(&mut self, now: u64, correlation: u64) -> Stamp {
        self.seq = self.seq.wrapping_add(1);
        Stamp { layout: self.layout, now, seq: self.seq, random: self.rng.next(), correlation }
    }

    /// The record of one step, with a diagnostic record or a component line where one falls due.
    pub(super) fn record(&mut self, out: &mut Vec<u8>, now: u64, session: &Session, step: &Step, truth: &mut Truth) {
        let before = out.len();
        let correlation = sip::correlation(session, step);
        let fault = matches!(step.note, Note::Fault(_)) && step.flow == Flow::Out;
        let routed = step.flow == Flow::Out && self.rng.below(1000) < 37;
        if fault || routed {
            let stamp = self.stamp(now, correlation);
            frame::diagnostic(out, &stamp, session, step, fault);
            truth.diagnostic += 1;
            truth.records += 1;
        }
        let stamp = self.stamp(now, correlation);
        let eol = stamp.eol();
        self.instance = self.instance.wrapping_add(1);
        self.body.clear();
        body::write(&mut self.body, session, step, eol);
        stamp.prefix(out, "TL_INFO", "TF_PROTOCOL", RECORD);
        put!(out => "$$begin_record", eol);
        let frame = sip::Frame { instance: self.instance, eol, body: &self.body };
        sip::record(out, session, step, frame);
        let chat = session.kind == Kind::Call && step.method == Method::Message;
        truth.record(if chat { Kind::Message } else { session.kind });
        // `component_percent` of all entries: p / (100 - p) lines for each record.
        let share = self.layout.component_percent;
        let mut due = self.rng.below(1000) + share * 1000 / (100 - share);
        while due >= 1000 {
            due -= 1000;
            let stamp = self.stamp(now, correlation);
            frame::component(out, &stamp, session, step);
            truth.component += 1;
        }
        truth.bytes += u64::try_from(out.len() - before).unwrap_or(0);
        truth.span_ms = now;
    }
}
