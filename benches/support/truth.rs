//! What was generated: the numbers a report on the log has to reach.

use std::collections::BTreeMap;

/// What kind of traffic a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// REGISTER, SUBSCRIBE, NOTIFY, BENOTIFY, SERVICE.
    Presence,
    /// INVITE dialogs, without their MESSAGE transactions.
    Call,
    /// MESSAGE inside an IM dialog.
    Message,
    /// MESSAGE to the Push Notification Clearing House.
    Push,
    /// OPTIONS between servers.
    Options,
}

/// What a finished session has to be called, in the words of `siptrail report --format json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// `calls[].outcome`; `None` for sessions that are no call.
    pub(crate) outcome: Option<&'static str>,
    /// `calls[].verdict`; `None` when no mobile endpoint took part.
    pub(crate) verdict: Option<&'static str>,
    /// `calls[].modality`.
    pub(crate) modality: Option<&'static str>,
    /// `pushes[].result`; `None` for sessions that are no push.
    pub(crate) push: Option<&'static str>,
    /// The push belongs to a call of the log.
    pub(crate) linked: bool,
}

/// Counters of everything generated so far. Calls and pushes count when their session is over; those that are
/// still running are in `open` only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Truth {
    /// Bytes appended.
    pub(crate) bytes: u64,
    /// `$$begin_record` records: `protocol` + `diagnostic`.
    pub(crate) records: u64,
    /// `TF_PROTOCOL` records.
    pub(crate) protocol: u64,
    /// `TF_DIAG` records.
    pub(crate) diagnostic: u64,
    /// `TF_COMPONENT` lines between the records.
    pub(crate) component: u64,
    /// `TF_PROTOCOL` records by kind of traffic.
    pub(crate) presence: u64,
    /// See [`Kind::Call`].
    pub(crate) call_records: u64,
    /// See [`Kind::Message`].
    pub(crate) message_records: u64,
    /// See [`Kind::Push`].
    pub(crate) push_records: u64,
    /// See [`Kind::Options`].
    pub(crate) options_records: u64,
    /// Sessions over, of any kind.
    pub(crate) sessions: u64,
    /// Sessions begun and not yet over.
    pub(crate) open: u64,
    /// Calls over.
    pub(crate) calls: u64,
    /// Calls that asked for credentials once and joined two attempts, or failed to.
    pub(crate) challenged: u64,
    /// Calls by outcome.
    pub(crate) outcomes: BTreeMap<&'static str, u64>,
    /// Calls with a mobile leg, by verdict.
    pub(crate) verdicts: BTreeMap<&'static str, u64>,
    /// Calls by modality.
    pub(crate) modalities: BTreeMap<&'static str, u64>,
    /// Pushes over.
    pub(crate) pushes: u64,
    /// Pushes by result.
    pub(crate) push_results: BTreeMap<&'static str, u64>,
    /// Pushes that belong to a call of the log.
    pub(crate) linked: u64,
    /// Milliseconds from the first to the latest record.
    pub(crate) span_ms: u64,
}

impl Truth {
    /// Calls counted as missed by their verdict.
    pub(crate) fn missed(&self) -> u64 {
        let words = ["not_opened", "missed_no_push", "missed_push_failed", "missed_push_unanswered"];
        words.iter().filter_map(|word| self.verdicts.get(word)).sum()
    }

    pub(super) fn record(&mut self, kind: Kind) {
        self.records += 1;
        self.protocol += 1;
        *match kind {
            Kind::Presence => &mut self.presence,
            Kind::Call => &mut self.call_records,
            Kind::Message => &mut self.message_records,
            Kind::Push => &mut self.push_records,
            Kind::Options => &mut self.options_records,
        } += 1;
    }

    pub(super) fn close(&mut self, ending: Ending, challenged: bool) {
        self.sessions += 1;
        self.open -= 1;
        if let Some(outcome) = ending.outcome {
            self.calls += 1;
            self.challenged += u64::from(challenged);
            *self.outcomes.entry(outcome).or_default() += 1;
        }
        if let Some(verdict) = ending.verdict {
            *self.verdicts.entry(verdict).or_default() += 1;
        }
        if let Some(modality) = ending.modality {
            *self.modalities.entry(modality).or_default() += 1;
        }
        if let Some(result) = ending.push {
            self.pushes += 1;
            self.linked += u64::from(ending.linked);
            *self.push_results.entry(result).or_default() += 1;
        }
    }
}
