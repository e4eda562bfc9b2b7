//! Messages inside a conversation with a phone: most instant messages are such, and each may need a push.

use super::scene::either;
use super::{Act, Scene};
use crate::analysis::{Outcome, Verdict};
use crate::synth::session::{Body, Flight, Method, Note, Tag};
use crate::synth::truth;

/// What comes of a message to a phone whose app went to sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is fetched.
    Delivered,
    /// It is not, in time.
    Lost,
}

/// When the message was sent, its CSeq, and the Call-ID of the conversation.
#[derive(Clone, Debug)]
struct Sent {
    at: u32,
    cseq: u16,
    call: usize,
}

/// A conversation with a phone, and a message that comes when nobody has looked at it for a while.
fn conversation(scene: &mut Scene<'_, '_>, callee: u32, end: End) -> Sent {
    let from = scene.ctx.desk_user();
    let mut session = scene.phone_call(0, from, callee);
    let (at, cseq) = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(500, 3_000);
        w.answer(0);
        w.wait(2_000, 5_000);
        w.at = w.script.transaction(w.at, 0, Method::Message, true, Note::None, Body::Text);
        w.wait(40_000, 90_000);
        let (at, last) = (w.at, w.script.end(0));
        w.again(true);
        let ask = Flight { tag: Tag::Leg(0), body: Body::Text, ..w.script.request(at, 0, 0, last, Method::Message) };
        let got = w.script.send(ask);
        let (after, status) = match end {
            End::Delivered => (w.rng.range(5_000, 15_000), 200),
            End::Lost => (30_000, 408),
        };
        let answer = w.script.response(got + after, 0, (last, 0), Method::Message, status, Tag::Leg(0));
        w.at = w.script.send(answer);
        w.wait(20_000, 40_000);
        w.hang_up(0);
        (at, w.script.cseq - 1)
    });
    // The app is open: no push for the INVITE. What is said of the message may stand beside its conversation.
    let call = scene.call(session, Outcome::Answered, Some(Verdict::AnsweredByMobile), &[]);
    scene.of_call(call, |call| either(&mut call.or, "finding", &["PN24", "PN04"]));
    Sent { at, cseq, call }
}

/// The push wakes the phone, which fetches the message.
pub(super) fn answered(scene: &mut Scene<'_, '_>) {
    let callee = scene.phone_user();
    let sent = conversation(scene, callee, End::Delivered);
    let push = scene.push(sent.at + 120, callee, "", Some(sent.call));
    of_message(scene, push);
}

/// The message is not fetched: its push failed, or was accepted and not opened.
pub(super) fn missed(scene: &mut Scene<'_, '_>) {
    let callee = scene.phone_user();
    let sent = conversation(scene, callee, End::Lost);
    let code = if scene.ctx.rng.chance(60) { "PN04" } else { "" };
    let push = scene.push(sent.at + 120, callee, code, Some(sent.call));
    of_message(scene, push);
    note(scene, &sent, push, code);
}

/// What is true of the message.
fn note(scene: &mut Scene<'_, '_>, sent: &Sent, push: usize, code: &str) {
    let verdict = if code.is_empty() { Verdict::NotOpened } else { Verdict::MissedPushFailed };
    let push = scene.acts.get(push).and_then(|act| act.push.as_ref()).map(|(push, _)| push.call_id.clone());
    let Some(Act { call: Some(call), messages, .. }) = scene.acts.get_mut(sent.call) else { return };
    messages.push(truth::Message {
        call_id: call.call_id.clone(),
        cseq: sent.cseq.into(),
        verdict: verdict.name().to_owned(),
        pushes: push.into_iter().collect(),
        findings: if code.is_empty() { vec!["PN50".to_owned()] } else { vec![code.to_owned()] },
        unsure: false,
    });
}

/// A push for a message is of the conversation, and of no INVITE: the link may name it or not.
fn of_message(scene: &mut Scene<'_, '_>, push: usize) {
    scene.of_push(push, |push| either(&mut push.or, "link", &["none", "likely"]));
}

/// Somebody else calls while the message waits: the first push is of the call, the second of the message.
pub(super) fn beside_a_call(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let sent = conversation(scene, callee, End::Lost);
    let mut session = scene.phone_call(sent.at - 2_000, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.ring_out(0);
        w.rang
    });
    let call = scene.call(session, Outcome::NoAnswer, Some(Verdict::MissedPushFailed), &["PN04"]);
    // Which push is whose only order tells.
    scene.of_call(call, |call| {
        call.unsure = true;
        call.known = vec!["outcome".to_owned()];
    });
    let first = scene.push(sent.at - 2_000 + rang + 80, callee, "PN04", Some(call));
    scene.of_push(first, |push| {
        push.unsure = true;
        push.known = vec!["result".to_owned(), "PN04".to_owned()];
    });
    let second = scene.push(sent.at + 150, callee, "", Some(sent.call));
    of_message(scene, second);
    note(scene, &sent, second, "");
    if let Some(message) = scene.acts.get_mut(sent.call).and_then(|act| act.messages.last_mut()) {
        message.unsure = true;
    }
}
