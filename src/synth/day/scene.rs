//! What a story is told with: sessions between people, and what is true of them.

use crate::analysis::{Link, Outcome, Verdict};
use crate::synth::faults::{FINE, Fault, find};
use crate::synth::phone::Platform;
use crate::synth::place::{Endpoint, Node, Path};
use crate::synth::script::Script;
use crate::synth::session::{Body, Session};
use crate::synth::story::{self, StoryContext, Writer};
use crate::synth::{address, truth};

/// Milliseconds for which the people of a story are kept out of other calls: longer than anybody redials.
const APART: u64 = 900_000;

/// One session of a story, with what is true of it.
#[derive(Debug)]
pub(in crate::synth) struct Act {
    pub(in crate::synth) session: Session,
    pub(in crate::synth) call: Option<truth::Call>,
    pub(in crate::synth) push: Option<(truth::Push, &'static Fault)>,
    pub(in crate::synth) messages: Vec<truth::Message>,
}

/// What happens to a log, not to a message.
#[derive(Clone, Copy, Debug)]
pub(in crate::synth) enum Event {
    /// The clock is set, by so many milliseconds. `doubtful`: order alone does not tell it from a hole.
    Step { server: u8, at: u64, by: i64, doubtful: bool },
    /// Messages are not logged for a while: with their numbers, or without as where the level is changed.
    Silence { server: u8, from: u64, to: u64, numbered: bool },
}

/// A story while it is told.
#[derive(Debug)]
pub(in crate::synth) struct Scene<'t, 'p> {
    pub(in crate::synth) ctx: &'t mut StoryContext<'p>,
    /// Milliseconds since the logs began.
    pub(in crate::synth) start: u64,
    pub(in crate::synth) acts: Vec<Act>,
    pub(in crate::synth) events: Vec<Event>,
}

impl<'t, 'p> Scene<'t, 'p> {
    pub(in crate::synth) fn new(ctx: &'t mut StoryContext<'p>, start: u64) -> Scene<'t, 'p> {
        Scene { ctx, start, acts: Vec::new(), events: Vec::new() }
    }

    /// Somebody with a phone that gets pushes, and nobody else to call.
    pub(super) fn phone_user(&mut self) -> u32 {
        self.ctx.user_of(self.start, self.start + APART, Platform::pushes)
    }

    /// A session that begins so many milliseconds after the story.
    pub(super) fn session(&mut self, after: u32) -> Session {
        let mut session = Session::blank();
        let key = self.ctx.rng.next();
        session.reset(key, self.start + u64::from(after));
        session
    }

    /// Adds a party to a session.
    pub(super) fn party(&mut self, session: &mut Session, user: u32, place: Endpoint) -> Node {
        story::party(self.ctx, session, user, place)
    }

    /// A colleague's desk calls the endpoints of others, all homed where the first is.
    pub(super) fn connect(&mut self, session: &mut Session, from: u32, callees: &[(u32, Endpoint)]) {
        let topology = self.ctx.topology;
        let start = self.party(session, from, Endpoint::Desktop);
        let own = Node::Server(topology.home(from));
        let home = Node::Server(topology.home(callees.first().map_or(from, |(user, _)| *user)));
        for (user, place) in callees {
            let end = self.party(session, *user, *place);
            let way = [start, own, home, end];
            // A caller who is homed there too has one server less on the way.
            session.paths.push(Path::new(
                way.into_iter().enumerate().filter(|(n, _)| *n != 1 || own != home).map(|(_, node)| node),
            ));
        }
        session.fork = session.path(0).last() - 1;
    }

    /// A call of a colleague to a phone, ready to be written.
    pub(super) fn phone_call(&mut self, after: u32, from: u32, callee: u32) -> Session {
        let mut session = self.session(after);
        self.connect(&mut session, from, &[(callee, Endpoint::Mobile)]);
        session
    }

    /// Writes a session message by message.
    pub(super) fn write<R>(
        &mut self,
        session: &mut Session,
        body: Body,
        tell: impl FnOnce(&mut Writer<'_, '_>) -> R,
    ) -> R {
        let mut writer = Writer::new(Script::new(session), &mut self.ctx.rng, body);
        let result = tell(&mut writer);
        writer.script.finish();
        result
    }

    /// Adds a call to the story; returns its number.
    pub(super) fn call(
        &mut self,
        session: Session,
        outcome: Outcome,
        verdict: Option<Verdict>,
        findings: &[&str],
    ) -> usize {
        let call = truth::Call {
            call_id: address::call_id_text(&session),
            from: address::user_text(session.party(0)),
            to: address::user_text(session.callee(0)),
            outcome: outcome.name().to_owned(),
            verdict: verdict.map(|v| v.name().to_owned()),
            findings: findings.iter().map(|c| (*c).to_owned()).collect(),
            ..truth::Call::default()
        };
        self.acts.push(Act { session, call: Some(call), push: None, messages: Vec::new() });
        self.acts.len() - 1
    }

    /// A push for a user, so many milliseconds after the story began; `of`: the number of its call.
    pub(super) fn push(&mut self, after: u32, user: u32, code: &str, of: Option<usize>) -> usize {
        let fault = find(code).unwrap_or(&FINE);
        let mut session = self.session(after);
        story::push(self.ctx, &mut session, user, fault);
        self.note_push(session, fault, of)
    }

    /// Adds a push that is written already.
    pub(super) fn note_push(&mut self, session: Session, fault: &'static Fault, of: Option<usize>) -> usize {
        let call_id = address::call_id_text(&session);
        let call = of.and_then(|call| self.acts.get_mut(call)?.call.as_mut());
        let link = if call.is_some() { Link::Certain } else { Link::None };
        let push = truth::Push {
            call_id: call_id.clone(),
            result: fault.result().name().to_owned(),
            call: call.as_ref().map(|call| call.call_id.clone()),
            link: link.name().to_owned(),
            findings: fault.causes().iter().map(|code| (*code).to_owned()).collect(),
            ..truth::Push::default()
        };
        if let Some(call) = call {
            call.pushes.push(call_id);
        }
        self.acts.push(Act { session, call: None, push: Some((push, fault)), messages: Vec::new() });
        self.acts.len() - 1
    }

    /// Changes what is true of a call.
    pub(super) fn of_call(&mut self, call: usize, change: impl FnOnce(&mut truth::Call)) {
        if let Some(call) = self.acts.get_mut(call).and_then(|act| act.call.as_mut()) {
            change(call);
        }
    }

    /// Changes what is true of a push.
    pub(super) fn of_push(&mut self, push: usize, change: impl FnOnce(&mut truth::Push)) {
        if let Some((push, _)) = self.acts.get_mut(push).and_then(|act| act.push.as_mut()) {
            change(push);
        }
    }
}

/// Makes words as good as the true one: where the rules leave room.
pub(super) fn either(or: &mut std::collections::BTreeMap<String, Vec<String>>, judgement: &str, words: &[&str]) {
    or.entry(judgement.to_owned()).or_default().extend(words.iter().map(|word| (*word).to_owned()));
}

/// When a call rang and when it was over, in milliseconds since the story began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) rang: u32,
    pub(super) over: u32,
}
