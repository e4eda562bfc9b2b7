//! Families: calls and pushes that depend on each other, and what is true of them when they are over.

use super::Engine;
use super::known::{self, MARGIN, Proofs, Sent};
use crate::analysis::{Link, Verdict};
use crate::synth::faults::{Course, Fault, find};
use crate::synth::place::Node;
use crate::synth::session::Session;
use crate::synth::story::{self, Again, Told};
use crate::synth::{address, truth};

/// What would prove the judgements of one call or push of the truth.
#[derive(Debug)]
pub(super) struct ProofCase {
    /// Its place there.
    at: usize,
    servers: u32,
    end: u64,
    proofs: Proofs,
}

/// Calls and pushes that depend on each other: what the logs know of one depends on the records of all.
#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) open: u32,
    start: u64,
    pub(super) end: u64,
    /// A bit for every server that has to do with it.
    servers: u32,
    pub(super) torn: bool,
    pub(super) calls: Vec<(truth::Call, usize)>,
    pub(super) pushes: Vec<(truth::Push, usize, &'static Fault)>,
    pub(super) messages: Vec<truth::Message>,
    /// Flight of a call that tells that media failed, and whether a record of it is there.
    pub(super) telltale: Option<(usize, u16, bool)>,
}

impl Engine<'_> {
    pub(super) fn family(&mut self, start: u64) -> usize {
        let index = self.free_families.pop().unwrap_or_else(|| {
            self.families.push(Family::default());
            self.families.len() - 1
        });
        self.families[index] = Family { start, ..Family::default() };
        index
    }

    /// Takes a session into a family and starts it.
    pub(super) fn join(&mut self, slot: usize, family: usize) {
        let session = &mut self.slots[slot];
        session.family = Some(family);
        let mut servers = 0;
        for path in &session.paths {
            for at in 0..=path.last() {
                if let Node::Server(n) = path.node(at) {
                    servers |= 1_u32 << n;
                }
            }
        }
        let family = &mut self.families[family];
        family.servers |= servers;
        family.open += 1;
        self.enqueue(slot);
    }

    /// A call, the push it causes, and perhaps another call to the same user.
    pub(super) fn call(&mut self, start: u64, family: Option<usize>, callee: Option<Again>) {
        self.calls += 1;
        let slot = self.slot(start);
        let told = story::call(&mut self.ctx, &mut self.slots[slot], callee);
        let family = family.unwrap_or_else(|| self.family(start));
        let session = &self.slots[slot];
        let mut call = truth::Call {
            call_id: address::call_id_text(session),
            from: address::user_text(session.party(0)),
            to: address::user_text(session.callee(0)),
            outcome: told.outcome.name().to_owned(),
            verdict: told.verdict.map(|v| v.name().to_owned()),
            pushes: Vec::new(),
            findings: told.findings.iter().map(|c| (*c).to_owned()).collect(),
            ..truth::Call::default()
        };
        self.join(slot, family);
        let Told { push, again, telltale, .. } = told;
        if let Some(flight) = telltale {
            self.families[family].telltale = Some((slot, flight, false));
        }
        if let Some(caused) = push {
            let at = start + u64::from(caused.after);
            let own = self.push(at, caused.user, caused.fault, Some(call.call_id.clone()), caused.link, family);
            call.pushes.push(own);
        }
        self.families[family].calls.push((call, slot));
        if let Some((after, further)) = again {
            self.call(start + u64::from(after), Some(family), Some(further));
        }
    }

    fn push(
        &mut self,
        start: u64,
        user: u32,
        fault: &'static Fault,
        call: Option<String>,
        link: Link,
        family: usize,
    ) -> String {
        let slot = self.slot(start);
        story::push(&mut self.ctx, &mut self.slots[slot], user, fault);
        self.note_push(slot, fault, false, call, link, family)
    }

    fn note_push(
        &mut self,
        slot: usize,
        fault: &'static Fault,
        synthetic: bool,
        call: Option<String>,
        link: Link,
        family: usize,
    ) -> String {
        let call_id = address::call_id_text(&self.slots[slot]);
        let push = truth::Push {
            call_id: call_id.clone(),
            result: fault.result().name().to_owned(),
            synthetic,
            call,
            link: link.name().to_owned(),
            findings: causes(fault),
            ..truth::Push::default()
        };
        self.join(slot, family);
        self.families[family].pushes.push((push, slot, fault));
        call_id
    }

    /// A push that no call waits for: a voice mail, or the administrator's test.
    pub(super) fn lone_push(&mut self, test: bool) {
        let family = self.family(self.now);
        let slot = self.slot(self.now);
        if test {
            let fault = story::test(&mut self.ctx, &mut self.slots[slot]);
            self.note_push(slot, fault, true, None, Link::None, family);
        } else {
            let fault = story::voice_mail(&mut self.ctx, &mut self.slots[slot]);
            self.note_push(slot, fault, false, None, Link::None, family);
        }
    }

    /// A family is over: what is true of it, and what would prove it.
    pub(super) fn close(&mut self, index: usize) {
        let mut family = std::mem::take(&mut self.families[index]);
        self.free_families.push(index);
        let end = if family.end == 0 { self.now } else { family.end };
        let blind = (0..self.logs.len())
            .filter(|n| family.servers >> n & 1 == 1)
            .any(|n| self.logs[n].was_blind(family.start.saturating_sub(MARGIN), end + MARGIN));
        let unsure = family.torn || blind;
        family.forget(&self.slots);
        // A log may turn out to end before the family did, and it ends early only where it has gaps.
        let doubtful = unsure || self.plan.gaps_ppm > 0;
        let doubt = |at: usize, proofs: Proofs| ProofCase { at, servers: family.servers, end, proofs };
        let circle: Vec<_> = family.slots().map(|slot| &self.slots[slot]).collect();
        let crowded = |push: &Sent<'_>| push.is_crowded(self.topology, &self.at_edge);
        for (call, slot) in family.calls.iter().map(|(call, slot)| (call.clone(), *slot)) {
            let session = &self.slots[slot];
            if session.written == 0 {
                continue;
            }
            if doubtful || call.unsure {
                let own = family.pushes.iter().filter(|(push, ..)| push.call.as_ref() == Some(&call.call_id));
                let own = own.map(|(_, slot, fault)| Sent { session: &self.slots[*slot], fault });
                let pushes: Vec<_> = own.map(|push| (push, crowded(&push))).collect();
                let mut proofs = known::call(session, &call, &pushes, &circle, self.topology);
                // What a story is unsure of no log knows.
                proofs.retain(|(name, _)| !call.unsure || call.known.contains(name));
                self.call_proofs.push(doubt(self.truth.calls.len(), proofs));
            }
            self.truth.calls.push(truth::Call { unsure: unsure || call.unsure, ..call });
        }
        for (push, slot, fault) in &family.pushes {
            let own = Sent { session: &self.slots[*slot], fault };
            if own.session.written == 0 {
                continue;
            }
            if doubtful || push.unsure {
                let call = family.calls.iter().find(|(call, _)| Some(&call.call_id) == push.call.as_ref());
                let call = call.map(|(_, slot)| &self.slots[*slot]);
                let mut proofs = own.proofs(call, &circle, self.topology, crowded(&own));
                proofs.retain(|(name, _)| !push.unsure || push.known.contains(name));
                self.push_proofs.push(doubt(self.truth.pushes.len(), proofs));
            }
            self.truth.pushes.push(truth::Push { unsure: unsure || push.unsure, ..push.clone() });
        }
        let messages = family.messages.iter().cloned();
        self.truth.missed_messages.extend(messages.map(|m| truth::Message { unsure: unsure || m.unsure, ..m }));
        self.free.extend(family.slots());
    }

    /// The logs are complete: what they know of each call and push.
    pub(super) fn weigh(&mut self) {
        for doubt in std::mem::take(&mut self.call_proofs) {
            let ends = self.ends_before(doubt.servers, doubt.end);
            let call = &mut self.truth.calls[doubt.at];
            call.unsure |= ends;
            if call.unsure {
                call.known = known::names(&doubt.proofs, &self.logs);
            }
        }
        for doubt in std::mem::take(&mut self.push_proofs) {
            let ends = self.ends_before(doubt.servers, doubt.end);
            let push = &mut self.truth.pushes[doubt.at];
            push.unsure |= ends;
            if push.unsure {
                push.known = known::names(&doubt.proofs, &self.logs);
            }
        }
    }
}

impl Family {
    /// The sessions of its calls and pushes.
    fn slots(&self) -> impl Iterator<Item = usize> {
        self.calls.iter().map(|(_, slot)| *slot).chain(self.pushes.iter().map(|(_, slot, _)| *slot))
    }

    /// What only a record told that no log holds is not true for anybody who reads the logs.
    fn forget(&mut self, slots: &[Session]) {
        for (call, slot) in &mut self.calls {
            if let Some((_, _, false)) = self.telltale.filter(|t| t.0 == *slot) {
                // Only the BYE would have told that media failed.
                "answered".clone_into(&mut call.outcome);
            }
        }
        let silent = find("PN30");
        for (push, slot, fault) in &mut self.pushes {
            let late = fault.course == Course::Late;
            let Some(silent) = silent.filter(|s| late && Sent { session: &slots[*slot], fault: s }.answer_is_lost())
            else {
                continue;
            };
            // The sender waited in vain; only the Edge saw the answer, and its log does not have it.
            *fault = silent;
            silent.result().name().clone_into(&mut push.result);
            push.findings = causes(silent);
            for (call, _) in self.calls.iter_mut().filter(|(call, _)| Some(&call.call_id) == push.call.as_ref()) {
                call.verdict = call.verdict.as_ref().map(|_| Verdict::MissedPushUnanswered.name().to_owned());
                call.findings.clone_from(&push.findings);
            }
        }
    }
}

fn causes(fault: &'static Fault) -> Vec<String> {
    fault.causes().iter().map(|code| (*code).to_owned()).collect()
}
