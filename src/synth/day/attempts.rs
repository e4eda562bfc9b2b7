//! One call, several attempts; and finals that cross a CANCEL (RFC 3261 sections 8.1.3, 9, 16.7; RFC 3263 section 4.3).

use super::Scene;
use crate::analysis::{Outcome, Verdict};
use crate::synth::place::{Endpoint, Node, Path};
use crate::synth::script::HOP;
use crate::synth::session::{Body, Flight, Method, Note, Session, Tag};

/// What a client repeats its INVITE after, changed as the answer asks.
const REPEATED: [u16; 6] = [422, 488, 302, 415, 413, 420];

/// The first way answers 503, the second leads to the phone: under a new branch, with all else as it was.
fn fail_over(scene: &mut Scene<'_, '_>, mut session: Session, callee: u32) {
    let answered = scene.ctx.rng.chance(50);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask(0, 1, Note::None);
        w.refuse(0, 1, 503, Note::None);
        w.wait(20, 400);
        w.again(false);
        w.ask(1, w.script.end(1), Note::None);
        w.wait(40, 300);
        w.progress(1, 180, Body::None);
        if answered {
            w.wait(3_000, 15_000);
            w.pick_up(1);
            w.talk(1, Note::None);
        } else {
            w.ring_out(1);
        }
        w.rang
    });
    let call = if answered {
        scene.call(session, Outcome::Answered, Some(Verdict::AnsweredByMobile), &[])
    } else {
        scene.call(session, Outcome::NoAnswer, Some(Verdict::NotOpened), &["PN50"])
    };
    scene.push(rang + 150, callee, "", Some(call));
}

/// A partner's call comes in over one Edge, which cannot serve it, and then over the other.
pub(super) fn failover_edge(scene: &mut Scene<'_, '_>) {
    let topology = scene.ctx.topology;
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.session(0);
    let start = scene.party(&mut session, from, Endpoint::Partner);
    let end = scene.party(&mut session, callee, Endpoint::Mobile);
    let home = topology.home(callee);
    for edge in [topology.edge(), topology.second_edge()] {
        let way = topology.way_out(home).filter(|node| *node != Node::Server(topology.edge()));
        let way: Vec<Node> = way.chain([Node::Server(edge)]).collect();
        session.paths.push(Path::new([start].into_iter().chain(way.into_iter().rev()).chain([end])));
    }
    session.fork = session.path(0).last() - 1;
    fail_over(scene, session, callee);
}

/// A client's Front End cannot serve it, and the client asks another.
pub(super) fn failover_front_end(scene: &mut Scene<'_, '_>) {
    let topology = scene.ctx.topology;
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.session(0);
    let start = scene.party(&mut session, from, Endpoint::Desktop);
    let end = scene.party(&mut session, callee, Endpoint::Mobile);
    let home = topology.home(callee);
    for server in [(home + 1) % topology.front_ends(), home] {
        session.paths.push(Path::new([start, Node::Server(server), end].into_iter()));
    }
    session.fork = 1;
    fail_over(scene, session, callee);
}

/// The phone's side wants the INVITE changed, and the caller's client sends it once more, changed.
pub(super) fn retry(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let status = REPEATED[scene.ctx.rng.below(6) as usize % REPEATED.len()];
    let mut session = scene.phone_call(0, from, callee);
    // The same way, another transaction at its far end.
    let way = *session.path(0);
    session.paths.push(way);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask(0, w.script.end(0), Note::None);
        w.wait(40, 200);
        w.refuse(0, w.script.end(0), status, Note::None);
        w.wait(50, 1_500);
        w.again(true);
        w.ask(1, w.script.end(1), Note::None);
        w.wait(40, 300);
        w.progress(1, 180, Body::None);
        w.wait(3_000, 15_000);
        w.pick_up(1);
        w.talk(1, Note::None);
        w.rang
    });
    let call = scene.call(session, Outcome::Answered, Some(Verdict::AnsweredByMobile), &[]);
    scene.push(rang + 150, callee, "", Some(call));
}

/// The caller hangs up when the call has ended already: the CANCEL has no effect (RFC 3261 section 9.2).
pub(super) fn late_cancel(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.ring_out(0);
        w.wait(100, 900);
        let cancel = w.script.request(w.at, 0, 0, 1, Method::Cancel);
        let got = w.script.send(cancel);
        let gone = w.script.response(got + 1, 0, (1, 0), Method::Cancel, 481, Tag::Server);
        w.script.send(gone);
        w.rang
    });
    let call = scene.call(session, Outcome::NoAnswer, Some(Verdict::MissedPushFailed), &["PN04"]);
    scene.push(rang + 150, callee, "PN04", Some(call));
}

/// Busy here; the CANCEL crosses the 486 inside the server.
pub(super) fn late_busy_cancel(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.ctx.desk_user(), scene.ctx.desk_user());
    let mut session = scene.session(0);
    let start = scene.party(&mut session, from, Endpoint::Desktop);
    let end = scene.party(&mut session, callee, Endpoint::Desktop);
    let home = Node::Server(scene.ctx.topology.home(callee));
    session.paths.push(Path::new([start, home, end].into_iter()));
    session.fork = 1;
    scene.write(&mut session, Body::AudioSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(2_000, 9_000);
        w.script.refuse(w.at, 0, 2, 1, 486, Note::None);
        let cancel = w.script.request(w.at + 4, 0, 0, 1, Method::Cancel);
        w.script.send(cancel);
        let busy = w.script.response(w.at + HOP + 12, 0, (1, 0), Method::Invite, 486, Tag::Leg(0));
        let got = w.script.send(busy);
        let yes = w.script.response(got, 0, (1, 0), Method::Cancel, 200, Tag::Leg(0));
        w.script.send(yes);
        let ack = w.script.request(got + 3, 0, 0, 1, Method::AckFinal);
        w.script.send(Flight { tag: Tag::Leg(0), ..ack });
    });
    scene.call(session, Outcome::Busy, None, &[]);
}

/// Nobody cancels: the server's own timer ends the INVITE, and its 487 reaches the caller (RFC 3261 sections 16.7, 16.8).
pub(super) fn server_timer(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(45_000, 58_000);
        w.give_up_legs(None, Note::None);
        w.refuse(0, w.script.session.fork, 487, Note::None);
        w.rang
    });
    let call = scene.call(session, Outcome::NoAnswer, Some(Verdict::MissedPushFailed), &["PN04"]);
    scene.push(rang + 150, callee, "PN04", Some(call));
}

/// A gateway plays a tone (183), and gives up; cause 19 of Q.850 says that the far phone rang. A 183 alone does not.
pub(super) fn early_media(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.ctx.desk_user(), scene.ctx.desk_user());
    let alerted = scene.ctx.rng.chance(60);
    let mut session = scene.session(0);
    scene.connect(&mut session, from, &[(callee, Endpoint::Desktop)]);
    scene.write(&mut session, Body::AudioSdp, |w| {
        w.ask_all();
        w.wait(200, 900);
        w.progress(0, 183, Body::AudioSdp);
        w.wait(20_000, 50_000);
        let why = "Reason: Q.850;cause=19;text=\"No answer from user (user alerted)\"";
        w.refuse(0, w.script.end(0), 480, if alerted { Note::Line(why) } else { Note::None });
    });
    scene.call(session, if alerted { Outcome::NoAnswer } else { Outcome::NoResponse }, None, &[]);
}

/// The caller is asked for a password, and types it.
pub(super) fn slow_challenge(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.ctx.desk_user(), scene.ctx.desk_user());
    let mut session = scene.session(0);
    scene.connect(&mut session, from, &[(callee, Endpoint::Desktop)]);
    scene.write(&mut session, Body::ImSdp, |w| {
        w.ask(0, 1, Note::None);
        w.refuse(0, 1, 407, Note::Challenge);
        w.wait(4_000, 28_000);
        w.again(true);
        w.ask(0, w.script.end(0), Note::Credentials);
        w.wait(40, 300);
        w.progress(0, 180, Body::None);
        w.wait(1_000, 9_000);
        w.pick_up(0);
        w.talk(0, Note::None);
    });
    scene.call(session, Outcome::Answered, None, &[]);
}
