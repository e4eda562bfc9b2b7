//! Pushes that a call does not cause, causes twice, or causes in vain.

use std::iter::once;

use super::Scene;
use super::scene::either;
use crate::analysis::{Outcome, Verdict};
use crate::synth::faults::FINE;
use crate::synth::place::{Endpoint, Node, Party, Path};
use crate::synth::script::Script;
use crate::synth::session::{Body, Flight, Method, Note, Tag};

/// A call that nobody answers, without any push while it rings: its number, when it rang and when it was over.
fn unanswered(scene: &mut Scene<'_, '_>, after: u32, from: u32, callee: u32) -> (super::scene::Ended, usize) {
    let mut session = scene.phone_call(after, from, callee);
    let ended = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        let rang = after + w.rang;
        w.ring_out(0);
        super::scene::Ended { rang, over: after + w.at }
    });
    let call = scene.call(session, Outcome::NoAnswer, Some(Verdict::MissedNoPush), &["PN20"]);
    (ended, call)
}

/// Only when the call is over does the phone hear of it: "missed call". That push wakes nobody for the call.
pub(super) fn behind(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let (ended, _) = unanswered(scene, 0, from, callee);
    let later = scene.ctx.rng.range(200, 3_000);
    scene.push(ended.over + later, callee, "", None);
}

/// The same, and the caller has called again before the push leaves: it is of the first call, and could be of the second.
pub(super) fn behind_and_redial(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let (first, call) = unanswered(scene, 0, from, callee);
    let (second, redialled) = unanswered(scene, first.over + 700, from, callee);
    let push = scene.push(second.rang + 300, callee, "", None);
    scene.of_push(push, |push| push.unsure = true);
    for call in [call, redialled] {
        scene.of_call(call, |call| {
            call.unsure = true;
            call.known = vec!["outcome".to_owned()];
        });
    }
}

/// A missed call, and another of the same people within five minutes that is answered.
pub(super) fn redial(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let (first, call) = unanswered(scene, 0, from, callee);
    scene.of_call(call, |call| {
        call.verdict = Some(Verdict::MissedPushFailed.name().to_owned());
        call.findings = vec!["PN04".to_owned()];
        call.reached_later = true;
    });
    scene.push(first.rang + 150, callee, "PN04", Some(call));
    let after = first.over + scene.ctx.rng.range(20_000, 200_000);
    let mut session = scene.phone_call(after, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(3_000, 15_000);
        w.answer(0);
        w.talk(0, Note::None);
        w.rang
    });
    let second = scene.call(session, Outcome::Answered, Some(Verdict::AnsweredByMobile), &[]);
    scene.push(after + rang + 150, callee, "", Some(second));
}

/// The caller gives up after long ringing; the push was refused.
pub(super) fn abandoned(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(15_000, 25_000);
        w.cancel();
        w.rang
    });
    let call = scene.call(session, Outcome::Cancelled, Some(Verdict::CallerGaveUp), &[]);
    // The fault is of the push; whether the call shows it too is a matter of taste.
    scene.of_call(call, |call| either(&mut call.or, "finding", &["PN04"]));
    scene.push(rang + 150, callee, "PN04", Some(call));
}

/// A push that fails and one that succeeds, for the same call.
fn twice(scene: &mut Scene<'_, '_>, answered: bool) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        if answered {
            w.wait(5_000, 15_000);
            w.answer(0);
            w.talk(0, Note::None);
        } else {
            w.ring_out(0);
        }
        w.rang
    });
    let call = if answered {
        scene.call(session, Outcome::Answered, Some(Verdict::AnsweredByMobile), &[])
    } else {
        scene.call(session, Outcome::NoAnswer, Some(Verdict::NotOpened), &["PN50"])
    };
    let first = scene.push(rang + 150, callee, "PN04", Some(call));
    scene.of_push(first, |push| push.superseded = true);
    scene.push(rang + 1_900, callee, "", Some(call));
}

/// Nobody answers all the same.
pub(super) fn second(scene: &mut Scene<'_, '_>) {
    twice(scene, false);
}

/// And the phone answers.
pub(super) fn second_answered(scene: &mut Scene<'_, '_>) {
    twice(scene, true);
}

/// One push, two branches: the first Edge answers 503, the second takes it to the clearing house.
pub(super) fn failover(scene: &mut Scene<'_, '_>) {
    let topology = scene.ctx.topology;
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let (ended, call) = unanswered(scene, 0, from, callee);
    scene.of_call(call, |call| {
        call.verdict = Some(Verdict::NotOpened.name().to_owned());
        call.findings = vec!["PN50".to_owned()];
    });
    let mut session = scene.session(ended.rang + 150);
    session.mcx = crate::synth::story::mcx(callee);
    let key = scene.ctx.rng.next();
    session.parties.push(Party { user: callee, place: Endpoint::PushSender, key });
    session.parties.push(Party { user: 0, place: Endpoint::ClearingHouse, key });
    let inside: Vec<Node> =
        topology.way_out(topology.home(callee)).filter(|n| *n != Node::Server(topology.edge())).collect();
    for edge in [topology.edge(), topology.second_edge()] {
        let way = inside.iter().copied().chain([Node::Server(edge)]);
        session.paths.push(Path::new(once(Node::Party(0)).chain(way).chain([Node::Party(1)])));
    }
    let mut script = Script::new(&mut session);
    script.cseq = 20_000 + u16::try_from(scene.ctx.rng.below(9_000)).unwrap_or(0);
    let (house, edge) = (script.end(0), script.end(0) - 1);
    script.session.fork = edge - 1;
    let ask = Flight { body: Body::Push, ..script.request(0, 0, 0, edge, Method::Message) };
    let got = script.send(ask);
    let no = script.response(got + 12, 0, (edge, edge - 1), Method::Message, 503, Tag::Server);
    let back = script.send(no);
    let other = Flight { body: Body::Push, origin: 0, ..script.request(back + 8, 1, edge - 1, house, Method::Message) };
    let got = script.send(other);
    let yes = script.response(got + 150, 1, (house, 0), Method::Message, 200, Tag::Leg(1));
    script.send(Flight { note: Note::Fault(&FINE), ..yes });
    script.finish();
    scene.note_push(session, &FINE, Some(call));
}
