//! What happens to a log while a call goes on: its clock is set, its level is changed, or it misses a moment.

use super::{Event, Scene};
use crate::analysis::{Outcome, Verdict};
use crate::synth::place::{Endpoint, Node, Path};
use crate::synth::session::{Body, Note};

/// A call to a phone that is not answered, and its refused push: when it rang.
fn unanswered(scene: &mut Scene<'_, '_>) -> (u32, u32) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.ring_out(0);
        w.rang
    });
    let call = scene.call(session, Outcome::NoAnswer, Some(Verdict::MissedPushFailed), &["PN04"]);
    scene.push(rang + 300, callee, "PN04", Some(call));
    (callee, rang)
}

/// Between ringing and push the clock is set back by less than two seconds: the order of the records stays what it was.
pub(super) fn back(scene: &mut Scene<'_, '_>) {
    let (callee, rang) = unanswered(scene);
    let server = scene.ctx.topology.home(callee);
    let by = i64::from(scene.ctx.rng.range(200, 1_900));
    let at = scene.start + u64::from(rang) + 200;
    if scene.ctx.may_set(server, at) {
        scene.events.push(Event::Step { server, at, by: -by, doubtful: false });
        scene.events.push(Event::Step { server, at: at + 150_000, by, doubtful: false });
    }
}

/// Between a push and its answer the clock is set ahead by four minutes, and back again later: no time-out has passed.
pub(super) fn ahead(scene: &mut Scene<'_, '_>) {
    let (callee, from) = (scene.phone_user(), scene.ctx.desk_user());
    let mut session = scene.phone_call(0, from, callee);
    let rang = scene.write(&mut session, Body::ImSdp, |w| {
        w.ask_all();
        w.ring();
        w.wait(9_000, 20_000);
        w.answer(0);
        w.talk(0, Note::None);
        w.rang
    });
    let call = scene.call(session, Outcome::Answered, Some(Verdict::AnsweredByMobile), &[]);
    scene.push(rang + 300, callee, "", Some(call));
    let server = scene.ctx.topology.home(callee);
    let at = scene.start + u64::from(rang) + 360;
    if scene.ctx.may_set(server, at) {
        scene.events.push(Event::Step { server, at, by: 240_000, doubtful: true });
        scene.events.push(Event::Step { server, at: at + 100_000, by: -240_000, doubtful: true });
    }
}

/// The level is set to diagnostics only, and back: the log goes on, and says nothing of messages.
pub(super) fn level(scene: &mut Scene<'_, '_>) {
    let (callee, rang) = unanswered(scene);
    let server = scene.ctx.topology.home(callee);
    let from = scene.start + u64::from(rang) + u64::from(scene.ctx.rng.range(100, 5_000));
    let to = from + u64::from(scene.ctx.rng.range(40_000, 220_000));
    scene.events.push(Event::Silence { server, from, to, numbered: false });
}

/// A partner's phone rings, and no log has it; the partner's server then says nothing of the reason.
pub(super) fn hidden_ring(scene: &mut Scene<'_, '_>) {
    let topology = scene.ctx.topology;
    let (from, callee) = (scene.ctx.desk_user(), scene.ctx.desk_user());
    let mut session = scene.session(0);
    let start = scene.party(&mut session, from, Endpoint::Desktop);
    let end = scene.party(&mut session, callee, Endpoint::Partner);
    let way = topology.way_out(topology.home(from));
    session.paths.push(Path::new([start].into_iter().chain(way.clone()).chain([end])));
    session.fork = session.path(0).last() - 1;
    let rang = scene.write(&mut session, Body::AudioSdp, |w| {
        w.ask(0, w.script.end(0), Note::None);
        w.wait(900, 1_500);
        w.progress(0, 180, Body::None);
        let rang = w.at;
        w.wait(30_000, 50_000);
        let why = "ms-diagnostics: 1034;reason=\"Previous hop federated peer did not report diagnostic information\";source=\"edge01.contoso.com\"";
        w.refuse(0, w.script.end(0), 480, Note::Line(why));
        rang
    });
    let call = scene.call(session, Outcome::NoAnswer, None, &[]);
    scene.of_call(call, |call| call.unsure = true);
    let at = scene.start + u64::from(rang);
    for node in way {
        if let Node::Server(server) = node {
            scene.events.push(Event::Silence { server, from: at - 400, to: at + 600, numbered: true });
        }
    }
}
