//! Several endpoints, and endpoints that say no.

use super::Scene;
use super::scene::either;
use crate::analysis::{Outcome, Verdict};
use crate::synth::place::Endpoint;
use crate::synth::session::{Body, Flight, Method, Note, Tag};

/// A boss and a delegate, each with a phone: the call goes to both, and only the delegate's push gets through. The boss
/// was not woken.
pub(super) fn delegate(scene: &mut Scene<'_, '_>) {
    let topology = scene.ctx.topology;
    let (boss, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut delegate = scene.phone_user();
    // Both on one Front End: it forks.
    for _ in 0..40 {
        if topology.home(delegate) == topology.home(boss) {
            break;
        }
        delegate = scene.phone_user();
    }
    let mut session = scene.session(0);
    scene.connect(&mut session, from, &[(boss, Endpoint::Mobile), (delegate, Endpoint::Mobile)]);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(45_000, 58_000);
        w.give_up_legs(None, Note::None);
        w.refuse(0, w.script.session.fork, 408, Note::Line(super::steps::SILENT));
        w.rang
    });
    let call = scene.call(session, Outcome::NoAnswer, Some(Verdict::MissedPushFailed), &["PN04"]);
    scene.push(rang + 150, boss, "PN04", Some(call));
    scene.push(rang + 260, delegate, "", Some(call));
}

/// Busy on the desk while the phone's push was refused: nobody can say whether the phone would have been picked up.
pub(super) fn busy_elsewhere(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.session(0);
    scene.connect(&mut session, from, &[(callee, Endpoint::Mobile), (callee, Endpoint::Desktop)]);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(2_000, 9_000);
        w.give_up_legs(Some(1), Note::None);
        w.refuse(1, w.script.end(1), 486, Note::None);
        w.rang
    });
    let call = scene.call(session, Outcome::Busy, Some(Verdict::Undetermined), &[]);
    scene.of_call(call, |call| either(&mut call.or, "finding", &["PN04"]));
    scene.push(rang + 150, callee, "PN04", Some(call));
}

/// Desk and phone answer at once; the caller keeps the desk and hangs up on the phone (RFC 3261 section 13.2.2.4).
pub(super) fn two_answer(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.session(0);
    scene.connect(&mut session, from, &[(callee, Endpoint::Mobile), (callee, Endpoint::Desktop)]);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(3_000, 12_000);
        let at = w.at;
        w.pick_up(1);
        // The second 200 crosses the first: it answers the same request, and is acknowledged by itself.
        let (later, end) = (w.script.txn, w.script.end(0));
        w.script.txn -= 2;
        let ok = w.script.response(at + 3, 0, (end, 0), Method::Invite, 200, Tag::Leg(0));
        let got = w.script.send(Flight { body: w.body, ..ok });
        w.script.txn = later;
        w.acknowledge(got + 12, 0);
        w.at = at + 160;
        w.script.transaction(w.at, 0, Method::Bye, false, Note::None, Body::None);
        w.wait(400, 900);
        w.talk(1, Note::None);
        w.rang
    });
    let call = scene.call(session, Outcome::Answered, Some(Verdict::AnsweredElsewhere), &[]);
    scene.push(rang + 150, callee, "", Some(call));
}

/// The phone itself refuses, before any push is needed: its own answer is the cause.
pub(super) fn refused(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    scene.write(&mut session, Body::AudioSdp, |w| {
        w.ask_all();
        w.wait(30, 200);
        w.refuse(0, w.script.end(0), 433, Note::None);
    });
    let call = scene.call(session, Outcome::Rejected, Some(Verdict::MissedNoPush), &[]);
    // Anonymous callers are refused by rule: whether that is "declined" or "missed" no page decides. No cause PN20.
    scene.of_call(call, |call| either(&mut call.or, "verdict", &["declined_by_mobile", "undetermined"]));
}

/// The push is accepted, and half a second later the mobility service fails.
pub(super) fn server_error(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(900, 1_400);
        w.refuse(0, w.script.end(0), 500, Note::None);
        w.rang
    });
    let call = scene.call(session, Outcome::ServerError, Some(Verdict::NotOpened), &[]);
    scene.of_call(call, |call| either(&mut call.or, "verdict", &["undetermined"]));
    scene.push(rang + 100, callee, "", Some(call));
}
