//! What is called is no person's phone: the services behind an address, and a conference.

use super::Scene;
use super::scene::either;
use crate::analysis::{Outcome, Verdict};
use crate::synth::place::{Endpoint, Node, Path};
use crate::synth::script::HOP;
use crate::synth::session::{Body, Flight, Method, Note, Tag};

/// The phone is silent and its push refused; the Front End hands the caller to the voice mail, which answers.
pub(super) fn voice_mail(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    if scene.ctx.rng.chance(30) {
        return straight(scene, callee, from, Endpoint::VoiceMail);
    }
    let mut session = scene.session(0);
    scene.connect(&mut session, from, &[(callee, Endpoint::Mobile), (callee, Endpoint::VoiceMail)]);
    let rang = scene.write(&mut session, Body::AudioSdp, |w| {
        let (fork, end) = (w.script.session.fork, w.script.end(0));
        w.ask(0, end, Note::None);
        w.wait(40, 300);
        w.progress(0, 180, Body::None);
        w.wait(15_000, 20_000);
        w.script.cancel_leg(w.at, 0, Note::None);
        w.at += 4 * HOP + 10;
        let mail = Flight { body: Body::AudioSdp, origin: 0, ..w.script.request(w.at, 1, fork, end, Method::Invite) };
        w.script.send(mail);
        w.wait(100, 400);
        w.pick_up(1);
        w.wait(9_000, 30_000);
        w.hang_up(1);
        w.rang
    });
    let call = scene.call(session, Outcome::Answered, Some(Verdict::AnsweredElsewhere), &[]);
    scene.of_call(call, |call| {
        call.voice_mail = true;
        either(&mut call.or, "finding", &["PN04"]);
    });
    scene.push(rang + 150, callee, "PN04", Some(call));
}

/// A call straight to a service; at that time the phone gets a push that has nothing to do with it.
fn straight(scene: &mut Scene<'_, '_>, callee: u32, from: u32, place: Endpoint) {
    let mut session = scene.session(0);
    let start = scene.party(&mut session, from, Endpoint::Desktop);
    let end = scene.party(&mut session, callee, place);
    let home = Node::Server(scene.ctx.topology.home(callee));
    session.paths.push(Path::new([start, home, end].into_iter()));
    session.fork = 1;
    let answered = scene.ctx.rng.chance(50);
    scene.write(&mut session, Body::AudioSdp, |w| {
        w.ask(0, 2, Note::None);
        w.wait(2_000, 4_000);
        if answered {
            w.pick_up(0);
            w.wait(9_000, 30_000);
            w.hang_up(0);
        } else {
            w.refuse(0, 2, 500, Note::None);
        }
    });
    let outcome = if answered { Outcome::Answered } else { Outcome::ServerError };
    let call = scene.call(session, outcome, None, &[]);
    if place == Endpoint::VoiceMail {
        scene.of_call(call, |call| either(&mut call.or, "voice_mail", &["true", "false"]));
    }
    scene.push(400, callee, "PN04", None);
}

/// Somebody joins the conference of an organiser: its focus is asked, not the organiser's phone.
pub(super) fn focus(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    straight(scene, callee, from, Endpoint::Focus);
}

/// An invitation to a conference, which names no kind of media.
pub(super) fn conference(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let answered = scene.ctx.rng.chance(50);
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::Conference, |w| {
        w.ask_all();
        w.ring();
        if answered {
            w.wait(3_000, 15_000);
            let end = w.script.end(0);
            let ok = w.script.response(w.at, 0, (end, 0), Method::Invite, 200, Tag::Leg(0));
            let got = w.script.send(ok);
            w.acknowledge(got + 10, 0);
            w.at = got + 200;
            w.hang_up(0);
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
    scene.of_call(call, |call| call.modality = Some("conference".to_owned()));
    scene.push(rang + 150, callee, "", Some(call));
}
