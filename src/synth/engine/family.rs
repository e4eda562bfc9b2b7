//! Families: calls and pushes that depend on each other, and what is true of them when they are over.

use super::Engine;
use crate::analysis::Link;
use crate::synth::faults::Fault;
use crate::synth::place::Node;
use crate::synth::story::{self, Again, Told};
use crate::synth::{address, truth};

/// What happens this long before or after a hole cannot be told from what happens inside: clocks and buffers.
const MARGIN: u64 = 100;

/// Calls and pushes that depend on each other: what the logs know of one depends on the records of all.
#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) open: u32,
    start: u64,
    pub(super) end: u64,
    /// A bit for every server that has to do with it.
    servers: u32,
    pub(super) torn: bool,
    calls: Vec<(truth::Call, usize)>,
    pushes: Vec<(truth::Push, usize)>,
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
        let told = story::call(&mut self.teller, &mut self.slots[slot], callee);
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
            unsure: false,
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
        story::push(&mut self.teller, &mut self.slots[slot], user, fault);
        self.note_push(slot, fault.result().name(), causes(fault), false, call, link, family)
    }

    #[expect(clippy::too_many_arguments, reason = "each is one field of the truth")]
    fn note_push(
        &mut self,
        slot: usize,
        result: &str,
        findings: Vec<String>,
        synthetic: bool,
        call: Option<String>,
        link: Link,
        family: usize,
    ) -> String {
        let call_id = address::call_id_text(&self.slots[slot]);
        let push = truth::Push {
            call_id: call_id.clone(),
            result: result.to_owned(),
            synthetic,
            call,
            link: link.name().to_owned(),
            findings,
            unsure: false,
        };
        self.join(slot, family);
        self.families[family].pushes.push((push, slot));
        call_id
    }

    /// A push that no call waits for: a voice mail, or the administrator's test.
    pub(super) fn lone_push(&mut self, test: bool) {
        let family = self.family(self.now);
        let slot = self.slot(self.now);
        if test {
            let failed = story::test(&mut self.teller, &mut self.slots[slot]);
            let (result, codes) =
                if failed { ("unroutable", vec!["PN04".to_owned()]) } else { ("accepted", Vec::new()) };
            self.note_push(slot, result, codes, true, None, Link::None, family);
        } else {
            let fault = story::voice_mail(&mut self.teller, &mut self.slots[slot]);
            self.note_push(slot, fault.result().name(), causes(fault), false, None, Link::None, family);
        }
    }

    /// A family is over: what is true of it, and whether the logs can know.
    pub(super) fn close(&mut self, index: usize) {
        let family = std::mem::take(&mut self.families[index]);
        self.free_families.push(index);
        let end = if family.end == 0 { self.now } else { family.end };
        let blind = (0..self.logs.len())
            .filter(|n| family.servers >> n & 1 == 1)
            .any(|n| self.logs[n].was_blind(family.start.saturating_sub(MARGIN), end + MARGIN));
        let unsure = family.torn || blind;
        for (mut call, slot) in family.calls {
            if let Some((_, _, false)) = family.telltale.filter(|t| t.0 == slot) {
                // Only the BYE would have told that media failed.
                "answered".clone_into(&mut call.outcome);
            }
            call.unsure = unsure;
            if self.slots[slot].written > 0 {
                self.truth.calls.push(call);
            }
            self.free.push(slot);
        }
        for (mut push, slot) in family.pushes {
            push.unsure = unsure;
            if self.slots[slot].written > 0 {
                self.truth.pushes.push(push);
            }
            self.free.push(slot);
        }
    }
}

fn causes(fault: &'static Fault) -> Vec<String> {
    fault.causes().iter().map(|code| (*code).to_owned()).collect()
}
